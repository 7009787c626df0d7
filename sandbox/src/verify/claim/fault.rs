//! What can be wrong with a claim, in the words in which `verify` says it.

use std::fmt;

use super::super::FrontEnd;
use super::{ALGORITHM, TERMINATOR};

/// What is wrong with the form of an Authorization header.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum HeaderFault {
    #[error("the Authorization header is a single word. {0}")]
    OneWord(MissingParts),
    #[error("the Authorization header is of another scheme than {ALGORITHM}")]
    Scheme,
    #[error("the Authorization header is of the old Signature Version 2")]
    Version2,
    #[error("'{0}' not a valid key=value pair (missing equal-sign) in Authorization header")]
    NotAPair(String),
    #[error("the Authorization header has more than one '{0}'")]
    Repeated(&'static str),
    #[error("{0}")]
    Missing(MissingParts),
    #[error(transparent)]
    Credential(#[from] CredentialFault),
    #[error("the request has no valid X-Amz-Date or Date header")]
    Date,
}

/// The parts that an Authorization header lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each part is there or not, independently")]
pub(crate) struct MissingParts {
    pub(crate) credential: bool,
    pub(crate) signature: bool,
    pub(crate) signed_headers: bool,
    pub(crate) date: bool,
}

/// The sentences of AWS's general front end, one for each missing part, in its order.
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
        let said: Vec<_> = sentences.iter().filter(|(is, _)| *is).map(|(_, said)| *said).collect();
        f.write_str(&said.join(" "))
    }
}

/// What is wrong with the form of a Credential, wherever it stands.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CredentialFault {
    /// What the general front end says of the form; the words are AWS's, from hashicorp/vault#2277
    /// (IAM) and StreisandEffect/streisand#485 (EC2).
    #[error(
        "Credential must have exactly 5 slash-delimited elements, e.g. \
         keyid/date/region/service/term, got '{0}'"
    )]
    Elements(String),
    #[error("the Credential is not of the form KEY/YYYYMMDD/REGION/SERVICE/{TERMINATOR}")]
    Form,
    #[error("the Credential names no access key")]
    EmptyKey,
    #[error("'{0}' in the Credential is not a date of the form YYYYMMDD")]
    Date(String),
    #[error("the Credential ends in '{0}' instead of '{TERMINATOR}'")]
    Terminator(String),
}

impl FrontEnd {
    pub(super) fn wrong_form(self, credential: &str) -> CredentialFault {
        match self {
            FrontEnd::S3 => CredentialFault::Form,
            FrontEnd::General => CredentialFault::Elements(credential.to_owned()),
        }
    }
}

/// What is wrong with the form of the signature's query parameters.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum QueryFault {
    #[error(
        "the query lacks one of X-Amz-Algorithm, -Credential, -Signature, -Date, -SignedHeaders"
    )]
    Missing,
    #[error("X-Amz-Algorithm is '{0}'; expecting {ALGORITHM}")]
    Algorithm(String),
    #[error(transparent)]
    Credential(#[from] CredentialFault),
    #[error("X-Amz-Date is not of the form YYYYMMDDTHHMMSSZ")]
    Date,
    #[error("the query has the parameter '{0}' more than once")]
    Repeated(String),
    #[error("X-Amz-Expires is not a number")]
    ExpiresNotANumber,
    #[error("X-Amz-Expires is 0; the least is 1 second")]
    ExpiresZero,
    #[error("X-Amz-Expires is negative")]
    ExpiresNegative,
    #[error("X-Amz-Expires is more than a week")]
    ExpiresTooLarge,
}

/// Why a signature, however right, does not cover what is read from the request.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Uncovered {
    #[error("the request has no Host header, or an empty one")]
    NoHost,
    #[error("the request has the header '{0}' more than once")]
    Repeated(&'static str),
    /// The words are AWS's, from aws/aws-sdk-go-v2#2593.
    #[error("'{0}' is named as a SignedHeader, but it does not exist in the HTTP request.")]
    Absent(String),
}
