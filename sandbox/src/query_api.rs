//! The Query API, in which EC2 speaks: `Action=…` and its parameters, in a form or in the query.

use crate::Options;
use crate::answer::{Answer, RequestId};
use crate::authenticate::Records;
use crate::authenticate::ec2::{Api, judge};
use crate::ec2::{Call, Caller, Ec2, Ec2Settings};
use crate::identity::ACCOUNT_ID;
use crate::refusal::Refusal;
use crate::store::HOME_REGION;
use crate::verify::{ReceivedRequest, decode_query, query_pairs};

const FORM: &str = "application/x-www-form-urlencoded";
const XML: &str = "text/xml;charset=UTF-8";
/// The one version of EC2's API that is answered.
const VERSION: &str = "2016-11-15";

/// Whether a request is for this API: nobody sends another service here a form or an `Action`.
pub(crate) fn is_addressed_by(received: &ReceivedRequest) -> bool {
    received.path() == "/"
        && (is_form(received) || query_pairs(received).any(|(name, _)| name == "Action"))
}

/// Whether a request to this host has a form that is meant for this API. Only where it is sent
/// depends on that: whatever is posted here is read as a form.
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
    pub(crate) fn new(options: &Options) -> Self {
        let ec2 = Ec2::new(Ec2Settings {
            region: HOME_REGION.to_owned(),
            account_id: ACCOUNT_ID.to_owned(),
            boot_time: options.boot_time,
            shutdown_time: options.shutdown_time,
        });
        QueryApi { ec2 }
    }

    pub(crate) fn instance_states(&self) -> Vec<(String, String)> {
        self.ec2.instance_states()
    }

    /// Answers one request, refusals included.
    pub(crate) fn answer(
        &self,
        received: &ReceivedRequest,
        records: Records<'_>,
        id: &RequestId,
    ) -> Answer {
        match self.try_answer(received, records, &id.uuid()) {
            Ok(document) => with_headers(Answer::new(200, XML, document), id),
            Err(refusal) => refuse(&refusal, id),
        }
    }

    fn try_answer(
        &self,
        received: &ReceivedRequest,
        records: Records<'_>,
        request_id: &str,
    ) -> Result<String, Refusal> {
        let parameters = parameters(received);
        let version = parameters.iter().find(|(name, _)| name == "Version");
        let version = version.map_or("", |(_, version)| version);
        let api = if version == VERSION { Api::Ec2 } else { Api::Another };
        let identity = judge(received, api, HOME_REGION, records)?;
        // The code is documented ("Error codes for the Amazon EC2 API"), the wording is ours.
        let (_, action) =
            parameters.iter().find(|(name, _)| name == "Action").ok_or_else(|| {
                let message = "The request is missing its Action parameter.";
                Refusal::beyond_the_facts(400, "MissingAction", message)
            })?;
        judge_version(version)?;
        let call = Call {
            action,
            parameters: &parameters,
            caller: &Caller {
                arn: &identity.arn,
                account_id: ACCOUNT_ID,
                may: &|action| identity.may(action),
            },
            now: records.now,
            request_id,
        };
        self.ec2
            .handle(&call)
            .map_err(|it| Refusal::beyond_the_facts(it.status, &it.code, it.message))
    }
}

/// The code and the words are EC2's (ansible/ansible#37267, boto/boto3#1138); that the status is 400,
/// and that a missing version is told the same, is unverified. EC2 itself also takes its older
/// versions, whose answers are other documents than those made here.
fn judge_version(sent: &str) -> Result<(), Refusal> {
    if sent == VERSION {
        return Ok(());
    }
    let message = format!("The requested version ({sent}) of service AmazonEC2 does not exist");
    Err(Refusal::beyond_the_facts(400, "NoSuchVersion", message))
}

/// The answer in which EC2 says no.
pub(crate) fn refuse(refusal: &Refusal, id: &RequestId) -> Answer {
    with_headers(Answer::new(refusal.status, XML, refusal.ec2_document(&id.uuid())), id)
}

fn with_headers(answer: Answer, id: &RequestId) -> Answer {
    answer
        .with("x-amzn-requestid", id.uuid())
        .with("cache-control", "no-cache, no-store")
        .with("strict-transport-security", "max-age=31536000; includeSubDomains")
        .with("vary", "accept-encoding")
        .with("server", "AmazonEC2")
}

/// The name of the action that is called; empty where there is none.
pub(crate) fn action(received: &ReceivedRequest) -> String {
    let is_action = |(name, _): &(String, String)| name == "Action";
    parameters(received).into_iter().find(is_action).map(|(_, action)| action).unwrap_or_default()
}

/// The parameters of the query, without those of its signature, and then those of the form: of any
/// body that is posted, because a Content-Type need not be signed, and whoever changes it on the way
/// must not take parameters from the call.
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
    fn a_form_is_decoded_as_forms_are() {
        let form = received("POST", "/", "Action=CreateTags&Tag.1.Value=a+b%2Bc%26&Flag");
        assert!(is_addressed_by(&form));
        let expected = [("Action", "CreateTags"), ("Tag.1.Value", "a b+c&"), ("Flag", "")];
        assert_eq!(parameters(&form), expected.map(|(n, v)| (n.to_owned(), v.to_owned())));
    }

    #[test]
    fn a_query_is_as_good_and_keeps_its_signature_to_itself() {
        let query = received("GET", "/?Action=DescribeImages&X-Amz-Date=x", "");
        assert!(is_addressed_by(&query));
        assert_eq!(parameters(&query), [("Action".to_owned(), "DescribeImages".to_owned())]);
        assert!(!is_addressed_by(&received("GET", "/bucket?Action=x", "")));
    }
}
