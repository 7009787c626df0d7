//! A small HTTP/1.1 server on loopback, on its own or as a proxy in front of a sandbox. A proxy passes on
//! every byte that the test does not change, because requests are signed.

use std::{
    io::{self, BufRead, BufReader, Write},
    net::{Ipv4Addr, TcpListener, TcpStream},
    sync::Arc,
    thread,
};

use sandbox::{Options, Sandbox};

/// A request or a response.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    /// First line and headers, with the empty line at the end.
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

/// The side that sent a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Raw,
    Sdk,
}

pub(crate) fn sandbox() -> Sandbox {
    Sandbox::start(Options::default()).expect("a sandbox")
}

/// Serves until the test ends, and returns the URL. `None` from `answer` closes the connection.
pub(crate) fn serve(answer: impl Fn(Message) -> Option<Message> + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let address = listener.local_addr().expect("its number");
    let answer = Arc::new(answer);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let answer = Arc::clone(&answer);
            // The client may break the connection, so errors are ignored.
            thread::spawn(move || converse(&stream, &*answer));
        }
    });
    format!("http://{address}")
}

/// Serves in front of `sandbox`. `answer` gets each request and the sandbox's URL.
pub(crate) fn proxy(
    sandbox: &Sandbox,
    answer: impl Fn(Message, &str) -> Option<Message> + Send + Sync + 'static,
) -> String {
    let endpoint = sandbox.endpoint().to_owned();
    serve(move |request| answer(request, &endpoint))
}

fn converse(stream: &TcpStream, answer: &dyn Fn(Message) -> Option<Message>) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream);
    while let Some(request) = Message::read(&mut reader)? {
        match answer(request) {
            Some(answer) => answer.write(stream)?,
            None => break,
        }
    }
    Ok(())
}

/// Sends `request` to `endpoint` and returns the response.
pub(crate) fn forward(endpoint: &str, request: &Message) -> Message {
    let address = endpoint.strip_prefix("http://").expect("a plain endpoint");
    let stream = TcpStream::connect(address).expect("the sandbox listens");
    request.write(&stream).expect("the sandbox reads");
    let answer = Message::read(&mut BufReader::new(stream)).expect("the sandbox answers");
    answer.expect("the sandbox answers at all")
}

impl Message {
    /// A response with this body.
    pub(crate) fn answer(status: &str, content_type: &str, body: &str) -> Self {
        let length = body.len();
        Self {
            head: format!(
                "HTTP/1.1 {status}\r\ncontent-type: {content_type}\r\ncontent-length: {length}\r\n\r\n"
            ),
            body: body.as_bytes().to_vec(),
        }
    }

    /// A header's value.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.head.lines().skip(1).filter_map(|line| line.split_once(':'));
        let (_, value) = headers.find(|(known, _)| known.eq_ignore_ascii_case(name))?;
        Some(value.trim())
    }

    /// Only the SDK names itself in its user agent.
    pub(crate) fn side(&self) -> Side {
        let agent = self.header("user-agent").unwrap_or_default();
        if agent.contains("aws-sdk-rust") { Side::Sdk } else { Side::Raw }
    }

    /// Whether it calls `action` of EC2.
    pub(crate) fn calls(&self, action: &str) -> bool {
        self.text().contains(&format!("Action={action}&"))
    }

    /// Whether it asks EC2 for a launch that is not a dry run.
    pub(crate) fn is_launch(&self) -> bool {
        self.calls("RunInstances") && !self.text().contains("DryRun=true")
    }

    /// A field of the form in the body.
    pub(crate) fn field(&self, name: &str) -> String {
        let mut fields = url::form_urlencoded::parse(&self.body);
        let field = fields.find(|(known, _)| known == name);
        field.unwrap_or_else(|| panic!("no {name} in {}", self.text())).1.into_owned()
    }

    /// The body as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Replaces the body, and its length in the head.
    pub(crate) fn with_body(self, body: String) -> Self {
        let length = self.header("content-length").expect("a body has a length").to_owned();
        let old = format!("content-length: {length}\r\n");
        let new = format!("content-length: {}\r\n", body.len());
        assert!(self.head.contains(&old), "{}", self.head);
        Self { head: self.head.replace(&old, &new), body: body.into_bytes() }
    }

    fn read(reader: &mut impl BufRead) -> io::Result<Option<Self>> {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if reader.read_line(&mut head)? == 0 {
                return Ok(None);
            }
        }
        let mut message = Self { head, body: Vec::new() };
        let length = message.header("content-length").map_or(Ok(0), str::parse);
        message.body.resize(length.map_err(io::Error::other)?, 0);
        reader.read_exact(&mut message.body)?;
        Ok(Some(message))
    }

    fn write(&self, mut stream: &TcpStream) -> io::Result<()> {
        stream.write_all(self.head.as_bytes())?;
        stream.write_all(&self.body)?;
        stream.flush()
    }
}
