//! Rebuilds the canonical request from a received request.

use std::borrow::Cow;
use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};

use super::claim::{Claim, Location};
use super::decoding::{decode_bytes, encoded_pairs, query_pairs};
use super::payload::hashed_payload;
use super::received::ReceivedRequest;
use super::rules::{PathEncoding, PathNormalization, Rules, TokenSigning};

/// All but the unreserved characters of RFC 3986, section 2.3.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
/// The same without the slash, which separates the segments of a path.
const RESERVED_IN_PATH: &AsciiSet = &RESERVED.remove(b'/');

/// The six parts that AWS's documentation calls `HTTPMethod`, `CanonicalUri`, `CanonicalQueryString`,
/// `CanonicalHeaders`, `SignedHeaders` and `HashedPayload`.
pub(super) struct CanonicalRequest {
    method: String,
    uri: String,
    query: String,
    headers: String,
    signed_headers: String,
    hashed_payload: String,
}

impl CanonicalRequest {
    /// Rebuilds the canonical request, followed by the alternative forms that some of AWS's own
    /// signers use for unusual requests. The signers disagree there, and no fact says which form the
    /// service accepts.
    ///
    /// No alternative form equals the first form of another request, so a signature is never valid
    /// for a request with another meaning.
    ///
    /// docs/signing.md lists the forms of each of AWS's signers and those accepted here;
    /// `ci/disagreements` compares the list with the signers.
    pub(super) fn rebuild(
        received: &ReceivedRequest,
        claim: &Claim,
        rules: &Rules<'_>,
    ) -> Vec<Self> {
        // Clients must list the names sorted and in lower case. The server's list always is, and
        // contains a repeated name once.
        let mut names: Vec<_> =
            claim.signed_headers.iter().map(|name| name.to_ascii_lowercase()).collect();
        names.sort_unstable();
        names.dedup();
        let mut forms = Vec::new();
        for query in canonical_queries(received, claim, rules) {
            for uri in canonical_uris(received.path(), rules) {
                forms.push(CanonicalRequest {
                    method: received.method.clone(),
                    uri,
                    query: query.clone(),
                    headers: canonical_headers(received, &names),
                    signed_headers: names.join(";"),
                    hashed_payload: hashed_payload(received, claim, rules),
                });
            }
        }
        forms
    }
}

impl fmt::Display for CanonicalRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.method)?;
        writeln!(f, "{}", self.uri)?;
        writeln!(f, "{}", self.query)?;
        writeln!(f, "{}", self.headers)?; // each header ends its line, so this adds an empty one
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

/// S3 decodes the path and encodes it again, so `%2F` becomes a slash ("Encode the forward slash
/// character, '/', everywhere except in the object key name"). All of AWS's signers sign a given
/// `%2F` unchanged; since they never produce one themselves, nobody seems to have noticed.
fn encode_once(path: &str) -> Vec<String> {
    let mut forms = vec![encode_path(&decode_bytes(path))];
    if path.contains("%2F") || path.contains("%2f") {
        let segments: Vec<_> = path.split('/').map(reencode).collect();
        forms.push(segments.join("/"));
    }
    if has_stray_percent(path) {
        forms.push(path.to_owned());
    }
    forms
}

/// Whether the text contains a `%` that does not begin an escape, and only printable ASCII.
///
/// AWS's signers never produce such a `%`, so a text that is kept unchanged because of one cannot
/// equal the canonical text of another request. Printable ASCII rules out a line feed, which could
/// forge lines of the canonical request.
fn has_stray_percent(text: &str) -> bool {
    let is_stray = |rest: &str| {
        let digits = rest.as_bytes().get(..2);
        !digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    };
    text.bytes().all(|byte| byte.is_ascii_graphic()) && text.split('%').skip(1).any(is_stray)
}

/// Removes dot segments and empty segments; a trailing slash stays.
///
/// AWS's Rust signer keeps the slash before a trailing dot segment (RFC 3986, section 5.2.4); botocore
/// and the AWS Common Runtime do not.
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

/// The query without unsigned parameters: in a presigned URL the signature, and the session token if
/// it was added after signing.
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
    let mut forms = Vec::new();
    for left_out in left_out {
        forms.push(canonical_query(query, left_out, reencode));
        if has_stray_percent(query) {
            forms.push(canonical_query(query, left_out, keep_stray_percent));
        }
    }
    forms
}

fn reencode(text: &str) -> String {
    percent_encode(&decode_bytes(text), RESERVED).to_string()
}

fn keep_stray_percent(text: &str) -> String {
    if has_stray_percent(text) { text.to_owned() } else { reencode(text) }
}

/// Every parameter encoded by `encode`, sorted by encoded name and value.
fn canonical_query(query: &str, left_out: &[&str], encode: fn(&str) -> String) -> String {
    let mut pairs: Vec<(String, String)> = encoded_pairs(query)
        .map(|(name, value)| (encode(name), encode(value)))
        .filter(|(name, _)| !left_out.contains(&name.as_str()))
        .collect();
    pairs.sort_unstable();
    let pairs: Vec<_> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
    pairs.join("&")
}

/// One line for each signed header: its values in order of arrival, joined by commas, without
/// surrounding white space and with inner white space collapsed. A missing header has an empty value.
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
