//! How the canonical request and the string to sign are put together, and their time.

use time::{
    OffsetDateTime, PrimitiveDateTime, format_description::BorrowedFormatItem,
    macros::format_description,
};

use super::choice::{Choices, Found};
use crate::claim::Claim;

/// How the parts of the canonical request are joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum CanonicalForm {
    /// As documented.
    Right,
    /// Ends in a line feed.
    TrailingNewline,
    /// The empty line behind the headers is missing.
    WithoutBlankLine,
    /// Lines end in CR LF.
    CrLf,
    /// Begins with a line feed.
    LeadingNewline,
    /// Another empty line stands behind the headers.
    TwoBlankLines,
    /// The line of the query is left out, where it is empty.
    WithoutEmptyQuery,
    /// The line of signed headers is left out.
    WithoutSignedHeaders,
}

/// How the canonical request comes into the string to sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum HashForm {
    /// Its SHA-256 in lower-case hexadecimal.
    Right,
    /// In capitals.
    Capitals,
    /// In Base64.
    Base64,
    /// The hash of the hash.
    Twice,
    /// The canonical request itself.
    NotHashed,
    /// Not at all.
    Missing,
}

/// How the lines of the string to sign are joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum StringForm {
    /// As documented.
    Right,
    /// Ends in a line feed.
    TrailingNewline,
    /// Lines end in CR LF.
    CrLf,
    /// Without the algorithm.
    WithoutAlgorithm,
    /// Without the time.
    WithoutTime,
    /// Without the scope.
    WithoutScope,
    /// The whole credential stands for the scope.
    CredentialForScope,
    /// Lines are joined by nothing.
    WithoutNewlines,
}

/// Time, hash and form of a string to sign.
pub(super) type StringPlan = (String, HashForm, StringForm);

/// Every way to join the canonical request.
pub(super) fn canonical_forms() -> Choices<CanonicalForm> {
    let others = [
        ("canonical-request-with-newline", CanonicalForm::TrailingNewline),
        ("blank-line-missing", CanonicalForm::WithoutBlankLine),
        ("canonical-request-with-crlf", CanonicalForm::CrLf),
        ("canonical-request-with-leading-newline", CanonicalForm::LeadingNewline),
        ("blank-line-twice", CanonicalForm::TwoBlankLines),
        ("empty-query-line-missing", CanonicalForm::WithoutEmptyQuery),
        ("signed-headers-line-missing", CanonicalForm::WithoutSignedHeaders),
    ];
    let others = others.map(|(id, form)| (form, vec![Found::new(id, "the canonical request")]));
    Choices::from_pairs([(CanonicalForm::Right, Vec::new())].into_iter().chain(others))
}

/// Every string to sign, but for its scope.
pub(super) fn string_plans(claim: &Claim, right_time: &str) -> Choices<StringPlan> {
    let right = (right_time.to_owned(), HashForm::Right, StringForm::Right);
    let mut pairs = vec![(right.clone(), Vec::new())];
    for (id, form) in [
        ("hash-in-capitals", HashForm::Capitals),
        ("hash-in-base64", HashForm::Base64),
        ("hash-hashed-twice", HashForm::Twice),
        ("canonical-request-not-hashed", HashForm::NotHashed),
        ("hash-missing", HashForm::Missing),
    ] {
        let plan = (right.0.clone(), form, StringForm::Right);
        pairs.push((plan, vec![Found::new(id, "the last line of the string to sign")]));
    }
    for (id, form) in [
        ("string-to-sign-with-newline", StringForm::TrailingNewline),
        ("string-to-sign-with-crlf", StringForm::CrLf),
        ("string-to-sign-without-algorithm", StringForm::WithoutAlgorithm),
        ("string-to-sign-without-time", StringForm::WithoutTime),
        ("string-to-sign-without-scope", StringForm::WithoutScope),
        ("credential-for-scope", StringForm::CredentialForScope),
        ("string-to-sign-in-one-line", StringForm::WithoutNewlines),
    ] {
        let plan = (right.0.clone(), HashForm::Right, form);
        pairs.push((plan, vec![Found::new(id, "the string to sign")]));
    }
    for (id, time) in other_times(claim, right_time) {
        let at = format!("the string to sign has {time:?}, the request {right_time:?}");
        let found = match id {
            "clock-read-twice" | "time-in-local-time" => Found::of_many(id, at),
            _ => Found::new(id, at),
        };
        pairs.push(((time, HashForm::Right, StringForm::Right), vec![found]));
    }
    Choices::from_pairs(pairs)
}

/// Other times than that of the request: a clock that was read twice, local time, other formats.
fn other_times(claim: &Claim, right: &str) -> Vec<(&'static str, String)> {
    let mut others = Vec::new();
    if let Some(seconds) = seconds_of(right) {
        let clock_read_twice = (-120..=120).filter(|shift| *shift != 0);
        others.extend(clock_read_twice.map(|shift| ("clock-read-twice", compact(seconds + shift))));
        let quarters = (-56..=56).filter(|quarter| *quarter != 0);
        others.extend(
            quarters.map(|quarter| ("time-in-local-time", compact(seconds + quarter * 900))),
        );
        others.push(("time-in-another-format", seconds.to_string()));
        others.push(("time-in-another-format", (seconds * 1000).to_string()));
        let [year, month, day] = [&right[..4], &right[4..6], &right[6..8]];
        let [hour, minute, second] = [&right[9..11], &right[11..13], &right[13..15]];
        for format in [
            format!("{year}-{month}-{day}T{hour}:{minute}:{second}Z"),
            format!("{year}-{month}-{day}T{hour}:{minute}:{second}.000Z"),
            format!("{year}{month}{day}T{hour}{minute}{second}"),
            format!("{year}{month}{day}T{hour}{minute}{second}.000Z"),
            format!("{year}{month}{day}"),
            format!("{year}{month}{day}T{hour}{minute}Z"),
        ] {
            others.push(("time-in-another-format", format));
        }
    }
    others.push(("time-missing", String::new()));
    if claim.day != right[..8.min(right.len())] {
        others.push(("time-of-scope", format!("{}T000000Z", claim.day)));
    }
    others
}

/// The form of a signature's times.
const COMPACT: &[BorrowedFormatItem<'_>] =
    format_description!("[year][month][day]T[hour][minute][second]Z");

/// Seconds since 1970 of `20150830T123600Z`.
#[must_use]
pub fn seconds_of(time: &str) -> Option<i64> {
    let time = PrimitiveDateTime::parse(time, COMPACT).ok()?;
    Some(time.assume_utc().unix_timestamp())
}

/// `20150830T123600Z` of seconds since 1970; empty beyond the calendar.
#[must_use]
pub fn compact(seconds: i64) -> String {
    let time = OffsetDateTime::from_unix_timestamp(seconds).ok();
    time.and_then(|time| time.format(COMPACT).ok()).unwrap_or_default()
}
