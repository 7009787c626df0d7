//! What each mistake is, and what to do instead, for those that only the search tries. The others are described in
//! [`crate::mistakes`], where they are committed too.

use crate::mistakes;

/// A mistake, in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Described {
    /// Its stable name.
    pub id: &'static str,
    /// What was done, as a sentence.
    pub what: &'static str,
    /// What to do instead, as a sentence.
    pub fix: &'static str,
}

/// The mistake of that name.
#[must_use]
pub fn describe(id: &str) -> Option<Described> {
    all().find(|described| described.id == id)
}

/// Every mistake that has a name.
pub fn all() -> impl Iterator<Item = Described> {
    let committed = mistakes::all().map(|mistake| Described {
        id: mistake.id,
        what: mistake.what,
        fix: mistake.fix,
    });
    let searched = SEARCHED.iter().map(|&(id, what, fix)| Described { id, what, fix });
    committed.chain(searched)
}

const AUTHORIZATION: &str =
    "Write AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=… in one line.";
const PRESIGNED: &str = "A presigned URL needs all of X-Amz-Algorithm, -Credential, -Date, -Expires, -SignedHeaders and -Signature.";
const HOST: &str = "Sign Host exactly as it is sent.";
const KEY: &str = "Derive the key as HMAC(HMAC(HMAC(HMAC(\"AWS4\" + secret, day), region), service), \"aws4_request\").";
const SECRET: &str = "Read the secret as it is: 40 characters, nothing decoded, nothing added.";
const ENCODE: &str = "Percent-encode every byte but A-Z a-z 0-9 - . _ ~, with upper-case digits.";
const SORT: &str = "Sort the query by encoded name, then by encoded value, byte by byte.";
const QUERY: &str = "Sign every parameter that is sent, and send every parameter that is signed.";
const PATH: &str = "Sign the path that is sent.";
const BODY: &str = "Hash the bytes that are sent, and send the bytes that were hashed.";
const HEX: &str = "Write hashes and signatures once, in lower-case hexadecimal.";
const LIST: &str = "Build SignedHeaders and the header lines from one list: lower case, sorted, joined by semicolons.";
const VALUE: &str =
    "Trim header values, and make one space of any run of white space; change nothing else.";
const CANONICAL: &str = "Write method, path, query, headers, an empty line, signed headers and payload hash, joined by single line feeds.";
const STRING: &str =
    "Write algorithm, time, scope and hash, joined by single line feeds, without one at the end.";
const TIME: &str =
    "Read the clock once, in UTC, and write that time as YYYYMMDDTHHMMSSZ everywhere.";

/// Id, what was done, what to do instead.
const SEARCHED: &[(&str, &str, &str)] = &[
    // How the signature is written down.
    ("authorization-repeated", "The Authorization header is sent more than once.", "Send it once."),
    (
        "authorization-with-unknown-part",
        "The Authorization header has a part that does not belong there.",
        AUTHORIZATION,
    ),
    (
        "authorization-without-credential",
        "The Authorization header has no Credential.",
        AUTHORIZATION,
    ),
    (
        "authorization-without-signed-headers",
        "The Authorization header has no SignedHeaders.",
        AUTHORIZATION,
    ),
    ("algorithm-misspelt", "The algorithm is not written AWS4-HMAC-SHA256.", AUTHORIZATION),
    (
        "credential-with-missing-part",
        "The Credential does not have five parts.",
        "Write KEY/YYYYMMDD/REGION/SERVICE/aws4_request.",
    ),
    (
        "access-key-with-white-space",
        "The access key id has white space in it.",
        "Trim the access key id where it is read.",
    ),
    (
        "scope-day-malformed",
        "The day of the credential scope is malformed.",
        "Write it as YYYYMMDD.",
    ),
    ("date-missing", "The request says nowhere when it was signed.", "Send and sign x-amz-date."),
    ("date-malformed", "The time of signing is malformed.", TIME),
    (
        "signed-twice",
        "The request carries a signature in its header and another in its query.",
        "Keep one of them.",
    ),
    ("presigned-without-algorithm", "The URL has no X-Amz-Algorithm.", PRESIGNED),
    ("presigned-without-credential", "The URL has no X-Amz-Credential.", PRESIGNED),
    ("presigned-without-expiry", "The URL has no X-Amz-Expires.", PRESIGNED),
    ("presigned-without-signature", "The URL has no X-Amz-Signature.", PRESIGNED),
    ("presigned-without-signed-headers", "The URL has no X-Amz-SignedHeaders.", PRESIGNED),
    (
        "expiry-out-of-range",
        "X-Amz-Expires is not between one second and seven days.",
        "Write a number from 1 to 604800.",
    ),
    (
        "url-encoded-twice-after-signing",
        "The URL was percent-encoded once more after signing.",
        "Pass the presigned URL on as it is.",
    ),
    ("signature-cut", "The signature is too short.", HEX),
    ("signature-twice-hexadecimal", "The signature was written in hexadecimal twice.", HEX),
    // Method and path.
    (
        "method-of-another",
        "Another method was signed than is sent.",
        "Sign the method that is sent.",
    ),
    (
        "path-with-bucket",
        "The bucket was signed as part of the path, but it stands in the host.",
        PATH,
    ),
    (
        "path-without-first-segment",
        "The first segment of the path was not signed.",
        "Sign the whole path: the bucket in path-style URLs, the stage in API Gateway's.",
    ),
    (
        "path-with-stage",
        "A stage was signed at the beginning of the path that is not sent.",
        "Sign the path that is sent; a custom domain has no stage in it.",
    ),
    ("path-empty", "The path was signed as an empty line.", "Sign an empty path as /."),
    ("path-left-out", "The path was signed as /.", PATH),
    (
        "path-with-trailing-slash",
        "A slash was signed at the end of the path that is not sent.",
        PATH,
    ),
    ("path-without-trailing-slash", "The slash at the end of the path was not signed.", PATH),
    (
        "path-without-leading-slash",
        "The path was signed without its first slash.",
        "Begin the path with a slash.",
    ),
    (
        "path-with-query",
        "The query was signed as part of the path.",
        "Sign path and query on lines of their own.",
    ),
    ("path-with-host", "The host was signed as part of the path.", PATH),
    ("path-in-lower-case", "The path was signed in lower case.", PATH),
    (
        "path-in-latin-1",
        "The path was encoded as ISO 8859-1 before it was signed.",
        "Encode it as UTF-8.",
    ),
    ("path-tilde-encoded", "The tilde of the path was signed as %7E.", ENCODE),
    ("path-escapes-in-lower-case", "Escapes of the path were signed in lower case.", ENCODE),
    ("path-space-as-plus", "A space of the path was signed as +.", ENCODE),
    ("path-plus-as-space", "A + of the path was signed as a space.", ENCODE),
    (
        "path-encoded-three-times",
        "The path was encoded once too often before it was signed.",
        "S3 wants it encoded once, every other service twice.",
    ),
    (
        "path-signed-as-sent",
        "The path was signed as it is sent; S3 decodes and encodes it first.",
        ENCODE,
    ),
    (
        "path-escaped-slash-decoded",
        "An escaped slash of the path was decoded before the path was signed.",
        "Encode the path of the wire once more, without decoding it.",
    ),
    // Query.
    ("query-left-out", "The query was not signed.", QUERY),
    ("parameter-added-after-signing", "A parameter was added after signing.", QUERY),
    (
        "token-left-out-of-signed-query",
        "X-Amz-Security-Token is sent in the URL and was not signed.",
        QUERY,
    ),
    (
        "signature-in-signed-query",
        "X-Amz-Signature was part of the query that was signed.",
        "Sign the query without X-Amz-Signature.",
    ),
    (
        "empty-parameters-left-out",
        "Parameters without value were not signed.",
        "Sign `?acl` as `acl=`.",
    ),
    (
        "repeated-parameters-merged",
        "A repeated parameter was signed once, its values joined.",
        QUERY,
    ),
    ("repeated-parameters-first-kept", "Of a repeated parameter only the first was signed.", QUERY),
    ("repeated-parameters-last-kept", "Of a repeated parameter only the last was signed.", QUERY),
    ("query-signed-as-sent", "The query was signed as it is sent, without encoding it.", ENCODE),
    ("query-encoded-twice", "The query was encoded once too often before it was signed.", ENCODE),
    ("query-tilde-encoded", "A tilde of the query was signed as %7E.", ENCODE),
    (
        "plus-not-as-space",
        "A + of the query was signed as %2B; AWS reads it as a space.",
        "Send %20 for a space and %2B for a plus.",
    ),
    ("query-values-not-sorted", "Values of a repeated parameter were not sorted.", SORT),
    ("query-sorted-before-encoding", "The query was sorted before it was encoded.", SORT),
    ("query-sorted-case-insensitively", "The query was sorted without regard to case.", SORT),
    ("query-sorted-backwards", "The query was sorted backwards.", SORT),
    (
        "query-with-question-mark",
        "The question mark was signed with the query.",
        "Sign the query without it.",
    ),
    (
        "query-with-trailing-ampersand",
        "The query was signed with an & at its end.",
        "Join parameters by &, without one at the end.",
    ),
    // Headers.
    (
        "header-listed-but-not-signed",
        "A header is listed in SignedHeaders, but its line was not signed.",
        LIST,
    ),
    ("header-listed-after-signing", "A header was added to SignedHeaders after signing.", LIST),
    (
        "header-signed-but-not-listed",
        "A header was signed that is not listed in SignedHeaders.",
        LIST,
    ),
    ("header-left-out-of-list", "A header was signed and left out of SignedHeaders.", LIST),
    (
        "signed-header-not-sent",
        "A header was signed that is not sent with that value.",
        "Sign only headers that the HTTP client sends as they are: host and x-amz-*.",
    ),
    (
        "repeated-header-first-signed",
        "Of a repeated header only the first value was signed.",
        "Join its values by commas.",
    ),
    (
        "repeated-header-last-signed",
        "Of a repeated header only the last value was signed.",
        "Join its values by commas.",
    ),
    (
        "header-without-parameters",
        "A header was signed without what follows its semicolon.",
        "Sign the value that is sent, charset included.",
    ),
    (
        "header-value-inner-spaces",
        "Several spaces inside a header value were signed as they are.",
        VALUE,
    ),
    ("header-value-tab", "A tab inside a header value was signed as it is.", VALUE),
    (
        "header-space-after-colon",
        "Header lines were signed with a space behind the colon.",
        "Write name:value without a space.",
    ),
    (
        "header-commas-with-space",
        "Values of a repeated header were joined by a comma and a space.",
        "Join them by a comma.",
    ),
    ("header-signed-twice", "content-type was signed twice.", LIST),
    ("signed-headers-not-sorted", "SignedHeaders is not sorted.", LIST),
    ("signed-headers-with-commas", "SignedHeaders was joined by commas when it was signed.", LIST),
    (
        "signed-headers-with-trailing-semicolon",
        "SignedHeaders was signed with a semicolon at its end.",
        LIST,
    ),
    ("host-empty", "The host was signed as an empty value.", HOST),
    ("host-in-lower-case", "The host was signed in lower case and sent otherwise.", HOST),
    ("host-in-upper-case", "The host was signed in capitals.", HOST),
    ("host-with-scheme", "The host was signed with https:// before it.", HOST),
    (
        "host-with-bucket",
        "The host was signed with the bucket before it, but the path has the bucket.",
        HOST,
    ),
    (
        "host-without-first-label",
        "The host was signed without its first label, such as the bucket.",
        HOST,
    ),
    ("host-with-region", "The regional host was signed, the global one is sent.", HOST),
    ("host-without-region", "The global host was signed, the regional one is sent.", HOST),
    ("host-with-dualstack", "The dual-stack host was signed, the other one is sent.", HOST),
    ("host-with-fips", "The FIPS host was signed, the other one is sent.", HOST),
    ("host-without-fips", "The host without FIPS was signed, the FIPS host is sent.", HOST),
    // Payload.
    (
        "content-sha256-changed",
        "Another x-amz-content-sha256 was signed than is sent.",
        "Send in x-amz-content-sha256 what is signed.",
    ),
    (
        "payload-word-signed",
        "A word for another kind of payload was signed.",
        "Sign what x-amz-content-sha256 says.",
    ),
    (
        "payload-line-empty",
        "The payload line was left empty.",
        "Write the SHA-256 of the body, also of an empty one.",
    ),
    (
        "payload-hash-of-body",
        "The hash of the body was signed, but x-amz-content-sha256 says something else.",
        "Send in x-amz-content-sha256 what is signed.",
    ),
    ("payload-hash-of-nothing", "The hash of an empty body was signed.", BODY),
    ("payload-hash-in-capitals", "The payload's hash was signed in capitals.", HEX),
    ("payload-hash-in-base64", "The payload's hash was signed in Base64.", HEX),
    ("payload-hash-hashed-twice", "The payload's hash was hashed again.", BODY),
    ("payload-not-hashed", "The body itself was signed in place of its hash.", BODY),
    // Canonical request and string to sign.
    ("blank-line-twice", "Two empty lines stand behind the headers.", CANONICAL),
    ("canonical-request-with-crlf", "Lines of the canonical request end in CR LF.", CANONICAL),
    (
        "canonical-request-with-leading-newline",
        "The canonical request begins with a line feed.",
        CANONICAL,
    ),
    ("empty-query-line-missing", "The empty line of the query is missing.", CANONICAL),
    ("signed-headers-line-missing", "The line of signed headers is missing.", CANONICAL),
    ("hash-hashed-twice", "The hash of the canonical request was hashed again.", STRING),
    ("hash-in-base64", "The hash of the canonical request was written in Base64.", HEX),
    ("hash-missing", "The string to sign has no hash.", STRING),
    ("string-to-sign-in-one-line", "The lines of the string to sign are not separated.", STRING),
    ("string-to-sign-with-crlf", "Lines of the string to sign end in CR LF.", STRING),
    ("string-to-sign-without-algorithm", "The string to sign has no algorithm.", STRING),
    ("string-to-sign-without-scope", "The string to sign has no scope.", STRING),
    ("string-to-sign-without-time", "The string to sign has no time.", STRING),
    (
        "credential-for-scope",
        "The whole credential stands in the string to sign, not the scope.",
        "Leave out the access key id: YYYYMMDD/REGION/SERVICE/aws4_request.",
    ),
    (
        "clock-read-twice",
        "The clock was read twice: the time that was signed is not the time that is sent.",
        TIME,
    ),
    ("time-in-local-time", "The string to sign has local time.", TIME),
    ("time-in-another-format", "The time in the string to sign has another format.", TIME),
    ("time-missing", "The line of the time is empty.", TIME),
    ("time-of-scope", "The string to sign has the day of the scope for its time.", TIME),
    // Scope, key and secret.
    ("scope-of-another-day", "The scope is of another day than x-amz-date.", TIME),
    ("key-of-another-region", "The key was derived for another region than the scope names.", KEY),
    (
        "key-of-another-service",
        "The key was derived for another service than the scope names.",
        KEY,
    ),
    ("key-with-aws4-twice", "AWS4 stands before the secret twice.", KEY),
    ("key-with-aws4-in-lower-case", "The prefix of the secret is in lower case.", KEY),
    ("key-without-date", "The key was derived without the day.", KEY),
    ("key-without-region", "The key was derived without the region.", KEY),
    ("key-without-service", "The key was derived without the service.", KEY),
    ("key-without-terminator", "The key was derived without aws4_request.", KEY),
    ("key-steps-swapped", "Region and service were swapped when the key was derived.", KEY),
    ("key-from-base64", "Each HMAC of the key was keyed with Base64.", KEY),
    ("key-arguments-swapped", "Key and message of the HMACs were swapped.", KEY),
    ("key-not-derived", "The secret itself signed.", KEY),
    ("secret-percent-decoded", "The secret was percent-decoded.", SECRET),
    ("secret-form-decoded", "A + of the secret became a space.", SECRET),
    ("secret-escaped", "Slashes of the secret were written \\/.", SECRET),
    ("secret-with-slashes-lost", "The slashes of the secret are lost.", SECRET),
    ("secret-in-lower-case", "The secret is in lower case.", SECRET),
    ("secret-in-capitals", "The secret is in capitals.", SECRET),
    (
        "secret-empty",
        "The secret is empty.",
        "Check that the secret is read before anything is signed.",
    ),
    (
        "secret-undefined",
        "The word for a missing value signed.",
        "Check that the secret is read before anything is signed.",
    ),
    ("secret-base64-decoded", "The secret was decoded from Base64.", SECRET),
    ("secret-base64-encoded", "The secret was encoded in Base64.", SECRET),
    ("secret-cut", "The secret is cut short.", SECRET),
    (
        "access-key-for-secret",
        "The access key id signed in place of the secret.",
        "Take key id and secret from their own variables.",
    ),
    (
        "token-for-secret",
        "The session token signed in place of the secret.",
        "Take secret and token from their own variables.",
    ),
];
