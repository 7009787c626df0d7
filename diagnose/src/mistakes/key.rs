//! Step 4: the signing key is derived wrongly.

use super::Mistake;
use crate::sign::{Tampering, hex, hmac};

pub(super) const ALL: &[Mistake] = &[
    mistake(
        "key-without-aws4",
        "The signing key is derived from the secret key without the prefix AWS4.",
        "Start with HMAC(\"AWS4\" + secret key, date).",
        derive,
    ),
    mistake(
        "key-from-hexadecimal",
        "Each HMAC of the signing key takes the previous one in hexadecimal as its key.",
        "Pass on the 32 bytes: only the signature is written in hexadecimal.",
        |secret, scope| {
            let start = format!("AWS4{secret}");
            let key = scope.split('/').fold(start, |key, part| hex(hmac(key.as_bytes(), part)));
            key.into_bytes()
        },
    ),
    mistake(
        "key-of-another-day",
        "The signing key was kept past midnight UTC.",
        "Derive a new signing key for each day, region and service.",
        |secret, scope| {
            // Any other day will do, and this one needs no calendar.
            let (_today, rest) = scope.split_once('/').unwrap_or_default();
            derive(&format!("AWS4{secret}"), &format!("20150830/{rest}"))
        },
    ),
];

const fn mistake(
    id: &'static str,
    what: &'static str,
    fix: &'static str,
    tamper: fn(&str, &str) -> Vec<u8>,
) -> Mistake {
    Mistake::new(id, what, fix, Tampering::Key(tamper))
}

/// Derives a signing key, starting with `start`, which should be `AWS4` and the secret key.
fn derive(start: &str, scope: &str) -> Vec<u8> {
    scope.split('/').fold(start.into(), |key, part| hmac(&key, part).into())
}
