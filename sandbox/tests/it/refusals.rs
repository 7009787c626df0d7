//! The order of checks of each service, every refusal held against the fact it plays: its status,
//! its code, its message, word for word.

mod ec2;
mod execute_api;
mod s3;

use sandbox::{Options, Sandbox, facts};

use super::support::Answer;

fn sandbox() -> Sandbox {
    Sandbox::start(Options::default()).expect("a free port")
}

/// Checks an answer against the fact of that case, its placeholders filled.
#[track_caller]
pub(crate) fn assert_plays(answer: &Answer, service: &str, case: &str, filled: &[(&str, &str)]) {
    let fact = facts::find(service, case).unwrap_or_else(|| panic!("no fact {service} {case:?}"));
    let mut message = fact.message.clone().unwrap();
    for (name, value) in filled {
        message = message.replacen(&format!("{{{name}}}"), value, 1);
    }
    let (code, said) = match service {
        "execute-api" => {
            let body: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
            let body = body.as_object().unwrap();
            assert_eq!(body.len(), 1, "{body:?}");
            let said = body.values().next().unwrap().as_str().unwrap().to_owned();
            (answer.header("x-amzn-errortype").to_owned(), said)
        }
        _ => (answer.element("Code").unwrap(), answer.element("Message").unwrap()),
    };
    assert_eq!(
        (answer.status, code.as_str(), said.as_str()),
        (fact.status.unwrap(), fact.code.as_deref().unwrap(), message.as_str()),
        "{case}"
    );
    let content_type = fact.content_type.as_deref().unwrap_or_default();
    assert_eq!(answer.header("content-type"), content_type, "{case}");
    let example = fact.body.as_deref().unwrap();
    assert_eq!(shape(&answer.body), shape(example), "{case}: {} against {example}", answer.body);
}

/// The tags of an XML document in their order, or the keys of a JSON object, with their values left
/// out: what two answers to one case have in common.
fn shape(body: &str) -> Vec<String> {
    if let Ok(serde_json::Value::Object(members)) = serde_json::from_str(body) {
        return members.into_iter().map(|(key, _)| key).collect();
    }
    let tags = body.split('<').skip(1).filter_map(|part| part.split_once('>'));
    tags.map(|(tag, _)| tag.to_owned()).collect()
}
