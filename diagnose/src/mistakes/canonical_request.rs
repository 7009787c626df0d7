//! Step 1: the canonical request is not written as AWS writes it.

use super::{Mistake, S3};
use crate::{canonical::CanonicalParts, draft::Draft, sign::Tampering};

pub(super) const ALL: &[Mistake] = &[
    mistake(
        "method-in-lower-case",
        "The method is signed in lower case.",
        "Sign it in upper case, as it is sent.",
        |_, parts| parts.method.make_ascii_lowercase(),
    ),
    mistake(
        "path-not-encoded",
        "The path is signed before it is percent-encoded.",
        "Sign the percent-encoded path.",
        |_, parts| parts.uri = parts.uri.replace("%20", " "),
    )
    .with_setup(|draft| draft.path.push_str("%20x"))
    .refused_by(S3),
    mistake(
        "query-not-sorted",
        "The query parameters are signed in the order in which they are sent.",
        "Sort them by encoded name, then by encoded value.",
        |draft, parts| parts.query.clone_from(&draft.query),
    )
    .with_setup(|draft| {
        let query = if draft.query.is_empty() { "a=1&b=2" } else { &draft.query };
        draft.query = query.rsplit('&').collect::<Vec<_>>().join("&");
    }),
    mistake(
        "space-as-plus",
        "A space in the query is signed as +, as HTML forms encode it.",
        "Encode a space as %20, in the URL and in what you sign.",
        |_, parts| parts.query = parts.query.replace("%20", "+"),
    )
    .with_setup(|draft| draft.add_parameter("prefix=two+words")),
    mistake(
        "plus-as-space",
        "A plus sign in the query is signed as a space.",
        "When you decode the query before you encode it again, decode %2B to + and not to a space.",
        |_, parts| parts.query = parts.query.replace("%2B", "%20"),
    )
    .with_setup(|draft| draft.add_parameter("prefix=a%2Bb")),
    mistake(
        "query-not-encoded",
        "Slashes in the query are signed without percent-encoding.",
        "In names and values of the query, percent-encode everything but A-Z a-z 0-9 - . _ ~.",
        |_, parts| parts.query = parts.query.replace("%2F", "/"),
    )
    .with_setup(|draft| draft.add_parameter("prefix=a%2Fb")),
    mistake(
        "escapes-in-lower-case",
        "Percent-encoded characters of the query are signed in lower case.",
        "Write them in upper case: %2F.",
        |_, parts| parts.query = parts.query.replace("%2F", "%2f"),
    )
    .with_setup(|draft| draft.add_parameter("prefix=a%2Fb")),
    mistake(
        "equals-sign-missing",
        "A query parameter without a value is signed without its equals sign.",
        "Sign `?acl` as `acl=`.",
        |_, parts| parts.query = parts.query.replace("acl=", "acl"),
    )
    .with_setup(|draft| draft.add_parameter("acl")),
    mistake(
        "host-not-signed",
        "The host is not among the signed headers.",
        "Always sign the Host header.",
        |_, parts| {
            parts.headers.retain(|line| !line.starts_with("host:"));
            parts.signed_headers = parts.signed_headers.replace("host;", "").replace(";host", "");
        },
    ),
    mistake(
        "headers-not-in-lower-case",
        "Header names are signed as they are sent, in mixed case.",
        "Sign header names in lower case.",
        |_, parts| {
            let lines = parts.headers.iter_mut().chain([&mut parts.signed_headers]);
            lines.for_each(|line| *line = line.replace("x-amz-date", "X-Amz-Date"));
        },
    ),
    mistake(
        "headers-not-sorted",
        "The headers are not signed in the order of their names.",
        "Sort them by lower-case name.",
        |_, parts| {
            parts.headers.reverse();
            let names = parts.signed_headers.rsplit(';').collect::<Vec<_>>();
            parts.signed_headers = names.join(";");
        },
    ),
    mistake(
        "header-value-not-trimmed",
        "A header is signed with the repeated spaces that it is sent with.",
        "Trim header values, and replace repeated spaces by one.",
        |_, parts| {
            for line in &mut parts.headers {
                *line = line.replace("two spaces", "two  spaces");
            }
        },
    )
    .with_setup(|draft| draft.add_header("x-amz-meta-note", "two  spaces")),
    mistake(
        "blank-line-missing",
        "The empty line between the headers and the list of their names is missing.",
        "End every header with a line feed, and add one more after the last.",
        |_, parts| parts.blank_line.clear(),
    ),
    mistake(
        "canonical-request-with-newline",
        "The canonical request ends in a line feed.",
        "End it with the hash of the body.",
        |_, parts| parts.hashed_payload.push('\n'),
    ),
];

const fn mistake(
    id: &'static str,
    what: &'static str,
    fix: &'static str,
    tamper: fn(&Draft, &mut CanonicalParts),
) -> Mistake {
    Mistake::new(id, what, fix, Tampering::CanonicalRequest(tamper))
}
