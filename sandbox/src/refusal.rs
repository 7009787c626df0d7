//! A refusal, from the facts, and the document in which each service words it.

use std::fmt::Write as _;

use crate::facts::Case;

/// The service says no.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) code: String,
    pub(crate) message: String,
    /// Further elements of S3's error document, in order, after the message.
    pub(crate) details: Vec<(&'static str, String)>,
    /// Further headers of the answer.
    pub(crate) headers: Vec<(&'static str, String)>,
}

impl Refusal {
    /// A refusal with the status, code and message of the facts.
    pub(crate) fn of(case: Case) -> Self {
        let fact = case.fact();
        Refusal::beyond_the_facts(
            fact.status.unwrap_or(500),
            fact.code.as_deref().unwrap_or_default(),
            fact.message.clone().unwrap_or_default(),
        )
    }

    /// A refusal for which there is no fact: the caller says where it comes from, if not from us.
    pub(crate) fn beyond_the_facts(status: u16, code: &str, message: impl Into<String>) -> Self {
        Refusal {
            status,
            code: code.to_owned(),
            message: message.into(),
            details: Vec::new(),
            headers: Vec::new(),
        }
    }

    /// Puts `value` where the message has `{name}`.
    pub(crate) fn fill(mut self, name: &str, value: &str) -> Self {
        self.message = self.message.replace(&format!("{{{name}}}"), value);
        self
    }

    /// Puts `value` where the message has its first `{name}`.
    pub(crate) fn fill_first(mut self, name: &str, value: &str) -> Self {
        self.message = self.message.replacen(&format!("{{{name}}}"), value, 1);
        self
    }

    pub(crate) fn detail(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.details.push((name, value.into()));
        self
    }

    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// S3's document: flat, without a namespace, with no white space between elements.
    pub(crate) fn s3_document(&self, request_id: &str, host_id: &str) -> String {
        let mut xml = String::from(XML_DECLARATION);
        xml.push_str("<Error>");
        element(&mut xml, "Code", &self.code);
        element(&mut xml, "Message", &self.message);
        for (name, value) in &self.details {
            element(&mut xml, name, value);
        }
        element(&mut xml, "RequestId", request_id);
        element(&mut xml, "HostId", host_id);
        xml.push_str("</Error>");
        xml
    }

    /// EC2's document; its `RequestID` has a capital D, where its successes have `requestId`.
    pub(crate) fn ec2_document(&self, request_id: &str) -> String {
        let mut xml = String::from(XML_DECLARATION);
        xml.push_str("<Response><Errors><Error>");
        element(&mut xml, "Code", &self.code);
        element(&mut xml, "Message", &self.message);
        xml.push_str("</Error></Errors>");
        element(&mut xml, "RequestID", request_id);
        xml.push_str("</Response>");
        xml
    }

    /// API Gateway's document: one key, whose first letter depends on who refuses; the code is in
    /// a header only.
    pub(crate) fn api_document(&self) -> String {
        let key = if self.code == "AccessDeniedException" { "Message" } else { "message" };
        serde_json::json!({ key: self.message }).to_string()
    }
}

/// The declaration, followed by the one line feed that AWS's documents have.
pub(crate) const XML_DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

/// Writes `<name>text</name>`.
pub(crate) fn element(xml: &mut String, name: &str, text: &str) {
    let _ = write!(xml, "<{name}>");
    escape(xml, text);
    let _ = write!(xml, "</{name}>");
}

/// Writes text as AWS does: quotes escaped too, apostrophes and line feeds as they are.
///
/// A carriage return has to be a reference, or the parser turns it into a line feed. What XML 1.0
/// cannot carry at all (section 2.2) becomes U+FFFD.
pub(crate) fn escape(xml: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '&' => xml.push_str("&amp;"),
            '<' => xml.push_str("&lt;"),
            '>' => xml.push_str("&gt;"),
            '"' => xml.push_str("&quot;"),
            '\r' => xml.push_str("&#13;"),
            '\n' | '\t' => xml.push(character),
            '\u{fffe}' | '\u{ffff}' | '\0'..'\u{20}' => xml.push('\u{fffd}'),
            _ => xml.push(character),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts;

    #[test]
    fn s3_says_which_key_it_does_not_have() {
        let refusal = Refusal::of(facts::s3::NO_SUCH_KEY).detail("Key", "a\"<\r\n'\u{1}");
        assert_eq!(
            refusal.s3_document("R", "H"),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>NoSuchKey</Code>\
             <Message>The specified key does not exist.</Message><Key>a&quot;&lt;&#13;\n'\u{fffd}\
             </Key><RequestId>R</RequestId><HostId>H</HostId></Error>"
        );
    }

    #[test]
    fn ec2_says_next_to_nothing() {
        assert_eq!(
            Refusal::of(facts::ec2::AUTH_FAILURE).ec2_document("R"),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response><Errors><Error>\
             <Code>AuthFailure</Code><Message>AWS was not able to validate the provided access \
             credentials</Message></Error></Errors><RequestID>R</RequestID></Response>"
        );
    }

    #[test]
    fn api_gateway_spells_its_key_in_two_ways() {
        let missing = Refusal::of(facts::execute_api::MISSING_TOKEN);
        assert_eq!(missing.api_document(), r#"{"message":"Missing Authentication Token"}"#);
        let denied = Refusal::of(facts::execute_api::NOT_ALLOWED).fill_first("arn", "A");
        assert!(denied.api_document().starts_with(r#"{"Message":"User: A is not"#));
    }
}
