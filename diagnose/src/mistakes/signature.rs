//! The signature is right, but not in lower-case hexadecimal.

use base64::{Engine as _, prelude::BASE64_STANDARD};

use super::Mistake;
use crate::sign::Tampering;

pub(super) const ALL: &[Mistake] = &[
    mistake(
        "signature-in-capitals",
        "The signature is sent in capitals.",
        "Write hexadecimal in lower case.",
        str::to_ascii_uppercase,
    ),
    mistake(
        "signature-in-base64",
        "The signature is sent in Base64, as in Signature Version 2.",
        "Write it in lower-case hexadecimal.",
        |signature| BASE64_STANDARD.encode(bytes_of(signature)),
    ),
];

const fn mistake(
    id: &'static str,
    what: &'static str,
    fix: &'static str,
    tamper: fn(&str) -> String,
) -> Mistake {
    Mistake::new(id, what, fix, Tampering::Signature(tamper))
}

fn bytes_of(hexadecimal: &str) -> Vec<u8> {
    let byte = |index| u8::from_str_radix(hexadecimal.get(index..index + 2)?, 16).ok();
    (0..hexadecimal.len()).step_by(2).filter_map(byte).collect()
}
