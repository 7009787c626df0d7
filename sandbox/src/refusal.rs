//! Refusals, and the error document of each service.

use crate::facts::FactId;
use crate::xml::{XML_DECLARATION, element};

/// A request is refused: what the error document and the response's head say.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) code: String,
    pub(crate) message: String,
    /// Further elements of S3's error document, which follow the message in this order.
    pub(crate) details: Vec<(&'static str, String)>,
    /// Further headers of the response.
    pub(crate) headers: Vec<(&'static str, String)>,
}

impl Refusal {
    /// A refusal with the status, code and message of a fact.
    pub(crate) fn from_fact(id: FactId) -> Self {
        let fact = id.fact();
        Refusal::without_fact(
            fact.status.unwrap_or(500),
            fact.code.as_deref().unwrap_or_default(),
            fact.message.clone().unwrap_or_default(),
        )
    }

    /// A refusal for which there is no fact. A comment at the call names the source of the words,
    /// unless they are the sandbox's own.
    pub(crate) fn without_fact(status: u16, code: &str, message: impl Into<String>) -> Self {
        Refusal {
            status,
            code: code.to_owned(),
            message: message.into(),
            details: Vec::new(),
            headers: Vec::new(),
        }
    }

    /// Replaces the placeholders of the message, such as `{arn}`, by `values` in order. A value that
    /// contains braces stays as it is.
    pub(crate) fn fill(mut self, values: &[&str]) -> Self {
        let mut values = values.iter();
        let mut pieces = self.message.split('{');
        let mut message = pieces.next().unwrap_or_default().to_owned();
        for piece in pieces {
            let (_, rest) = piece.split_once('}').unwrap_or(("", piece));
            message.push_str(values.next().unwrap_or(&""));
            message.push_str(rest);
        }
        self.message = message;
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

    /// S3's error document: flat, without a namespace and without white space between elements.
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

    /// EC2's error document. Its element is `RequestID`, with a capital D; in a success it is
    /// `requestId`.
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

    /// API Gateway's error document: one key, with a capital M only in an access denial. The code is
    /// in a header.
    pub(crate) fn api_document(&self) -> String {
        let key = if self.code == "AccessDeniedException" { "Message" } else { "message" };
        serde_json::json!({ key: self.message }).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts;

    #[test]
    fn s3_documents_carry_the_details_escaped() {
        let refusal = Refusal::from_fact(facts::s3::NO_SUCH_KEY).detail("Key", "a\"<\r\n'\u{1}");
        assert_eq!(
            refusal.s3_document("R", "H"),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>NoSuchKey</Code>\
             <Message>The specified key does not exist.</Message><Key>a&quot;&lt;&#13;\n'\u{fffd}\
             </Key><RequestId>R</RequestId><HostId>H</HostId></Error>"
        );
    }

    #[test]
    fn ec2_documents_carry_code_message_and_request_id() {
        assert_eq!(
            Refusal::from_fact(facts::ec2::AUTH_FAILURE).ec2_document("R"),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response><Errors><Error>\
             <Code>AuthFailure</Code><Message>AWS was not able to validate the provided access \
             credentials</Message></Error></Errors><RequestID>R</RequestID></Response>"
        );
    }

    #[test]
    fn api_gateway_documents_capitalise_the_key_of_a_denial() {
        let missing = Refusal::from_fact(facts::execute_api::MISSING_TOKEN);
        assert_eq!(missing.api_document(), r#"{"message":"Missing Authentication Token"}"#);
        let denied = Refusal::from_fact(facts::execute_api::NOT_ALLOWED).fill(&["A", "B"]);
        assert!(denied.api_document().starts_with(r#"{"Message":"User: A is not"#));
    }

    #[test]
    fn placeholders_are_filled_in_one_pass() {
        let refusal = Refusal::without_fact(400, "Code", "{a} and {b}.").fill(&["{b}", "x"]);
        assert_eq!(refusal.message, "{b} and x.");
    }
}
