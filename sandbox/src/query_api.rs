//! EC2's Query API: `Action=…` and its parameters, in a form or in the query.

use std::time::Duration;

use crate::authenticate::AuthContext;
use crate::authenticate::ec2::{Api, authenticate};
use crate::ec2::{Ec2, Ec2Call, Ec2Caller, Ec2Settings};
use crate::identity::ACCOUNT_ID;
use crate::refusal::Refusal;
use crate::request_id::RequestId;
use crate::response::ServiceResponse;
use crate::store::HOME_REGION;
use crate::verify::{ReceivedRequest, decode_query, query_pairs};

const FORM: &str = "application/x-www-form-urlencoded";
const XML: &str = "text/xml;charset=UTF-8";
/// The only supported version of EC2's API.
const VERSION: &str = "2016-11-15";

/// Whether a request is for this API. Requests to the other services have no form and no `Action`.
pub(crate) fn is_addressed_by(received: &ReceivedRequest) -> bool {
    received.path() == "/"
        && (is_form(received) || query_pairs(received).any(|(name, _)| name == "Action"))
}

/// Whether a request carries a form for this API. This decides only where the request is routed;
/// the body of any POST is then read as a form.
fn is_form(received: &ReceivedRequest) -> bool {
    let content_type = received.header("content-type").unwrap_or_default();
    received.method == "POST"
        && (content_type.starts_with(FORM) || received.body.starts_with(b"Action="))
}

/// EC2 behind the Query API.
pub(crate) struct QueryApi {
    ec2: Ec2,
}

impl QueryApi {
    pub(crate) fn new(boot_time: Duration, shutdown_time: Duration) -> Self {
        let ec2 = Ec2::new(Ec2Settings {
            region: HOME_REGION.to_owned(),
            account_id: ACCOUNT_ID.to_owned(),
            boot_time,
            shutdown_time,
        });
        QueryApi { ec2 }
    }

    pub(crate) fn instance_states(&self) -> Vec<(String, String)> {
        self.ec2.instance_states()
    }

    /// Responds to one request.
    pub(crate) fn handle(
        &self,
        received: &ReceivedRequest,
        context: AuthContext<'_>,
        id: &RequestId,
    ) -> ServiceResponse {
        match self.try_handle(received, context, &id.uuid()) {
            Ok(document) => with_headers(ServiceResponse::new(200, XML, document), id),
            Err(refusal) => error_response(&refusal, id),
        }
    }

    fn try_handle(
        &self,
        received: &ReceivedRequest,
        context: AuthContext<'_>,
        request_id: &str,
    ) -> Result<String, Refusal> {
        let parameters = parameters(received);
        let version = parameters.iter().find(|(name, _)| name == "Version");
        let version = version.map_or("", |(_, version)| version);
        let api = if version == VERSION { Api::Ec2 } else { Api::Other };
        let identity = authenticate(received, api, HOME_REGION, context)?;
        // The code is documented ("Error codes for the Amazon EC2 API"); the message is the
        // sandbox's own.
        let (_, action) =
            parameters.iter().find(|(name, _)| name == "Action").ok_or_else(|| {
                let message = "The request is missing its Action parameter.";
                Refusal::without_fact(400, "MissingAction", message)
            })?;
        check_version(version)?;
        let call = Ec2Call {
            action,
            parameters: &parameters,
            caller: &Ec2Caller {
                arn: &identity.arn,
                account_id: ACCOUNT_ID,
                may: &|action| identity.may(action),
            },
            now: context.now,
            request_id,
        };
        self.ec2.handle(&call)
    }
}

/// Refuses every version but one. Code and message are EC2's (ansible/ansible#37267,
/// boto/boto3#1138); the status 400, and the same response to a missing version, are unverified. EC2
/// itself also accepts older versions, and responds to them with other documents.
fn check_version(sent: &str) -> Result<(), Refusal> {
    if sent == VERSION {
        return Ok(());
    }
    let message = format!("The requested version ({sent}) of service AmazonEC2 does not exist");
    Err(Refusal::without_fact(400, "NoSuchVersion", message))
}

/// EC2's response to a refused request.
pub(crate) fn error_response(refusal: &Refusal, id: &RequestId) -> ServiceResponse {
    with_headers(ServiceResponse::new(refusal.status, XML, refusal.ec2_document(&id.uuid())), id)
}

fn with_headers(response: ServiceResponse, id: &RequestId) -> ServiceResponse {
    response
        .with("x-amzn-requestid", id.uuid())
        .with("cache-control", "no-cache, no-store")
        .with("strict-transport-security", "max-age=31536000; includeSubDomains")
        .with("vary", "accept-encoding")
        .with("server", "AmazonEC2")
}

/// The name of the action; empty if the request has none.
pub(crate) fn action(received: &ReceivedRequest) -> String {
    let is_action = |(name, _): &(String, String)| name == "Action";
    parameters(received).into_iter().find(is_action).map(|(_, action)| action).unwrap_or_default()
}

/// The parameters of the query, without those of the signature, followed by those of the form. Any
/// POST body counts as a form: Content-Type need not be signed, and changing it in transit must not
/// remove parameters from the call.
fn parameters(received: &ReceivedRequest) -> Vec<(String, String)> {
    let in_query = query_pairs(received)
        .filter(|(name, _)| !name.starts_with("X-Amz-"))
        .map(|(name, value)| (name.into_owned(), value.into_owned()));
    let form = if received.method == "POST" { received.body.as_slice() } else { &[] };
    let form = String::from_utf8_lossy(form);
    let in_form = form.trim().split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decode_query(name).into_owned(), decode_query(value).into_owned())
    });
    in_query.chain(in_form).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn received(method: &str, target: &str, body: &str) -> ReceivedRequest {
        ReceivedRequest {
            method: method.into(),
            target: target.into(),
            headers: vec![("content-type".into(), format!("{FORM}; charset=utf-8"))],
            body: body.into(),
        }
    }

    #[test]
    fn a_form_is_decoded() {
        let form = received("POST", "/", "Action=CreateTags&Tag.1.Value=a+b%2Bc%26&Flag");
        assert!(is_addressed_by(&form));
        let expected = [("Action", "CreateTags"), ("Tag.1.Value", "a b+c&"), ("Flag", "")];
        assert_eq!(parameters(&form), expected.map(|(n, v)| (n.to_owned(), v.to_owned())));
    }

    #[test]
    fn a_query_is_read_without_its_signature() {
        let query = received("GET", "/?Action=DescribeImages&X-Amz-Date=x", "");
        assert!(is_addressed_by(&query));
        assert_eq!(parameters(&query), [("Action".to_owned(), "DescribeImages".to_owned())]);
        assert!(!is_addressed_by(&received("GET", "/bucket?Action=x", "")));
    }
}
