//! Compares what was signed with what the service read, and names the first part that differs. The
//! names are AWS's
//! (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>).

use crate::observe::Steps;
use crate::parse::ErrorResponse;

/// Bytes of a line that are shown before the first difference.
const BEFORE: usize = 12;
/// Bytes of a line that are shown from the first difference on.
const AFTER: usize = 28;

/// The first difference; `None` if the service did not show what it read.
pub(super) fn compare(signed: &Steps, response: &ErrorResponse) -> Option<String> {
    let read = response.canonical_request()?;
    let parts = parts(&signed.canonical_request);
    for ((name, signed), (_, read)) in parts.into_iter().zip(self::parts(read)) {
        if signed != read {
            return Some(changed(name, &signed, &read));
        }
    }
    if signed.canonical_request != read {
        return Some(
            "The service read a canonical request with the same lines as the signed one, and more or \
             fewer after them"
                .to_owned(),
        );
    }
    let mut lines = signed.string_to_sign.lines();
    let read_to_sign = response.string_to_sign();
    let read = read_to_sign.unwrap_or_default().lines();
    let names = ["Algorithm", "RequestDateTime", "CredentialScope", "HashedCanonicalRequest"];
    for (name, read) in names.into_iter().zip(read) {
        let signed = lines.next().unwrap_or_default();
        if signed != read {
            return Some(format!(
                "The canonical requests are the same, the strings to sign differ: {}",
                difference(name, signed, read)
            ));
        }
    }
    let same = match read_to_sign {
        Some(_) => "its canonical request and string to sign are the same, line by line",
        None => "its canonical request is the same, line by line",
    };
    Some(format!(
        "The service read exactly what was signed: {same}. Nothing changed on the way, so {}",
        last_step(signed, response)
    ))
}

/// The remaining cause if both texts agree: the form of the signature, or the key that made it.
fn last_step(signed: &Steps, response: &ErrorResponse) -> &'static str {
    let provided = response.signature_provided().unwrap_or(&signed.signature);
    let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    if provided.len() == 64 && provided.bytes().all(is_hex) {
        "the secret key is wrong (mistyped, replaced, or another access key's), or the signing key \
         was not derived from it for this day, region and service"
    } else {
        "the signature does not have its form: 64 hexadecimal digits in small letters"
    }
}

fn changed(name: &str, signed: &str, read: &str) -> String {
    format!(
        "The service read another request than the signed one: {}. Something changed it on the way, or \
         it was not signed by this service's rules",
        difference(name, signed, read)
    )
}

/// Says where two lines differ: `CanonicalQueryString differs at byte 7: signed "…", read "…"`.
fn difference(name: &str, signed: &str, read: &str) -> String {
    if name == "CanonicalHeaders" {
        return difference_of_headers(signed, read);
    }
    let at = signed.bytes().zip(read.bytes()).take_while(|(a, b)| a == b).count();
    // A damaged token is still most of a secret.
    if signed.contains("X-Amz-Security-Token") || read.contains("X-Amz-Security-Token") {
        return format!("{name} differs at byte {at}");
    }
    format!(
        "{name} differs at byte {at}: signed {:?}, read {:?}",
        around(signed, at),
        around(read, at)
    )
}

fn difference_of_headers(signed: &str, read: &str) -> String {
    let (mut signed_lines, mut read_lines) = (signed.lines(), read.lines());
    loop {
        let (signed, read) = (signed_lines.next(), read_lines.next());
        if signed == read && signed.is_some() {
            continue;
        }
        let (signed, read) = (signed.unwrap_or_default(), read.unwrap_or_default());
        let name = |line: &str| line.split(':').next().unwrap_or_default().to_owned();
        return match (name(signed), name(read)) {
            (a, b) if a != b => format!("CanonicalHeaders differ: signed {a:?}, read {b:?}"),
            (name, _) if name == "x-amz-security-token" => {
                format!("CanonicalHeaders differ in the value of {name}")
            }
            (name, _) => {
                let value = |line: &str| line[(name.len() + 1).min(line.len())..].to_owned();
                difference(&format!("{name} in CanonicalHeaders"), &value(signed), &value(read))
            }
        };
    }
}

/// The part of `line` around byte `at`.
fn around(line: &str, at: usize) -> String {
    let (from, to) = (at.saturating_sub(BEFORE), (at + AFTER).min(line.len()));
    let mark = |cut: bool| if cut { "…" } else { "" };
    let shown = String::from_utf8_lossy(&line.as_bytes()[from..to]);
    format!("{}{shown}{}", mark(from > 0), mark(to < line.len()))
}

/// The parts of a canonical request. A header's value is one line, so the first empty line after the
/// query's ends the headers; without one, everything left is headers.
fn parts(text: &str) -> [(&'static str, String); 6] {
    let mut lines = text.split('\n');
    let mut next = || lines.next().unwrap_or_default().to_owned();
    let (method, uri, query) = (next(), next(), next());
    let rest: Vec<&str> = lines.collect();
    let end = rest.iter().position(|line| line.is_empty()).unwrap_or(rest.len());
    let after = |index: usize| rest.get(end + index).copied().unwrap_or_default().to_owned();
    [
        ("HTTPMethod", method),
        ("CanonicalURI", uri),
        ("CanonicalQueryString", query),
        ("CanonicalHeaders", rest[..end].join("\n")),
        ("SignedHeaders", after(1)),
        ("HashedPayload", after(2)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    const REQUEST: &str = "GET\n/bucket\na=1&b=x%20y\nhost:example.com\nx-amz-date:20260101T000000Z\n\
                           x-amz-security-token:FwoGZXIvYXdzEXAMPLE\n\nhost;x-amz-date\nabc";
    const TO_SIGN: &str =
        "AWS4-HMAC-SHA256\n20260101T000000Z\n20260101/eu-west-1/s3/aws4_request\nf0";

    fn compared(read: &str, to_sign: &str) -> String {
        let signed = Steps {
            canonical_request: REQUEST.to_owned(),
            string_to_sign: TO_SIGN.to_owned(),
            signature: "0".repeat(64),
            carried: String::new(),
        };
        let details = [("CanonicalRequest", read), ("StringToSign", to_sign)];
        let details = details.map(|(name, text)| (name.to_owned(), text.to_owned())).into();
        compare(&signed, &ErrorResponse { details, ..ErrorResponse::default() }).unwrap()
    }

    #[test]
    fn the_first_part_that_differs_is_named() {
        for (from, to, expected) in [
            ("GET", "PUT", "HTTPMethod differs at byte 0: signed \"GET\", read \"PUT\""),
            ("/bucket", "/bucket/", "CanonicalURI differs at byte 7"),
            (
                "%20",
                "+",
                "CanonicalQueryString differs at byte 7: signed \"a=1&b=x%20y\", read \"a=1&b=x+y\"",
            ),
            ("example.com", "example.com:80", "host in CanonicalHeaders differs at byte 11"),
            ("host:example.com\n", "", "differ: signed \"host\", read \"x-amz-date\""),
            ("EXAMPLE", "OTHER", "CanonicalHeaders differ in the value of x-amz-security-token."),
            ("host;x-amz-date", "host", "SignedHeaders differs at byte 4"),
            ("\nabc", "\nabd", "HashedPayload differs at byte 2"),
        ] {
            let text = compared(&REQUEST.replace(from, to), TO_SIGN);
            assert!(text.contains(expected), "{text}");
            assert!(!text.contains("FwoGZX"), "{text}");
        }
    }

    #[test]
    fn the_string_to_sign_is_compared_second_and_the_secret_blamed_last() {
        let text = compared(REQUEST, &TO_SIGN.replace("eu-west-1", "us-east-1"));
        assert!(
            text.contains("CredentialScope differs at byte 9: signed \"20260101/eu-west-1"),
            "{text}"
        );
        assert!(compared(REQUEST, TO_SIGN).contains("the secret key is wrong"));
    }

    #[test]
    fn a_signature_in_capitals_is_not_blamed_on_the_secret() {
        let signed = Steps {
            canonical_request: REQUEST.to_owned(),
            string_to_sign: TO_SIGN.to_owned(),
            signature: "AB".repeat(32),
            carried: String::new(),
        };
        let details = vec![("CanonicalRequest".to_owned(), REQUEST.to_owned())];
        let text =
            compare(&signed, &ErrorResponse { details, ..ErrorResponse::default() }).unwrap();
        assert!(text.contains("small letters") && !text.contains("secret"), "{text}");
        assert!(!text.contains("string to sign are the same"), "{text}");
    }

    #[test]
    fn any_text_can_be_compared() {
        for read in ["", "\n", "GET", "é\n\n\n\n\n\n\n\n", &format!("{REQUEST}\n")] {
            let text = compared(read, "");
            assert!(text.contains("differ") || read.starts_with(REQUEST), "{read:?}: {text}");
        }
    }
}
