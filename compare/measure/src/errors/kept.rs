//! Which facts an error's texts contain. A value counts only as a word of its own: 403 does not count in a
//! request id that happens to contain these digits, nor `NotFound` in `InvalidAMIID.NotFound`.

use contract::Failure;
use findings::errors::{Fact, KeptBy};

/// Looks for each of `facts` in every text of `failure`.
pub(super) fn kept_by(failure: &Failure, facts: &[Fact]) -> KeptBy {
    let found_in = |text: &str| {
        let readings = Readings::of(text);
        let kept = facts.iter().filter(|fact| readings.contain(&fact.value));
        kept.map(|fact| fact.name.clone()).collect()
    };
    let accessors: Vec<_> = accessors(failure).map(|text| Readings::of(&text)).collect();
    let api = facts.iter().filter(|fact| accessors.iter().any(|it| it.contain(&fact.value)));
    KeptBy {
        display: found_in(&failure.display),
        error_context: found_in(without_dump(failure)),
        debug: found_in(&failure.debug),
        api: api.map(|fact| fact.name.clone()).collect(),
    }
}

/// The text that the side recommends to print. The SDK's ends in a copy of `{:?}`, in brackets, which is
/// cut off.
pub(super) fn without_dump(failure: &Failure) -> &str {
    let Failure { context, debug, .. } = failure;
    let beginning: String = debug.chars().take(80).collect();
    match context.find(&format!(" ({beginning}")) {
        Some(at) if !beginning.is_empty() => &context[..at],
        _ => context,
    }
}

fn accessors(failure: &Failure) -> impl Iterator<Item = String> {
    let status = failure.status.map(|status| status.to_string());
    let fields = [&failure.code, &failure.message, &failure.request_id, &failure.host_id];
    let fields: Vec<_> = fields.into_iter().flatten().cloned().collect();
    // Under this name raw keeps the start of a body that it could not decode.
    let details = failure.details.iter().filter(|(name, _)| name != "body");
    let details: Vec<_> = details.map(|(_, value)| value.clone()).collect();
    status.into_iter().chain(fields).chain(details)
}

/// A text as it is, without the escapes of `{:?}` and JSON, and also without those of XML; with single
/// spaces in all three.
struct Readings([String; 3]);

impl Readings {
    fn of(text: &str) -> Self {
        let unescaped = without_escapes(text);
        let decoded = without_entities(&unescaped);
        Self([text.to_owned(), unescaped, decoded].map(|text| single_spaced(&text)))
    }

    fn contain(&self, value: &str) -> bool {
        // A full stop is no loss: a client may continue the sentence.
        let value = single_spaced(value);
        let value = value.trim_end_matches('.');
        !value.is_empty() && self.0.iter().any(|text| contains_word(text, value))
    }
}

/// Whether `text` contains `value` as a word of its own.
fn contains_word(text: &str, value: &str) -> bool {
    text.match_indices(value).any(|(at, _)| {
        let (before, after) = (&text[..at], &text[at + value.len()..]);
        !continues(before.chars().rev()) && !continues(after.chars())
    })
}

/// Whether the word continues: with a letter or digit, or with one after a character that joins the parts
/// of names, versions, paths, times and ids.
fn continues(mut next: impl Iterator<Item = char>) -> bool {
    match next.next() {
        Some(character) if character.is_alphanumeric() || character == '_' => true,
        Some('-' | '.' | '/' | '+' | ':') => next.next().is_some_and(char::is_alphanumeric),
        _ => false,
    }
}

fn single_spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Undoes the escapes of `{:?}` and of JSON.
fn without_escapes(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => match characters.next() {
                Some('n') => plain.push('\n'),
                Some('r') => plain.push('\r'),
                Some('t') => plain.push('\t'),
                Some(escaped) => plain.push(escaped),
                None => {}
            },
            _ => plain.push(character),
        }
    }
    plain
}

/// Leaves unknown entities as they are, because most of the text is not XML.
fn without_entities(text: &str) -> String {
    let pairs = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&")];
    pairs.iter().fold(text.to_owned(), |text, (entity, character)| text.replace(entity, character))
}

#[cfg(test)]
mod tests {
    use contract::{Failure, Stage};

    use super::{Fact, Readings, kept_by};

    fn contains(text: &str, value: &str) -> bool {
        Readings::of(text).contain(value)
    }

    #[test]
    fn a_value_counts_only_as_a_word_of_its_own() {
        for text in ["refused with 403: no", "StatusCode(403)", "status=403", "status: 403.", "403"]
        {
            assert!(contains(text, "403"), "{text}");
        }
        for text in [
            "request id A403B",
            "http://127.0.0.1:40312/",
            "http://127.0.0.1:403/",
            "a1-403-b",
            "1.403",
            "x_403",
            "",
        ] {
            assert!(!contains(text, "403"), "{text}");
        }
        assert!(!contains("InvalidAMIID.NotFound", "NotFound"));
        assert!(!contains("bucket.s3-eu-west-1.amazonaws.com", "eu-west-1"));
        assert!(contains("expecting 'eu-west-1'", "eu-west-1"));
        assert!(!contains("eu-west-1a", "eu-west-1"));
    }

    #[test]
    fn a_sentence_may_lose_only_its_full_stop() {
        assert!(contains("404: The key does not exist (R)", "The key does not exist."));
        assert!(!contains("404: The key does not", "The key does not exist."));
    }

    #[test]
    fn several_lines_are_found_in_every_escaped_form() {
        let value = "GET\n/a&b\n\nhost:\"h\"";
        assert!(contains("it was:\n  GET\n  /a&b\n\n  host:\"h\"", value));
        assert!(contains(r#"b"<C>GET\n/a&amp;b\n\nhost:&quot;h&quot;</C>""#, value));
        assert!(contains(r#"{"message":"GET\n/a&b\n\nhost:\"h\""}"#, value));
        assert!(!contains("GET\n/a&b", value));
    }

    #[test]
    fn a_fact_that_only_a_dump_contains_is_lost() {
        let fact = |name: &str, value: &str| Fact { name: name.into(), value: value.into() };
        let facts = [fact("status", "403"), fact("code", "No"), fact("StringToSign", "a\nb")];
        let debug = r#"Error { status: 403, body: b"<Code>No</Code><S>a\nb</S>" }"#;
        let failure = Failure {
            status: Some(403),
            context: format!("service error: No ({debug})"),
            debug: debug.to_owned(),
            details: vec![("body".into(), "a\nb".into())],
            ..Failure::new(Stage::Service, "service error")
        };
        let kept = kept_by(&failure, &facts);
        assert!(kept.display.is_empty());
        assert_eq!(kept.error_context, ["code"]);
        assert_eq!(kept.debug, ["status", "code", "StringToSign"]);
        assert_eq!(kept.api, ["status"]);
        assert_eq!(kept.lost(&facts), ["StringToSign"]);
    }
}
