//! Every header and query parameter: who sends it, who signs it, and why.

use std::{borrow::Cow, collections::BTreeMap};

use serde::{Deserialize, Serialize};

use super::Walk;
use crate::explain::grammar;

/// A header, a signing parameter, or a query parameter that only one side sends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HeaderRow {
    /// In lower case; a query parameter as `?NAME`.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub name: String,
    /// raw's use of it; none if raw does not send it.
    pub raw: Option<HeaderUse>,
    /// The SDK's use of it; none if the SDK does not send it.
    pub sdk: Option<HeaderUse>,
    /// What it is for.
    pub why: Cow<'static, str>,
}

/// How one side uses a header.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HeaderUse {
    /// The value as sent.
    pub value: String,
    /// Whether the signature covers it.
    pub signed: bool,
}

/// The purpose of each header. Sources: the headers' own standards; for the SDK's, the SDK reference guide
/// (<https://docs.aws.amazon.com/sdkref/latest/guide/>) and Smithy's specification of `x-id`.
const WHY: &[(&str, &str)] = &[
    (
        "accept",
        "the media types that the HTTP client accepts; it adds this by itself, after signing",
    ),
    ("accept-encoding", "the compressions that the client can undo"),
    (
        "amz-sdk-invocation-id",
        "one id for a call and its retries, so that AWS can tell them from new calls; added after signing",
    ),
    (
        "amz-sdk-request",
        "the number of this attempt, and of how many at most; changes with each retry",
    ),
    ("authorization", "carries the signature, so it cannot be signed itself"),
    ("content-length", "where the body ends"),
    ("content-type", "says that the body is a form; EC2 refuses a request without it"),
    (
        "encoding-type",
        "has S3 percent-encode the keys in its answer: XML cannot carry every character",
    ),
    (
        "host",
        "required by HTTP/1.1 and SigV4; the HTTP client adds it, from the URL that was signed",
    ),
    ("user-agent", "the client's name and version; not signed, because proxies may change it"),
    ("x-amz-checksum-mode", "asks S3 for the checksum of what it sends, for the SDK to check"),
    ("x-amz-content-sha256", "the hash of the body; S3 requires this header"),
    (
        "x-amz-date",
        "the time of signing; the string to sign repeats it, and the service refuses an old one",
    ),
    ("x-amz-security-token", "the token of a temporary key, which is unknown without it"),
    (
        "x-amz-user-agent",
        "the SDK's name and version again, where no proxy changes them: an x-amz- header has to be signed",
    ),
    ("?X-Amz-Algorithm", "names the kind of signature"),
    ("?X-Amz-Credential", "the access key id and the scope of the signature"),
    ("?X-Amz-Date", "the time of signing"),
    ("?X-Amz-Expires", "the number of seconds after that for which the URL is valid"),
    ("?X-Amz-Security-Token", "the token of a temporary key"),
    ("?X-Amz-Signature", "the signature, which cannot sign itself"),
    (
        "?X-Amz-SignedHeaders",
        "the signed headers, which the sender of the URL must send with the same values",
    ),
    ("?x-id", "the operation's name, which S3's model adds to the query; the service ignores it"),
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
    // Any other parameter that both send is the operation's input.
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
