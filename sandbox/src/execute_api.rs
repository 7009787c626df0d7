//! API Gateway: a REST API with one method that requires IAM authorization.

use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use crate::authenticate::AuthContext;
use crate::authenticate::execute_api::{Route, authenticate};
use crate::facts::execute_api as facts;
use crate::identity::{ACCOUNT_ID, Identity};
use crate::refusal::Refusal;
use crate::request_id::RequestId;
use crate::response::ServiceResponse;
use crate::store::HOME_REGION;
use crate::verify::{ReceivedRequest, query_pairs};

/// The id of the API, in AWS's format.
const API_ID: &str = "a1b2c3d4e5";
const JSON: &str = "application/json";
const STAGE: &str = "prod";
const RESOURCE: &str = "caller";
/// The path prefix of the API on the shared host. No bucket name can begin with it.
const PREFIX: &str = "/_execute-api/";

/// The path of the one method, which is a GET.
pub(crate) fn path() -> String {
    format!("{PREFIX}{API_ID}/{STAGE}/{RESOURCE}")
}

/// Whether a request is for this service, by its path or host name.
pub(crate) fn is_addressed_by(received: &ReceivedRequest) -> bool {
    received.path().starts_with(PREFIX) || is_host(received)
}

/// `API_ID.execute-api.REGION.amazonaws.com` or `API_ID.execute-api.localhost`.
fn is_host(received: &ReceivedRequest) -> bool {
    let mut labels = received.header("host").unwrap_or_default().split('.');
    labels.next() == Some(API_ID) && labels.next() == Some("execute-api")
}

/// Responds to one request.
pub(crate) fn handle(
    received: &ReceivedRequest,
    context: AuthContext<'_>,
    id: &RequestId,
) -> ServiceResponse {
    match invoke(received, context) {
        Ok(document) => with_ids(ServiceResponse::new(200, JSON, document.to_string()), id),
        Err(refusal) => error_response(refusal, id),
    }
}

/// API Gateway's response to a refused request.
pub(crate) fn error_response(refusal: Refusal, id: &RequestId) -> ServiceResponse {
    let response = ServiceResponse::new(refusal.status, JSON, refusal.api_document());
    with_ids(response.with("x-amzn-errortype", refusal.code), id)
}

fn with_ids(response: ServiceResponse, id: &RequestId) -> ServiceResponse {
    response.with("x-amzn-requestid", id.uuid()).with("x-amz-apigw-id", id.opaque(10))
}

fn invoke(received: &ReceivedRequest, context: AuthContext<'_>) -> Result<Value, Refusal> {
    let identity = authenticate(received, route(received), HOME_REGION, context)?;
    permit(identity)?;
    // Nothing here is random, so equal requests get equal responses.
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
    // The path may be percent-encoded in any way.
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
    Err(Refusal::from_fact(facts::NOT_ALLOWED)
        .fill(&[&identity.arn, &format!("arn:aws:execute-api:{method}")]))
}
