//! Warnings about credentials that look wrong. They need no answer from a service and show no secret.
//!
//! The expected forms are those of every key that AWS issues. Other issuers have other forms, so an
//! unusual form is worth a warning next to an error, and no reason not to sign.

use contract::{Credentials, SessionToken};

const ID_LENGTH: usize = 20;
const SECRET_LENGTH: usize = 40;

/// What looks wrong with credentials that AWS should have issued, the most revealing first. Each
/// warning is a clause, and shows neither secret nor token.
#[must_use]
pub fn aws_credential_warnings(credentials: &Credentials) -> Vec<String> {
    let (id, secret) = (credentials.access_key_id.as_str(), credentials.secret_key.expose());
    if credentials.are_swapped() || id.len() == SECRET_LENGTH && secret.len() == ID_LENGTH {
        return vec!["the access key and the secret seem to be swapped".to_owned()];
    }
    let mut warnings = credential_warnings(credentials);
    if warnings.is_empty() {
        warnings.extend(unusual_form(secret));
    }
    let token = credentials.session_token.as_ref().map(SessionToken::expose);
    match (id.get(..4), token) {
        (Some("ASIA"), None) => warnings.push(
            "the access key is a temporary one (ASIA…), and its session token is missing"
                .to_owned(),
        ),
        (Some("AKIA"), Some(_)) => warnings.push(
            "the access key is a long-lived one (AKIA…), and a session token came with it"
                .to_owned(),
        ),
        _ if !has_id_form(id) => warnings.push(
            "the access key id does not look like AWS's: AKIA or ASIA, then 16 capitals and digits"
                .to_owned(),
        ),
        _ => {}
    }
    warnings
}

/// What looks wrong with a secret of any issuer, as a clause: traces of a careless copy.
#[must_use]
pub fn credential_warnings(credentials: &Credentials) -> Vec<String> {
    let secret = credentials.secret_key.expose();
    let warning = if let Some(position) = white_space(secret) {
        format!("the secret {position}, which no secret contains")
    } else if secret.starts_with(['"', '\'']) || secret.ends_with(['"', '\'']) {
        "the secret has a quotation mark at its end or beginning".to_owned()
    } else if secret.contains(|c: char| !c.is_ascii_graphic()) {
        "the secret contains an invisible or a non-ASCII character, which no secret contains"
            .to_owned()
    } else {
        return Vec::new();
    };
    vec![warning]
}

/// How `secret` differs from the form of AWS's secrets.
fn unusual_form(secret: &str) -> Option<String> {
    if !secret.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'+')) {
        return Some(
            "the secret contains other characters than letters, digits, / and +, and AWS's do not"
                .to_owned(),
        );
    }
    let length = secret.chars().count();
    (length != SECRET_LENGTH)
        .then(|| format!("the secret has {length} characters, and AWS's have {SECRET_LENGTH}"))
}

fn has_id_form(id: &str) -> bool {
    id.len() == ID_LENGTH
        && (id.starts_with("AKIA") || id.starts_with("ASIA"))
        && id.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

/// Where a secret contains white space, if it does.
fn white_space(secret: &str) -> Option<&'static str> {
    if secret.ends_with(['\n', '\r']) {
        Some("ends with a line break")
    } else if secret.ends_with(char::is_whitespace) {
        Some("ends with white space")
    } else if secret.starts_with(char::is_whitespace) {
        Some("begins with white space")
    } else if secret.contains(char::is_whitespace) {
        Some("contains white space")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "AKIAIOSFODNN7EXAMPLE";
    const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

    #[test]
    fn credentials_in_awss_form_cause_no_warning() {
        assert!(aws_credential_warnings(&Credentials::new(ID, SECRET)).is_empty());
        let temporary = Credentials::new(ID.replace("AKIA", "ASIA"), SECRET);
        assert!(aws_credential_warnings(&temporary.with_session_token("token")).is_empty());
    }

    #[test]
    fn a_warning_names_the_fault_and_shows_no_secret() {
        let line = format!("{SECRET}\n");
        let (space, inner) = (format!(" {SECRET}"), SECRET.replace('/', " "));
        let (quoted, asia) = (format!("\"{SECRET}\""), ID.replace("AKIA", "ASIA"));
        let cases = [
            (Credentials::new(ID, &line), "ends with a line break"),
            (Credentials::new(ID, &space), "begins with white space"),
            (Credentials::new(ID, &inner), "contains white space"),
            (Credentials::new(ID, &quoted), "quotation mark"),
            (Credentials::new(ID, &SECRET[1..]), "has 39 characters"),
            (Credentials::new(ID, format!("{SECRET}%")), "other characters than letters"),
            (Credentials::new(ID, format!("{SECRET}\u{200b}")), "invisible"),
            (Credentials::new(&asia, SECRET), "its session token is missing"),
            (Credentials::new(ID, SECRET).with_session_token("t"), "a session token came with it"),
            (Credentials::new("minio", SECRET), "does not look like AWS's"),
            (Credentials::new(SECRET, ID), "swapped"),
        ];
        for (credentials, expected) in cases {
            let [found] = &aws_credential_warnings(&credentials)[..] else {
                panic!("one for {expected}")
            };
            assert!(found.contains(expected), "{found}");
            assert!(!found.contains("wJalr") && !found.contains("FEMI"), "{found}");
        }
    }
}
