//! What a service says when it says no. Every fact is kept: from the error document, whichever of
//! the three forms it has, and from the headers.

use std::borrow::Cow;
use std::fmt;

use super::facts::{CANONICAL_REQUEST, ENCODED_MESSAGE, STRING_TO_SIGN};
use super::xml::{Document, XmlError, XmlErrorKind};
use crate::redact::Secrets;
use crate::send::{Extent, LONGEST_ERROR, Response};

/// Characters of a body that are kept where it is no error document: enough to see whose page it is.
const EXCERPT: usize = 200;
/// Elements or members of an error document that are kept. AWS's longest has about a dozen.
const MOST_MEMBERS: usize = 256;
/// Longer facts are in the details alone, and a longer sentence is cut in the display.
const LONGEST_SHOWN: usize = 100;
const LONGEST_SENTENCE: usize = 400;

/// Headers that are facts about a refusal, besides every `x-amz…`. `date` shows a wrong clock, and
/// `server` and `via` that the answer is somebody else's.
const TELLING_HEADERS: [&str; 6] =
    ["content-type", "date", "location", "retry-after", "server", "via"];

/// An answer that refuses.
#[derive(Debug, Clone, Default)]
pub struct ErrorResponse {
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
    /// Everything else: elements or members by their own names, what the sentence holds of them
    /// under S3's names, then headers in lower case. `body` is the beginning of a body that is no
    /// error document.
    pub details: Vec<(String, String)>,
    /// Where the error document stopped making sense, or being read, if it did; what came before is
    /// kept.
    pub fault: Option<XmlError>,
}

/// Whether `body` is one of AWS's error documents, whatever the status said.
pub(super) fn is_error_document(body: &[u8]) -> bool {
    Document::error_document(body).and_then(|mut xml| xml.root()).is_ok_and(is_error_root)
}

/// S3's, EC2's, and the form of the other Query services, which some AWS-like servers send for EC2.
fn is_error_root(name: &str) -> bool {
    matches!(name, "Error" | "Response" | "ErrorResponse")
}

/// Reads the refusal out of an answer, or out of as much of it as came.
pub(crate) fn read(response: &Response) -> ErrorResponse {
    let mut refusal = ErrorResponse { status: response.head.status, ..ErrorResponse::default() };
    // A document that came with a success's status may be longer than any error's.
    let (body, extent) = match response.body.get(..LONGEST_ERROR) {
        Some(beginning) if beginning.len() < response.body.len() => (beginning, Extent::Beginning),
        _ => (&response.body[..], response.extent),
    };
    // One bad byte is no reason to lose what is around it.
    let text = String::from_utf8_lossy(body);
    if !refusal.read_xml(&text) && !refusal.read_json(&text) {
        refusal.keep("body", excerpt(&text));
    }
    refusal.read_sentence();
    refusal.read_headers(response);
    match std::str::from_utf8(body) {
        Err(error) if error.error_len().is_some() => {
            refusal.fault = Some(XmlError::not_utf8(error));
        }
        // Nothing is bad about a character that has only begun.
        Err(_) | Ok(_) => {}
    }
    if extent == Extent::Beginning {
        let path = refusal.fault.take().map(|fault| fault.path).unwrap_or_default();
        let promised = response.head.header("content-length").map(str::to_owned);
        let read = body.len();
        let kind = XmlErrorKind::TooLong { read, promised };
        refusal.fault = Some(XmlError { at: read, path, kind });
    }
    refusal
}

impl ErrorResponse {
    /// A detail by its name.
    #[must_use]
    pub fn detail(&self, name: &str) -> Option<&str> {
        self.details.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Whether the answer is a page for people.
    pub(crate) fn is_html(&self) -> bool {
        self.detail("content-type").is_some_and(|kind| kind.starts_with("text/html"))
    }

    /// The facts of an answer whose body nobody could use.
    pub(super) fn unread(response: &Response) -> Self {
        let mut facts = Self { status: response.head.status, ..Self::default() };
        facts.keep("body", excerpt(&String::from_utf8_lossy(&response.body)));
        facts.read_headers(response);
        facts
    }

    /// Whether the body was an error document at all.
    fn read_xml(&mut self, body: &str) -> bool {
        let Ok(mut xml) = Document::error_document(body.as_bytes()) else { return false };
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
            _ => return self.keep_member(element, text),
        };
        // EC2's form can hold several errors; the first is the answer, the rest are details.
        match field {
            None => *field = Some(text.into_owned()),
            Some(_) => self.keep_member(element, text),
        }
    }

    fn keep_member(&mut self, name: &str, value: impl Into<String>) {
        if self.details.len() < MOST_MEMBERS {
            self.keep(name, value);
        } else if self.fault.is_none() {
            let kind = XmlErrorKind::TooMany(MOST_MEMBERS);
            self.fault = Some(XmlError { at: 0, path: String::new(), kind });
        }
    }

    /// `API Gateway` answers in JSON, and spells its one member in two ways. Whether it was that.
    fn read_json(&mut self, body: &str) -> bool {
        let mut read = serde_json::from_str(body);
        let is_cut = read.as_ref().is_err_and(serde_json::Error::is_eof) && body.starts_with('{');
        if is_cut {
            // A text is nearly all of it, so that is where it was cut.
            read = serde_json::from_str(&format!("{body}\"}}"));
            self.fault = Some(XmlError::ends_early(body.len()));
        }
        let Ok(serde_json::Value::Object(members)) = read else { return false };
        for (name, value) in members {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            match (name.as_str(), &self.message) {
                ("message" | "Message", None) => self.message = Some(text),
                _ if is_cut => self.keep_member(&name, excerpt(&text)),
                _ => self.keep_member(&name, text),
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

    pub(super) fn keep(&mut self, name: &str, value: impl Into<String>) {
        self.details.push((name.to_owned(), value.into()));
    }

    /// Takes `secrets` out of every text that the service chose.
    pub(crate) fn redact(&mut self, secrets: &Secrets) {
        let fields = [&mut self.code, &mut self.message, &mut self.request_id, &mut self.host_id];
        let details = self.details.iter_mut().map(|(_, value)| value);
        for text in fields.into_iter().flatten().chain(details) {
            secrets.redact(text);
        }
        if let Some(fault) = &mut self.fault {
            fault.redact(secrets);
        }
    }
}

/// One sentence: status, code and message, or what came in their place, the shorter facts and the
/// ids. What is too long for a sentence is in the details.
impl fmt::Display for ErrorResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "refused with {}", self.status)?;
        if let Some(code) = &self.code {
            write!(f, " {code}")?;
        }
        match (&self.message, self.detail("body")) {
            (Some(message), _) => write!(f, ": {}", self.sentence(message))?,
            (None, Some("")) => f.write_str(", without a word")?,
            (None, Some(body)) if self.code.is_none() => {
                write!(f, ", in no form of AWS's{}", self.foreign_words(body))?;
            }
            (None, _) => {}
        }
        self.write_facts(f)?;
        match &self.fault {
            Some(fault @ XmlError { kind: XmlErrorKind::TooLong { .. }, .. }) => {
                write!(f, "; {fault}")
            }
            Some(fault) => write!(f, "; the document is damaged: {fault}"),
            None => Ok(()),
        }
    }
}

impl ErrorResponse {
    /// ` (text/html): "502 Bad Gateway"`: a body that is no document of AWS's, as its reader sees it.
    fn foreign_words(&self, body: &str) -> String {
        let kind = self.detail("content-type").unwrap_or("a body of no stated type");
        let words = if self.is_html() { one_line(&without_tags(body)) } else { one_line(body) };
        format!(" ({kind}): {words:?}")
    }

    /// What a page for people says, where the answer is one.
    pub(crate) fn page(&self) -> String {
        let page = self.detail("body").filter(|_| self.is_html());
        page.map(|page| format!("; it is a page{}", self.foreign_words(page))).unwrap_or_default()
    }

    /// The service's sentence, without what it was made to carry beside.
    fn sentence(&self, message: &str) -> String {
        let before_texts = message.split("\n\n").next().unwrap_or_default();
        let mut sentence = one_line(before_texts);
        if let Some(encoded) = self.encoded_message() {
            let beginning: String = encoded.chars().take(12).collect();
            let count = encoded.chars().count();
            sentence = sentence.replace(encoded, &format!("{beginning}… ({count} characters)"));
        }
        if let Some((end, _)) = sentence.char_indices().nth(LONGEST_SENTENCE) {
            sentence.truncate(end);
            sentence.push('…');
        }
        sentence.truncate(sentence.trim_end_matches('.').len());
        sentence
    }

    /// ` (BucketName x, request id y)`
    pub(crate) fn write_facts(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let details = self.details.iter().filter(|(name, value)| is_shown(name, value));
        let details = details.map(|(name, value)| (name.as_str(), value.as_str()));
        let ids = [("request id", &self.request_id), ("host id", &self.host_id)];
        let ids = ids.into_iter().filter_map(|(name, id)| Some((name, id.as_deref()?)));
        let mut separator = " (";
        for (name, value) in details.chain(ids) {
            write!(f, "{separator}{name} {value}")?;
            separator = ", ";
        }
        if separator == ", " { f.write_str(")") } else { Ok(()) }
    }
}

/// Whether a detail is short, and of use to somebody who reads only this far. The service's elements
/// begin with a capital; of headers only those are shown that say what to do next, or whom to ask.
fn is_shown(name: &str, value: &str) -> bool {
    const OF_NO_USE: [&str; 5] =
        ["SignatureProvided", "Token-0", CANONICAL_REQUEST, STRING_TO_SIGN, ENCODED_MESSAGE];
    const HEADERS: [&str; 4] = ["location", "retry-after", "x-amz-bucket-region", "x-amz-apigw-id"];
    let is_element = name.starts_with(|first: char| first.is_ascii_uppercase());
    (is_element && !OF_NO_USE.contains(&name) || HEADERS.contains(&name))
        && (1..=LONGEST_SHOWN).contains(&value.len())
        && !value.contains(char::is_control)
}

/// What a reader of the page would see.
fn without_tags(page: &str) -> String {
    let texts = page.split('<').map(|part| part.split_once('>').map_or("", |(_, text)| text));
    texts.collect::<Vec<_>>().join(" ")
}

/// With every white space one space.
pub(crate) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl std::error::Error for ErrorResponse {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.fault.as_ref().map(|fault| fault as _)
    }
}

fn excerpt(body: &str) -> String {
    body.chars().take(EXCERPT).collect()
}
