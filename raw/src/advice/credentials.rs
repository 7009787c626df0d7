//! What credentials show of themselves, without a word from the service and without being shown.
//!
//! The forms are those of every key that AWS hands out. Other services have their own, so an unusual
//! form is worth a remark beside a refusal, and no reason to refuse to sign.

use contract::{Credentials, SessionToken};

const ID_LENGTH: usize = 20;
const SECRET_LENGTH: usize = 40;

/// What is suspicious about credentials of AWS's, most telling first, each as a clause that shows
/// neither secret nor token.
#[must_use]
pub fn aws_credential_warnings(credentials: &Credentials) -> Vec<String> {
    let (id, secret) = (credentials.access_key_id.as_str(), credentials.secret_key.expose());
    if credentials.are_swapped() || id.len() == SECRET_LENGTH && secret.len() == ID_LENGTH {
        return vec!["the access key and the secret seem to have changed places".to_owned()];
    }
    let mut doubts = credential_warnings(credentials);
    if doubts.is_empty() {
        doubts.extend(form_of_secret(secret));
    }
    let token = credentials.session_token.as_ref().map(SessionToken::expose);
    match (id.get(..4), token) {
        (Some("ASIA"), None) => doubts.push(
            "the access key is a temporary one (ASIA…), and its session token is missing"
                .to_owned(),
        ),
        (Some("AKIA"), Some(_)) => doubts.push(
            "the access key is a long-lived one (AKIA…), and a session token came with it"
                .to_owned(),
        ),
        _ if !has_form_of_an_id(id) => doubts.push(
            "the access key id does not look like AWS's: AKIA or ASIA, then 16 capitals and digits"
                .to_owned(),
        ),
        _ => {}
    }
    doubts
}

/// What is suspicious about a secret whoever issued it, as a clause: marks of a careless copy.
#[must_use]
pub fn credential_warnings(credentials: &Credentials) -> Vec<String> {
    let secret = credentials.secret_key.expose();
    let doubt = if let Some(place) = white_space(secret) {
        format!("the secret {place}, which no secret holds")
    } else if secret.starts_with(['"', '\'']) || secret.ends_with(['"', '\'']) {
        "the secret has a quotation mark at its end or beginning".to_owned()
    } else if secret.contains(|c: char| !c.is_ascii_graphic()) {
        "the secret holds an invisible character or one beyond ASCII, which no secret holds"
            .to_owned()
    } else {
        return Vec::new();
    };
    vec![doubt]
}

/// What shows that `secret` does not look like AWS's.
fn form_of_secret(secret: &str) -> Option<String> {
    if !secret.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'+')) {
        return Some(
            "the secret holds something besides letters, digits, / and +, and AWS's do not"
                .to_owned(),
        );
    }
    let length = secret.chars().count();
    (length != SECRET_LENGTH)
        .then(|| format!("the secret has {length} characters, and AWS's have {SECRET_LENGTH}"))
}

fn has_form_of_an_id(id: &str) -> bool {
    id.len() == ID_LENGTH
        && (id.starts_with("AKIA") || id.starts_with("ASIA"))
        && id.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

/// Where a secret has white space, if it does.
fn white_space(secret: &str) -> Option<&'static str> {
    if secret.ends_with(['\n', '\r']) {
        Some("ends with a line break")
    } else if secret.ends_with(char::is_whitespace) {
        Some("ends with white space")
    } else if secret.starts_with(char::is_whitespace) {
        Some("begins with white space")
    } else if secret.contains(char::is_whitespace) {
        Some("has white space in it")
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
    fn credentials_of_awss_form_are_not_suspected() {
        assert!(aws_credential_warnings(&Credentials::new(ID, SECRET)).is_empty());
        let temporary = Credentials::new(ID.replace("AKIA", "ASIA"), SECRET);
        assert!(aws_credential_warnings(&temporary.with_session_token("token")).is_empty());
    }

    #[test]
    fn what_is_wrong_is_said_and_no_secret_shown() {
        let line = format!("{SECRET}\n");
        let (space, inner) = (format!(" {SECRET}"), SECRET.replace('/', " "));
        let (quoted, asia) = (format!("\"{SECRET}\""), ID.replace("AKIA", "ASIA"));
        let cases = [
            (Credentials::new(ID, &line), "ends with a line break"),
            (Credentials::new(ID, &space), "begins with white space"),
            (Credentials::new(ID, &inner), "has white space in it"),
            (Credentials::new(ID, &quoted), "quotation mark"),
            (Credentials::new(ID, &SECRET[1..]), "has 39 characters"),
            (Credentials::new(ID, format!("{SECRET}%")), "besides letters"),
            (Credentials::new(ID, format!("{SECRET}\u{200b}")), "invisible"),
            (Credentials::new(&asia, SECRET), "its session token is missing"),
            (Credentials::new(ID, SECRET).with_session_token("t"), "a session token came with it"),
            (Credentials::new("minio", SECRET), "does not look like AWS's"),
            (Credentials::new(SECRET, ID), "changed places"),
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
