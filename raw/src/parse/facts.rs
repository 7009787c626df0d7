//! Typed access to the details of an error response. S3 has elements for most of them, EC2 and API
//! Gateway put some into the message, and a few are headers; each has one name here.

use std::time::{Duration, SystemTime};

use time::format_description::well_known::{Rfc2822, Rfc3339};
use time::macros::format_description;
use time::{OffsetDateTime, PrimitiveDateTime, UtcOffset};

use super::ErrorResponse;

/// Names of details that may be found in the message. They are those of S3's elements; the one that
/// only EC2 sends is named after the parameter of STS's `DecodeAuthorizationMessage`.
pub(super) const CANONICAL_REQUEST: &str = "CanonicalRequest";
pub(super) const STRING_TO_SIGN: &str = "StringToSign";
pub(super) const ENCODED_MESSAGE: &str = "EncodedMessage";
const REGION: &str = "Region";
const REQUEST_TIME: &str = "RequestTime";
const SERVER_TIME: &str = "ServerTime";

impl ErrorResponse {
    /// The canonical request that the service computed.
    #[must_use]
    pub fn canonical_request(&self) -> Option<&str> {
        self.detail(CANONICAL_REQUEST)
    }

    /// The string to sign that the service computed.
    #[must_use]
    pub fn string_to_sign(&self) -> Option<&str> {
        self.detail(STRING_TO_SIGN)
    }

    /// The signature that the service received.
    #[must_use]
    pub fn signature_provided(&self) -> Option<&str> {
        self.detail("SignatureProvided")
    }

    /// The region that the request should be signed for and sent to.
    #[must_use]
    pub fn expected_region(&self) -> Option<&str> {
        self.detail("x-amz-bucket-region").or_else(|| self.detail(REGION))
    }

    /// The host that the request should be sent to.
    #[must_use]
    pub fn endpoint(&self) -> Option<&str> {
        self.detail("Endpoint")
    }

    /// The time of the request, as the service read it.
    #[must_use]
    pub fn request_time(&self) -> Option<SystemTime> {
        self.detail(REQUEST_TIME).and_then(parse_time)
    }

    /// The service's time, as it states it, or else the response's `Date`.
    #[must_use]
    pub fn server_time(&self) -> Option<SystemTime> {
        self.detail(SERVER_TIME).or_else(|| self.detail("date")).and_then(parse_time)
    }

    /// How far the two times may differ.
    #[must_use]
    pub fn max_allowed_skew(&self) -> Option<Duration> {
        let milliseconds = self.detail("MaxAllowedSkewMilliseconds")?.parse().ok()?;
        Some(Duration::from_millis(milliseconds))
    }

    /// The headers that were sent and not signed, joined by commas.
    #[must_use]
    pub fn headers_not_signed(&self) -> Option<&str> {
        self.detail("HeadersNotSigned")
    }

    /// The encoded reason why no policy allows the request; `aws sts decode-authorization-message`
    /// decodes it.
    #[must_use]
    pub fn encoded_message(&self) -> Option<&str> {
        self.detail(ENCODED_MESSAGE)
    }

    /// How long to wait before the next attempt.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.detail("retry-after")?.parse().ok().map(Duration::from_secs)
    }

    /// Adds the facts that are found in the message to the details.
    pub(super) fn read_message(&mut self) {
        let Some(message) = &self.message else { return };
        let found: Vec<_> = [
            (CANONICAL_REQUEST, quoted(message, "The Canonical String for this request")),
            (STRING_TO_SIGN, quoted(message, "The String-to-Sign")),
            (ENCODED_MESSAGE, word_after(message, "Encoded authorization failure message: ")),
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

/// The text in single quotes after `introduction`. It ends at a quote that is the last character of a
/// line, because a canonical request may contain apostrophes.
fn quoted<'a>(message: &'a str, introduction: &str) -> Option<&'a str> {
    let (_, rest) = message.split_once(introduction)?;
    let (_, rest) = rest.split_once('\'')?;
    let end = rest.find("'\n").or_else(|| rest.strip_suffix('\'').map(str::len))?;
    Some(&rest[..end])
}

fn word_after<'a>(message: &'a str, introduction: &str) -> Option<&'a str> {
    let (_, rest) = message.split_once(introduction)?;
    rest.split_whitespace().next()
}

/// The time after `mark` in a message that begins with `beginning`.
fn time_after<'a>(message: &'a str, mark: &str, beginning: &str) -> Option<&'a str> {
    let (_, rest) = message.strip_prefix(beginning)?.split_once(mark)?;
    rest.split_whitespace().next().filter(|word| parse_time(word).is_some())
}

/// Parses `20260101T000000Z`, `2026-01-01T00:15:43Z` or `Thu, 01 Jan 2026 00:15:43 GMT`.
fn parse_time(text: &str) -> Option<SystemTime> {
    let basic = format_description!("[year][month][day]T[hour][minute][second]Z");
    let time = PrimitiveDateTime::parse(text, basic)
        .map(|time| time.assume_offset(UtcOffset::UTC))
        .or_else(|_| OffsetDateTime::parse(text, &Rfc3339))
        .or_else(|_| OffsetDateTime::parse(text, &Rfc2822));
    Some(time.ok()?.into())
}
