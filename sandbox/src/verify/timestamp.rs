//! The time at which a request was signed.

use std::fmt;

use time::format_description::BorrowedFormatItem;
use time::format_description::well_known::Rfc2822;
use time::macros::format_description;
use time::{OffsetDateTime, PrimitiveDateTime, UtcOffset};

/// The time of signing, to the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Timestamp {
    pub(crate) at: OffsetDateTime,
}

const COMPACT: &[BorrowedFormatItem<'_>] =
    format_description!("[year][month][day]T[hour][minute][second]Z");
const COMPACT_DATE: &[BorrowedFormatItem<'_>] = format_description!("[year][month][day]");

/// Formats a time as `SigV4` does: `20150830T123600Z`.
pub(crate) fn compact(at: OffsetDateTime) -> String {
    at.to_offset(UtcOffset::UTC).format(COMPACT).unwrap_or_default()
}

impl Timestamp {
    pub(super) fn from_compact(text: &str) -> Option<Self> {
        // The parser would also accept a sign before the year.
        if !text.starts_with(|first: char| first.is_ascii_digit()) {
            return None;
        }
        let at = PrimitiveDateTime::parse(text, COMPACT).ok()?.assume_utc();
        Some(Timestamp { at })
    }

    pub(super) fn from_http_date(text: &str) -> Option<Self> {
        let at = OffsetDateTime::parse(text, &Rfc2822).ok()?;
        Some(Timestamp { at: at.to_offset(UtcOffset::UTC) })
    }

    /// The date as in the credential scope: `20150830`.
    pub(crate) fn date(&self) -> String {
        self.at.format(COMPACT_DATE).unwrap_or_default()
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&compact(self.at))
    }
}
