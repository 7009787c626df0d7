//! Error responses. Every fact is kept: from the error document, in any of its three forms, and from
//! the headers.

use std::borrow::Cow;
use std::fmt;

use super::facts::{CANONICAL_REQUEST, ENCODED_MESSAGE, STRING_TO_SIGN};
use super::xml::{Document, XmlError, XmlErrorKind};
use crate::redact::Secrets;
use crate::response::{Extent, MAX_ERROR_BODY, Response};

/// Characters that are kept of a body that is not an error document: enough to see where it comes
/// from.
const EXCERPT: usize = 200;
/// Elements or members that are kept of an error document. AWS's longest has about a dozen.
const MAX_MEMBERS: usize = 256;
/// A longer detail is not displayed.
const MAX_SHOWN: usize = 100;
/// A longer message is cut in the display.
const MAX_SHOWN_MESSAGE: usize = 400;

/// Headers that are kept, besides every `x-amz…`. `date` reveals a wrong clock; `server` and `via`
/// reveal that the response is not from the service.
const KEPT_HEADERS: [&str; 6] =
    ["content-type", "date", "location", "retry-after", "server", "via"];

/// An error response, or the facts of another response that cannot be used.
#[derive(Debug, Clone, Default)]
pub struct ErrorResponse {
    /// HTTP status. It may be 200: S3 sometimes notices an error after it has begun to answer.
    pub status: u16,
    /// For example `NoSuchBucket`; `None` if the body is not an AWS error document.
    pub code: Option<String>,
    /// The service's message.
    pub message: Option<String>,
    /// The id that AWS support asks for.
    pub request_id: Option<String>,
    /// S3's second id.
    pub host_id: Option<String>,
    /// Everything else: elements or members under their own names, facts from the message under S3's
    /// names, then headers in lower case. `body` is the beginning of a body that is not an error
    /// document.
    pub details: Vec<(String, String)>,
    /// Where the error document is invalid or reading stopped. The facts before are kept.
    pub error: Option<XmlError>,
}

/// Whether `body` is an AWS error document, regardless of the status.
pub(super) fn is_error_document(body: &[u8]) -> bool {
    Document::error_document(body).and_then(|mut xml| xml.root()).is_ok_and(is_error_root)
}

/// Whether `name` is the root of an error document: of S3, of EC2, or of the other Query services, whose
/// form some AWS-compatible servers use for EC2.
fn is_error_root(name: &str) -> bool {
    matches!(name, "Error" | "Response" | "ErrorResponse")
}

impl ErrorResponse {
    /// Reads an error response, or the part of it that arrived.
    pub(crate) fn read(response: &Response) -> Self {
        let mut read = Self { status: response.head.status, ..Self::default() };
        // A document that came with a success's status may be longer than an error's.
        let (body, extent) = match response.body.get(..MAX_ERROR_BODY) {
            Some(beginning) if beginning.len() < response.body.len() => {
                (beginning, Extent::Beginning)
            }
            _ => (&response.body[..], response.extent),
        };
        // One invalid byte should not lose the facts around it.
        let text = String::from_utf8_lossy(body);
        if !read.read_xml(&text) && !read.read_json(&text) {
            read.keep("body", excerpt(&text));
        }
        read.read_message();
        read.read_headers(response);
        match std::str::from_utf8(body) {
            Err(error) if error.error_len().is_some() => {
                read.error = Some(XmlError::not_utf8(error));
            }
            // The body may end within a character.
            Err(_) | Ok(_) => {}
        }
        if extent == Extent::Beginning {
            let path = read.error.take().map(|error| error.path).unwrap_or_default();
            let promised = response.head.header("content-length").map(str::to_owned);
            let kind = XmlErrorKind::TooLong { read: body.len(), promised };
            read.error = Some(XmlError { at: body.len(), path, kind });
        }
        read
    }

    /// The facts of a response whose body cannot be used.
    pub(super) fn without_document(response: &Response) -> Self {
        let mut facts = Self { status: response.head.status, ..Self::default() };
        facts.keep("body", excerpt(&String::from_utf8_lossy(&response.body)));
        facts.read_headers(response);
        facts
    }

    /// A detail by its name.
    #[must_use]
    pub fn detail(&self, name: &str) -> Option<&str> {
        self.details.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Whether the body is HTML.
    pub(crate) fn is_html(&self) -> bool {
        self.detail("content-type").is_some_and(|kind| kind.starts_with("text/html"))
    }

    /// Reads an error document in XML. Returns whether the body is one.
    fn read_xml(&mut self, body: &str) -> bool {
        let Ok(mut xml) = Document::error_document(body.as_bytes()) else { return false };
        if !xml.root().is_ok_and(is_error_root) {
            return false;
        }
        let read = xml.leaves(|element, text| self.take(element, text)).and_then(|()| xml.finish());
        if let Err(error) = read {
            self.error = Some(error);
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
            // The session token that was sent.
            "Token-0" => return self.keep(element, Secrets::placeholder()),
            _ => return self.keep_member(element, text),
        };
        // EC2's form can hold several errors. The first one counts, the others are details.
        match field {
            None => *field = Some(text.into_owned()),
            Some(_) => self.keep_member(element, text),
        }
    }

    fn keep_member(&mut self, name: &str, value: impl Into<String>) {
        if self.details.len() < MAX_MEMBERS {
            self.keep(name, value);
        } else if self.error.is_none() {
            let kind = XmlErrorKind::TooMany(MAX_MEMBERS);
            self.error = Some(XmlError { at: 0, path: String::new(), kind });
        }
    }

    /// Reads a JSON object, as API Gateway sends it; its one member is called `message` or `Message`.
    /// Returns whether the body is one.
    fn read_json(&mut self, body: &str) -> bool {
        let mut read = serde_json::from_str(body);
        let is_cut = read.as_ref().is_err_and(serde_json::Error::is_eof) && body.starts_with('{');
        if is_cut {
            // Nearly all of it is one string, so it was cut within that string.
            read = serde_json::from_str(&format!("{body}\"}}"));
            self.error = Some(XmlError::ends_early(body.len()));
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
                _ if name.starts_with("x-amz") || KEPT_HEADERS.contains(&name) => {
                    self.keep(name, value);
                    continue;
                }
                _ => continue,
            };
            // The document's id takes precedence; usually both are the same.
            if *id.get_or_insert_with(|| value.to_string()) != value {
                self.keep(name, value);
            }
        }
    }

    pub(super) fn keep(&mut self, name: &str, value: impl Into<String>) {
        self.details.push((name.to_owned(), value.into()));
    }

    /// Removes `secrets` from every text that the server chose.
    pub(crate) fn redact(&mut self, secrets: &Secrets) {
        let fields = [&mut self.code, &mut self.message, &mut self.request_id, &mut self.host_id];
        let details = self.details.iter_mut().map(|(_, value)| value);
        for text in fields.into_iter().flatten().chain(details) {
            secrets.redact(text);
        }
        if let Some(error) = &mut self.error {
            error.redact(secrets);
        }
    }
}

/// One line: status, code, message or the beginning of the body, the short details and the ids.
impl fmt::Display for ErrorResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "refused with {}", self.status)?;
        if let Some(code) = &self.code {
            write!(f, " {code}")?;
        }
        match (&self.message, self.detail("body")) {
            (Some(message), _) => write!(f, ": {}", self.shown_message(message))?,
            (None, Some("")) => f.write_str(", with an empty body")?,
            (None, Some(body)) if self.code.is_none() => {
                write!(f, ", not an AWS error document{}", self.quote(body))?;
            }
            (None, _) => {}
        }
        self.write_facts(f)?;
        match &self.error {
            Some(error @ XmlError { kind: XmlErrorKind::TooLong { .. }, .. }) => {
                write!(f, "; {error}")
            }
            Some(error) => write!(f, "; the document is damaged: {error}"),
            None => Ok(()),
        }
    }
}

impl ErrorResponse {
    /// ` (text/html): "502 Bad Gateway"`: the type and the visible text of a body that is not an AWS
    /// document.
    fn quote(&self, body: &str) -> String {
        let kind = self.detail("content-type").unwrap_or("no content type");
        let text = if self.is_html() { one_line(&without_tags(body)) } else { one_line(body) };
        format!(" ({kind}): {text:?}")
    }

    /// The visible text of a body in HTML; empty for any other body.
    pub(super) fn html_quote(&self) -> String {
        let page = self.detail("body").filter(|_| self.is_html());
        page.map(|page| format!("; it is a page{}", self.quote(page))).unwrap_or_default()
    }

    /// The message without long texts, which are in the details.
    fn shown_message(&self, message: &str) -> String {
        let mut shown = one_line(message.split("\n\n").next().unwrap_or_default());
        if let Some(encoded) = self.encoded_message() {
            let beginning: String = encoded.chars().take(12).collect();
            let count = encoded.chars().count();
            shown = shown.replace(encoded, &format!("{beginning}… ({count} characters)"));
        }
        if let Some((end, _)) = shown.char_indices().nth(MAX_SHOWN_MESSAGE) {
            shown.truncate(end);
            shown.push('…');
        }
        shown.truncate(shown.trim_end_matches('.').len());
        shown
    }

    /// Writes the short details and the ids: ` (BucketName x, request id y)`.
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

/// Whether a detail is displayed: if it is short and of use without the others. The service's elements
/// begin with a capital letter; of the headers, only those are shown that help to act on the error.
fn is_shown(name: &str, value: &str) -> bool {
    const NOT_SHOWN: [&str; 5] =
        ["SignatureProvided", "Token-0", CANONICAL_REQUEST, STRING_TO_SIGN, ENCODED_MESSAGE];
    const HEADERS: [&str; 4] = ["location", "retry-after", "x-amz-bucket-region", "x-amz-apigw-id"];
    let is_element = name.starts_with(|first: char| first.is_ascii_uppercase());
    (is_element && !NOT_SHOWN.contains(&name) || HEADERS.contains(&name))
        && (1..=MAX_SHOWN).contains(&value.len())
        && !value.contains(char::is_control)
}

/// The text of an HTML page.
fn without_tags(page: &str) -> String {
    let texts = page.split('<').map(|part| part.split_once('>').map_or("", |(_, text)| text));
    texts.collect::<Vec<_>>().join(" ")
}

/// `text` with each run of white space replaced by a space.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl std::error::Error for ErrorResponse {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.error.as_ref().map(|error| error as _)
    }
}

fn excerpt(body: &str) -> String {
    body.chars().take(EXCERPT).collect()
}
