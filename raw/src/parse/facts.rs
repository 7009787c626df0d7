//! The facts of a refusal under one name each, wherever the service put them: S3 has elements for
//! most, EC2 and API Gateway put some into their sentence, and a few are headers.

use std::time::{Duration, SystemTime};

use time::format_description::well_known::{Rfc2822, Rfc3339};
use time::macros::format_description;
use time::{OffsetDateTime, PrimitiveDateTime, UtcOffset};

use super::ErrorResponse;

/// Names of details that are found in a sentence: S3's, and that of STS's
/// `DecodeAuthorizationMessage` for what only EC2 sends.
pub(super) const CANONICAL_REQUEST: &str = "CanonicalRequest";
pub(super) const STRING_TO_SIGN: &str = "StringToSign";
pub(super) const ENCODED_MESSAGE: &str = "EncodedMessage";
const REGION: &str = "Region";
const REQUEST_TIME: &str = "RequestTime";
const SERVER_TIME: &str = "ServerTime";

impl ErrorResponse {
    /// The canonical request that the service computed from what arrived.
    #[must_use]
    pub fn canonical_request(&self) -> Option<&str> {
        self.detail(CANONICAL_REQUEST)
    }

    /// The string to sign that the service computed from what arrived.
    #[must_use]
    pub fn string_to_sign(&self) -> Option<&str> {
        self.detail(STRING_TO_SIGN)
    }

    /// The signature that arrived.
    #[must_use]
    pub fn signature_provided(&self) -> Option<&str> {
        self.detail("SignatureProvided")
    }

    /// The region to sign for and to call instead.
    #[must_use]
    pub fn expected_region(&self) -> Option<&str> {
        self.detail("x-amz-bucket-region").or_else(|| self.detail(REGION))
    }

    /// The host to call instead.
    #[must_use]
    pub fn endpoint(&self) -> Option<&str> {
        self.detail("Endpoint")
    }

    /// The time that the service read in the request.
    #[must_use]
    pub fn request_time(&self) -> Option<SystemTime> {
        self.detail(REQUEST_TIME).and_then(moment)
    }

    /// The service's own time: in its words, or else when it sent the answer.
    #[must_use]
    pub fn server_time(&self) -> Option<SystemTime> {
        self.detail(SERVER_TIME).or_else(|| self.detail("date")).and_then(moment)
    }

    /// How far the two may be apart.
    #[must_use]
    pub fn max_allowed_skew(&self) -> Option<Duration> {
        let milliseconds = self.detail("MaxAllowedSkewMilliseconds")?.parse().ok()?;
        Some(Duration::from_millis(milliseconds))
    }

    /// The headers, joined by commas, that arrived and were not signed.
    #[must_use]
    pub fn headers_not_signed(&self) -> Option<&str> {
        self.detail("HeadersNotSigned")
    }

    /// Why a policy does not allow it, for `aws sts decode-authorization-message`.
    #[must_use]
    pub fn encoded_message(&self) -> Option<&str> {
        self.detail(ENCODED_MESSAGE)
    }

    /// How long to wait before the next attempt.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.detail("retry-after")?.parse().ok().map(Duration::from_secs)
    }

    /// Keeps as details what the service put into its sentence.
    pub(super) fn read_sentence(&mut self) {
        let Some(message) = &self.message else { return };
        let found: Vec<_> = [
            (CANONICAL_REQUEST, quoted(message, "The Canonical String for this request")),
            (STRING_TO_SIGN, quoted(message, "The String-to-Sign")),
            (ENCODED_MESSAGE, last_word(message, "Encoded authorization failure message: ")),
            (REGION, quoted(message, "expecting")),
            (REQUEST_TIME, time_after(message, ": ", "Signature ")),
            (SERVER_TIME, time_after(message, "(", "Signature ")),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?.to_owned())))
        .filter(|(name, _)| self.detail(name).is_none())
        .collect();
        for (name, value) in found {
            self.keep(name, value);
        }
    }
}

/// What stands in the first quotes after `introduction`. A canonical request may hold an apostrophe,
/// so the end is a quote that a line ends with.
fn quoted<'a>(message: &'a str, introduction: &str) -> Option<&'a str> {
    let (_, rest) = message.split_once(introduction)?;
    let (_, rest) = rest.split_once('\'')?;
    let end = rest.find("'\n").or_else(|| rest.strip_suffix('\'').map(str::len))?;
    Some(&rest[..end])
}

fn last_word<'a>(message: &'a str, introduction: &str) -> Option<&'a str> {
    let (_, rest) = message.split_once(introduction)?;
    rest.split_whitespace().next()
}

/// The time that follows `mark` in a sentence that begins with `beginning`.
fn time_after<'a>(message: &'a str, mark: &str, beginning: &str) -> Option<&'a str> {
    let (_, rest) = message.strip_prefix(beginning)?.split_once(mark)?;
    rest.split_whitespace().next().filter(|word| moment(word).is_some())
}

/// `20260101T000000Z`, `2026-01-01T00:15:43Z` or `Thu, 01 Jan 2026 00:15:43 GMT`.
fn moment(text: &str) -> Option<SystemTime> {
    let basic = format_description!("[year][month][day]T[hour][minute][second]Z");
    let moment = PrimitiveDateTime::parse(text, basic)
        .map(|moment| moment.assume_offset(UtcOffset::UTC))
        .or_else(|_| OffsetDateTime::parse(text, &Rfc3339))
        .or_else(|_| OffsetDateTime::parse(text, &Rfc2822));
    Some(moment.ok()?.into())
}
