//! The facts in the service's answer, read from the endpoint's record without the code of either client.

use findings::errors::{Fact, WireAnswer};
use quick_xml::{Reader, escape::resolve_predefined_entity, events::Event};
use sandbox::recording::RecordedResponse;
use serde_json::Value;

/// Headers that say something about an error, and the names of the facts in them.
const FACT_HEADERS: [(&str, &str); 7] = [
    ("x-amzn-errortype", "code"),
    ("x-amz-request-id", "request_id"),
    ("x-amzn-requestid", "request_id"),
    ("x-amz-id-2", "host_id"),
    ("x-amz-apigw-id", "x-amz-apigw-id"),
    ("location", "location"),
    ("retry-after", "retry-after"),
];

const BUCKET_REGION: &str = "x-amz-bucket-region";

/// Headers that tell who sent an answer that does not come from AWS.
const ORIGIN: [&str; 2] = ["content-type", "server"];

/// Elements that are not facts: S3's hexadecimal copies of two others, and the session token, a secret.
const NOT_FACTS: [&str; 3] = ["StringToSignBytes", "CanonicalRequestBytes", "Token-0"];

/// EC2's text before a message that only AWS can decode.
const ENCODED: &str = "Encoded authorization failure message: ";

/// The words of a body that does not come from AWS that count as a fact.
const MAX_WORDS: usize = 6;

/// Converts the record of an answer. `mask` removes secrets from a text.
pub(super) fn wire_answer(answer: &RecordedResponse, mask: impl Fn(&mut String)) -> WireAnswer {
    let mut body = String::from_utf8_lossy(&answer.body.start).into_owned();
    let cut = !answer.body.is_whole();
    if cut {
        // An incomplete element goes, because half a secret in it would not be recognised.
        body.truncate(body.rfind('>').map_or(body.len(), |at| at + 1));
    }
    mask(&mut body);
    let mut headers = answer.headers.clone();
    for (_, value) in &mut headers {
        mask(value);
    }
    WireAnswer {
        status: Some(answer.status),
        headers,
        body: Some(body),
        cut,
        length: Some(answer.body.length),
        sha256: Some(answer.body.sha256.clone()),
    }
}

/// Every fact in `wire`, once. `extra_headers` are headers that are facts in this case only.
pub(super) fn facts(wire: &WireAnswer, extra_headers: &[&str]) -> Vec<Fact> {
    let mut facts = Facts(Vec::new());
    let Some(status) = wire.status else { return facts.0 };
    facts.add("status", status.to_string());
    let body = wire.body.as_deref().unwrap_or_default();
    let is_read = facts.read_xml(body) || facts.read_json(body) || is_answer(body);
    if !is_read && !body.is_empty() {
        facts.add("body", first_words(body));
        for name in ORIGIN {
            facts.add_header(wire, name, name);
        }
    }
    for (name, fact) in FACT_HEADERS {
        facts.add_header(wire, name, fact);
    }
    // Every listing has this header too, so it is a fact only about an error.
    if status >= 300 {
        facts.add_header(wire, BUCKET_REGION, BUCKET_REGION);
    }
    for name in extra_headers {
        facts.add_header(wire, name, name);
    }
    facts.0
}

/// The service's error code, if it sent one.
pub(super) fn code(wire: &WireAnswer) -> Option<String> {
    facts(wire, &[]).into_iter().find(|fact| fact.name == "code").map(|fact| fact.value)
}

struct Facts(Vec<Fact>);

impl Facts {
    /// Adds a fact unless its name is known: the body is read first, and a header may repeat it.
    fn add(&mut self, name: &str, value: impl Into<String>) {
        let value = value.into().trim().to_owned();
        let is_known = self.0.iter().any(|fact| fact.name == name);
        if !value.is_empty() && !is_known && !NOT_FACTS.contains(&name) {
            self.0.push(Fact { name: name.to_owned(), value });
        }
    }

    fn add_header(&mut self, wire: &WireAnswer, name: &str, fact: &str) {
        if let Some(value) = wire.header(name) {
            self.add(fact, value);
        }
    }

    /// Reads an error document of S3 or EC2, and returns whether `body` is one.
    fn read_xml(&mut self, body: &str) -> bool {
        let mut reader = Reader::from_str(body);
        let (mut root, mut element, mut text) = (None, String::new(), String::new());
        // A truncated or malformed document still has the facts before that point.
        loop {
            match reader.read_event() {
                Ok(Event::Start(start)) => {
                    let name = start.name().as_ref().to_owned();
                    root.get_or_insert_with(|| name.clone());
                    if !matches!(root.as_deref(), Some("Error" | "Response")) {
                        return false;
                    }
                    element = name;
                    text.clear();
                }
                Ok(Event::Text(piece)) => {
                    text.push_str(&piece.xml10_content());
                }
                Ok(Event::GeneralRef(entity)) => match text_of(&entity) {
                    Some(piece) => text.push_str(&piece),
                    // An entity that is not predefined has no value here: it may be an attack.
                    None => element.clear(),
                },
                Ok(Event::End(_)) => {
                    self.add_element(&element, &text);
                    element.clear();
                }
                Ok(Event::Eof) | Err(_) => return root.is_some(),
                Ok(_) => {}
            }
        }
    }

    fn add_element(&mut self, element: &str, text: &str) {
        match element {
            "" => {}
            "Code" => self.add("code", text),
            "Message" => self.add_message(text),
            "RequestId" | "RequestID" => self.add("request_id", text),
            "HostId" => self.add("host_id", text),
            other => self.add(other, text),
        }
    }

    /// Reads an error document of API Gateway, and returns whether `body` is one.
    fn read_json(&mut self, body: &str) -> bool {
        let Ok(Value::Object(members)) = serde_json::from_str(body) else { return false };
        for (name, value) in members {
            match value.as_str() {
                Some(text) if name.eq_ignore_ascii_case("message") => self.add_message(text),
                Some(text) => self.add(&name, text),
                None => self.add(&name, value.to_string()),
            }
        }
        true
    }

    /// Adds the message, and the facts that are embedded in it.
    fn add_message(&mut self, text: &str) {
        self.add("message", text);
        if let Some((_, encoded)) = text.split_once(ENCODED) {
            self.add("encoded_message", encoded);
        }
        for (name, before) in [
            ("CanonicalRequest", "The Canonical String for this request should have been\n'"),
            ("StringToSign", "The String-to-Sign should have been\n'"),
        ] {
            let quoted = text.split_once(before).and_then(|(_, rest)| rest.split_once('\''));
            if let Some((value, _)) = quoted {
                self.add(name, value);
            }
        }
        // "Signature expired: {sent} is now earlier than {limit} ({now} - 5 min.)", or later.
        if let Some((_, times)) =
            text.strip_prefix("Signature ").and_then(|rest| rest.split_once(": "))
        {
            let first_word = |text: &str| text.split(' ').next().unwrap_or_default().to_owned();
            self.add("RequestTime", first_word(times));
            if let Some((_, now)) = times.split_once('(') {
                self.add("ServerTime", first_word(now));
            }
        }
    }
}

/// The first words of an HTML page's first visible text, or of any other body.
fn first_words(body: &str) -> String {
    let is_page = body.trim_start().starts_with('<');
    let texts = body.split('<').skip(1).filter_map(|part| part.split_once('>'));
    let first = texts.map(|(_tag, text)| text).find(|text| !text.trim().is_empty());
    let text = first.filter(|_| is_page).unwrap_or(body);
    text.split_whitespace().take(MAX_WORDS).collect::<Vec<_>>().join(" ")
}

/// Whether a body is the normal answer of an operation, which has no facts about an error.
fn is_answer(body: &str) -> bool {
    let start = body.trim_start();
    start.starts_with("<?xml")
        && ["Result", "Response"].iter().any(|end| {
            let root = start.split('<').nth(2).unwrap_or_default();
            root.split([' ', '>']).next().unwrap_or_default().ends_with(end)
        })
}

fn text_of(entity: &quick_xml::events::BytesRef<'_>) -> Option<String> {
    if let Ok(Some(character)) = entity.resolve_char_ref() {
        return Some(character.to_string());
    }
    resolve_predefined_entity(entity).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use findings::errors::{Fact, WireAnswer};

    fn facts(status: u16, headers: &[(&str, &str)], body: &str) -> Vec<(String, String)> {
        let headers = headers.iter().map(|&(name, value)| (name.into(), value.into())).collect();
        let wire = WireAnswer {
            status: Some(status),
            headers,
            body: Some(body.into()),
            ..WireAnswer::default()
        };
        super::facts(&wire, &["date"])
            .into_iter()
            .map(|Fact { name, value }| (name, value))
            .collect()
    }

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    #[test]
    fn a_fact_in_s3s_document_and_in_a_header_is_counted_once() {
        let body = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>SignatureDoesNotMatch\
                    </Code><Message>No &amp; no.</Message><StringToSign>a\nb</StringToSign>\
                    <StringToSignBytes>61 0a 62</StringToSignBytes><Token-0>hush</Token-0>\
                    <RequestId>R</RequestId><HostId>H</HostId></Error>";
        let headers = [("x-amz-request-id", "R"), ("x-amz-id-2", "H"), ("date", "today")];
        let expected = [
            ("status", "403"),
            ("code", "SignatureDoesNotMatch"),
            ("message", "No & no."),
            ("StringToSign", "a\nb"),
            ("request_id", "R"),
            ("host_id", "H"),
            ("date", "today"),
        ];
        assert_eq!(facts(403, &headers, body), pairs(&expected));
    }

    #[test]
    fn the_encoded_part_of_a_message_is_a_fact_too() {
        let body = "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>You may \
                    not. Encoded authorization failure message: AbC-_</Message></Error></Errors>\
                    <RequestID>R</RequestID></Response>";
        let facts = facts(403, &[], body);
        assert!(facts.contains(&("encoded_message".into(), "AbC-_".into())), "{facts:?}");
        assert!(facts.contains(&("request_id".into(), "R".into())), "{facts:?}");
    }

    #[test]
    fn api_gateways_code_is_in_a_header_and_two_facts_are_in_its_message() {
        let body = r#"{"message":"No. The Canonical String for this request should have been\n'GET\n/'\n\nThe String-to-Sign should have been\n'AWS4\nx'\n"}"#;
        let facts = facts(403, &[("x-amzn-errortype", "InvalidSignatureException")], body);
        for (name, value) in [
            ("code", "InvalidSignatureException"),
            ("CanonicalRequest", "GET\n/"),
            ("StringToSign", "AWS4\nx"),
        ] {
            assert!(facts.contains(&(name.into(), value.into())), "{facts:?}");
        }
    }

    #[test]
    fn a_page_that_is_not_from_aws_has_its_first_words_and_its_sender() {
        let headers = [("content-type", "text/html"), ("server", "nginx")];
        let expected = [
            ("status", "502"),
            ("body", "502 Bad Gateway"),
            ("content-type", "text/html"),
            ("server", "nginx"),
        ];
        let body = "<html>\n<h1>502 Bad Gateway</h1>\r\n</html>";
        assert_eq!(facts(502, &headers, body), pairs(&expected));
        let sentence = facts(503, &[], "one two three four five six seven");
        assert_eq!(sentence[1], ("body".into(), "one two three four five six".into()));
    }

    #[test]
    fn the_times_in_api_gateways_message_are_facts() {
        let body = r#"{"message":"Signature expired: 20260101T000000Z is now earlier than 20260101T001043Z (20260101T001543Z - 5 min.)"}"#;
        let facts = facts(403, &[("x-amz-apigw-id", "A=")], body);
        for (name, value) in [
            ("RequestTime", "20260101T000000Z"),
            ("ServerTime", "20260101T001543Z"),
            ("x-amz-apigw-id", "A="),
        ] {
            assert!(facts.contains(&(name.into(), value.into())), "{facts:?}");
        }
    }

    #[test]
    fn a_listing_and_an_undefined_entity_have_no_facts() {
        let listing = "<?xml version=\"1.0\"?>\n<ListBucketResult xmlns=\"x\"><Name>b</Name>";
        assert_eq!(facts(200, &[], listing), pairs(&[("status", "200")]));
        let trap = "<!DOCTYPE Error [<!ENTITY a \"ha\">]><Error><Code>InternalError</Code>\
                    <Message>&a;</Message></Error>";
        let expected = [("status", "500"), ("code", "InternalError")];
        assert_eq!(facts(500, &[], trap), pairs(&expected));
    }
}
