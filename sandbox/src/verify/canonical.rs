//! The canonical request, the string to sign and the signature, rebuilt from what arrived.

use std::borrow::Cow;
use std::fmt::{self, Write as _};

use hmac::{Hmac, KeyInit as _, Mac as _};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, percent_encode};
use sha2::{Digest as _, Sha256};

use super::claim::{ALGORITHM, TERMINATOR};
use super::payload::hashed_payload;
use super::{
    Claim, Location, PathEncoding, PathNormalization, ReceivedRequest, Rules, TokenSigning,
};

/// All but the unreserved characters of RFC 3986, section 2.3.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
/// The same, but for the slash that separates the segments of a path.
const RESERVED_IN_PATH: &AsciiSet = &RESERVED.remove(b'/');

/// The six parts whose lines AWS's documentation names `HTTPMethod`, `CanonicalUri`,
/// `CanonicalQueryString`, `CanonicalHeaders`, `SignedHeaders` and `HashedPayload`.
struct CanonicalRequest {
    method: String,
    uri: String,
    query: String,
    headers: String,
    signed_headers: String,
    hashed_payload: String,
}

impl CanonicalRequest {
    /// Rebuilds the canonical request that a right signature of `received` is made from, and,
    /// behind it, those that one of AWS's own signers makes instead where they do not agree and no
    /// fact says which of them the service takes.
    ///
    /// None of the others is the first form of another request, so that no signature becomes good
    /// for a request with another meaning.
    ///
    /// docs/signing.md shows what each of AWS's signers makes of such a request, and what is taken here;
    /// a referee holds that table against the signers.
    fn rebuild(received: &ReceivedRequest, claim: &Claim, rules: &Rules<'_>) -> Vec<Self> {
        // A client has to list the names in lower case and sorted; so the server's list is,
        // whatever the client's looks like, and a name listed twice counts once.
        let mut names: Vec<_> =
            claim.signed_headers.iter().map(|name| name.to_ascii_lowercase()).collect();
        names.sort_unstable();
        names.dedup();
        let mut spellings = Vec::new();
        for query in canonical_queries(received, claim, rules) {
            for uri in canonical_uris(received.path(), rules) {
                spellings.push(CanonicalRequest {
                    method: received.method.clone(),
                    uri,
                    query: query.clone(),
                    headers: canonical_headers(received, &names),
                    signed_headers: names.join(";"),
                    hashed_payload: hashed_payload(received, claim, rules),
                });
            }
        }
        spellings
    }
}

impl fmt::Display for CanonicalRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.method)?;
        writeln!(f, "{}", self.uri)?;
        writeln!(f, "{}", self.query)?;
        writeln!(f, "{}", self.headers)?; // every header ends its own line; then an empty one
        writeln!(f, "{}", self.signed_headers)?;
        f.write_str(&self.hashed_payload)
    }
}

fn canonical_uris(path: &str, rules: &Rules<'_>) -> Vec<String> {
    let paths = match rules.path {
        PathNormalization::AsIs if path.is_empty() => vec![Cow::Borrowed("/")],
        PathNormalization::AsIs => vec![Cow::Borrowed(path)],
        PathNormalization::Normalized => normalize(path).into_iter().map(Cow::Owned).collect(),
    };
    let encode = |path: &str| match rules.encode_path {
        PathEncoding::Once => encode_once(path),
        PathEncoding::Twice => vec![encode_path(path.as_bytes())],
    };
    paths.iter().flat_map(|path| encode(path)).collect()
}

fn encode_path(path: &[u8]) -> String {
    percent_encode(path, RESERVED_IN_PATH).to_string()
}

/// S3 decodes and encodes again, so an escaped slash becomes a slash ("Encode the forward slash
/// character, '/', everywhere except in the object key name"). AWS's signers all sign the `%2F` of
/// a given URL as it stands, and as they never write one themselves, nobody seems to have noticed.
fn encode_once(path: &str) -> Vec<String> {
    let mut spellings = vec![encode_path(&decode_form(path))];
    if path.contains("%2F") || path.contains("%2f") {
        let encode = |segment| percent_encode(&decode_form(segment), RESERVED).to_string();
        let segments: Vec<_> = path.split('/').map(encode).collect();
        spellings.push(segments.join("/"));
    }
    if has_stray_percent(path) {
        spellings.push(path.to_owned());
    }
    spellings
}

/// Whether a `%` stands there that begins no escape. No text that AWS writes has one, so a text
/// left as it stands for it cannot be taken for that of another request. (Nor may it bring a line
/// feed into the canonical request.)
fn has_stray_percent(text: &str) -> bool {
    let is_stray = |rest: &str| {
        let digits = rest.as_bytes().get(..2);
        !digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    };
    text.bytes().all(|byte| byte.is_ascii_graphic()) && text.split('%').skip(1).any(is_stray)
}

/// Removes dot segments and empty ones; a trailing slash stays.
///
/// A dot segment at the end leaves its slash behind (RFC 3986, section 5.2.4), says AWS's signer
/// for Rust; it does not, say botocore and the AWS Common Runtime.
fn normalize(path: &str) -> Vec<String> {
    let mut kept = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                kept.pop();
            }
            segment => kept.push(segment),
        }
    }
    let plain = format!("/{}", kept.join("/"));
    match path.rsplit('/').next() {
        _ if kept.is_empty() => vec![plain],
        Some("") => vec![plain + "/"],
        Some("." | "..") => vec![format!("{plain}/"), plain],
        _ => vec![plain],
    }
}

/// The query without what cannot be signed: in a presigned URL the signature, and the session
/// token too if it was added afterwards.
fn canonical_queries(received: &ReceivedRequest, claim: &Claim, rules: &Rules<'_>) -> Vec<String> {
    const TOKEN: &str = "X-Amz-Security-Token";
    let query = received.query();
    let mut left_out: Vec<&[&str]> = Vec::new();
    match claim.location {
        Location::Header => left_out.push(&[]),
        Location::Query => {
            left_out.push(&["X-Amz-Signature"]);
            let has_token = query_pairs(received).any(|(name, _)| name == TOKEN);
            if rules.token == TokenSigning::Optional && has_token {
                left_out.push(&["X-Amz-Signature", TOKEN]);
            }
        }
    }
    let mut spellings = Vec::new();
    for left_out in left_out {
        spellings.push(canonical_query(query, left_out, encode_anew));
        if has_stray_percent(query) {
            spellings.push(canonical_query(query, left_out, keep_stray_percent));
        }
    }
    spellings
}

fn encode_anew(text: &str) -> String {
    percent_encode(&decode_form(text), RESERVED).to_string()
}

fn keep_stray_percent(text: &str) -> String {
    if has_stray_percent(text) { text.to_owned() } else { encode_anew(text) }
}

/// Every parameter decoded and encoded anew, sorted by name and then by value, both encoded.
fn canonical_query(query: &str, left_out: &[&str], encode: fn(&str) -> String) -> String {
    let mut pairs: Vec<(String, String)> = pairs_as_sent(query)
        .map(|(name, value)| (encode(name), encode(value)))
        .filter(|(name, _)| !left_out.contains(&name.as_str()))
        .collect();
    pairs.sort_unstable();
    let pairs: Vec<_> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
    pairs.join("&")
}

/// One line for each signed header: its values trimmed, with inner white space made single, and
/// joined by commas in the order of arrival. A header that did not arrive has an empty value.
fn canonical_headers(received: &ReceivedRequest, names: &[String]) -> String {
    let mut lines = String::new();
    for name in names {
        let values: Vec<String> = received
            .all(name)
            .map(|value| value.split_ascii_whitespace().collect::<Vec<_>>().join(" "))
            .collect();
        lines.push_str(name);
        lines.push(':');
        lines.push_str(&values.join(","));
        lines.push('\n');
    }
    lines
}

/// The two texts that lead to a signature.
pub(crate) struct Texts {
    pub(crate) canonical_request: String,
    pub(crate) string_to_sign: String,
}

/// Whether the claim's signature is the one that the secret makes of the request: the texts that
/// it was made from, or else those that it should have been made from.
///
/// Compared in constant time; it has to stand there in lower-case hexadecimal, as AWS writes it.
pub(crate) fn match_signature(
    received: &ReceivedRequest,
    claim: &Claim,
    secret: &str,
    rules: &Rules<'_>,
) -> Result<Texts, Texts> {
    let key = signing_key(secret, claim, rules);
    let sent = hex_bytes(&claim.signature);
    let spellings = CanonicalRequest::rebuild(received, claim, rules);
    let mut spellings = spellings.iter().map(|canonical| Texts {
        canonical_request: canonical.to_string(),
        string_to_sign: string_to_sign(canonical, claim, rules),
    });
    let is_signed = |texts: &Texts| {
        let mac = hmac_sha256(&key, &texts.string_to_sign);
        sent.is_some_and(|sent| mac.verify_slice(&sent).is_ok())
    };
    let first = spellings.next().expect("every request has a canonical form");
    if is_signed(&first) {
        return Ok(first);
    }
    spellings.find(is_signed).ok_or(first)
}

/// Algorithm, time, scope and the hash of the canonical request, a line each. The scope is the
/// server's own: that of the claim is compared with it elsewhere.
fn string_to_sign(canonical: &CanonicalRequest, claim: &Claim, rules: &Rules<'_>) -> String {
    format!(
        "{ALGORITHM}\n{}\n{}\n{}",
        claim.time,
        scope(claim, rules),
        sha256_hex(canonical.to_string().as_bytes())
    )
}

/// The server's own scope, on the day of the claim.
pub(super) fn scope(claim: &Claim, rules: &Rules<'_>) -> String {
    format!("{}/{}/{}/{TERMINATOR}", claim.time.date(), rules.region, rules.service)
}

pub(super) fn signing_key(secret: &str, claim: &Claim, rules: &Rules<'_>) -> Vec<u8> {
    let date = claim.time.date();
    let scope = [date.as_str(), rules.region, rules.service, TERMINATOR];
    scope.iter().fold(format!("AWS4{secret}").into_bytes(), |key, step| {
        hmac_sha256(&key, step).finalize().into_bytes().to_vec()
    })
}

pub(super) fn hmac_sha256(key: &[u8], message: &str) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(message.as_bytes());
    mac
}

/// SHA-256 in lower-case hexadecimal.
pub(crate) fn sha256_hex(bytes: &[u8]) -> String {
    let mut hex = String::with_capacity(64);
    for byte in Sha256::digest(bytes) {
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

/// The 32 bytes of 64 lower-case hexadecimal digits.
pub(super) fn hex_bytes(hex: &str) -> Option<[u8; 32]> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let digits: &[u8; 64] = hex.as_bytes().try_into().ok()?;
    let mut bytes = [0; 32];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(bytes)
}

/// The parameters of the query, decoded, in the order of arrival.
pub(crate) fn query_pairs(
    received: &ReceivedRequest,
) -> impl Iterator<Item = (Cow<'_, str>, Cow<'_, str>)> {
    pairs_as_sent(received.query()).map(|(name, value)| (decode_query(name), decode_query(value)))
}

fn pairs_as_sent(query: &str) -> impl Iterator<Item = (&str, &str)> {
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
}

/// One name or value of a query or form, decoded. What is no UTF-8 becomes U+FFFD.
pub(crate) fn decode_query(text: &str) -> Cow<'_, str> {
    match decode_form(text) {
        Cow::Borrowed(bytes) => String::from_utf8_lossy(bytes),
        Cow::Owned(bytes) => Cow::Owned(String::from_utf8_lossy(&bytes).into_owned()),
    }
}

/// Percent-decoding in which a bare `+` is a space.
///
/// That is how AWS reads both queries and (S3) paths, although its documentation tells clients
/// never to write one: S3 accepts a query with `+` that was signed as `%20`
/// (issue 83 of aws4fetch), the error of S3 shows `libstdc%20%20` for the path `libstdc++`
/// (issue 87 of `ngx_aws_auth`), and AWS's own Rust signer takes `+` in a query for a space.
/// Whoever means a plus sends `%2B`.
fn decode_form(text: &str) -> Cow<'_, [u8]> {
    if !text.contains(['+', '%']) {
        return Cow::Borrowed(text.as_bytes());
    }
    let spaced = text.replace('+', " ");
    Cow::Owned(percent_decode_str(&spaced).collect())
}
