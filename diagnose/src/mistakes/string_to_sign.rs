//! Steps 2 and 3: the string to sign is not written as AWS writes it.

use super::Mistake;
use crate::sign::Tampering;

pub(super) const ALL: &[Mistake] = &[
    mistake(
        "canonical-request-not-hashed",
        "The string to sign ends in the canonical request, not in its hash.",
        "End it with the SHA-256 of the canonical request, in hexadecimal.",
        |string, canonical_request| {
            let (before, _hash) = string.rsplit_once('\n').unwrap_or_default();
            format!("{before}\n{canonical_request}")
        },
    ),
    mistake(
        "hash-in-capitals",
        "The hash of the canonical request is written in capitals.",
        "Write hexadecimal in lower case.",
        |string, _| {
            let (before, hash) = string.rsplit_once('\n').unwrap_or_default();
            format!("{before}\n{}", hash.to_ascii_uppercase())
        },
    ),
    mistake(
        "string-to-sign-with-newline",
        "The string to sign ends in a line feed.",
        "End it with the hash of the canonical request.",
        |string, _| format!("{string}\n"),
    ),
];

const fn mistake(
    id: &'static str,
    what: &'static str,
    fix: &'static str,
    tamper: fn(&str, &str) -> String,
) -> Mistake {
    Mistake::new(id, what, fix, Tampering::StringToSign(tamper))
}
