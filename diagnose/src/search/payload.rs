//! The last line of the canonical request: what stands for the body.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use sha2::{Digest as _, Sha256};

use super::{
    choice::{Choices, Found},
    path::latin_1,
};
use crate::{
    claim::{Claim, Location},
    request::SignedRequest,
};

/// Words that may stand in place of the hash.
const WORDS: [&str; 6] = [
    "UNSIGNED-PAYLOAD",
    "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
    "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD",
    "",
];

/// Everything that may have been signed for the body of `request`.
pub(super) fn choices(request: &SignedRequest, claim: &Claim) -> Choices<String> {
    let body = hex_sha256(&request.body);
    let given = request.header("x-amz-content-sha256").map(|value| value.trim().to_owned());
    let is_s3 = claim.service.starts_with("s3");
    let right = match (&given, claim.location) {
        (Some(given), _) => given.clone(),
        (None, Location::Query) if is_s3 => "UNSIGNED-PAYLOAD".to_owned(),
        (None, Location::Query | Location::Header) => body.clone(),
    };
    let mut pairs = vec![(right.clone(), Vec::new())];
    let mut add = |id, value: String, at: &str| pairs.push((value, vec![Found::new(id, at)]));
    for word in WORDS {
        let id =
            if word == "UNSIGNED-PAYLOAD" { "payload-not-signed" } else { "payload-word-signed" };
        let id = if word.is_empty() { "payload-line-empty" } else { id };
        add(id, word.to_owned(), &format!("signed: {word:?}"));
    }
    add("payload-hash-of-body", body.clone(), "signed: the hash of the body");
    add("payload-hash-of-nothing", hex_sha256(b""), "signed: the hash of an empty body");
    add("payload-hash-in-capitals", right.to_uppercase(), "the hash of the body");
    add("payload-hash-hashed-twice", hex_sha256(body.as_bytes()), "the hash of the body");
    add(
        "payload-hash-in-base64",
        BASE64_STANDARD.encode(Sha256::digest(&request.body)),
        "the hash of the body",
    );
    if let Ok(text) = std::str::from_utf8(&request.body) {
        add("payload-not-hashed", text.to_owned(), "the body stands in place of its hash");
        for (id, at, other) in other_bodies(text) {
            add(id, hex_sha256(&other), at);
        }
    }
    if let Some(bytes) = latin_1(&request.body) {
        add("body-of-another-request", hex_sha256(&bytes), "signed as ISO 8859-1, sent as UTF-8");
    }
    Choices::from_pairs(pairs)
}

/// The same body in other forms: before it was encoded, or by another writer of JSON.
fn other_bodies(text: &str) -> Vec<(&'static str, &'static str, Vec<u8>)> {
    const ID: &str = "body-of-another-request";
    let mut others = vec![
        (ID, "signed with a line feed at its end", format!("{text}\n").into_bytes()),
        (ID, "signed with CR LF for its line feeds", text.replace('\n', "\r\n").into_bytes()),
        (ID, "signed with line feeds for its CR LF", text.replace("\r\n", "\n").into_bytes()),
        (ID, "signed without the white space around it", text.trim().as_bytes().to_vec()),
        (ID, "signed with a byte order mark", format!("\u{feff}{text}").into_bytes()),
        (
            ID,
            "signed before it was form-encoded",
            crate::request::decoded_bytes(&text.replace('+', " ")),
        ),
        (ID, "signed as a quoted string", serde_json::to_vec(text).unwrap_or_default()),
        (ID, "signed as an empty object", b"{}".to_vec()),
        (ID, "signed as null", b"null".to_vec()),
        (ID, "signed as undefined", b"undefined".to_vec()),
        (ID, "signed as [object Object]", b"[object Object]".to_vec()),
    ];
    if let Ok(json) = serde_json::from_str::<serde_json::Value>(text) {
        let compact = json.to_string();
        let sorted = sorted(&json);
        others.push((ID, "signed as compact JSON", compact.clone().into_bytes()));
        others.push((
            ID,
            "signed as indented JSON",
            serde_json::to_vec_pretty(&json).unwrap_or_default(),
        ));
        others.push((
            ID,
            "signed as JSON with spaces, as Python writes it",
            spaced(&compact).into_bytes(),
        ));
        others.push((ID, "signed as JSON with sorted keys", sorted.to_string().into_bytes()));
        others.push((
            ID,
            "signed as JSON with sorted keys and spaces",
            spaced(&sorted.to_string()).into_bytes(),
        ));
    }
    others
}

/// `json` with the keys of every object sorted.
fn sorted(json: &serde_json::Value) -> serde_json::Value {
    match json {
        serde_json::Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by_key(|(name, _)| name.as_str());
            members.into_iter().map(|(name, value)| (name.clone(), sorted(value))).collect()
        }
        serde_json::Value::Array(items) => items.iter().map(sorted).collect(),
        serde_json::Value::Null
        | serde_json::Value::Bool(_)
        | serde_json::Value::Number(_)
        | serde_json::Value::String(_) => json.clone(),
    }
}

/// Compact JSON with a space behind every comma and colon, outside of strings.
fn spaced(compact: &str) -> String {
    let (mut text, mut in_string, mut escaped) =
        (String::with_capacity(compact.len() * 2), false, false);
    for character in compact.chars() {
        text.push(character);
        match character {
            _ if escaped => escaped = false,
            '\\' if in_string => escaped = true,
            '"' => in_string = !in_string,
            ',' | ':' if !in_string => text.push(' '),
            _ => {}
        }
    }
    text
}

/// SHA-256, in lower-case hexadecimal.
#[must_use]
pub fn hex_sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// `bytes` in lower-case hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.map(|digit| char::from(DIGITS[usize::from(digit)])).collect()
}
