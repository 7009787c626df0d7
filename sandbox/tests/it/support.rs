//! A minimal client. It signs as AWS documents, lets a test change any part of a request, and sends it
//! over a plain socket.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sandbox::{Identity, Options, Sandbox};
use sha2::{Digest as _, Sha256};
use time::macros::format_description;
use time::{Duration, OffsetDateTime};

/// The SHA-256 of nothing.
pub(crate) const EMPTY_SHA256: &str =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// A request to be signed, and the credentials and scope to sign it with.
#[derive(Clone)]
pub(crate) struct TestCall {
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
    /// Headers that are sent but not signed.
    pub(crate) unsigned: Vec<&'static str>,
    endpoint: String,
}

/// A request as it is sent.
#[derive(Clone)]
pub(crate) struct HttpRequest {
    pub(crate) method: &'static str,
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
    endpoint: String,
}

/// A response as it was received.
#[derive(Debug)]
pub(crate) struct HttpResponse {
    pub(crate) status: u16,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
}

/// Starts a sandbox with default options.
pub(crate) fn start() -> Sandbox {
    Sandbox::start(Options::default()).expect("a free port")
}

/// A call of EC2's Query API with a form.
pub(crate) fn ec2_call(sandbox: &Sandbox, identity: &str, parameters: &str) -> TestCall {
    TestCall::by(sandbox, identity, "/").with(|it| {
        (it.method, it.service) = ("POST", "ec2");
        it.body = format!("{parameters}&Version=2016-11-15");
        it.push("content-type", "application/x-www-form-urlencoded");
    })
}

/// A call of the REST API of API Gateway.
pub(crate) fn api_call(sandbox: &Sandbox, identity: &str) -> TestCall {
    let url = sandbox.api_url();
    let path = url.strip_prefix(sandbox.endpoint()).unwrap();
    TestCall::by(sandbox, identity, path).with(|it| it.service = "execute-api")
}

impl TestCall {
    /// A call of S3 by the identity of that name.
    pub(crate) fn by(sandbox: &Sandbox, identity: &str, target: &str) -> TestCall {
        let Identity { access_key_id, secret_access_key, session_token, .. } =
            sandbox.identity(identity).expect("an identity").clone();
        TestCall {
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

    pub(crate) fn with(mut self, change: impl FnOnce(&mut TestCall)) -> TestCall {
        change(&mut self);
        self
    }

    pub(crate) fn push(&mut self, name: &str, value: &str) {
        self.headers.push((name.to_owned(), value.to_owned()));
    }

    /// Returns the request without a signature.
    pub(crate) fn plain(self) -> HttpRequest {
        let mut headers = self.headers;
        if !headers.iter().any(|(name, _)| name == "host") {
            headers.push(("host".to_owned(), self.endpoint.clone()));
        }
        HttpRequest {
            method: self.method,
            target: self.target,
            headers,
            body: self.body,
            endpoint: self.endpoint,
        }
    }

    /// Signs the request in the Authorization header.
    pub(crate) fn signed(mut self) -> HttpRequest {
        let hash = sha256_hex(self.body.as_bytes());
        let extra = [
            ("x-amz-date", Some(compact(self.at))),
            ("x-amz-content-sha256", (self.service == "s3").then(|| hash.clone())),
            ("x-amz-security-token", self.session_token.clone()),
        ];
        for (name, value) in extra {
            if let Some(value) = value.filter(|_| !self.headers.iter().any(|(n, _)| n == name)) {
                self.push(name, &value);
            }
        }
        let call = self.clone();
        let mut request = self.plain();
        let payload = request.header("x-amz-content-sha256").map_or(hash, str::to_owned);
        let signed_headers = call.signed_headers(&request);
        let signature = call.signature(&request, &signed_headers, &payload);
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential={}/{}, SignedHeaders={signed_headers}, Signature={signature}",
            call.access_key_id,
            call.scope(),
        );
        request.push("authorization", &authorization);
        request
    }

    /// Presigns the request for a number of seconds.
    pub(crate) fn presigned(self, expires: &str) -> HttpRequest {
        let call = self.clone();
        let mut request = self.plain();
        let signed_headers = call.signed_headers(&request);
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
            let mark = if request.target.contains('?') { '&' } else { '?' };
            let _ = write!(request.target, "{mark}{name}={}", encode(&value));
        }
        let payload =
            if call.service == "s3" { "UNSIGNED-PAYLOAD".to_owned() } else { sha256_hex(b"") };
        let signature = call.signature(&request, &signed_headers, &payload);
        let _ = write!(request.target, "&X-Amz-Signature={signature}");
        request
    }

    fn signed_headers(&self, request: &HttpRequest) -> String {
        let mut names: Vec<_> = request.headers.iter().map(|(name, _)| name.as_str()).collect();
        names.retain(|name| !self.unsigned.contains(name));
        names.sort_unstable();
        names.join(";")
    }

    fn scope(&self) -> String {
        format!("{}/{}/{}/aws4_request", &compact(self.at)[..8], self.region, self.service)
    }

    fn signature(&self, request: &HttpRequest, signed_headers: &str, payload: &str) -> String {
        let (path, query) = request.target.split_once('?').unwrap_or((&request.target, ""));
        let mut pairs: Vec<_> = query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| if pair.contains('=') { pair.to_owned() } else { format!("{pair}=") })
            .collect();
        pairs.sort_unstable();
        let lines: Vec<_> = signed_headers
            .split(';')
            .map(|name| format!("{name}:{}", request.header(name).unwrap_or_default()))
            .collect();
        // The paths for services other than S3 contain nothing to encode.
        let canonical = format!(
            "{}\n{path}\n{}\n{}\n\n{signed_headers}\n{payload}",
            request.method,
            pairs.join("&"),
            lines.join("\n")
        );
        signature(&self.secret_access_key, &compact(self.at), self.region, self.service, &canonical)
    }
}

impl HttpRequest {
    pub(crate) fn with(mut self, change: impl FnOnce(&mut HttpRequest)) -> HttpRequest {
        change(&mut self);
        self
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn push(&mut self, name: &str, value: &str) {
        self.headers.push((name.to_owned(), value.to_owned()));
    }

    /// Replaces or adds a header.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.remove(name);
        self.push(name, value);
    }

    pub(crate) fn remove(&mut self, name: &str) {
        self.headers.retain(|(n, _)| n != name);
    }

    /// Edits the target.
    pub(crate) fn edit_target(&mut self, from: &str, to: &str) {
        assert!(self.target.contains(from), "{from:?} is not in {}", self.target);
        self.target = self.target.replacen(from, to, 1);
    }

    /// Edits the Authorization header.
    pub(crate) fn authorization(&mut self, from: &str, to: &str) {
        let old = self.header("authorization").expect("a signed request").to_owned();
        assert!(old.contains(from), "{from:?} is not in {old}");
        self.set("authorization", &old.replacen(from, to, 1));
    }

    pub(crate) fn send(&self) -> HttpResponse {
        read_response(self.connect())
    }

    /// Opens a connection and sends the request.
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

/// Sends bytes and reads the response until the connection ends.
pub(crate) fn exchange(endpoint: &str, request: &[u8]) -> HttpResponse {
    read_response(send(endpoint, request))
}

fn send(endpoint: &str, request: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(endpoint.trim_start_matches("http://")).unwrap();
    stream.write_all(request).unwrap();
    stream
}

fn read_response(mut stream: TcpStream) -> HttpResponse {
    let mut response = Vec::new();
    stream.read_to_end(&mut response).unwrap();
    let response = String::from_utf8_lossy(&response);
    let (head, body) = response.split_once("\r\n\r\n").expect("an HTTP response");
    let mut lines = head.lines();
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let headers = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    HttpResponse { status, headers, body: body.to_owned() }
}

impl HttpResponse {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    /// The unescaped text of the first element of that name.
    pub(crate) fn element(&self, name: &str) -> Option<String> {
        self.elements(name).into_iter().next()
    }

    /// The unescaped texts of all elements of that name.
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

/// Converts header literals.
pub(crate) fn owned(headers: &[(&str, &str)]) -> Vec<(String, String)> {
    headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
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
