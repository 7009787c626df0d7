//! What a request says of its own signature: the `Authorization` header, or the `X-Amz-*` parameters of a
//! presigned URL.
//!
//! Source: IAM User Guide, "Elements of an AWS API request signature".

use crate::request::SignedRequest;

/// Where the signature stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Location {
    /// The `Authorization` header.
    Header,
    /// `X-Amz-Signature` in the query.
    Query,
}

/// The parts of a signature that can be read, each as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Where it stands.
    pub location: Location,
    /// The access key id.
    pub access_key_id: String,
    /// The day of the credential scope.
    pub day: String,
    /// The region of the credential scope.
    pub region: String,
    /// The service of the credential scope.
    pub service: String,
    /// The names of the signed headers, as listed.
    pub signed_headers: Vec<String>,
    /// The signature.
    pub signature: String,
    /// The time of signing: `20150830T123600Z`.
    pub time: String,
}

/// Why a signature cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Defect {
    /// The id of the mistake.
    pub id: &'static str,
    /// Where it stands in the request.
    pub at: String,
}

const ALGORITHM: &str = "AWS4-HMAC-SHA256";

impl Claim {
    /// Reads the claim of `request`.
    ///
    /// # Errors
    /// Everything that is malformed about it.
    pub fn read(request: &SignedRequest) -> Result<Self, Vec<Defect>> {
        let headers: Vec<_> = request.all("authorization").collect();
        let is_presigned = request.parameter("X-Amz-Signature").is_some()
            || request.parameter("X-Amz-Credential").is_some();
        match headers.as_slice() {
            [] if is_presigned => Self::from_query(request),
            [] => Err(vec![defect("signature-missing", "there is no Authorization header")]),
            [_, _, ..] => Err(vec![defect(
                "authorization-repeated",
                format!("{} Authorization headers are sent", headers.len()),
            )]),
            [_] if is_presigned => Err(vec![defect(
                "signed-twice",
                "both the Authorization header and the query hold a signature",
            )]),
            [value] => Self::from_header(request, value),
        }
    }

    fn from_header(request: &SignedRequest, value: &str) -> Result<Self, Vec<Defect>> {
        let value = value.trim();
        if value.to_ascii_lowercase().starts_with("authorization:") {
            return Err(vec![defect("authorization-repeats-its-name", excerpt(value))]);
        }
        let Some(parts) =
            value.strip_prefix(ALGORITHM).filter(|rest| rest.starts_with([' ', '\t']))
        else {
            let id = match value.split(' ').next() {
                Some("AWS") => "signature-version-2",
                Some(word) if word.eq_ignore_ascii_case(ALGORITHM) => "algorithm-misspelt",
                Some(word) if word == value => "authorization-in-one-word",
                Some(_) | None => "authorization-of-another-scheme",
            };
            return Err(vec![defect(id, excerpt(value))]);
        };
        let (mut credential, mut signed_headers, mut signature) = (None, None, None);
        let mut defects = Vec::new();
        for part in parts.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            match part.split_once('=') {
                Some(("Credential", value)) => credential = Some(value),
                Some(("SignedHeaders", value)) => signed_headers = Some(value),
                Some(("Signature", value)) => signature = Some(value),
                Some(_) | None => {
                    defects.push(defect("authorization-with-unknown-part", excerpt(part)));
                }
            }
        }
        for (part, name, id) in [
            (credential, "Credential", "authorization-without-credential"),
            (signed_headers, "SignedHeaders", "authorization-without-signed-headers"),
            (signature, "Signature", "authorization-without-signature"),
        ] {
            if part.is_none_or(str::is_empty) {
                defects.push(defect(id, format!("the Authorization header has no {name}=")));
            }
        }
        let time = request.header("x-amz-date").or(request.header("date")).map(str::trim);
        Self::assembled(
            Location::Header,
            credential.unwrap_or_default(),
            signed_headers.unwrap_or_default(),
            signature.unwrap_or_default(),
            time,
            defects,
        )
    }

    fn from_query(request: &SignedRequest) -> Result<Self, Vec<Defect>> {
        let mut defects = Vec::new();
        let mut parameter = |name: &str, id| {
            let value = request.parameter(name).filter(|value| !value.is_empty());
            if value.is_none() {
                defects.push(defect(id, format!("the query has no {name}")));
            }
            value.unwrap_or_default()
        };
        let algorithm = parameter("X-Amz-Algorithm", "presigned-without-algorithm");
        let credential = parameter("X-Amz-Credential", "presigned-without-credential");
        let signed_headers = parameter("X-Amz-SignedHeaders", "presigned-without-signed-headers");
        let signature = parameter("X-Amz-Signature", "presigned-without-signature");
        let expires = parameter("X-Amz-Expires", "presigned-without-expiry");
        let time = request.parameter("X-Amz-Date");
        if !algorithm.is_empty() && algorithm != ALGORITHM {
            defects.push(defect("algorithm-misspelt", excerpt(&algorithm)));
        }
        if !expires.is_empty() && !matches!(expires.parse(), Ok(1..=604_800_u32)) {
            defects.push(defect(
                "expiry-out-of-range",
                format!("X-Amz-Expires={}", excerpt(&expires)),
            ));
        }
        if signed_headers.contains('%') {
            defects.push(defect(
                "url-encoded-twice-after-signing",
                format!("X-Amz-SignedHeaders is {} after decoding once", excerpt(&signed_headers)),
            ));
        }
        Self::assembled(
            Location::Query,
            &credential,
            &signed_headers,
            &signature,
            time.as_deref(),
            defects,
        )
    }

    fn assembled(
        location: Location,
        credential: &str,
        signed_headers: &str,
        signature: &str,
        time: Option<&str>,
        mut defects: Vec<Defect>,
    ) -> Result<Self, Vec<Defect>> {
        // An access key id has no slash on AWS; the scope is read from the end.
        let fields: Vec<_> = credential.rsplitn(5, '/').collect();
        let (day, region, service, key) = match fields.as_slice() {
            [terminator, service, region, day, key] => {
                if *terminator != "aws4_request" {
                    defects.push(defect("credential-without-terminator", excerpt(credential)));
                }
                (*day, *region, *service, *key)
            }
            _ if credential.is_empty() => ("", "", "", ""),
            [.., day, _]
                if fields.len() == 4
                    && !credential.ends_with("aws4_request")
                    && !day.is_empty() =>
            {
                defects.push(defect("credential-without-terminator", excerpt(credential)));
                ("", "", "", "")
            }
            _ => {
                defects.push(defect("credential-with-missing-part", excerpt(credential)));
                ("", "", "", "")
            }
        };
        if !credential.is_empty() && credential.starts_with('/') {
            defects.push(defect("credential-without-key", excerpt(credential)));
        } else if key.contains(char::is_whitespace) {
            defects.push(defect("access-key-with-white-space", excerpt(credential)));
        }
        let is_day = day.len() == 8 && day.bytes().all(|byte| byte.is_ascii_digit());
        if !day.is_empty() && !is_day {
            defects.push(defect("scope-day-malformed", format!("{}, not YYYYMMDD", excerpt(day))));
        }
        match time {
            None => defects.push(defect("date-missing", "neither x-amz-date nor date is sent")),
            Some(time)
                if location == Location::Header && !is_compact(time) && !time.contains(',') =>
            {
                defects.push(defect(
                    "date-malformed",
                    format!("{}, not YYYYMMDDTHHMMSSZ", excerpt(time)),
                ));
            }
            Some(_) => {}
        }
        if !defects.is_empty() {
            return Err(defects);
        }
        Ok(Self {
            location,
            access_key_id: key.to_owned(),
            day: day.to_owned(),
            region: region.to_owned(),
            service: service.to_owned(),
            signed_headers: signed_headers.split(';').map(str::to_owned).collect(),
            signature: signature.to_owned(),
            time: time.unwrap_or_default().to_owned(),
        })
    }
}

/// Whether `time` has the form `20150830T123600Z`.
#[must_use]
pub fn is_compact(time: &str) -> bool {
    time.len() == 16
        && time.bytes().enumerate().all(|(at, byte)| match at {
            8 => byte == b'T',
            15 => byte == b'Z',
            _ => byte.is_ascii_digit(),
        })
}

fn defect(id: &'static str, at: impl Into<String>) -> Defect {
    Defect { id, at: at.into() }
}

/// Enough of `text` to recognise it, without a signature or a token.
fn excerpt(text: &str) -> String {
    const LONGEST: usize = 60;
    let shown: String = text.chars().take(LONGEST).collect();
    let dots = if shown.len() < text.len() { "…" } else { "" };
    format!("{shown:?}{dots}")
}
