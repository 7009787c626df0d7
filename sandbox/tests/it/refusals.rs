//! Each service's refusals, and the order of its checks. Every refusal is compared with its fact.

mod ec2;
mod execute_api;
mod s3;

use sandbox::{Sandbox, facts};

use super::support::{HttpResponse, start};

/// Compares a response with the fact of that case, with `values` in place of its placeholders.
#[track_caller]
pub(crate) fn assert_matches_fact(
    response: &HttpResponse,
    service: &str,
    case: &str,
    values: &[&str],
) {
    let fact = facts::find(service, case).unwrap_or_else(|| panic!("no fact {service} {case:?}"));
    let mut message = fact.message.clone().unwrap();
    for value in values {
        let (start, rest) = message.split_once('{').expect("a placeholder for each value");
        message = format!("{start}{value}{}", rest.split_once('}').unwrap().1);
    }
    let (code, actual) = match service {
        "execute-api" => {
            let body: serde_json::Value = serde_json::from_str(&response.body).unwrap();
            let body = body.as_object().unwrap();
            assert_eq!(body.len(), 1, "{body:?}");
            let message = body.values().next().unwrap().as_str().unwrap().to_owned();
            (response.header("x-amzn-errortype").to_owned(), message)
        }
        _ => (response.element("Code").unwrap(), response.element("Message").unwrap()),
    };
    assert_eq!(
        (response.status, code.as_str(), actual.as_str()),
        (fact.status.unwrap(), fact.code.as_deref().unwrap(), message.as_str()),
        "{case}"
    );
    let content_type = fact.content_type.as_deref().unwrap_or_default();
    assert_eq!(response.header("content-type"), content_type, "{case}");
    let example = fact.body.as_deref().unwrap();
    assert_eq!(shape(&response.body), shape(example), "{case}: {} and {example}", response.body);
}

/// The tags of an XML document or the keys of a JSON object, in order and without their values.
fn shape(body: &str) -> Vec<String> {
    if let Ok(serde_json::Value::Object(members)) = serde_json::from_str(body) {
        return members.into_iter().map(|(key, _)| key).collect();
    }
    let tags = body.split('<').skip(1).filter_map(|part| part.split_once('>'));
    tags.map(|(tag, _)| tag.to_owned()).collect()
}

/// The ARN of an identity.
fn arn<'a>(sandbox: &'a Sandbox, identity: &str) -> &'a str {
    &sandbox.identity(identity).unwrap().arn
}
