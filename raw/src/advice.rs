//! What to do next: the usual causes of the usual refusals, most frequent first, with what the
//! service said and what the caller's clock shows.

use std::time::{Duration, SystemTime};

use time::OffsetDateTime;
use time::format_description::well_known::{Rfc2822, Rfc3339};
use time::macros::format_description;
use time::{PrimitiveDateTime, UtcOffset};

use crate::error::{Circumstances, ErrorKind};
use crate::parse::Refusal;
use crate::send::{SendError, SendProblem};

/// The narrowest window of any service (API Gateway's; S3 and EC2 allow 15 minutes): a smaller
/// difference is no cause of anything.
const NARROWEST_WINDOW: Duration = Duration::from_mins(5);

pub(crate) fn on(kind: &ErrorKind, circumstances: &Circumstances<'_>) -> Option<String> {
    match kind {
        ErrorKind::Refused(refusal) => on_refusal(refusal, circumstances),
        ErrorKind::Send(error) => Some(on_send(error).to_owned()),
        ErrorKind::Answer { .. } => Some(
            "Is the endpoint an AWS service, and is nothing in between that shortens or rewrites \
             answers? Nothing of this answer was used"
                .to_owned(),
        ),
        ErrorKind::Launched { .. } => {
            Some("Terminate them: they cost. The endpoint does not honour DryRun".to_owned())
        }
        ErrorKind::Endless { .. } => {
            Some("The service's paging is broken; ask for one page".to_owned())
        }
        ErrorKind::Build(_) | ErrorKind::Sign(_) | ErrorKind::Wait(_) => None,
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
        SendProblem::Closed | SendProblem::BodyCut(_) => {
            "Try again; if it stays, look at the service's or the proxy's log"
        }
        SendProblem::Timeout(_) | SendProblem::BodyTimeout { .. } => {
            "Try again, or allow an attempt more time"
        }
    }
}

fn on_refusal(refusal: &Refusal, circumstances: &Circumstances<'_>) -> Option<String> {
    let skew = skew(refusal, circumstances.now);
    let advice = match refusal.code.as_deref()? {
        "InvalidSignatureException" if is_about_time(refusal) => clock(skew),
        "SignatureDoesNotMatch" | "InvalidSignatureException" => signature(refusal),
        "AuthFailure" if refusal.status == 401 => auth_failure(skew),
        "RequestTimeTooSkewed" => clock(skew),
        "RequestExpired" if skew.is_some_and(Skew::is_too_much) => clock(skew),
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
            access_key(refusal)
        }
        "PermanentRedirect"
        | "TemporaryRedirect"
        | "AuthorizationHeaderMalformed"
        | "AuthorizationQueryParametersError"
        | "IllegalLocationConstraintException" => region(refusal)?,
        "MissingAuthenticationToken" | "MissingAuthenticationTokenException" => {
            "Either the call was not signed, or there is no such route: API Gateway says the same of \
             a wrong path, stage or method"
                .to_owned()
        }
        "AccessDenied" | "AccessDeniedException" => match refusal.detail("HeadersNotSigned") {
            Some(headers) => format!("Sign {headers} too, or keep whatever adds it from doing so"),
            None => "The signature is good; the identity's policies do not allow this".to_owned(),
        },
        "UnauthorizedOperation" => "The signature is good; the identity's policies do not allow \
                                    this. `aws sts decode-authorization-message` reads an encoded \
                                    message"
            .to_owned(),
        "NoSuchBucket" => "Check the bucket's name; ListBuckets lists the caller's own".to_owned(),
        "InvalidAMIID.NotFound" | "InvalidAMIID.Malformed" | "InvalidAMIID.Unavailable" => format!(
            "Image ids belong to one region; look for this one in {}",
            circumstances.region
        ),
        "SlowDown" | "RequestLimitExceeded" | "TooManyRequestsException" | "Throttling" => {
            "Too many calls at once; wait, then ask less often or with retries".to_owned()
        }
        "InternalError" | "InternalServerErrorException" | "ServiceUnavailable" | "Unavailable" => {
            "A fault of the service's; try again with the same client token".to_owned()
        }
        "IdempotentParameterMismatch" | "IdempotentInstanceTerminated" => {
            "This client token was used before; take a new one for a new launch".to_owned()
        }
        _ => return None,
    };
    Some(advice)
}

fn signature(refusal: &Refusal) -> String {
    let compare = if refusal.detail("CanonicalRequest").is_some() {
        "Compare the canonical request that the service computed (CanonicalRequest in the details) \
         with the one that was signed, line by line"
    } else {
        "Compare what was signed with what was sent, line by line"
    };
    format!("{compare}; if they are the same, the secret key is wrong")
}

/// EC2 has one sentence for everything that is wrong with a signature.
fn auth_failure(skew: Option<Skew>) -> String {
    let last = match skew {
        Some(skew) if skew.is_too_much() => return clock(Some(skew)),
        Some(_) => "The clock is not it: it agrees with the service's",
        None => "And the clock: more than 15 minutes off is too much",
    };
    format!(
        "EC2 does not say what is wrong. The usual causes: a wrong or inactive access key, a wrong \
         secret (white space pasted with it?), temporary keys without their session token, another \
         region or service in the scope, a proxy that changed a signed header. {last}"
    )
}

fn access_key(refusal: &Refusal) -> String {
    let key = refusal.detail("AWSAccessKeyId").unwrap_or_default();
    if key.starts_with("ASIA") {
        "This is a temporary key (ASIA…): it is unknown without its session token".to_owned()
    } else {
        "The access key does not exist in this partition, was deleted, or lacks its session token"
            .to_owned()
    }
}

/// S3 names the right region in three places, and a redirect also the right host.
fn region(refusal: &Refusal) -> Option<String> {
    let region = refusal.detail("x-amz-bucket-region").or_else(|| refusal.detail("Region"));
    let endpoint = refusal.detail("Endpoint");
    match (region, endpoint) {
        (Some(region), _) => {
            Some(format!("Use the region {region}: sign for it and call its host"))
        }
        (None, Some(endpoint)) => Some(format!("The bucket answers at {endpoint}; use its region")),
        (None, None) => None,
    }
}

/// How far the caller's clock is from the service's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Skew {
    Behind(Duration),
    Ahead(Duration),
}

impl Skew {
    fn between(ours: SystemTime, theirs: SystemTime) -> Self {
        match theirs.duration_since(ours) {
            Ok(behind) => Self::Behind(behind),
            Err(error) => Self::Ahead(error.duration()),
        }
    }

    fn is_too_much(self) -> bool {
        let (Self::Behind(length) | Self::Ahead(length)) = self;
        length > NARROWEST_WINDOW
    }
}

fn clock(skew: Option<Skew>) -> String {
    let (length, direction) = match skew {
        Some(Skew::Behind(length)) => (length.as_secs(), "behind"),
        Some(Skew::Ahead(length)) => (length.as_secs(), "ahead of"),
        None => return "Set the clock of what signs".to_owned(),
    };
    format!(
        "Set the clock: what signed is {} min {} s {direction} the service",
        length / 60,
        length % 60
    )
}

/// API Gateway has one code for both, and says in its message which it is.
fn is_about_time(refusal: &Refusal) -> bool {
    refusal.message.as_deref().is_some_and(|message| {
        message.starts_with("Signature expired") || message.starts_with("Signature not yet current")
    })
}

/// By the times that S3 quotes, or else by the answer's `Date`.
fn skew(refusal: &Refusal, now: SystemTime) -> Option<Skew> {
    let quoted = |name, read: fn(&str) -> Option<SystemTime>| refusal.detail(name).and_then(read);
    let ours = quoted("RequestTime", basic_time).unwrap_or(now);
    let theirs = quoted("ServerTime", extended_time).or_else(|| quoted("date", http_date))?;
    Some(Skew::between(ours, theirs))
}

/// `20260101T000000Z`
fn basic_time(text: &str) -> Option<SystemTime> {
    let form = format_description!("[year][month][day]T[hour][minute][second]Z");
    Some(PrimitiveDateTime::parse(text, form).ok()?.assume_offset(UtcOffset::UTC).into())
}

/// `2026-01-01T00:15:43Z`
fn extended_time(text: &str) -> Option<SystemTime> {
    OffsetDateTime::parse(text, &Rfc3339).ok().map(Into::into)
}

/// `Thu, 01 Jan 2026 00:15:43 GMT`
fn http_date(text: &str) -> Option<SystemTime> {
    OffsetDateTime::parse(text, &Rfc2822).ok().map(Into::into)
}
