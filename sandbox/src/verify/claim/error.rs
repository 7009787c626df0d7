//! Errors in a claim, with the messages of `verify`.

use std::fmt;

use crate::verify::constants::{ALGORITHM, TERMINATOR};
use crate::verify::rules::FrontEnd;

/// The reason why the claim of a request cannot be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ClaimError<'a> {
    #[error("the request has neither an Authorization header nor X-Amz-Algorithm in its query")]
    Anonymous,
    #[error("the query is signed with the old Signature Version 2; use Signature Version 4")]
    SigV2Query,
    /// The server must not guess which signature counts. `header` is the first Authorization header,
    /// or empty.
    #[error(
        "the request is signed more than once, in Authorization headers or in its query; use one"
    )]
    Several { header: &'a str },
    /// `value` is the value of the header.
    #[error("{error}")]
    Header { value: &'a str, error: HeaderError },
    #[error(transparent)]
    Query(QueryError),
}

/// A syntax error in an Authorization header.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum HeaderError {
    #[error("the Authorization header is a single word. {0}")]
    OneWord(MissingParts),
    #[error("the Authorization header has another scheme than {ALGORITHM}")]
    Scheme,
    #[error("the Authorization header has the old Signature Version 2")]
    Version2,
    #[error("'{0}' not a valid key=value pair (missing equal-sign) in Authorization header")]
    NotAPair(String),
    #[error("the Authorization header has more than one '{0}'")]
    Repeated(&'static str),
    #[error("{0}")]
    Missing(MissingParts),
    #[error(transparent)]
    Credential(#[from] CredentialError),
    #[error("the request has no valid X-Amz-Date or Date header")]
    Date,
}

/// The parts that are missing from an Authorization header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each part is missing independently")]
pub(crate) struct MissingParts {
    pub(crate) credential: bool,
    pub(crate) signature: bool,
    pub(crate) signed_headers: bool,
    pub(crate) date: bool,
}

/// The sentences of AWS's general front end for the missing parts, in its order.
impl fmt::Display for MissingParts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sentences = [
            (self.credential, "Authorization header requires 'Credential' parameter."),
            (self.signature, "Authorization header requires 'Signature' parameter."),
            (self.signed_headers, "Authorization header requires 'SignedHeaders' parameter."),
            (
                self.date,
                "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' \
                 header.",
            ),
        ];
        let said: Vec<_> =
            sentences.iter().filter(|(missing, _)| *missing).map(|(_, text)| *text).collect();
        f.write_str(&said.join(" "))
    }
}

/// A syntax error in a Credential, in a header or query.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CredentialError {
    /// The general front end's message, quoted in hashicorp/vault#2277 (IAM) and
    /// StreisandEffect/streisand#485 (EC2).
    #[error(
        "Credential must have exactly 5 slash-delimited elements, e.g. \
         keyid/date/region/service/term, got '{0}'"
    )]
    Elements(String),
    #[error("the Credential does not have the form KEY/YYYYMMDD/REGION/SERVICE/{TERMINATOR}")]
    Form,
    #[error("the Credential names no access key")]
    EmptyKey,
    #[error("'{0}' in the Credential is not a date of the form YYYYMMDD")]
    Date(String),
    #[error("the Credential ends in '{0}' instead of '{TERMINATOR}'")]
    Terminator(String),
}

impl CredentialError {
    pub(super) fn wrong_form(credential: &str, front_end: FrontEnd) -> Self {
        match front_end {
            FrontEnd::S3 => CredentialError::Form,
            FrontEnd::General => CredentialError::Elements(credential.to_owned()),
        }
    }
}

/// A syntax error in the query parameters of a signature.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum QueryError {
    #[error(
        "the query lacks one of X-Amz-Algorithm, -Credential, -Signature, -Date, -SignedHeaders"
    )]
    Missing,
    #[error("X-Amz-Algorithm is '{0}'; expected {ALGORITHM}")]
    Algorithm(String),
    #[error(transparent)]
    Credential(#[from] CredentialError),
    #[error("X-Amz-Date does not have the form YYYYMMDDTHHMMSSZ")]
    Date,
    #[error("the query has the parameter '{0}' more than once")]
    Repeated(String),
    #[error("X-Amz-Expires is not a number")]
    ExpiresNotANumber,
    #[error("X-Amz-Expires is 0; the minimum is 1 second")]
    ExpiresZero,
    #[error("X-Amz-Expires is negative")]
    ExpiresNegative,
    #[error("X-Amz-Expires is more than a week")]
    ExpiresTooLarge,
}

/// The reason why even a matching signature does not protect what is read from the request.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CoverageError {
    #[error("the request has no Host header, or an empty one")]
    NoHost,
    #[error("the request has the header '{0}' more than once")]
    Repeated(&'static str),
    /// AWS's message, quoted in aws/aws-sdk-go-v2#2593.
    #[error("'{0}' is named as a SignedHeader, but it does not exist in the HTTP request.")]
    Absent(String),
}
