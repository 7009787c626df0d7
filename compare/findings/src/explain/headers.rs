//! Every header and query parameter: sent by whom, signed by whom, and why.

use std::{borrow::Cow, collections::BTreeMap};

use serde::{Deserialize, Serialize};

use super::Walk;
use crate::explain::grammar;

/// One header, or one query parameter that only one side sends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeaderRow {
    /// In lower case; a query parameter as `?NAME`.
    pub name: String,
    /// What raw does with it; none where it does not send it.
    pub raw: Option<HeaderUse>,
    /// What the SDK does with it.
    pub sdk: Option<HeaderUse>,
    /// What it is for.
    pub why: Cow<'static, str>,
}

/// What one side does with a header.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeaderUse {
    /// As sent.
    pub value: String,
    /// Whether the signature covers it.
    pub signed: bool,
}

/// What each is for. Sources: the headers' own standards; for the SDK's, the SDK reference guide
/// (<https://docs.aws.amazon.com/sdkref/latest/guide/>) and Smithy's specification of `x-id`.
const WHY: &[(&str, &str)] = &[
    ("accept", "what the HTTP client would take; it adds this by itself, after signing"),
    ("accept-encoding", "which compressions the client undoes"),
    (
        "amz-sdk-invocation-id",
        "one id for a call and its retries, so that AWS can tell them from new calls; added after signing",
    ),
    ("amz-sdk-request", "which attempt this is, and of how many at most; changes with each retry"),
    ("authorization", "carries the signature, and so cannot be under it"),
    ("content-length", "where the body ends"),
    ("content-type", "says that the body is a form; EC2 refuses one that does not say so"),
    (
        "encoding-type",
        "has S3 percent-encode the keys in its answer: XML cannot carry every character",
    ),
    (
        "host",
        "HTTP/1.1 and SigV4 both demand it; the HTTP client adds it, from the URL that was signed",
    ),
    ("user-agent", "the client's name and version; not signed, because proxies may change it"),
    ("x-amz-checksum-mode", "asks S3 for the checksum of what it sends, for the SDK to check"),
    ("x-amz-content-sha256", "the hash of the body: S3 demands it as a header"),
    (
        "x-amz-date",
        "when it was signed: the string to sign repeats it, and the service refuses an old one",
    ),
    ("x-amz-security-token", "belongs to a temporary key, which is unknown without it"),
    (
        "x-amz-user-agent",
        "the SDK's name and version once more, where no proxy changes it: an x-amz- header has to be signed",
    ),
    ("?X-Amz-Algorithm", "names the kind of signature"),
    ("?X-Amz-Credential", "the access key id, and for what the signature is good"),
    ("?X-Amz-Date", "when it was signed"),
    ("?X-Amz-Expires", "for how many seconds after that the URL is good"),
    ("?X-Amz-Security-Token", "belongs to a temporary key"),
    ("?X-Amz-Signature", "the signature, and so not under it"),
    ("?X-Amz-SignedHeaders", "which headers are signed: whoever sends the URL must send them so"),
    (
        "?x-id",
        "the operation's name, which S3's model puts into the query; the service does not read it",
    ),
];

/// The rows for what `raw` and `sdk` sent, by name.
#[must_use]
pub fn rows(raw: &Walk, sdk: &Walk) -> Vec<HeaderRow> {
    let mut rows = BTreeMap::<String, (Option<HeaderUse>, Option<HeaderUse>)>::new();
    for (name, used) in uses(raw) {
        rows.entry(name).or_default().0 = Some(used);
    }
    for (name, used) in uses(sdk) {
        rows.entry(name).or_default().1 = Some(used);
    }
    // Another parameter that both send is the operation's input, and nothing to explain.
    let is_input = |name: &str| name.starts_with('?') && !name.starts_with("?X-Amz-");
    rows.retain(|name, (raw, sdk)| !(is_input(name) && raw.is_some() && sdk.is_some()));
    rows.into_iter()
        .map(|(name, (raw, sdk))| HeaderRow { why: why(&name).into(), name, raw, sdk })
        .collect()
}

fn uses(walk: &Walk) -> impl Iterator<Item = (String, HeaderUse)> {
    let canonical = walk.signature.as_ref().map_or("", |steps| steps.canonical_request.as_str());
    let signed = grammar::signed_headers(canonical);
    let headers = walk.request.headers.iter().map(move |(name, value)| {
        let name = name.to_ascii_lowercase();
        let signed = signed.contains(&name.as_str());
        (name, HeaderUse { value: value.clone(), signed })
    });
    let query = walk.request.target.split_once('?').map_or("", |(_, query)| query);
    let is_signed = walk.signature.is_some();
    let parameters = query.split('&').filter(|pair| !pair.is_empty()).map(move |pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let signed = is_signed && name != "X-Amz-Signature";
        (format!("?{name}"), HeaderUse { value: value.to_owned(), signed })
    });
    headers.chain(parameters)
}

fn why(name: &str) -> &'static str {
    let of = |name| WHY.iter().find(|(known, _)| *known == name).map(|(_, why)| *why);
    of(name).or_else(|| of(name.trim_start_matches('?'))).unwrap_or_default()
}
