//! The headers: which are signed, with which values, and how they are written.

use super::{
    choice::{Choices, Found, Stage},
    payload::hex_sha256,
};
use crate::{
    claim::{Claim, Location},
    request::SignedRequest,
};

/// The header lines of the canonical request, and the line with their names.
pub(super) type Lines = (String, String);

#[derive(Clone)]
struct Headers {
    /// Name and values as sent, in the order in which they are signed.
    entries: Vec<(String, Vec<String>)>,
    /// The names that are listed.
    list: Vec<String>,
    format: Format,
}

#[derive(Clone, Copy, PartialEq)]
enum Format {
    Right,
    NotTrimmed,
    OuterSpaceOnly,
    TabsKept,
    SpaceAfterColon,
    CommasWithSpace,
    NamesAsSent,
    NamesInTitleCase,
    DateInTitleCase,
    OrderAsSent,
    Backwards,
    ListAsSent,
    ListWithCommas,
    ListWithTrailingSemicolon,
    Repeated,
}

/// Values that clients and proxies put into headers by themselves.
const USUAL: [(&str, &[&str]); 6] = [
    (
        "content-type",
        &[
            "application/json",
            "application/json; charset=utf-8",
            "application/json; charset=UTF-8",
            "application/json;charset=UTF-8",
            "application/json;charset=utf-8",
            "application/x-amz-json-1.0",
            "application/x-amz-json-1.1",
            "application/x-www-form-urlencoded",
            "application/x-www-form-urlencoded; charset=utf-8",
            "application/x-www-form-urlencoded; charset=UTF-8",
            "application/octet-stream",
            "application/xml",
            "application/pdf",
            "binary/octet-stream",
            "image/jpeg",
            "image/jpg",
            "image/png",
            "image/gif",
            "image/webp",
            "multipart/form-data",
            "text/csv",
            "text/html",
            "text/plain",
            "text/plain; charset=utf-8",
            "text/plain;charset=UTF-8",
            "video/mp4",
            "",
        ],
    ),
    (
        "accept-encoding",
        &[
            "identity",
            "gzip",
            "gzip, deflate",
            "gzip, deflate, br",
            "gzip, deflate, br, zstd",
            "gzip,deflate",
            "deflate",
            "br",
            "*",
            "",
        ],
    ),
    ("accept", &["*/*", "application/json", "text/html", ""]),
    ("connection", &["keep-alive", "close", "Keep-Alive", "upgrade", ""]),
    ("content-length", &["0", ""]),
    ("expect", &["100-continue", ""]),
];

/// Everything that may have been signed for the headers of `request`.
pub(super) fn choices(request: &SignedRequest, claim: &Claim, most: usize) -> Choices<Lines> {
    let listed: Vec<String> =
        claim.signed_headers.iter().map(|name| name.trim().to_ascii_lowercase()).collect();
    let mut list = listed.clone();
    list.extend(demanded(request, claim));
    list.sort();
    list.dedup();
    let entry = |name: &str| (name.to_owned(), request.all(name).map(str::to_owned).collect());
    let entries: Vec<(String, Vec<String>)> = list.iter().map(|name| entry(name)).collect();
    let start = Headers { entries, list, format: Format::Right };
    let unsigned: Vec<String> = request
        .headers
        .iter()
        .map(|(name, _)| name.to_ascii_lowercase())
        .filter(|name| name != "authorization" && !start.list.contains(name))
        .collect();
    let stages: [Stage<'_, Headers>; 4] = [
        Box::new(|headers| as_listed(headers, &listed)),
        Box::new(|headers| other_sets(request, headers, &unsigned)),
        Box::new(|headers| other_values(request, headers)),
        Box::new(other_formats),
    ];
    Choices::of(&start, &stages, most, |headers| headers.written(request, claim))
}

/// The headers that every service demands to be signed.
fn demanded(request: &SignedRequest, claim: &Claim) -> Vec<String> {
    let amz = request.headers.iter().map(|(name, _)| name.to_ascii_lowercase());
    let amz = amz.filter(|name| name.starts_with("x-amz-") && !is_added_on_the_way(name));
    let mut demanded: Vec<_> = amz.collect();
    // A presigned URL is sent by somebody who may add headers of his own.
    if claim.location == Location::Query {
        demanded.clear();
    }
    demanded.push("host".to_owned());
    demanded
}

/// Whether a proxy of AWS's adds the header to a request that was signed without it.
fn is_added_on_the_way(name: &str) -> bool {
    ["x-amz-cf-id", "x-amzn-trace-id"].contains(&name)
}

/// The headers that are listed, where some are demanded besides.
fn as_listed(headers: &Headers, listed: &[String]) -> Vec<(Found, Headers)> {
    let missing: Vec<_> =
        headers.list.iter().filter(|name| !listed.contains(name)).cloned().collect();
    let id = match missing.as_slice() {
        [] => return Vec::new(),
        names if names.iter().any(|name| name == "host") => "host-not-signed",
        names if names.iter().any(|name| name == "x-amz-security-token") => "token-not-signed",
        _ => "header-not-signed",
    };
    let mut fewer = headers.clone();
    fewer.entries.retain(|(name, _)| !missing.contains(name));
    fewer.list.retain(|name| !missing.contains(name));
    vec![(Found::new(id, format!("SignedHeaders lacks {}", missing.join(", "))), fewer)]
}

/// Other headers than those that are listed.
fn other_sets(
    request: &SignedRequest,
    headers: &Headers,
    unsigned: &[String],
) -> Vec<(Found, Headers)> {
    let mut others = Vec::new();
    for (at, (name, _)) in headers.entries.iter().enumerate() {
        let mut fewer = headers.clone();
        fewer.entries.remove(at);
        let place = format!("{name} is listed in SignedHeaders");
        others.push((Found::new("header-listed-but-not-signed", place), fewer.clone()));
        fewer.list.retain(|listed| listed != name);
        let id = match name.as_str() {
            "host" => "host-not-signed",
            "x-amz-security-token" => "token-not-signed",
            _ => "header-listed-after-signing",
        };
        others.push((Found::new(id, format!("{name} was not signed")), fewer));
    }
    for name in unsigned {
        let mut more = headers.clone();
        let values = request.all(name).map(str::to_owned).collect();
        more.entries.push((name.clone(), values));
        more.entries.sort();
        let place = format!("{name} is not listed in SignedHeaders");
        others.push((Found::new("header-signed-but-not-listed", place.clone()), more.clone()));
        more.list.push(name.clone());
        more.list.sort();
        others.push((Found::new("header-left-out-of-list", place), more));
    }
    others
}

/// Other values than those that are sent.
fn other_values(request: &SignedRequest, headers: &Headers) -> Vec<(Found, Headers)> {
    let mut others = Vec::new();
    for (at, (name, values)) in headers.entries.iter().enumerate() {
        let mut with = |id, value: String| {
            let mut other = headers.clone();
            let place = format!("{name}: signed {value:?}, sent {:?}", values.join(","));
            other.entries[at].1 = vec![value];
            others.push((Found::of_many(id, place), other));
        };
        if name == "host" {
            for (id, host) in other_hosts(request, values.first().map_or("", String::as_str)) {
                with(id, host);
            }
            continue;
        }
        let id =
            if values.is_empty() { "signed-header-not-sent" } else { "header-changed-on-the-way" };
        if let Some((_, usual)) = USUAL.iter().find(|(known, _)| known == name) {
            for value in *usual {
                with(id, (*value).to_owned());
            }
        }
        if name == "x-amz-content-sha256" {
            let is_known =
                values.first().is_some_and(|value| value.len() == 64 || value.contains("PAYLOAD"));
            let id = if is_known { "content-sha256-changed" } else { "content-sha256-invalid" };
            with(id, hex_sha256(&request.body));
            with(id, hex_sha256(b""));
            with(id, "UNSIGNED-PAYLOAD".to_owned());
        }
        if name == "content-length" {
            with(id, request.body.len().to_string());
        }
        if let [first, _, ..] = values.as_slice() {
            with("repeated-header-first-signed", first.clone());
            with("repeated-header-last-signed", values.last().cloned().unwrap_or_default());
        }
        if let Some((before, _)) = values.first().and_then(|value| value.split_once(';')) {
            with("header-without-parameters", before.to_owned());
        }
    }
    others
}

fn other_hosts(request: &SignedRequest, sent: &str) -> Vec<(&'static str, String)> {
    let name = sent.split(':').next().unwrap_or_default();
    let has_port = name.len() < sent.len();
    let mut hosts = Vec::new();
    if has_port {
        hosts.push(("host-without-port", name.to_owned()));
    }
    hosts.push(("host-with-wrong-port", format!("{name}:443")));
    hosts.push(("host-with-wrong-port", format!("{name}:80")));
    for port in ["8080", "8443", "9000", "4566", "5000", "3000"] {
        hosts.push(("host-with-wrong-port", format!("{name}:{port}")));
    }
    hosts.push(("host-in-upper-case", sent.to_uppercase()));
    hosts.push(("host-in-lower-case", sent.to_lowercase()));
    hosts.push(("host-empty", String::new()));
    hosts.push(("host-with-scheme", format!("https://{sent}")));
    for header in ["x-forwarded-host", "x-original-host", "x-host"] {
        if let Some(host) = request.header(header) {
            hosts.push(("host-of-another", host.to_owned()));
        }
    }
    for host in ["localhost", "127.0.0.1", "localhost:4566", "localhost:9000"] {
        hosts.push(("host-of-another", host.to_owned()));
    }
    // Virtual-hosted for path style, global for regional, and their opposites.
    let segment = request.path().trim_start_matches('/').split('/').next().unwrap_or_default();
    if !segment.is_empty() {
        hosts.push(("host-with-bucket", format!("{segment}.{sent}")));
    }
    if let Some((label, rest)) = name.split_once('.') {
        if rest.contains('.') {
            hosts.push(("host-without-first-label", rest.to_owned()));
        }
        let labels: Vec<_> = name.split('.').collect();
        for (at, region) in labels.iter().enumerate().filter(|(_, label)| is_region(label)) {
            let mut global = labels.clone();
            global.remove(at);
            hosts.push(("host-without-region", global.join(".")));
            let mut dual = labels.clone();
            dual.insert(at, "dualstack");
            hosts.push(("host-with-dualstack", dual.join(".")));
            if at > 0 {
                let mut fips = labels.iter().map(|label| (*label).to_owned()).collect::<Vec<_>>();
                fips[at - 1] = format!("{}-fips", fips[at - 1]);
                hosts.push(("host-with-fips", fips.join(".")));
            }
            let _ = region;
        }
        if let Some(without) = label.strip_suffix("-fips") {
            hosts.push(("host-without-fips", format!("{without}.{rest}")));
        }
    }
    if let Some(region) = request_region(request)
        && let Some(rest) =
            name.strip_suffix(".amazonaws.com").filter(|rest| !rest.contains(&region))
    {
        hosts.push(("host-with-region", format!("{rest}.{region}.amazonaws.com")));
    }
    hosts
}

/// The region of the request's own credential scope.
fn request_region(request: &SignedRequest) -> Option<String> {
    Claim::read(request).ok().map(|claim| claim.region)
}

fn is_region(label: &str) -> bool {
    let mut parts = label.split('-');
    let (Some(area), Some(_), Some(number)) = (parts.next(), parts.next(), parts.next_back())
    else {
        return false;
    };
    area.len() <= 4 && !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
}

fn other_formats(headers: &Headers) -> Vec<(Found, Headers)> {
    [
        ("header-value-tab", Format::TabsKept),
        ("header-value-inner-spaces", Format::OuterSpaceOnly),
        ("header-value-not-trimmed", Format::NotTrimmed),
        ("header-space-after-colon", Format::SpaceAfterColon),
        ("header-commas-with-space", Format::CommasWithSpace),
        ("headers-not-in-lower-case", Format::NamesAsSent),
        ("headers-not-in-lower-case", Format::NamesInTitleCase),
        ("headers-not-in-lower-case", Format::DateInTitleCase),
        ("headers-not-sorted", Format::OrderAsSent),
        ("headers-not-sorted", Format::Backwards),
        ("signed-headers-not-sorted", Format::ListAsSent),
        ("signed-headers-with-commas", Format::ListWithCommas),
        ("signed-headers-with-trailing-semicolon", Format::ListWithTrailingSemicolon),
        ("header-signed-twice", Format::Repeated),
    ]
    .map(|(id, format)| {
        (Found::new(id, "the canonical headers"), Headers { format, ..headers.clone() })
    })
    .into()
}

impl Headers {
    fn written(&self, request: &SignedRequest, claim: &Claim) -> Lines {
        use std::fmt::Write as _;
        let mut entries: Vec<_> = self.entries.iter().collect();
        let mut list: Vec<&str> = self.list.iter().map(String::as_str).collect();
        let place = |name: &str| {
            let mut sent = request.headers.iter();
            sent.position(|(sent, _)| sent.eq_ignore_ascii_case(name)).unwrap_or(usize::MAX)
        };
        match self.format {
            Format::OrderAsSent => {
                entries.sort_by_key(|(name, _)| place(name));
                list.sort_by_key(|name| place(name));
            }
            Format::Backwards => {
                entries.reverse();
                list.reverse();
            }
            Format::ListAsSent => list = claim.signed_headers.iter().map(String::as_str).collect(),
            _ => {}
        }
        let (colon, comma) = match self.format {
            Format::SpaceAfterColon => (": ", ","),
            Format::CommasWithSpace => (":", ", "),
            _ => (":", ","),
        };
        let mut block = String::new();
        for (name, values) in entries {
            let values: Vec<String> = values.iter().map(|value| self.format.value(value)).collect();
            let line = format!("{}{colon}{}", self.format.name(request, name), values.join(comma));
            let _ = writeln!(block, "{line}");
            if self.format == Format::Repeated && name == "content-type" {
                let _ = writeln!(block, "{line}");
            }
        }
        let names: Vec<_> = list.into_iter().map(|name| self.format.name(request, name)).collect();
        let list = match self.format {
            Format::ListWithCommas => names.join(","),
            Format::ListWithTrailingSemicolon => names.join(";") + ";",
            Format::Repeated => {
                names.join(";").replace("content-type", "content-type;content-type")
            }
            _ => names.join(";"),
        };
        (block, list)
    }
}

impl Format {
    fn name(self, request: &SignedRequest, name: &str) -> String {
        match self {
            Self::NamesAsSent => as_sent(request, name).to_owned(),
            Self::NamesInTitleCase => title_case(name),
            Self::DateInTitleCase if name == "x-amz-date" => "X-Amz-Date".to_owned(),
            _ => name.to_owned(),
        }
    }

    fn value(self, value: &str) -> String {
        match self {
            Self::NotTrimmed => value.to_owned(),
            Self::OuterSpaceOnly => value.trim().to_owned(),
            Self::TabsKept => {
                value.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
            }
            _ => value.split_whitespace().collect::<Vec<_>>().join(" "),
        }
    }
}

/// `x-amz-date` as `X-Amz-Date`.
fn title_case(name: &str) -> String {
    let words = name.split('-').map(|word| {
        let (first, rest) = word.split_at(word.len().min(1));
        first.to_ascii_uppercase() + rest
    });
    words.collect::<Vec<_>>().join("-")
}

/// The name as the request writes it.
fn as_sent<'r>(request: &'r SignedRequest, name: &'r str) -> &'r str {
    let mut sent = request.headers.iter();
    sent.find(|(sent, _)| sent.eq_ignore_ascii_case(name)).map_or(name, |(sent, _)| sent)
}
