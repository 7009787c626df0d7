//! A server that plays a script, well-behaved or not.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// What the server does with one connection after it has read the request.
pub(crate) enum Act {
    /// Writes these bytes, then closes.
    Answer(Vec<u8>),
    /// Writes these bytes, then waits until the client gives up.
    Stall(Vec<u8>),
    /// Closes without an answer.
    HangUp,
}

/// A server on loopback that plays its acts, one for each connection.
pub(crate) struct Server {
    pub(crate) endpoint: String,
    thread: JoinHandle<Vec<String>>,
}

impl Server {
    pub(crate) fn start(acts: Vec<Act>) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let thread = thread::spawn(move || {
            acts.into_iter().map(|act| play(listener.accept().unwrap().0, act)).collect()
        });
        Self { endpoint, thread }
    }

    /// Starts a server that never ends, and returns its endpoint. `act` makes the act for a connection
    /// from its number, which counts from 0.
    pub(crate) fn forever(act: impl Fn(usize) -> Act + Send + 'static) -> String {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        thread::spawn(move || {
            for (number, connection) in listener.incoming().enumerate() {
                play(connection.unwrap(), act(number));
            }
        });
        endpoint
    }

    /// Waits until all acts are played, and returns the requests as they arrived.
    pub(crate) fn requests(self) -> Vec<String> {
        self.thread.join().unwrap()
    }
}

/// An answer with status 200, `body` and its length.
pub(crate) fn ok(body: &str) -> Act {
    answer(200, "content-type: application/xml\r\n", body)
}

/// An answer with `headers`, each of which ends with a line break.
pub(crate) fn answer(status: u16, headers: &str, body: &str) -> Act {
    let length = body.len();
    let answer = format!(
        "HTTP/1.1 {status} Scripted\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n{body}"
    );
    Act::Answer(answer.into_bytes())
}

fn play(mut connection: TcpStream, act: Act) -> String {
    connection.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let request = read_request(&mut connection);
    match act {
        Act::Answer(bytes) => connection.write_all(&bytes).unwrap(),
        Act::Stall(bytes) => {
            connection.write_all(&bytes).unwrap();
            match connection.read(&mut [0; 1]) {
                Ok(0) => {}
                Err(error) if error.kind() == ErrorKind::ConnectionReset => {}
                other => panic!("the client neither gave up nor closed: {other:?}"),
            }
        }
        Act::HangUp => {}
    }
    request
}

fn read_request(connection: &mut TcpStream) -> String {
    let mut request = Vec::new();
    let mut byte = [0; 1];
    while !request.ends_with(b"\r\n\r\n") {
        connection.read_exact(&mut byte).unwrap();
        request.push(byte[0]);
    }
    let head = String::from_utf8(request.clone()).unwrap();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
    connection.read_exact(&mut body).unwrap();
    head + &String::from_utf8(body).unwrap()
}
