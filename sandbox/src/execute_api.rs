//! API Gateway: one REST API with one method that IAM protects.

use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use crate::answer::{Answer, RequestId};
use crate::authenticate::Records;
use crate::authenticate::execute_api::{Route, judge};
use crate::facts::execute_api as facts;
use crate::identity::{ACCOUNT_ID, Identity};
use crate::refusal::Refusal;
use crate::store::HOME_REGION;
use crate::verify::{ReceivedRequest, query_pairs};

/// The id of the API, of the shape of AWS's.
const API_ID: &str = "a1b2c3d4e5";
const JSON: &str = "application/json";
const STAGE: &str = "prod";
const RESOURCE: &str = "caller";
/// The prefix under which the API lies on the one host: no bucket's name begins with it.
const PREFIX: &str = "/_execute-api/";

/// Path and query of the one method, which is a GET.
pub(crate) fn path() -> String {
    format!("{PREFIX}{API_ID}/{STAGE}/{RESOURCE}")
}

/// Whether a request is for this service: by its path, or by its host name.
pub(crate) fn is_addressed_by(received: &ReceivedRequest) -> bool {
    received.path().starts_with(PREFIX) || is_host(received)
}

/// `API_ID.execute-api.REGION.amazonaws.com` or `API_ID.execute-api.localhost`.
fn is_host(received: &ReceivedRequest) -> bool {
    let mut labels = received.header("host").unwrap_or_default().split('.');
    labels.next() == Some(API_ID) && labels.next() == Some("execute-api")
}

/// Answers one request, refusals included.
pub(crate) fn answer(received: &ReceivedRequest, records: Records<'_>, id: &RequestId) -> Answer {
    match invoke(received, records) {
        Ok(document) => with_ids(Answer::new(200, JSON, document.to_string()), id),
        Err(refusal) => refuse(refusal, id),
    }
}

/// The answer in which API Gateway says no.
pub(crate) fn refuse(refusal: Refusal, id: &RequestId) -> Answer {
    let answer = Answer::new(refusal.status, JSON, refusal.api_document());
    with_ids(answer.with("x-amzn-errortype", refusal.code), id)
}

fn with_ids(answer: Answer, id: &RequestId) -> Answer {
    answer.with("x-amzn-requestid", id.uuid()).with("x-amz-apigw-id", id.opaque(10))
}

fn invoke(received: &ReceivedRequest, records: Records<'_>) -> Result<Value, Refusal> {
    let identity = judge(received, route(received), HOME_REGION, records)?;
    permit(identity)?;
    // Nothing in it is random: two clients that ask alike are answered alike.
    let query: Vec<Value> = query_pairs(received)
        .filter(|(name, _)| !name.starts_with("X-Amz-"))
        .map(|(name, value)| json!([name, value]))
        .collect();
    Ok(json!({
        "message": "The signature is right, and you may call this.",
        "caller": identity.arn,
        "query": query,
    }))
}

fn route(received: &ReceivedRequest) -> Route {
    let on_host = format!("/{STAGE}/{RESOURCE}");
    // A path names what it names however much of it is escaped.
    let asked = percent_decode_str(received.path()).decode_utf8_lossy();
    let known = *asked == path() || is_host(received) && *asked == on_host;
    if known && received.method == "GET" { Route::Known } else { Route::Unknown }
}

fn permit(identity: &Identity) -> Result<(), Refusal> {
    if identity.may("execute-api:Invoke") {
        return Ok(());
    }
    let masked = format!("********{}", &ACCOUNT_ID[8..]);
    let method = format!("{HOME_REGION}:{masked}:{API_ID}/{STAGE}/GET/{RESOURCE}");
    Err(Refusal::of(facts::NOT_ALLOWED).fill("arn", &identity.arn).fill(
        "arn with the account masked but its last four digits",
        &format!("arn:aws:execute-api:{method}"),
    ))
}
