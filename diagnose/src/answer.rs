//! What a service says when it refuses a signature. S3 and the JSON services show the canonical request and the
//! string to sign that they computed; EC2 shows neither.

use quick_xml::escape::unescape;

/// The parts of an answer that help.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answer {
    /// The error code.
    pub code: Option<String>,
    /// The canonical request that the service computed.
    pub canonical_request: Option<String>,
    /// The string to sign that the service computed.
    pub string_to_sign: Option<String>,
}

impl Answer {
    /// Reads an answer: XML or JSON, with or without the HTTP head before it.
    #[must_use]
    pub fn read(text: &str) -> Self {
        // API Gateway has its code in a header, the JSON services in a member.
        let header = text.lines().find_map(|line| {
            line.split_once(':').filter(|(name, _)| name.eq_ignore_ascii_case("x-amzn-errortype"))
        });
        let code = element(text, "Code")
            .or_else(|| member(text, "__type").map(|code| after_hash(&code)))
            .or_else(|| {
                header.map(|(_, code)| code.trim().split(':').next().unwrap_or_default().to_owned())
            });
        let message =
            member(text, "message").or_else(|| member(text, "Message")).unwrap_or_default();
        let quoted = |label: &str| {
            let (_, rest) = message.split_once(label)?;
            rest.split_once('\'').map(|(value, _)| value.to_owned())
        };
        Self {
            code,
            canonical_request: element(text, "CanonicalRequest")
                .or_else(|| quoted("The Canonical String for this request should have been\n'")),
            string_to_sign: element(text, "StringToSign")
                .or_else(|| quoted("The String-to-Sign should have been\n'")),
        }
    }

    /// Where the service's canonical request differs from `ours`, in a sentence.
    #[must_use]
    pub fn difference(&self, ours: &str) -> Option<String> {
        let theirs = self.canonical_request.as_ref()?;
        if theirs == ours {
            return Some(
                "the service computed the same canonical request: the secret, or the key that is derived from it, is wrong"
                    .to_owned(),
            );
        }
        let pairs = theirs.lines().map(Some).chain(std::iter::repeat(None));
        let lines = ours.lines().map(Some).chain(std::iter::repeat(None)).zip(pairs);
        let most = theirs.lines().count().max(ours.lines().count());
        let (number, (ours, theirs)) =
            lines.take(most).enumerate().find(|(_, (ours, theirs))| ours != theirs)?;
        let name = match number {
            0 => "the method",
            1 => "the path",
            2 => "the query",
            _ if number + 1 == most => "the payload's hash",
            _ => "a header, or the list of headers",
        };
        Some(format!(
            "line {} of the canonical request, {name}, differs: the service computed {:?}, the request as it is shown here gives {:?}",
            number + 1,
            theirs.unwrap_or("no such line"),
            ours.unwrap_or("no such line")
        ))
    }
}

/// The text of the first XML element of that name.
fn element(text: &str, name: &str) -> Option<String> {
    let (_, rest) = text.split_once(&format!("<{name}>"))?;
    let (value, _) = rest.split_once(&format!("</{name}>"))?;
    unescape(value).ok().map(std::borrow::Cow::into_owned)
}

/// The member of that name of the JSON object in `text`.
fn member(text: &str, name: &str) -> Option<String> {
    let json: serde_json::Value = serde_json::from_str(text.get(text.find('{')?..)?.trim()).ok()?;
    Some(json.get(name)?.as_str()?.to_owned())
}

/// `com.amazon.coral.service#InvalidSignatureException` without what stands before the hash.
fn after_hash(code: &str) -> String {
    code.rsplit('#').next().unwrap_or(code).to_owned()
}
