//! What a service says when it says no. Every fact is kept: from the error document, whichever of
//! the three forms it has, and from the headers.

use std::borrow::Cow;
use std::fmt;

use super::xml::{Document, Fault};
use crate::redact::Secrets;
use crate::send::Response;

/// Characters of a body that are kept where it is no error document: enough to see whose page it is.
const EXCERPT: usize = 200;

/// Headers that are facts about a refusal, besides every `x-amz…`. `date` shows a wrong clock, and
/// `server` and `via` that the answer is somebody else's.
const TELLING_HEADERS: [&str; 6] =
    ["content-type", "date", "location", "retry-after", "server", "via"];

/// An answer that refuses.
#[derive(Debug, Clone, Default)]
pub struct Refusal {
    /// HTTP status; 200 too: S3 sometimes notices an error after it has begun to answer.
    pub status: u16,
    /// For example `NoSuchBucket`; absent where the body is no error document of AWS's.
    pub code: Option<String>,
    /// The service's sentence.
    pub message: Option<String>,
    /// What AWS support asks for.
    pub request_id: Option<String>,
    /// S3's second id.
    pub host_id: Option<String>,
    /// Everything else: elements or members by their own names, then headers in lower case. `body`
    /// is the beginning of a body that is no error document.
    pub details: Vec<(String, String)>,
    /// Where the error document stopped making sense, if it did; what came before is kept.
    pub fault: Option<Fault>,
}

/// Whether `body` is one of AWS's error documents, whatever the status said.
pub(super) fn is_error_document(body: &[u8]) -> bool {
    Document::new(body).and_then(|mut xml| xml.root()).is_ok_and(is_error_root)
}

/// S3's, EC2's, and the form of the other Query services, which some AWS-like servers send for EC2.
fn is_error_root(name: &str) -> bool {
    matches!(name, "Error" | "Response" | "ErrorResponse")
}

/// Reads the refusal out of an answer.
pub(super) fn read(response: &Response) -> Refusal {
    let mut refusal = Refusal { status: response.head.status, ..Refusal::default() };
    if !refusal.read_xml(&response.body) && !refusal.read_json(&response.body) {
        refusal.keep("body", excerpt(&response.body));
    }
    refusal.read_headers(response);
    refusal
}

impl Refusal {
    /// A detail by its name.
    #[must_use]
    pub fn detail(&self, name: &str) -> Option<&str> {
        self.details.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Whether the body was an error document at all.
    fn read_xml(&mut self, body: &[u8]) -> bool {
        let Ok(mut xml) = Document::new(body) else { return false };
        if !xml.root().is_ok_and(is_error_root) {
            return false;
        }
        let read = xml.leaves(|element, text| self.take(element, text)).and_then(|()| xml.finish());
        if let Err(fault) = read {
            self.fault = Some(fault);
            self.keep("body", excerpt(body));
        }
        true
    }

    fn take(&mut self, element: &str, text: Cow<'_, str>) {
        let field = match element {
            "Code" => &mut self.code,
            "Message" => &mut self.message,
            "RequestId" | "RequestID" => &mut self.request_id,
            "HostId" => &mut self.host_id,
            // The session token as it was sent; the service's "details" are no place for a secret.
            "Token-0" => return self.keep(element, Secrets::placeholder()),
            _ => return self.keep(element, text),
        };
        // EC2's form can hold several errors; the first is the answer, the rest are details.
        match field {
            None => *field = Some(text.into_owned()),
            Some(_) => self.keep(element, text),
        }
    }

    /// `API Gateway` answers in JSON, and spells its one member in two ways. Whether it was that.
    fn read_json(&mut self, body: &[u8]) -> bool {
        let Ok(serde_json::Value::Object(members)) = serde_json::from_slice(body) else {
            return false;
        };
        for (name, value) in members {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            match (name.as_str(), &self.message) {
                ("message" | "Message", None) => self.message = Some(text),
                _ => self.keep(&name, text),
            }
        }
        true
    }

    fn read_headers(&mut self, response: &Response) {
        for (name, value) in &response.head.headers {
            let (name, value) = (name.as_str(), String::from_utf8_lossy(value.as_bytes()));
            let id = match name {
                "x-amz-request-id" | "x-amzn-requestid" => &mut self.request_id,
                "x-amz-id-2" => &mut self.host_id,
                "x-amzn-errortype" => {
                    // `AccessDeniedException:http://internal.amazon.com/…`
                    let code = value.split(':').next().unwrap_or_default();
                    self.code.get_or_insert_with(|| code.to_owned());
                    self.keep(name, value);
                    continue;
                }
                _ if name.starts_with("x-amz") || TELLING_HEADERS.contains(&name) => {
                    self.keep(name, value);
                    continue;
                }
                _ => continue,
            };
            // The document's own word comes first; usually they are the same.
            if *id.get_or_insert_with(|| value.to_string()) != value {
                self.keep(name, value);
            }
        }
    }

    fn keep(&mut self, name: &str, value: impl Into<String>) {
        self.details.push((name.to_owned(), value.into()));
    }

    /// Takes `secrets` out of every text that the service chose.
    pub(crate) fn redact(&mut self, secrets: &Secrets) {
        let fields = [&mut self.code, &mut self.message, &mut self.request_id, &mut self.host_id];
        let details = self.details.iter_mut().map(|(_, value)| value);
        for text in fields.into_iter().flatten().chain(details) {
            secrets.redact(text);
        }
    }
}

/// One sentence: status, code and message, or what came in their place, and the ids.
impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "refused with {}", self.status)?;
        if let Some(code) = &self.code {
            write!(f, " {code}")?;
        }
        match (&self.message, self.detail("body")) {
            (Some(message), _) => write!(f, ": {}", message.trim_end_matches('.'))?,
            (None, Some("")) => f.write_str(", without a word")?,
            (None, Some(body)) => {
                let kind = self.detail("content-type").unwrap_or("a body of no stated type");
                let words: Vec<&str> = body.split_whitespace().collect();
                write!(f, ", in no form of AWS's ({kind}): {:?}", words.join(" "))?;
            }
            (None, None) => {}
        }
        match (&self.request_id, &self.host_id) {
            (Some(request), Some(host)) => write!(f, " (request id {request}, host id {host})"),
            (Some(request), None) => write!(f, " (request id {request})"),
            (None, Some(host)) => write!(f, " (host id {host})"),
            (None, None) => Ok(()),
        }
    }
}

impl std::error::Error for Refusal {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.fault.as_ref().map(|fault| fault as _)
    }
}

fn excerpt(body: &[u8]) -> String {
    // At most four bytes a character: no need to decode a page to its end.
    let beginning = &body[..body.len().min(4 * EXCERPT)];
    String::from_utf8_lossy(beginning).chars().take(EXCERPT).collect()
}
