//! The request is changed after it is signed, or its Authorization header is malformed.

use super::{Mistake, S3};
use crate::{draft::Sent, sign::Tampering};

const ALL_PARTS: &str =
    "After the algorithm, write Credential=…, SignedHeaders=…, Signature=… in one line.";

pub(super) const ALL: &[Mistake] = &[
    mistake(
        "header-changed-on-the-way",
        "A proxy changed a signed header.",
        "Sign fewer headers: host and x-amz-* are enough.",
        |sent| "en, *".clone_into(sent.header("accept-language")),
    )
    .with_setup(|draft| draft.add_header("accept-language", "en")),
    mistake(
        "header-not-signed",
        "An x-amz-* header was added after signing.",
        "Sign every x-amz-* header that you send.",
        |sent| "late".clone_into(sent.header("x-amz-meta-added")),
    )
    .refused_by(S3),
    mistake(
        "content-sha256-invalid",
        "The value of x-amz-content-sha256 is neither a hash nor one of the words that S3 accepts.",
        "Send the SHA-256 of the body in hexadecimal, or UNSIGNED-PAYLOAD.",
        |sent| "nonsense".clone_into(sent.header("x-amz-content-sha256")),
    )
    .refused_by(S3),
    mistake(
        "signature-missing",
        "The request is not signed.",
        "Send the Authorization header.",
        |sent| sent.remove_header("authorization"),
    ),
    mistake(
        "signature-version-2",
        "The request is signed with Signature Version 2.",
        "Sign with Signature Version 4.",
        |sent| {
            // It has the form of version 2. No service checks its value any more.
            let value = "AWS AKIAIOSFODNN7EXAMPLE:frJIUN8DYpKDtOLCwo//yllqDzg=";
            value.clone_into(sent.header("authorization"));
        },
    ),
    mistake(
        "authorization-of-another-scheme",
        "The Authorization header has another scheme, such as Bearer.",
        "Start its value with AWS4-HMAC-SHA256 and a space.",
        |sent| "Bearer sometoken".clone_into(sent.header("authorization")),
    ),
    mistake(
        "authorization-in-one-word",
        "The Authorization header is a single word, and x-amz-date is missing: nothing was signed.",
        ALL_PARTS,
        |sent| {
            "EXAMPLE".clone_into(sent.header("authorization"));
            sent.remove_header("x-amz-date");
        },
    ),
    mistake(
        "authorization-without-signature",
        "The Authorization header has no Signature.",
        ALL_PARTS,
        |sent| {
            let value = sent.header("authorization");
            value.truncate(value.find(", Signature=").unwrap_or(value.len()));
        },
    ),
    mistake(
        "authorization-repeats-its-name",
        "The value of the Authorization header starts with the header's name.",
        "Pass only the value to the HTTP client.",
        |sent| sent.header("authorization").insert_str(0, "Authorization: "),
    ),
    mistake(
        "credential-without-terminator",
        "The Credential does not end in /aws4_request.",
        "Write KEY/YYYYMMDD/REGION/SERVICE/aws4_request.",
        |sent| {
            let value = sent.header("authorization");
            *value = value.replace("/aws4_request", "");
        },
    ),
    mistake(
        "credential-without-key",
        "The Credential starts with an empty access key, as if a variable was not set.",
        "Check that the access key is read before you sign.",
        |sent| {
            let value = sent.header("authorization");
            let (before, rest) = value.split_once("Credential=").unwrap_or_default();
            let (_key, rest) = rest.split_once('/').unwrap_or_default();
            *value = format!("{before}Credential=/{rest}");
        },
    ),
];

const fn mistake(
    id: &'static str,
    what: &'static str,
    fix: &'static str,
    tamper: fn(&mut Sent),
) -> Mistake {
    Mistake::new(id, what, fix, Tampering::Sent(tamper))
}
