//! What to do next: the usual causes of the usual refusals, most frequent first, with what the
//! service said, and with what can be seen without asking it: the clock, the credentials, and what
//! was signed.

mod canonical;
mod clock;
mod credentials;

use std::time::Duration;

use crate::error::{ErrorContext, ErrorKind};
use crate::observe::Steps;
use crate::parse::{ErrorResponse, XmlError, XmlErrorKind};
use crate::redact::Secrets;
use crate::send::{SendError, SendProblem};
use clock::Skew;
pub use credentials::{aws_credential_warnings, credential_warnings};

/// API Gateway's window. The clock is no cause of anything where it is off by less.
const NARROW_WINDOW: Duration = Duration::from_mins(5);
/// The window of S3 and EC2.
const WIDE_WINDOW: Duration = Duration::from_mins(15);

/// `remains` is what came of an answer that broke off.
pub(crate) fn on(
    kind: &ErrorKind,
    remains: Option<&ErrorResponse>,
    context: &ErrorContext<'_>,
) -> Option<String> {
    match (kind, remains) {
        (ErrorKind::Refused(refusal), _) => on_refusal(refusal, context),
        (ErrorKind::Send(_), Some(refusal)) if refusal.code.is_some() => {
            on_refusal(refusal, context)
        }
        (ErrorKind::Send(error), _) => Some(on_send(error).to_owned()),
        (ErrorKind::Answer { fault, said }, _) => Some(on_answer(fault, said)),
        (ErrorKind::Launched { .. }, _) => {
            Some("Terminate them: they cost. The endpoint does not honour DryRun".to_owned())
        }
        (ErrorKind::Endless { .. }, _) => {
            Some("The service's paging is broken; ask for one page".to_owned())
        }
        (ErrorKind::Limit(_), _) => Some(
            "Ask for less: a prefix, a narrower filter, one page; or raise the limits of the target"
                .to_owned(),
        ),
        (ErrorKind::Build(_) | ErrorKind::Sign(_) | ErrorKind::Wait(_), _) => None,
    }
}

fn on_send(error: &SendError) -> &'static str {
    match error.problem {
        SendProblem::Setup => "Check the proxy's URL and the system's root certificates",
        SendProblem::Unresolved => {
            "Check the region and the endpoint's host name, then the network"
        }
        SendProblem::NoConnection | SendProblem::ConnectTimeout(_) => {
            "Is anything listening there, and does a firewall or proxy stand in between?"
        }
        SendProblem::NoTls => {
            "Does the endpoint speak TLS at that port, and does this machine trust its certificate? \
             A proxy that opens TLS needs its root certificate installed"
        }
        SendProblem::NotHttp => "Check the endpoint's scheme and port",
        SendProblem::Closed => {
            "Try again: whether the service carried the call out is not known. If it stays, look at \
             the service's or the proxy's log"
        }
        SendProblem::BodyCut(_) => {
            "Nothing of this answer was used. Try again; if it stays, look at the service's or the \
             proxy's log"
        }
        SendProblem::BodyTooLong(_) | SendProblem::CallTooLong(_) => {
            "Ask for less at a time: a smaller page, a narrower filter. If that is little already, the \
             endpoint is no AWS service"
        }
        SendProblem::Timeout(_) | SendProblem::BodyTimeout { .. } => {
            "Try again, or allow an attempt more time"
        }
    }
}

/// A success that is none.
fn on_answer(fault: &XmlError, said: &ErrorResponse) -> String {
    let cause = match &fault.kind {
        XmlErrorKind::Empty => "The head is that of a success and its body is missing: something in \
                           between dropped it, or the endpoint is no AWS service"
            .to_owned(),
        XmlErrorKind::NotXml | XmlErrorKind::Root { .. } if said.is_html() => format!(
            "A page in HTML is no service's: {} answered, such as a network that wants a log-in. \
             Open the endpoint in a browser to see it",
            sender(said)
        ),
        XmlErrorKind::EndsEarly => "Every byte that was promised came, and the document does not end: it \
                               was cut where it was written, or by a proxy that corrects the length. \
                               Try again; if it stays, give the request id to the service's support"
            .to_owned(),
        XmlErrorKind::NotUtf8(_) => "AWS sends UTF-8: something in between recoded or damaged it, or a \
                                name was stored in another encoding"
            .to_owned(),
        _ => "Is the endpoint an AWS service, and is nothing in between that shortens or rewrites \
              answers?"
            .to_owned(),
    };
    format!("{cause}. Nothing of this answer was used")
}

fn on_refusal(refusal: &ErrorResponse, context: &ErrorContext<'_>) -> Option<String> {
    let Some(code) = refusal.code.as_deref() else { return Some(on_stranger(refusal)) };
    let skew = Skew::shown_by(refusal, context.signed_at);
    let advice = match code {
        "InvalidSignatureException" if is_about_time(refusal) => clock::set(skew),
        "InvalidSignatureException" if names(refusal, "correct service") => {
            "Sign for the service of the endpoint, execute-api: the credential scope names another"
                .to_owned()
        }
        "InvalidSignatureException" if names(refusal, "valid region") => format!(
            "Sign for the region of the endpoint; this call was signed for {}",
            context.region
        ),
        "SignatureDoesNotMatch" | "InvalidSignatureException" => signature(refusal, context),
        "AuthFailure" if refusal.status == 401 => auth_failure(skew, context),
        "RequestTimeTooSkewed" => clock::set(skew),
        "RequestExpired" if skew.is_some_and(|skew| skew.exceeds(NARROW_WINDOW)) => {
            clock::set(skew)
        }
        "RequestExpired" => "Renew the temporary credentials: EC2 says this of an expired session \
                             token"
            .to_owned(),
        "ExpiredToken" | "ExpiredTokenException" => {
            "The session token is past its time; get new temporary credentials".to_owned()
        }
        "InvalidToken" => "The session token does not belong to this key pair, or was cut or \
                           quoted on its way; take all three values from one source again"
            .to_owned(),
        "InvalidAccessKeyId" | "UnrecognizedClientException" | "InvalidClientTokenId" => {
            access_key(context)
        }
        "PermanentRedirect" | "TemporaryRedirect" | "IllegalLocationConstraintException" => {
            region(refusal).or_else(|| credentials_first(context))?
        }
        "AuthorizationHeaderMalformed" | "AuthorizationQueryParametersError" => region(refusal)
            .or_else(|| credentials_first(context))
            .unwrap_or_else(|| malformed(refusal).to_owned()),
        "AccessDenied" | "AccessDeniedException" => access_denied(refusal),
        "InvalidAMIID.NotFound" | "InvalidAMIID.Unavailable" => {
            format!("Image ids belong to one region; look for this one in {}", context.region)
        }
        "InvalidInstanceID.NotFound" => format!(
            "Instance ids belong to one region and account; look for this one in {}. One that was \
             launched a moment ago may not be known yet",
            context.region
        ),
        "SlowDown" | "RequestLimitExceeded" | "TooManyRequestsException" | "Throttling" => {
            match refusal.retry_after() {
                Some(pause) => format!("Too many calls at once; ask again in {pause:?}"),
                None => "Too many calls at once; wait, then ask less often or with retries".into(),
            }
        }
        "InternalError" | "InternalServerErrorException" | "ServiceUnavailable" | "Unavailable" => {
            let launch = match context.operation {
                "RunInstances" => ", with the same client token, so that nothing is launched twice",
                _ => "",
            };
            format!("A fault of the service's: try again{launch}")
        }
        _ => return by_code(code, refusal).map(str::to_owned),
    };
    Some(advice)
}

/// Where the code alone says enough.
fn by_code(code: &str, refusal: &ErrorResponse) -> Option<&'static str> {
    Some(match code {
        "MissingAuthenticationToken" | "MissingAuthenticationTokenException" => {
            "Either the call was not signed, or there is no such route: API Gateway says the same of \
             a wrong path, stage or method"
        }
        "MissingParameter" if names(refusal, "AWSAccessKeyId") => {
            "The call was not signed: EC2 looks for the parameter of an old signature last"
        }
        "IncompleteSignature" | "IncompleteSignatureException" => {
            "The Authorization header is not AWS4-HMAC-SHA256 with Credential, SignedHeaders and \
             Signature: something else set it, or cut it"
        }
        "UnauthorizedOperation" if refusal.encoded_message().is_some() => {
            "The signature is good; the identity's policies do not allow this. `aws sts \
             decode-authorization-message` reads the encoded message, which is whole in the details"
        }
        "UnauthorizedOperation" => {
            "The signature is good; the identity's policies do not allow this"
        }
        "AuthFailure" => "The signature is good; the image or resource is another account's",
        "InvalidRequest" if names(refusal, "AWS4-HMAC-SHA256") => {
            "The call was signed with Signature Version 2, which is no longer taken: use version 4"
        }
        "InvalidRequest" if names(refusal, "x-amz-content-sha256") => {
            "Send x-amz-content-sha256, the hash of the body, and sign it: S3 insists"
        }
        "XAmzContentSHA256Mismatch" => {
            "The body that arrived is not the one that was hashed: something changed it after \
             signing, or the header is of another body"
        }
        "NoSuchBucket" => "Check the bucket's name; ListBuckets lists the caller's own",
        "NoSuchKey" => "Check the key, its case and its slashes; ListObjectsV2 lists what is there",
        "DryRunOperation" => "Nothing was done, and without DryRun it would have been",
        "VcpuLimitExceeded" | "InstanceLimitExceeded" => {
            "Take a smaller type or end instances; the account's quota is raised in Service Quotas"
        }
        "InsufficientInstanceCapacity" => {
            "AWS has none of this type there now: try another zone or type, or later"
        }
        "InvalidAMIID.Malformed" | "InvalidInstanceID.Malformed" => {
            "This is no id: `ami-` or `i-`, then 8 or 17 hexadecimal digits. A name has to be looked \
             up first"
        }
        "InvalidParameterValue" => "Check the value that the message names; nothing was done",
        "TagLimitExceeded" => "A resource holds 50 tags: take some away first",
        "InvalidBucketName" => {
            "A bucket's name has 3 to 63 lower-case letters, digits, dots and hyphens"
        }
        "InvalidArgument" if names(refusal, "x-amz-content-sha256") => {
            "x-amz-content-sha256 is the hash of the body in hexadecimal, or UNSIGNED-PAYLOAD"
        }
        "InvalidArgument" => "Check the argument that the message names",
        "IdempotentParameterMismatch" | "IdempotentInstanceTerminated" => {
            "This client token was used before; take a new one for a new launch"
        }
        _ => return None,
    })
}

/// S3 says in its sentence which part of the credential or header it could not use.
fn malformed(refusal: &ErrorResponse) -> &'static str {
    if names(refusal, "incorrect service") {
        "Sign for s3: the credential scope names another service"
    } else if names(refusal, "Invalid credential date") || names(refusal, "incorrect date") {
        "The day in the credential scope is not that of x-amz-date: derive the signing key anew when \
         the day changes in UTC"
    } else if names(refusal, "non-empty Access Key") {
        "The credential names no access key: is AWS_ACCESS_KEY_ID set to nothing?"
    } else if names(refusal, "Query-string") || names(refusal, "X-Amz-") {
        "The presigned URL lacks a parameter, or one is no longer what was signed: was it cut, or its \
         & taken for something else by a shell?"
    } else {
        "The Authorization header is not what a signer writes: AWS4-HMAC-SHA256 \
         Credential=KEY/DAY/REGION/s3/aws4_request, SignedHeaders=…, Signature=…"
    }
}

fn names(refusal: &ErrorResponse, what: &str) -> bool {
    refusal.message.as_deref().is_some_and(|message| message.contains(what))
}

/// A refusal in no form of AWS's is seldom AWS's.
fn on_stranger(refusal: &ErrorResponse) -> String {
    let sender = sender(refusal);
    match refusal.status {
        301 | 302 | 303 | 307 | 308 => format!(
            "No redirect is followed, since a signature is for one host: check the endpoint's \
             scheme, host and port, to which {sender} answered"
        ),
        407 => "The proxy wants credentials: put them into its URL".to_owned(),
        502..=504 => format!(
            "This is not the service's answer: {sender} says that what is behind it is down or too \
             slow. Try again; if it stays, look at its log"
        ),
        500.. => format!("Not the service itself but {sender} seems to have failed; try again"),
        _ => format!(
            "This is not the service's answer: {sender} refused. Check the endpoint, and what stands \
             before it"
        ),
    }
}

/// Who seems to have answered.
fn sender(refusal: &ErrorResponse) -> String {
    match refusal.detail("server").or_else(|| refusal.detail("via")) {
        Some(name) => format!("a proxy or server that calls itself {name:?}"),
        None => "a proxy, a load balancer or another server".to_owned(),
    }
}

fn signature(refusal: &ErrorResponse, context: &ErrorContext<'_>) -> String {
    let secrets = Secrets::of(context.credentials);
    let signed = context.signed.as_ref().map(|signed| redacted(signed, &secrets));
    let compared = signed.and_then(|signed| canonical::compare(&signed, refusal));
    before_that(context)
        + &compared.unwrap_or_else(|| {
            "Compare what was signed with what was sent, line by line; if they are the same, the \
             secret key is wrong"
                .to_owned()
        })
}

/// As the refusal is by now, to be compared with it.
fn redacted(signed: &Steps, secrets: &Secrets) -> Steps {
    let mut signed = signed.clone();
    secrets.redact(&mut signed.canonical_request);
    signed
}

/// EC2 has one sentence for everything that is wrong with a signature, so what is not wrong has to be
/// ruled out here.
fn auth_failure(skew: Option<Skew>, context: &ErrorContext<'_>) -> String {
    const SAME: &str = "EC2 says this of everything that is wrong with a signature. ";
    if let Some(skew) = skew.filter(|skew| skew.exceeds(WIDE_WINDOW)) {
        return format!(
            "{SAME}Here it is the clock: {skew}, and more than 15 min are too much. Set it"
        );
    }
    let first = before_that(context);
    let mut ruled_out: Vec<String> = Vec::new();
    if let Some(skew) = skew {
        ruled_out
            .push(format!("the clock ({} s off, by the answer's Date)", skew.length().as_secs()));
    }
    let mut left = vec![
        "the access key is inactive, deleted or of another partition",
        "the secret is another key's",
    ];
    if first.is_empty() {
        ruled_out.push("the form of access key and secret".to_owned());
        if context.credentials.session_token.is_some() {
            left.push("the session token is another key's or was cut");
        } else {
            ruled_out.push("a missing session token".to_owned());
        }
    }
    let region = context.region;
    let signed_for = format!("the call was signed for {region}, and the endpoint is not of it");
    // AWS's own hosts name their region.
    if context.url.as_ref().is_some_and(|url| url.contains(region)) {
        ruled_out.push(format!("the region ({region}, as in the host's name)"));
    } else {
        left.push(&signed_for);
    }
    left.push("the call was signed for another service");
    left.push("something on the way changed a signed header or the body");
    let ruled_out = if ruled_out.is_empty() {
        String::new()
    } else {
        format!("Ruled out here: {}. ", ruled_out.join(", "))
    };
    format!("{SAME}{first}{ruled_out}Left: {}", left.join("; "))
}

fn access_key(context: &ErrorContext<'_>) -> String {
    let usual = match context.credentials.session_token {
        Some(_) => {
            "The access key was deleted or is of another partition, or the session token is \
             another key's"
        }
        None => "The access key does not exist in this partition, was deleted, or is inactive",
    };
    before_that(context) + usual
}

/// A sentence on what the credentials themselves show to be wrong with them, if anything.
fn credentials_first(context: &ErrorContext<'_>) -> Option<String> {
    let doubts = aws_credential_warnings(context.credentials);
    let are_any = !doubts.is_empty();
    are_any.then(|| format!("Look at the credentials first: {}", doubts.join("; ")))
}

/// The same before other advice; empty where there is nothing to say.
fn before_that(context: &ErrorContext<'_>) -> String {
    credentials_first(context).map(|sentence| sentence + ". ").unwrap_or_default()
}

fn access_denied(refusal: &ErrorResponse) -> String {
    let advice = match (refusal.headers_not_signed(), refusal.message.as_deref()) {
        (Some(headers), _) => {
            return format!("Sign {headers} too, or keep whatever adds it from doing so");
        }
        (None, Some("Request has expired")) => {
            "The presigned URL is past its time: make a new one, with more seconds if need be"
        }
        (None, Some(message)) if message.contains("x-amz-date") => {
            "Send x-amz-date, and sign it: without a time no signature is good"
        }
        (None, Some("Access Denied")) => {
            "The call was not signed, or the policies do not allow it to whoever signed"
        }
        _ => "The signature is good; the identity's policies do not allow this",
    };
    advice.to_owned()
}

/// S3 names the right region in three places, and a redirect also the right host.
fn region(refusal: &ErrorResponse) -> Option<String> {
    match (refusal.expected_region(), refusal.endpoint()) {
        (Some(region), _) => {
            Some(format!("Use the region {region}: sign for it and call its host"))
        }
        (None, Some(endpoint)) => Some(format!("The bucket answers at {endpoint}; use its region")),
        (None, None) => None,
    }
}

/// API Gateway has one code for all that is wrong with a signature, and says in its message what it
/// is.
fn is_about_time(refusal: &ErrorResponse) -> bool {
    refusal.request_time().is_some()
}
