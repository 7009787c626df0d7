//! AWS's responses as observed or documented: the status, code and message of each case. They are
//! read from `data/aws-wire-facts.jsonl`, which names the source of each.
//!
//! Refusals refer to a case and never repeat its message. Where two rows disagree, the sandbox uses
//! the better verified one:
//!
//! | used | not used | why |
//! |---|---|---|
//! | `AuthorizationHeaderMalformed`, components missing | …, missing Credential / Signature / `SignedHeaders` | quoted from S3; the others only from an emulator |
//! | `IncompleteSignatureException`, newer | …, older | the secret is no longer echoed |
//! | `InvalidSignatureException`, long form | …, short form | both occur; the long one says more |
//! | EC2 clock skew: `AuthFailure` | `RequestExpired`, documented meaning | observed, against documented |
//! | EC2 bad signature: `AuthFailure` | `SignatureDoesNotMatch`, older | since 2016 |
//! | EC2 `RequestLimitExceeded`, newer | …, older | both occur; the newer one says more |
//! | EC2 unsigned: `MissingParameter` | `MissingAuthenticationToken` | observed, against documented |

use std::sync::LazyLock;

use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// A row of the table of facts.
#[derive(Debug, Deserialize)]
pub struct Fact {
    /// `s3`, `ec2` or `execute-api`.
    pub service: String,
    /// A description of the case; unique within its service.
    pub case: String,
    /// The HTTP status; `None` if the row covers several.
    #[serde(rename = "http_status", deserialize_with = "status")]
    pub status: Option<u16>,
    /// The error code; `None` for a success.
    pub code: Option<String>,
    /// The message, with placeholders in braces; `None` for a success.
    #[serde(rename = "message_pattern", deserialize_with = "message")]
    pub message: Option<String>,
    /// The value of Content-Type; `None` if there is no body.
    pub content_type: Option<String>,
    /// An example of the whole body.
    #[serde(rename = "body_example")]
    pub body: Option<String>,
    /// `test-fixture`, `issue-thread`, `documentation` or `unverified`. An `unverified` fact is a best
    /// guess and must not be presented as AWS's response.
    pub verified_by: String,
    /// The source of the fact.
    pub source: String,
}

impl Fact {
    /// Whether the fact was observed or documented.
    #[must_use]
    pub fn is_verified(&self) -> bool {
        self.verified_by != "unverified"
    }
}

/// Finds a fact by its service and case, as spelt in the file.
#[must_use]
pub fn find(service: &str, case: &str) -> Option<&'static Fact> {
    all().iter().find(|fact| fact.service == service && fact.case == case)
}

/// Every fact, in the order of the file.
#[must_use]
pub fn all() -> &'static [Fact] {
    static FACTS: LazyLock<Vec<Fact>> = LazyLock::new(read);
    &FACTS
}

fn read() -> Vec<Fact> {
    let rows = include_str!("../data/aws-wire-facts.jsonl").lines();
    rows.map(|row| serde_json::from_str(row).expect("every line is a fact")).collect()
}

/// A status such as `400|403` covers several.
fn status<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u16>, D::Error> {
    let status = Value::deserialize(deserializer)?;
    Ok(status.as_u64().and_then(|status| u16::try_from(status).ok()))
}

/// The file writes line feeds in messages as `\n`.
fn message<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let message = Option::<String>::deserialize(deserializer)?;
    Ok(message.map(|message| message.replace("\\n", "\n")))
}

/// The name of a fact that the sandbox uses.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FactId {
    service: &'static str,
    name: &'static str,
}

impl FactId {
    /// The fact of this name.
    ///
    /// # Panics
    /// If the file has no such fact, which a test of this module rules out.
    pub(crate) fn fact(self) -> &'static Fact {
        find(self.service, self.name)
            .unwrap_or_else(|| panic!("no fact for {} \"{}\"", self.service, self.name))
    }
}

/// Declares the names of facts, and `USED` with all of them for the tests.
macro_rules! fact_ids {
    ($($service:ident = $word:literal { $($case:ident = $name:literal;)* })*) => {
        $(pub(crate) mod $service {
            use super::FactId;
            $(pub(crate) const $case: FactId = FactId { service: $word, name: $name };)*
        })*
        #[cfg(test)]
        const USED: &[FactId] = &[$($($service::$case,)*)*];
    };
}

fact_ids! {
    s3 = "s3" {
        SIGNATURE_DOES_NOT_MATCH = "SignatureDoesNotMatch (SigV4, header or presigned)";
        INVALID_ACCESS_KEY_ID = "InvalidAccessKeyId (unknown access key)";
        TOKEN_MISSING = "temporary key (ASIA...) used without its session token";
        TOKEN_NOT_SIGNED = "session token header sent but not in SignedHeaders";
        INVALID_TOKEN = "InvalidToken (bad session token)";
        EXPIRED_TOKEN = "ExpiredToken (expired session token)";
        REQUEST_TIME_TOO_SKEWED = "RequestTimeTooSkewed (clock skew > 15 min)";
        CONTENT_SHA256_MISSING = "missing x-amz-content-sha256 (SigV4 header auth)";
        CONTENT_SHA256_MISMATCH = "XAmzContentSHA256Mismatch (body hash differs from header)";
        CONTENT_SHA256_INVALID = "x-amz-content-sha256 not a valid value";
        ANONYMOUS = "no auth (anonymous) / denied, old style";
        NOT_ALLOWED = "AccessDenied new style, no identity-based policy";
        HEADERS_NOT_SIGNED = "AccessDenied, x-amz-* header sent but not signed";
        NO_DATE = "AccessDenied, no date";
        WRONG_REGION = "AuthorizationHeaderMalformed, wrong region";
        EMPTY_ACCESS_KEY = "AuthorizationHeaderMalformed, empty access key";
        COMPONENTS_MISSING = "AuthorizationHeaderMalformed, components missing";
        BAD_CREDENTIAL = "AuthorizationHeaderMalformed, bad Credential form";
        WRONG_SERVICE = "AuthorizationHeaderMalformed, wrong service";
        WRONG_TERMINATOR = "AuthorizationHeaderMalformed, wrong terminator";
        BAD_CREDENTIAL_DATE = "AuthorizationHeaderMalformed, bad credential date";
        BAD_COMPONENT = "AuthorizationHeaderMalformed, component malformed";
        DATES_DIFFER = "AuthorizationHeaderMalformed, credential date differs from x-amz-date";
        UNKNOWN_SCHEME = "Authorization with an unknown scheme";
        NOT_ONE_SPACE = "Authorization without exactly one space";
        VERSION_2 = "SigV2 refused";
        NOT_YET_VALID = "presigned URL, X-Amz-Date in the future";
        PRESIGNED_EXPIRED = "presigned URL expired (SigV4)";
        QUERY_INCOMPLETE = "presigned URL, query parameters missing (SigV4)";
        QUERY_BAD_CREDENTIAL = "presigned URL, Credential malformed";
        EXPIRES_TOO_LARGE = "presigned URL, X-Amz-Expires too large";
        EXPIRES_NEGATIVE = "presigned URL, X-Amz-Expires negative";
        EXPIRES_NOT_A_NUMBER = "presigned URL, X-Amz-Expires not a number";
        QUERY_DATE = "presigned URL, X-Amz-Date form";
        QUERY_ALGORITHM = "presigned URL, X-Amz-Algorithm";
        QUERY_WRONG_REGION = "presigned URL, wrong region";
        QUERY_WRONG_SERVICE = "presigned URL, wrong service";
        QUERY_DATES_DIFFER = "presigned URL, credential date differs from X-Amz-Date";
        NO_SUCH_BUCKET = "NoSuchBucket";
        NO_SUCH_KEY = "NoSuchKey";
        PERMANENT_REDIRECT = "PermanentRedirect (bucket in another region)";
        METHOD_NOT_ALLOWED = "MethodNotAllowed";
        INVALID_BUCKET_NAME = "InvalidBucketName";
        MAX_KEYS_NOT_A_NUMBER = "InvalidArgument, max-keys not a number";
        MAX_KEYS_NEGATIVE = "InvalidArgument, max-keys negative";
        ENCODING_TYPE = "InvalidArgument, encoding-type";
        CONTINUATION_TOKEN = "InvalidArgument, continuation-token";
        BUCKET_REGION = "InvalidArgument, bucket-region on ListBuckets";
        INVALID_RANGE = "InvalidRange";
        SLOW_DOWN = "SlowDown (throttled)";
        INTERNAL_ERROR = "InternalError";
    }
    ec2 = "ec2" {
        AUTH_FAILURE = "AuthFailure: unknown key, wrong secret, bad signature (SigV4)";
        CLOCK_SKEW = "clock skew";
        TOKEN_EXPIRED = "expired session token";
        UNSIGNED = "unsigned request";
        MALFORMED = "IncompleteSignature: malformed Authorization (documented only)";
        WRONG_SCOPE = "credential scoped to the wrong region or service";
        REQUEST_LIMIT_EXCEEDED = "RequestLimitExceeded, newer";
        INVALID_ACTION = "InvalidAction";
        DRY_RUN_OPERATION = "DryRunOperation";
        UNAUTHORIZED = "UnauthorizedOperation, short form";
        UNAUTHORIZED_WITH_MESSAGE = "UnauthorizedOperation, with the encoded message";
        MISSING_PARAMETER = "MissingParameter";
        UNKNOWN_PARAMETER = "UnknownParameter";
        INVALID_VALUE = "InvalidParameterValue, empty";
        IMAGE_NOT_FOUND = "InvalidAMIID.NotFound";
        MALFORMED_IMAGE_ID = "InvalidAMIID.Malformed";
        NOT_YOUR_IMAGE = "AuthFailure, not your image";
        INSTANCE_NOT_FOUND = "InvalidInstanceID.NotFound";
        MALFORMED_INSTANCE_ID = "InvalidInstanceID.Malformed";
        INVALID_INSTANCE_TYPE = "InvalidParameterValue, instance type";
        VCPU_LIMIT_EXCEEDED = "VcpuLimitExceeded";
        UNSUPPORTED = "Unsupported (RunInstances configuration)";
        IDEMPOTENT_PARAMETER_MISMATCH = "IdempotentParameterMismatch";
        IDEMPOTENT_INSTANCE_TERMINATED = "IdempotentInstanceTerminated";
        TAG_LIMIT_EXCEEDED = "TagLimitExceeded";
        INTERNAL_ERROR = "InternalError";
    }
    execute_api = "execute-api" {
        SIGNATURE_DOES_NOT_MATCH = "InvalidSignatureException, long form";
        UNRECOGNIZED_CLIENT = "UnrecognizedClientException (unknown access key, or bad session token)";
        EXPIRED_TOKEN = "ExpiredTokenException";
        CLOCK_BEHIND = "clock behind (signature expired)";
        CLOCK_AHEAD = "clock ahead (signature not yet current)";
        MISSING_TOKEN = "MissingAuthenticationToken: no Authorization on an IAM method, unknown path or method";
        NOT_A_PAIR = "IncompleteSignatureException, Authorization not key=value (newer)";
        PARTS_MISSING = "IncompleteSignatureException, parts missing";
        WRONG_SERVICE = "credential scoped to another service";
        WRONG_REGION = "credential scoped to another region";
        NOT_ALLOWED = "not authorized (IAM)";
        THROTTLED = "throttled";
        INTEGRATION_FAILED = "integration failure";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_used_fact_has_a_status_a_code_and_a_message() {
        for case in USED {
            let fact = case.fact();
            assert!(fact.status.is_some_and(|status| status >= 300), "{case:?}");
            assert!(fact.code.is_some() && fact.message.is_some(), "{case:?}");
        }
    }

    #[test]
    fn no_two_rows_have_the_same_service_and_case() {
        for (at, fact) in all().iter().enumerate() {
            let twin =
                all()[..at].iter().find(|f| f.service == fact.service && f.case == fact.case);
            assert!(twin.is_none(), "{} {}", fact.service, fact.case);
        }
    }
}
