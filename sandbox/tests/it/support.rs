//! A client small enough to be trusted at sight: it signs as AWS documents it, lets a test spoil
//! any part, and speaks HTTP over a plain socket.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sandbox::{Identity, Sandbox};
use sha2::{Digest as _, Sha256};
use time::macros::format_description;
use time::{Duration, OffsetDateTime};

pub(crate) const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// What is to be signed, and how.
#[derive(Clone)]
pub(crate) struct Call {
    pub(crate) method: &'static str,
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
    pub(crate) service: &'static str,
    pub(crate) region: &'static str,
    pub(crate) access_key_id: String,
    pub(crate) secret_access_key: String,
    pub(crate) session_token: Option<String>,
    pub(crate) at: OffsetDateTime,
    /// Headers that are sent, but left out of what is signed.
    pub(crate) unsigned: Vec<&'static str>,
    endpoint: String,
}

/// What goes over the wire.
#[derive(Clone)]
pub(crate) struct Wire {
    pub(crate) method: &'static str,
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
    endpoint: String,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
}

impl Call {
    /// A call by the identity of that name, to S3 unless changed.
    pub(crate) fn by(sandbox: &Sandbox, identity: &str, target: &str) -> Call {
        let Identity { access_key_id, secret_access_key, session_token, .. } =
            sandbox.identity(identity).expect("an identity").clone();
        Call {
            method: "GET",
            target: target.to_owned(),
            headers: Vec::new(),
            body: String::new(),
            service: "s3",
            region: "us-east-1",
            access_key_id,
            secret_access_key,
            session_token,
            at: OffsetDateTime::now_utc(),
            unsigned: Vec::new(),
            endpoint: sandbox.endpoint().trim_start_matches("http://").to_owned(),
        }
    }

    pub(crate) fn with(mut self, change: impl FnOnce(&mut Call)) -> Call {
        change(&mut self);
        self
    }

    /// Unsigned.
    pub(crate) fn plain(self) -> Wire {
        let host = ("host".to_owned(), self.endpoint.clone());
        let mut headers = self.headers;
        if !headers.iter().any(|(name, _)| name == "host") {
            headers.push(host);
        }
        Wire {
            method: self.method,
            target: self.target,
            headers,
            body: self.body,
            endpoint: self.endpoint,
        }
    }

    /// Signed in the Authorization header.
    pub(crate) fn signed(mut self) -> Wire {
        let hash = sha256_hex(self.body.as_bytes());
        let stamp = compact(self.at);
        let mut extra = vec![("x-amz-date".to_owned(), stamp)];
        if self.service == "s3" {
            extra.push(("x-amz-content-sha256".to_owned(), hash.clone()));
        }
        if let Some(token) = &self.session_token {
            extra.push(("x-amz-security-token".to_owned(), token.clone()));
        }
        for (name, value) in extra {
            if !self.headers.iter().any(|(n, _)| *n == name) {
                self.headers.push((name, value));
            }
        }
        let call = self.clone();
        let mut wire = self.plain();
        let payload = wire.header("x-amz-content-sha256").map_or(hash, str::to_owned);
        let mut names: Vec<_> = wire.headers.iter().map(|(name, _)| name.as_str()).collect();
        names.retain(|name| !call.unsigned.contains(name));
        names.sort_unstable();
        let signed_headers = names.join(";");
        let signature = call.signature(&wire, &signed_headers, &payload);
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential={}/{}, SignedHeaders={signed_headers}, Signature={signature}",
            call.access_key_id,
            call.scope(),
        );
        wire.headers.push(("authorization".to_owned(), authorization));
        wire
    }

    /// Signed in the query, for so many seconds.
    pub(crate) fn presigned(self, expires: &str) -> Wire {
        let call = self.clone();
        let mut wire = self.plain();
        let mut names: Vec<_> = wire.headers.iter().map(|(name, _)| name.as_str()).collect();
        names.retain(|name| !call.unsigned.contains(name));
        names.sort_unstable();
        let signed_headers = names.join(";");
        let credential = format!("{}/{}", call.access_key_id, call.scope());
        let mut parameters = vec![
            ("X-Amz-Algorithm", "AWS4-HMAC-SHA256".to_owned()),
            ("X-Amz-Credential", credential),
            ("X-Amz-Date", compact(call.at)),
            ("X-Amz-Expires", expires.to_owned()),
            ("X-Amz-SignedHeaders", signed_headers.clone()),
        ];
        if let Some(token) = &call.session_token {
            parameters.push(("X-Amz-Security-Token", token.clone()));
        }
        for (name, value) in parameters {
            let mark = if wire.target.contains('?') { '&' } else { '?' };
            let _ = write!(wire.target, "{mark}{name}={}", encode(&value));
        }
        let payload =
            if call.service == "s3" { "UNSIGNED-PAYLOAD".to_owned() } else { sha256_hex(b"") };
        let signature = call.signature(&wire, &signed_headers, &payload);
        let _ = write!(wire.target, "&X-Amz-Signature={signature}");
        wire
    }

    fn scope(&self) -> String {
        format!("{}/{}/{}/aws4_request", &compact(self.at)[..8], self.region, self.service)
    }

    fn signature(&self, wire: &Wire, signed_headers: &str, payload: &str) -> String {
        let (path, query) = wire.target.split_once('?').unwrap_or((&wire.target, ""));
        let mut pairs: Vec<_> = query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| if pair.contains('=') { pair.to_owned() } else { format!("{pair}=") })
            .collect();
        pairs.sort_unstable();
        let lines: Vec<_> = signed_headers
            .split(';')
            .map(|name| format!("{name}:{}", wire.header(name).unwrap_or_default()))
            .collect();
        // The paths of these tests are the same with one encoding or with two, but for S3's.
        let canonical = format!(
            "{}\n{path}\n{}\n{}\n\n{signed_headers}\n{payload}",
            wire.method,
            pairs.join("&"),
            lines.join("\n")
        );
        signature(&self.secret_access_key, &compact(self.at), self.region, self.service, &canonical)
    }
}

impl Wire {
    pub(crate) fn with(mut self, change: impl FnOnce(&mut Wire)) -> Wire {
        change(&mut self);
        self
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// Replaces a header, or adds it.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.remove(name);
        self.headers.push((name.to_owned(), value.to_owned()));
    }

    pub(crate) fn remove(&mut self, name: &str) {
        self.headers.retain(|(n, _)| n != name);
    }

    /// Edits the Authorization header.
    pub(crate) fn authorization(&mut self, from: &str, to: &str) {
        let old = self.header("authorization").expect("a signed request").to_owned();
        assert!(old.contains(from), "{from:?} is not in {old}");
        self.set("authorization", &old.replacen(from, to, 1));
    }

    pub(crate) fn send(&self) -> Answer {
        read_answer(self.connect())
    }

    /// A connection over which the request has been sent.
    pub(crate) fn connect(&self) -> TcpStream {
        let mut request = format!("{} {} HTTP/1.1\r\n", self.method, self.target);
        for (name, value) in &self.headers {
            let _ = write!(request, "{name}: {value}\r\n");
        }
        if !self.body.is_empty() {
            let _ = write!(request, "content-length: {}\r\n", self.body.len());
        }
        let _ = write!(request, "connection: close\r\n\r\n{}", self.body);
        send(&self.endpoint, request.as_bytes())
    }
}

/// Sends bytes and reads until the connection ends.
pub(crate) fn exchange(endpoint: &str, request: &[u8]) -> Answer {
    read_answer(send(endpoint, request))
}

fn send(endpoint: &str, request: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(endpoint.trim_start_matches("http://")).unwrap();
    stream.write_all(request).unwrap();
    stream
}

fn read_answer(mut stream: TcpStream) -> Answer {
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let answer = String::from_utf8_lossy(&answer);
    let (head, body) = answer.split_once("\r\n\r\n").expect("an HTTP answer");
    let mut lines = head.lines();
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let headers = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    Answer { status, headers, body: body.to_owned() }
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    /// The text of the first element of that name, unescaped.
    pub(crate) fn element(&self, name: &str) -> Option<String> {
        self.elements(name).into_iter().next()
    }

    /// The texts of all elements of that name, unescaped.
    pub(crate) fn elements(&self, name: &str) -> Vec<String> {
        let (open, close) = (format!("<{name}>"), format!("</{name}>"));
        let text = |part: &str| {
            let raw = part.split_once(&close).expect("a closed element").0;
            [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#10;", "\n"), ("&#13;", "\r")]
                .iter()
                .fold(raw.to_owned(), |text, (from, to)| text.replace(from, to))
                .replace("&amp;", "&")
        };
        self.body.split(&open).skip(1).map(text).collect()
    }

    /// The names of the children of S3's Error element, in order.
    pub(crate) fn error_elements(&self) -> Vec<&str> {
        let names = self.body.split('<').skip(3).filter(|part| !part.starts_with('/'));
        names.filter_map(|part| part.split_once('>')).map(|(name, _)| name).collect()
    }
}

/// The signature of a canonical request.
pub(crate) fn signature(
    secret: &str,
    stamp: &str,
    region: &str,
    service: &str,
    canonical: &str,
) -> String {
    let day = &stamp[..8];
    let hash = sha256_hex(canonical.as_bytes());
    let to_sign =
        format!("AWS4-HMAC-SHA256\n{stamp}\n{day}/{region}/{service}/aws4_request\n{hash}");
    let mut key = format!("AWS4{secret}").into_bytes();
    for step in [day, region, service, "aws4_request"] {
        key = hmac(&key, step.as_bytes());
    }
    hex(&hmac(&key, to_sign.as_bytes()))
}

pub(crate) fn compact(at: OffsetDateTime) -> String {
    at.format(format_description!("[year][month][day]T[hour][minute][second]Z")).unwrap()
}

pub(crate) fn minutes(minutes: i64) -> OffsetDateTime {
    OffsetDateTime::now_utc() + Duration::minutes(minutes)
}

pub(crate) fn encode(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

pub(crate) fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hmac(key: &[u8], message: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(message);
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
