//! The list itself, in the order of the steps. What is known of how often each is made, and where it
//! was reported, led to it: percent-encoding and sorting before everything else, then the headers,
//! the clock and pasted white space.

use std::time::Duration;

use base64::{Engine, prelude::BASE64_STANDARD};
use raw::{
    encode,
    sigv4::{ContentSha256, PathEncoding, PathNormalization, Payload, TokenSigning},
};

use super::{Draft, Mistake, ScopeDay, Tampering, canonical::Lines, hex, hmac};

pub(super) const DAY: Duration = Duration::from_hours(24);

const EVERYWHERE: &[&str] = &["s3", "ec2", "execute-api"];
const S3: &[&str] = &["s3"];
const BUT_S3: &[&str] = &["ec2", "execute-api"];
const EXECUTE_API: &[&str] = &["execute-api"];

const TEN_MINUTES: Duration = Duration::from_mins(10);
const TEN_HOURS: Duration = Duration::from_hours(10);

/// Every mistake that is known here.
pub static ALL: &[Mistake] = &[
    // Who signs.
    Mistake {
        id: "secret-of-another-key",
        what: "The secret is not the one that belongs to the access key.",
        fix: "Take both from one source again.",
        refused_by: EVERYWHERE,
        setup: None,
        slip: Tampering::Configuration(|it| {
            // One character is enough, and the length stays right.
            let secret = it.credentials.secret_key.expose();
            let last = if secret.ends_with('a') { 'b' } else { 'a' };
            let mut other = secret.to_owned();
            other.pop();
            other.push(last);
            it.set_secret(other);
        }),
    },
    Mistake {
        id: "secret-with-trailing-space",
        what: "A space was pasted behind the secret.",
        fix: "Trim the secret where it is read.",
        refused_by: EVERYWHERE,
        setup: None,
        slip: Tampering::Configuration(|it| {
            it.set_secret(format!("{} ", it.credentials.secret_key.expose()));
        }),
    },
    Mistake {
        id: "secret-with-leading-space",
        what: "A space was pasted before the secret.",
        fix: "Trim the secret where it is read.",
        refused_by: EVERYWHERE,
        setup: None,
        slip: Tampering::Configuration(|it| {
            it.set_secret(format!(" {}", it.credentials.secret_key.expose()));
        }),
    },
    Mistake {
        id: "secret-with-trailing-newline",
        what: "The secret ends in a line feed, as files do.",
        fix: "Trim the secret where it is read.",
        refused_by: EVERYWHERE,
        setup: None,
        slip: Tampering::Configuration(|it| {
            it.set_secret(format!("{}\n", it.credentials.secret_key.expose()));
        }),
    },
    Mistake {
        id: "secret-in-quotes",
        what: "The quotation marks around the secret were taken for a part of it.",
        fix: "Take them off where the secret is read.",
        refused_by: EVERYWHERE,
        setup: None,
        slip: Tampering::Configuration(|it| {
            it.set_secret(format!("\"{}\"", it.credentials.secret_key.expose()));
        }),
    },
    Mistake {
        id: "secret-percent-encoded",
        what: "The secret was percent-encoded: its / and + are no longer there.",
        fix: "Decode it, or keep it out of URLs.",
        refused_by: EVERYWHERE,
        setup: Some(|draft| {
            let with_slash = format!("{}/+", draft.configuration.credentials.secret_key.expose());
            draft.configuration.set_secret(with_slash);
        }),
        slip: Tampering::Configuration(|it| {
            it.set_secret(encode::query(it.credentials.secret_key.expose()));
        }),
    },
    Mistake {
        id: "access-key-unknown",
        what: "There is no such access key: deleted, or of another partition.",
        fix: "Look the key up in IAM, in the partition of the endpoint.",
        refused_by: EVERYWHERE,
        setup: None,
        slip: Tampering::Configuration(|it| {
            // AWS's own example of an id, which is nobody's.
            it.credentials.access_key_id = contract::AccessKeyId::new("AKIAIOSFODNN7EXAMPLE");
        }),
    },
    Mistake {
        id: "token-missing",
        what: "Temporary keys are used without their session token.",
        fix: "Set AWS_SESSION_TOKEN too; a key that begins with ASIA has one.",
        refused_by: EVERYWHERE,
        setup: None,
        slip: Tampering::Configuration(|it| it.set_token(None)),
    },
    Mistake {
        id: "token-of-another-session",
        what: "The session token is not the one that belongs to the key pair.",
        fix: "Take all three values from one source again.",
        refused_by: EVERYWHERE,
        setup: None,
        slip: Tampering::Configuration(|it| {
            it.set_token(Some("IQoJb3JpZ2luX2VjEOTHERSESSIONOTHERSESSION=="));
        }),
    },
    // For where and when.
    Mistake {
        id: "region-wrong",
        what: "The credential scope names another region than the endpoint's.",
        fix: "Sign for the region that is called.",
        refused_by: EVERYWHERE,
        setup: None,
        slip: Tampering::Configuration(|it| "ap-south-1".clone_into(&mut it.region)),
    },
    Mistake {
        id: "clock-10-minutes-behind",
        what: "The clock is 10 minutes behind.",
        fix: "Set the clock; API Gateway allows 5 minutes, S3 and EC2 15.",
        refused_by: EXECUTE_API,
        setup: None,
        slip: Tampering::Configuration(|it| it.now -= TEN_MINUTES),
    },
    Mistake {
        id: "clock-10-minutes-ahead",
        what: "The clock is 10 minutes ahead.",
        fix: "Set the clock; API Gateway allows 5 minutes, S3 and EC2 15.",
        refused_by: EXECUTE_API,
        setup: None,
        slip: Tampering::Configuration(|it| it.now += TEN_MINUTES),
    },
    Mistake {
        id: "clock-10-hours-behind",
        what: "The clock is 10 hours behind: local time was taken for UTC.",
        fix: "Set the clock, and sign in UTC.",
        refused_by: EVERYWHERE,
        setup: None,
        slip: Tampering::Configuration(|it| it.now -= TEN_HOURS),
    },
    Mistake {
        id: "clock-10-hours-ahead",
        what: "The clock is 10 hours ahead: local time was taken for UTC.",
        fix: "Set the clock, and sign in UTC.",
        refused_by: EVERYWHERE,
        setup: None,
        slip: Tampering::Configuration(|it| it.now += TEN_HOURS),
    },
    Mistake {
        id: "service-wrong",
        what: "The credential scope names another service than the one that is called.",
        fix: "Use the service's signing name: s3, ec2, execute-api.",
        refused_by: EVERYWHERE,
        setup: None,
        slip: Tampering::Request(|draft| "lambda".clone_into(&mut draft.service)),
    },
    Mistake {
        id: "scope-of-yesterday",
        what: "The date of the credential scope is not that of x-amz-date.",
        fix: "Take both from one reading of the clock.",
        refused_by: EVERYWHERE,
        setup: None,
        slip: Tampering::Request(|draft| draft.scope_day = ScopeDay::Before),
    },
    // Which request.
    Mistake {
        id: "method-in-lower-case",
        what: "The method is signed in lower case.",
        fix: "Sign it as it is sent, in capitals.",
        refused_by: EVERYWHERE,
        setup: None,
        slip: Tampering::CanonicalRequest(|_, text| {
            Lines::applied(text, |lines| lines.method = lines.method.to_ascii_lowercase())
        }),
    },
    Mistake {
        id: "path-encoded-twice",
        what: "The path is encoded once more before it is signed, which S3 does not do.",
        fix: "For S3, sign the path as it stands on the wire.",
        refused_by: S3,
        setup: Some(|draft| draft.path.push_str("%20x")),
        slip: Tampering::Request(|draft| draft.rules.encode_path = PathEncoding::Twice),
    },
    Mistake {
        id: "path-encoded-once",
        what: "The path is signed as it stands on the wire, which only S3 does.",
        fix: "Encode the path of the wire once more: %20 is signed as %2520.",
        refused_by: BUT_S3,
        setup: Some(escape_a_letter_of_the_path),
        slip: Tampering::Request(|draft| draft.rules.encode_path = PathEncoding::Once),
    },
    Mistake {
        id: "path-not-encoded",
        what: "The path is signed before it is percent-encoded.",
        fix: "Sign the encoded path.",
        refused_by: S3,
        setup: Some(|draft| draft.path.push_str("%20x")),
        slip: Tampering::CanonicalRequest(|_, text| {
            Lines::applied(text, |lines| lines.uri = lines.uri.replace("%20", " "))
        }),
    },
    Mistake {
        id: "path-normalized",
        what: "Doubled slashes of the path are resolved, which are a part of a key in S3.",
        fix: "For S3, sign the path as it stands on the wire.",
        refused_by: S3,
        setup: Some(|draft| draft.path.push_str("//x")),
        slip: Tampering::Request(|draft| draft.rules.path = PathNormalization::Normalized),
    },
    Mistake {
        id: "path-not-normalized",
        what: "Doubled slashes of the path are not resolved, as they are everywhere but in S3.",
        fix: "Resolve `.`, `..` and `//` in the path that is signed.",
        refused_by: BUT_S3,
        setup: Some(|draft| draft.path.insert(0, '/')),
        slip: Tampering::Request(|draft| draft.rules.path = PathNormalization::AsIs),
    },
    Mistake {
        id: "query-not-sorted",
        what: "The query is signed in the order in which it is sent.",
        fix: "Sort it by encoded name, then by encoded value.",
        refused_by: EVERYWHERE,
        setup: Some(|draft| {
            let query = if draft.query.is_empty() { "a=1&b=2" } else { &draft.query };
            draft.query = query.rsplit('&').collect::<Vec<_>>().join("&");
        }),
        slip: Tampering::CanonicalRequest(|draft, text| {
            Lines::applied(text, |lines| lines.query.clone_from(&draft.query))
        }),
    },
    Mistake {
        id: "space-as-plus",
        what: "A space in the query is signed as +, as forms have it.",
        fix: "Encode a space as %20, in the URL and in what is signed.",
        refused_by: EVERYWHERE,
        setup: Some(|draft| add_parameter(draft, "prefix=two+words")),
        slip: Tampering::CanonicalRequest(|_, text| {
            Lines::applied(text, |lines| lines.query = lines.query.replace("%20", "+"))
        }),
    },
    Mistake {
        id: "plus-as-space",
        what: "A plus sign in the query is signed as a space.",
        fix: "Decode %2B to + and nothing else, before it is encoded again.",
        refused_by: EVERYWHERE,
        setup: Some(|draft| add_parameter(draft, "prefix=a%2Bb")),
        slip: Tampering::CanonicalRequest(|_, text| {
            Lines::applied(text, |lines| lines.query = lines.query.replace("%2B", "%20"))
        }),
    },
    Mistake {
        id: "query-not-encoded",
        what: "Slashes in the query are signed as they are.",
        fix: "In names and values of the query, encode all but A-Z a-z 0-9 - . _ ~.",
        refused_by: EVERYWHERE,
        setup: Some(|draft| add_parameter(draft, "prefix=a%2Fb")),
        slip: Tampering::CanonicalRequest(|_, text| {
            Lines::applied(text, |lines| lines.query = lines.query.replace("%2F", "/"))
        }),
    },
    Mistake {
        id: "escapes-in-lower-case",
        what: "Escapes of the query are signed in lower case.",
        fix: "Write them in capitals: %2F.",
        refused_by: EVERYWHERE,
        setup: Some(|draft| add_parameter(draft, "prefix=a%2Fb")),
        slip: Tampering::CanonicalRequest(|_, text| {
            Lines::applied(text, |lines| lines.query = lines.query.replace("%2F", "%2f"))
        }),
    },
    Mistake {
        id: "equals-sign-missing",
        what: "A parameter without value is signed without its equals sign.",
        fix: "Sign `?acl` as `acl=`.",
        refused_by: EVERYWHERE,
        setup: Some(|draft| add_parameter(draft, "acl")),
        slip: Tampering::CanonicalRequest(|_, text| {
            Lines::applied(text, |lines| lines.query = lines.query.replace("acl=", "acl"))
        }),
    },
    // Its headers.
    Mistake {
        id: "host-with-wrong-port",
        what: "The host is signed with another port than is sent.",
        fix: "Sign Host as it is sent: with the port, unless it is the scheme's own.",
        refused_by: EVERYWHERE,
        setup: None,
        slip: Tampering::Request(|draft| {
            let name = draft.host.split(':').next().unwrap_or_default();
            draft.host = format!("{name}:8443");
        }),
    },
    Mistake {
        id: "host-without-port",
        what: "The host is signed without the port that is sent.",
        fix: "Sign Host as it is sent: with the port, unless it is the scheme's own.",
        refused_by: EVERYWHERE,
        setup: None,
        slip: Tampering::Request(|draft| {
            draft.host = draft.host.split(':').next().unwrap_or_default().to_owned();
        }),
    },
    Mistake {
        id: "host-of-another",
        what: "The host is signed that stands behind a tunnel or proxy, not the one that is sent.",
        fix: "Sign Host as it is sent, or send it as it is signed.",
        refused_by: EVERYWHERE,
        setup: None,
        slip: Tampering::Request(|draft| {
            draft.host = format!("{}.us-east-1.amazonaws.com", draft.service);
        }),
    },
    Mistake {
        id: "host-not-signed",
        what: "The host is not among the signed headers.",
        fix: "Sign host, whatever else is signed.",
        refused_by: EVERYWHERE,
        setup: None,
        slip: Tampering::CanonicalRequest(|_, text| {
            Lines::applied(text, |lines| {
                lines.headers.retain(|line| !line.starts_with("host:"));
                lines.signed_headers =
                    lines.signed_headers.replace("host;", "").replace(";host", "");
            })
        }),
    },
    Mistake {
        id: "headers-not-in-lower-case",
        what: "Names of headers are signed as they are sent, in mixed case.",
        fix: "Sign them in lower case.",
        refused_by: EVERYWHERE,
        setup: None,
        slip: Tampering::CanonicalRequest(|_, text| {
            Lines::applied(text, |lines| {
                for line in &mut lines.headers {
                    *line = line.replace("x-amz-date", "X-Amz-Date");
                }
                lines.signed_headers = lines.signed_headers.replace("x-amz-date", "X-Amz-Date");
            })
        }),
    },
    Mistake {
        id: "headers-not-sorted",
        what: "The headers are signed in another order than that of their names.",
        fix: "Sort them by their names in lower case.",
        refused_by: EVERYWHERE,
        setup: None,
        slip: Tampering::CanonicalRequest(|_, text| {
            Lines::applied(text, |lines| {
                lines.headers.reverse();
                let names = lines.signed_headers.rsplit(';').collect::<Vec<_>>();
                lines.signed_headers = names.join(";");
            })
        }),
    },
    Mistake {
        id: "header-value-not-trimmed",
        what: "A header is signed with the doubled spaces in which it is sent.",
        fix: "Trim values, and make one space of several.",
        refused_by: EVERYWHERE,
        setup: Some(|draft| add_header(draft, "x-amz-meta-note", "two  spaces")),
        slip: Tampering::CanonicalRequest(|_, text| text.replace("two spaces", "two  spaces")),
    },
    Mistake {
        id: "header-changed-on-the-way",
        what: "A proxy changed a header that was signed.",
        fix: "Sign fewer headers: host and x-amz-* are enough.",
        refused_by: EVERYWHERE,
        setup: Some(|draft| add_header(draft, "accept-language", "en")),
        slip: Tampering::Sent(|sent| "en, *".clone_into(sent.header("accept-language"))),
    },
    Mistake {
        id: "header-not-signed",
        what: "An x-amz-* header was added after signing.",
        fix: "Sign every x-amz-* header that is sent.",
        refused_by: S3,
        setup: None,
        slip: Tampering::Sent(|sent| "late".clone_into(sent.header("x-amz-meta-added"))),
    },
    Mistake {
        id: "token-not-signed",
        what: "The session token was added after signing.",
        fix: "Sign x-amz-security-token with the other x-amz-* headers.",
        refused_by: S3,
        setup: None,
        slip: Tampering::Request(|draft| draft.rules.session_token = TokenSigning::AddedAfterwards),
    },
    Mistake {
        id: "blank-line-missing",
        what: "The empty line between the headers and their names is missing.",
        fix: "End every header with a line feed, and the list of them with one more.",
        refused_by: EVERYWHERE,
        setup: None,
        slip: Tampering::CanonicalRequest(|_, text| Lines::of(text).text_without_blank_line()),
    },
    // Its body.
    Mistake {
        id: "content-sha256-missing",
        what: "x-amz-content-sha256 is not sent, which S3 wants.",
        fix: "Send and sign x-amz-content-sha256.",
        refused_by: S3,
        setup: None,
        slip: Tampering::Request(|draft| draft.rules.content_sha256 = ContentSha256::Absent),
    },
    Mistake {
        id: "content-sha256-invalid",
        what: "x-amz-content-sha256 is neither a hash nor one of the words that S3 knows.",
        fix: "Send the SHA-256 of the body in hexadecimal, or UNSIGNED-PAYLOAD.",
        refused_by: S3,
        setup: None,
        slip: Tampering::Sent(|sent| "nonsense".clone_into(sent.header("x-amz-content-sha256"))),
    },
    Mistake {
        id: "body-of-another-request",
        what: "The hash is that of another body: it was changed or encoded anew after signing.",
        fix: "Sign the bytes that are sent.",
        refused_by: EVERYWHERE,
        setup: None,
        slip: Tampering::Request(|draft| draft.body.extend_from_slice(b"&more")),
    },
    Mistake {
        id: "payload-not-signed",
        what: "UNSIGNED-PAYLOAD is signed, which only S3 takes.",
        fix: "Sign the SHA-256 of the body.",
        refused_by: BUT_S3,
        setup: None,
        slip: Tampering::Request(|draft| draft.rules.payload = Payload::Unsigned),
    },
    Mistake {
        id: "canonical-request-with-newline",
        what: "The canonical request ends in a line feed.",
        fix: "End it with the hash of the body.",
        refused_by: EVERYWHERE,
        setup: None,
        slip: Tampering::CanonicalRequest(|_, text| format!("{text}\n")),
    },
    // The string to sign.
    Mistake {
        id: "canonical-request-not-hashed",
        what: "The string to sign ends in the canonical request, not in its hash.",
        fix: "End it with the SHA-256 of the canonical request, in hexadecimal.",
        refused_by: EVERYWHERE,
        setup: None,
        slip: Tampering::StringToSign(|text, canonical_request| {
            let (before, _hash) = text.rsplit_once('\n').unwrap_or_default();
            format!("{before}\n{canonical_request}")
        }),
    },
    Mistake {
        id: "hash-in-capitals",
        what: "The hash of the canonical request is written in capitals.",
        fix: "Write hexadecimal in lower case.",
        refused_by: EVERYWHERE,
        setup: None,
        slip: Tampering::StringToSign(|text, _| {
            let (before, hash) = text.rsplit_once('\n').unwrap_or_default();
            format!("{before}\n{}", hash.to_ascii_uppercase())
        }),
    },
    Mistake {
        id: "string-to-sign-with-newline",
        what: "The string to sign ends in a line feed.",
        fix: "End it with the hash of the canonical request.",
        refused_by: EVERYWHERE,
        setup: None,
        slip: Tampering::StringToSign(|text, _| format!("{text}\n")),
    },
    // The key.
    Mistake {
        id: "key-without-aws4",
        what: "The signing key is derived from the secret without the prefix AWS4.",
        fix: "Begin with HMAC(\"AWS4\" + secret, date).",
        refused_by: EVERYWHERE,
        setup: None,
        slip: Tampering::Key(|secret, scope, text| {
            hex(&hmac(&derived(secret.as_bytes(), scope), text))
        }),
    },
    Mistake {
        id: "key-from-hexadecimal",
        what: "Each HMAC of the key's derivation is keyed with the hexadecimal of the one before.",
        fix: "Key each with the 32 bytes; hexadecimal is for the signature alone.",
        refused_by: EVERYWHERE,
        setup: None,
        slip: Tampering::Key(|secret, scope, text| {
            let first = format!("AWS4{secret}");
            let key = scope.split('/').fold(first, |key, part| hex(&hmac(key.as_bytes(), part)));
            hex(&hmac(key.as_bytes(), text))
        }),
    },
    Mistake {
        id: "key-of-another-day",
        what: "The signing key was kept past midnight UTC.",
        fix: "Derive a new key for each day, region and service.",
        refused_by: EVERYWHERE,
        setup: None,
        slip: Tampering::Key(|secret, scope, text| {
            // Any other day will do, and this one needs no calendar.
            let (_today, rest) = scope.split_once('/').unwrap_or_default();
            let secret = format!("AWS4{secret}");
            hex(&hmac(&derived(secret.as_bytes(), &format!("20150830/{rest}")), text))
        }),
    },
    // The signature.
    Mistake {
        id: "signature-in-capitals",
        what: "The signature is sent in capitals.",
        fix: "Write hexadecimal in lower case.",
        refused_by: EVERYWHERE,
        setup: None,
        slip: Tampering::Signature(str::to_ascii_uppercase),
    },
    Mistake {
        id: "signature-in-base64",
        what: "The signature is sent in Base64, as version 2 had it.",
        fix: "Write it in lower-case hexadecimal.",
        refused_by: EVERYWHERE,
        setup: None,
        slip: Tampering::Signature(|signature| BASE64_STANDARD.encode(bytes_of(signature))),
    },
    // The header that carries it.
    Mistake {
        id: "signature-missing",
        what: "The request is not signed at all.",
        fix: "Send the Authorization header.",
        refused_by: EVERYWHERE,
        setup: None,
        slip: Tampering::Sent(|sent| sent.remove_header("authorization")),
    },
    Mistake {
        id: "signature-version-2",
        what: "The request is signed with the old version 2.",
        fix: "Sign with version 4.",
        refused_by: EVERYWHERE,
        setup: None,
        // Of the form of version 2; no service looks at its value any more.
        slip: Tampering::Sent(|sent| {
            let value = "AWS AKIAIOSFODNN7EXAMPLE:frJIUN8DYpKDtOLCwo//yllqDzg=";
            value.clone_into(sent.header("authorization"));
        }),
    },
    Mistake {
        id: "authorization-of-another-scheme",
        what: "The Authorization header is of another scheme.",
        fix: "Begin it with AWS4-HMAC-SHA256 and a space.",
        refused_by: EVERYWHERE,
        setup: None,
        slip: Tampering::Sent(|sent| "Bearer sometoken".clone_into(sent.header("authorization"))),
    },
    Mistake {
        id: "authorization-in-one-word",
        what: "The Authorization header is a single word, and x-amz-date is missing: nothing signed \
               it.",
        fix: "Behind the algorithm, write Credential=…, SignedHeaders=…, Signature=… in one line.",
        refused_by: EVERYWHERE,
        setup: None,
        slip: Tampering::Sent(|sent| {
            "EXAMPLE".clone_into(sent.header("authorization"));
            sent.remove_header("x-amz-date");
        }),
    },
    Mistake {
        id: "authorization-without-signature",
        what: "The Authorization header has no Signature.",
        fix: "Behind the algorithm, write Credential=…, SignedHeaders=…, Signature=… in one line.",
        refused_by: EVERYWHERE,
        setup: None,
        slip: Tampering::Sent(|sent| {
            let value = sent.header("authorization");
            value.truncate(value.find(", Signature=").unwrap_or(value.len()));
        }),
    },
    Mistake {
        id: "authorization-repeats-its-name",
        what: "The value of the Authorization header begins with its name.",
        fix: "Give the HTTP client the value alone.",
        refused_by: EVERYWHERE,
        setup: None,
        slip: Tampering::Sent(|sent| sent.header("authorization").insert_str(0, "Authorization: ")),
    },
    Mistake {
        id: "credential-without-terminator",
        what: "The Credential does not end in /aws4_request.",
        fix: "Write KEY/YYYYMMDD/REGION/SERVICE/aws4_request.",
        refused_by: EVERYWHERE,
        setup: None,
        slip: Tampering::Sent(|sent| {
            let value = sent.header("authorization");
            *value = value.replace("/aws4_request", "");
        }),
    },
    Mistake {
        id: "credential-without-key",
        what: "The Credential begins with an empty access key: a variable that was not set.",
        fix: "Check that the access key is read before anything is signed.",
        refused_by: EVERYWHERE,
        setup: None,
        slip: Tampering::Sent(|sent| {
            let value = sent.header("authorization");
            let (before, rest) = value.split_once("Credential=").unwrap_or_default();
            let (_key, rest) = rest.split_once('/').unwrap_or_default();
            *value = format!("{before}Credential=/{rest}");
        }),
    },
];

/// A parameter behind those that are there.
fn add_parameter(draft: &mut Draft, parameter: &str) {
    if !draft.query.is_empty() {
        draft.query.push('&');
    }
    draft.query.push_str(parameter);
}

fn add_header(draft: &mut Draft, name: &str, value: &str) {
    draft.headers.push((name.to_owned(), value.to_owned()));
}

/// The last character of the path as an escape that means the same: what it addresses stays.
fn escape_a_letter_of_the_path(draft: &mut Draft) {
    match draft.path.pop().filter(|last| *last != '/') {
        Some(last) => draft.path = format!("{}%{:02X}", draft.path, u32::from(last)),
        None => draft.path.push_str("/%61"),
    }
}

/// The derivation of a signing key from what is to be its beginning.
fn derived(beginning: &[u8], scope: &str) -> Vec<u8> {
    scope.split('/').fold(beginning.to_vec(), |key, part| hmac(&key, part))
}

fn bytes_of(hexadecimal: &str) -> Vec<u8> {
    let digits = |at: usize| hexadecimal.get(at..at + 2);
    (0..hexadecimal.len())
        .step_by(2)
        .filter_map(|at| u8::from_str_radix(digits(at)?, 16).ok())
        .collect()
}
