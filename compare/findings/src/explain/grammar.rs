//! Names the lines of a canonical request as AWS's grammar does, and compares two canonical requests.
//! Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>

use serde::{Deserialize, Serialize};

/// One line of a canonical request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line<'t> {
    /// `HTTPMethod`, `CanonicalURI`, `CanonicalQueryString`, `CanonicalHeaders: NAME`,
    /// `SignedHeaders` or `HashedPayload`.
    pub name: String,
    /// Without its line feed.
    pub text: &'t str,
}

/// One line in which two canonical requests differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LineDifference {
    /// As in [`Line::name`].
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub line: String,
    /// raw's line; none if raw has no such line.
    pub raw: Option<String>,
    /// The SDK's line; none if the SDK has no such line.
    pub sdk: Option<String>,
    /// The first byte that differs, counted from 0; none if only one side has the line or if it is a hash.
    pub at: Option<usize>,
}

/// The lines of `canonical_request` in order, without the empty line after the headers.
#[must_use]
pub fn lines(canonical_request: &str) -> Vec<Line<'_>> {
    let mut rest = canonical_request.split('\n');
    let mut lines = Vec::new();
    for name in ["HTTPMethod", "CanonicalURI", "CanonicalQueryString"] {
        lines.extend(rest.next().map(|text| Line { name: name.to_owned(), text }));
    }
    for text in rest.by_ref().take_while(|text| !text.is_empty()) {
        let header = text.split(':').next().unwrap_or(text);
        lines.push(Line { name: format!("CanonicalHeaders: {header}"), text });
    }
    for name in ["SignedHeaders", "HashedPayload"] {
        lines.extend(rest.next().map(|text| Line { name: name.to_owned(), text }));
    }
    lines
}

/// The names in the `SignedHeaders` line of `canonical_request`.
#[must_use]
pub fn signed_headers(canonical_request: &str) -> Vec<&str> {
    let lines = canonical_request.rsplit('\n');
    lines.skip(1).take(1).flat_map(|line| line.split(';')).filter(|name| !name.is_empty()).collect()
}

/// Pairs the lines of two canonical requests by name, in raw's order. A header that only the SDK has
/// appears where it would sort.
#[must_use]
pub fn paired_lines<'t>(
    raw: &'t str,
    sdk: &'t str,
) -> Vec<(String, Option<&'t str>, Option<&'t str>)> {
    let (raw, sdk) = (lines(raw), lines(sdk));
    let mut rows = Vec::new();
    let mut theirs = sdk.into_iter().peekable();
    for ours in raw {
        // Headers are sorted on both sides, so one that only the SDK has belongs before the next of raw's.
        while let Some(line) =
            theirs.next_if(|line| line.name != ours.name && precedes(line, &ours))
        {
            rows.push((line.name, None, Some(line.text)));
        }
        let twin = theirs.next_if(|line| line.name == ours.name).map(|line| line.text);
        rows.push((ours.name, Some(ours.text), twin));
    }
    rows.extend(theirs.map(|line| (line.name, None, Some(line.text))));
    rows
}

/// Every line in which the canonical requests differ.
#[must_use]
pub fn differences(raw: &str, sdk: &str) -> Vec<LineDifference> {
    let differing = paired_lines(raw, sdk).into_iter().filter(|(_, raw, sdk)| raw != sdk);
    let difference = |(line, raw, sdk): (String, Option<&str>, Option<&str>)| LineDifference {
        at: raw.zip(sdk).filter(|_| has_places(&line)).map(|(raw, sdk)| first_difference(raw, sdk)),
        line,
        raw: raw.map(str::to_owned),
        sdk: sdk.map(str::to_owned),
    };
    differing.map(difference).collect()
}

/// Whether the position of the first difference means anything in this line. In a hash it does not.
#[must_use]
pub fn has_places(line: &str) -> bool {
    line != "HashedPayload"
}

/// The first byte in which two texts differ, at a character boundary.
#[must_use]
pub fn first_difference(one: &str, other: &str) -> usize {
    let same = one.chars().zip(other.chars()).take_while(|(one, other)| one == other);
    same.map(|(character, _)| character.len_utf8()).sum()
}

/// Whether `line` is a header that sorts before `other`, or `other` follows the headers.
fn precedes(line: &Line<'_>, other: &Line<'_>) -> bool {
    match (line.name.strip_prefix(HEADERS), other.name.strip_prefix(HEADERS)) {
        (Some(line), Some(other)) => line < other,
        (Some(_), None) => other.name == "SignedHeaders",
        _ => false,
    }
}

const HEADERS: &str = "CanonicalHeaders: ";

#[cfg(test)]
mod tests {
    use super::{differences, paired_lines};

    const RAW: &str = "GET\n/\n\nhost:a\nx-amz-date:1\n\nhost;x-amz-date\ne3b0";
    const SDK: &str = "GET\n/\nx-id=ListBuckets\nhost:a\nx-amz-date:1\nx-amz-user-agent:u\n\n\
                       host;x-amz-date;x-amz-user-agent\ne3b0";

    #[test]
    fn lines_are_paired_by_name() {
        let rows = paired_lines(RAW, SDK);
        let names: Vec<_> = rows.iter().map(|(name, ..)| name.as_str()).collect();
        assert_eq!(
            names,
            [
                "HTTPMethod",
                "CanonicalURI",
                "CanonicalQueryString",
                "CanonicalHeaders: host",
                "CanonicalHeaders: x-amz-date",
                "CanonicalHeaders: x-amz-user-agent",
                "SignedHeaders",
                "HashedPayload"
            ]
        );
        assert_eq!(rows[5].1, None);
    }

    #[test]
    fn a_header_that_only_one_side_has_does_not_shift_the_others() {
        let rows = paired_lines("GET\n/\n\nb:1\n\nb\ne", "GET\n/\n\na:1\nb:1\n\na;b\ne");
        assert_eq!((rows[3].1, rows[3].2), (None, Some("a:1")));
        assert_eq!((rows[4].1, rows[4].2), (Some("b:1"), Some("b:1")));
        assert_eq!(rows.len(), 7);
        let rows = paired_lines("GET\n/\n\na:1\nb:1\n\na;b\ne", "GET\n/\n\nb:1\n\nb\ne");
        assert_eq!((rows[3].1, rows[3].2), (Some("a:1"), None));
        assert_eq!((rows[4].1, rows[4].2), (Some("b:1"), Some("b:1")));
    }

    #[test]
    fn a_difference_has_a_name_and_a_position() {
        let found = differences(RAW, SDK);
        let seen: Vec<_> = found.iter().map(|found| (found.line.as_str(), found.at)).collect();
        assert_eq!(
            seen,
            [
                ("CanonicalQueryString", Some(0)),
                ("CanonicalHeaders: x-amz-user-agent", None),
                ("SignedHeaders", Some(15))
            ]
        );
        assert!(differences(RAW, RAW).is_empty());
    }
}
