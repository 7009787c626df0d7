//! Keeps secrets out of errors. A service may quote what it was sent: S3's `CanonicalRequest` contains
//! the session token's header, and `InvalidToken` the token itself.

use std::fmt::{self, Write as _};

use contract::{Credentials, SessionToken};

use crate::encode;

const REDACTED: &str = "** redacted **";
/// The shortest text that is masked. AWS's credentials are longer, and masking every "a" helps nobody.
const SHORTEST: usize = 8;

/// The texts to mask, in every form in which a service or an error may quote them.
pub struct Secrets(Vec<String>);

impl Secrets {
    /// The secret key and the session token of `credentials`.
    #[must_use]
    pub fn of(credentials: &Credentials) -> Self {
        let token = credentials.session_token.as_ref().map(SessionToken::expose);
        // If key and secret are swapped, the access key id is the secret.
        let id = Some(credentials.access_key_id.as_str()).filter(|id| id.trim().len() == 40);
        let secrets = [Some(credentials.secret_key.expose()), token, id];
        let mut forms: Vec<_> = secrets.into_iter().flatten().flat_map(forms).collect();
        // The longest first: a form may be part of another form, whose rest would remain.
        forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
        forms.dedup();
        Self(forms)
    }

    /// Masks every secret in `text`.
    pub fn redact(&self, text: &mut String) {
        for secret in &self.0 {
            if text.contains(secret.as_str()) {
                *text = text.replace(secret.as_str(), REDACTED);
            }
            // A truncated text may end within a secret.
            let ends_within = |length: &usize| {
                secret.get(..*length).is_some_and(|beginning| text.ends_with(beginning))
            };
            if let Some(length) = (SHORTEST..secret.len()).rev().find(ends_within) {
                text.truncate(text.len() - length);
                text.push_str(REDACTED);
            }
        }
    }

    /// The text that replaces a secret.
    pub(crate) fn placeholder() -> String {
        REDACTED.to_owned()
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secrets({REDACTED})")
    }
}

/// Every way to quote `secret`, as it is and without white space around it, as in a signed header.
fn forms(secret: &str) -> Vec<String> {
    let mut forms = Vec::new();
    for text in [secret, secret.trim()] {
        if text.len() < SHORTEST {
            continue;
        }
        let encoded = encode::query(text);
        let mut ways = vec![
            text.to_owned(),
            // A form writes a space as `+`.
            encoded.replace("%20", "+"),
            // In a canonical query, a value may have been encoded twice.
            encode::query(&encoded),
            // Other encoders write lower-case digits.
            lower_escapes(&encoded),
            encoded,
            hex_bytes(text, " "),
            hex_bytes(text, ""),
            // As Rust and JSON quote it, and as JSON with escaped slashes.
            text.escape_debug().to_string(),
            text.escape_default().to_string(),
            text.replace('\\', "\\\\").replace('/', "\\/"),
            xml_escaped(text),
        ];
        ways.retain(|way| !forms.contains(way));
        forms.extend(ways);
    }
    forms
}

/// `%2F` as `%2f`.
fn lower_escapes(encoded: &str) -> String {
    let mut pieces = encoded.split('%');
    let mut lower = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (digits, rest) = piece.split_at_checked(2).unwrap_or((piece, ""));
        let _ = write!(lower, "%{}{rest}", digits.to_ascii_lowercase());
    }
    lower
}

fn xml_escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    text.replace('"', "&quot;").replace('\'', "&apos;")
}

/// Hexadecimal bytes as in S3's `CanonicalRequestBytes`: `41 57 53`.
fn hex_bytes(text: &str, separator: &str) -> String {
    text.bytes().enumerate().fold(String::new(), |mut hex, (index, byte)| {
        let separator = if index == 0 { "" } else { separator };
        let _ = write!(hex, "{separator}{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use contract::Credentials;

    use super::{REDACTED, Secrets};

    fn redacted(token: &str, text: &str) -> String {
        let credentials = Credentials::new("AKIDEXAMPLE", "a secret/that+nobody \"sees\"");
        let mut text = text.to_owned();
        Secrets::of(&credentials.with_session_token(token)).redact(&mut text);
        text
    }

    #[test]
    fn a_secret_is_masked_however_it_is_quoted() {
        for quoted in [
            "a secret/that+nobody \"sees\"",
            "a%20secret%2Fthat%2Bnobody%20%22sees%22",
            "a%20secret%2fthat%2bnobody%20%22sees%22",
            "a+secret%2Fthat%2Bnobody+%22sees%22",
            "a%2520secret%252Fthat%252Bnobody%2520%2522sees%2522",
            r#"a secret/that+nobody \"sees\""#,
            "a secret/that+nobody &quot;sees&quot;",
            "61207365637265742f746861742b6e6f626f647920227365657322",
        ] {
            let text = redacted("a-token-of-the-session", &format!("before {quoted} after"));
            assert_eq!(text, format!("before {REDACTED} after"));
        }
    }

    #[test]
    fn a_token_with_white_space_around_it_is_masked_without_it() {
        for token in
            [" a-token-of-the-session", "a-token-of-the-session\n", "\ta-token-of-the-session "]
        {
            let text = redacted(token, "x-amz-security-token:a-token-of-the-session\n");
            assert!(text.contains(REDACTED) && !text.contains("a-token"), "{token:?}: {text}");
            let text = redacted(token, &format!("<Token-0>{token}</Token-0>"));
            assert!(!text.contains("a-token"), "{text}");
        }
    }
}
