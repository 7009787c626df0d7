//! The request that is signed is not the one that is sent, or it is signed by the rules of another
//! service.

use raw::sigv4::{ContentSha256, PathEncoding, PathNormalization, Payload, TokenSigning};

use super::{Mistake, NOT_S3, S3};
use crate::{
    draft::{Draft, ScopeDay},
    sign::Tampering,
};

const PATH_AS_SENT: &str = "For S3, sign the path exactly as you send it.";
const HOST_AS_SENT: &str = "Sign the Host header as you send it: with the port, unless it is the \
                            default for the scheme.";

pub(super) const ALL: &[Mistake] = &[
    mistake(
        "service-wrong",
        "The credential scope names another service than the one that is called.",
        "Use the service's signing name: s3, ec2, execute-api.",
        |draft| "lambda".clone_into(&mut draft.service),
    ),
    mistake(
        "scope-of-yesterday",
        "The date in the credential scope is not the date in x-amz-date.",
        "Read the clock once, and take both from that time.",
        |draft| draft.scope_day = ScopeDay::DayBefore,
    ),
    mistake(
        "path-encoded-twice",
        "The path is percent-encoded again before it is signed, which S3 does not do.",
        PATH_AS_SENT,
        |draft| draft.rules.encode_path = PathEncoding::Twice,
    )
    .with_setup(|draft| draft.path.push_str("%20x"))
    .refused_by(S3),
    mistake(
        "path-encoded-once",
        "The path is signed as it is sent, which only S3 does.",
        "Percent-encode the path once more before you sign it: %20 becomes %2520.",
        |draft| draft.rules.encode_path = PathEncoding::Once,
    )
    .with_setup(escape_a_letter_of_the_path)
    .refused_by(NOT_S3),
    mistake(
        "path-normalized",
        "Double slashes in the path are signed as one, but in S3 they are part of the key.",
        PATH_AS_SENT,
        |draft| draft.rules.path = PathNormalization::Normalized,
    )
    .with_setup(|draft| draft.path.push_str("//x"))
    .refused_by(S3),
    mistake(
        "path-not-normalized",
        "Double slashes in the path are signed as they are, which only S3 does.",
        "Resolve `.`, `..` and `//` in the path before you sign it.",
        |draft| draft.rules.path = PathNormalization::AsIs,
    )
    .with_setup(|draft| draft.path.insert(0, '/'))
    .refused_by(NOT_S3),
    mistake(
        "host-with-wrong-port",
        "The signed host has another port than the Host header that is sent.",
        HOST_AS_SENT,
        |draft| draft.host = format!("{}:8443", host_name(draft)),
    ),
    mistake(
        "host-without-port",
        "The signed host lacks the port that the Host header has.",
        HOST_AS_SENT,
        |draft| draft.host = host_name(draft).to_owned(),
    ),
    mistake(
        "host-of-another",
        "The host behind a tunnel or proxy is signed, not the host that is sent.",
        "Sign the Host header as you send it, or send it as you sign it.",
        |draft| draft.host = format!("{}.us-east-1.amazonaws.com", draft.service),
    ),
    mistake(
        "token-not-signed",
        "The session token is added after signing.",
        "Sign x-amz-security-token with the other x-amz-* headers.",
        |draft| draft.rules.session_token = TokenSigning::AddedAfterwards,
    )
    .refused_by(S3),
    mistake(
        "content-sha256-missing",
        "The header x-amz-content-sha256 is missing, which S3 requires.",
        "Send and sign x-amz-content-sha256.",
        |draft| draft.rules.content_sha256 = ContentSha256::Absent,
    )
    .refused_by(S3),
    mistake(
        "body-of-another-request",
        "The hash is of another body: the body was changed or encoded again after signing.",
        "Sign the bytes that you send.",
        |draft| draft.body.extend_from_slice(b"&more"),
    ),
    mistake(
        "payload-not-signed",
        "UNSIGNED-PAYLOAD is signed instead of a hash, which only S3 accepts.",
        "Sign the SHA-256 of the body.",
        |draft| draft.rules.payload = Payload::Unsigned,
    )
    .refused_by(NOT_S3),
];

const fn mistake(
    id: &'static str,
    what: &'static str,
    fix: &'static str,
    tamper: fn(&mut Draft),
) -> Mistake {
    Mistake::new(id, what, fix, Tampering::Request(tamper))
}

/// The host without its port.
fn host_name(draft: &Draft) -> &str {
    draft.host.split(':').next().unwrap_or_default()
}

/// Percent-encodes the last character of the path, which leaves its meaning as it is.
fn escape_a_letter_of_the_path(draft: &mut Draft) {
    match draft.path.pop().filter(|last| *last != '/') {
        Some(last) => draft.path = format!("{}%{:02X}", draft.path, u32::from(last)),
        None => draft.path.push_str("/%61"),
    }
}
