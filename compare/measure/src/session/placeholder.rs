//! Recognises placeholder and example keys from tutorials.

use contract::Credentials;

/// Parts of placeholders, in lower case and without punctuation.
const WORDS: [&str; 12] = [
    "youraccesskey",
    "yourawsaccess",
    "yoursecret",
    "yourawssecret",
    "yourkey",
    "accesskeyid",
    "secretaccesskey",
    "changeme",
    "replaceme",
    "fillme",
    "fillin",
    "placeholder",
];

/// A clause that says why `credentials` look copied from a tutorial. It quotes neither id nor secret.
#[must_use]
pub fn placeholder(credentials: &Credentials) -> Option<&'static str> {
    let (id, secret) = (credentials.access_key_id.as_str(), credentials.secret_key.expose());
    if is_placeholder(id) {
        Some("the access key id is a placeholder from a tutorial; replace it with a real one")
    } else if is_placeholder(secret) {
        Some("the secret is a placeholder from a tutorial; replace it with a real one")
    } else if is_example(id) || secret.ends_with("EXAMPLEKEY") {
        Some("the keys are an example from AWS's documentation and belong to no account")
    } else {
        None
    }
}

/// Such as `AKIAIOSFODNN7EXAMPLE`.
fn is_example(id: &str) -> bool {
    (id.starts_with("AKIA") || id.starts_with("ASIA")) && id.ends_with("EXAMPLE")
}

fn is_placeholder(text: &str) -> bool {
    let letters: String =
        text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    let is_marked = [("<", ">"), ("[", "]"), ("{", "}"), ("${", "}"), ("%", "%")]
        .iter()
        .any(|(start, end)| text.starts_with(start) && text.ends_with(end) && text.len() > 2);
    let is_blanked = letters.len() > 2 && letters.chars().all(|letter| letter == 'x')
        || letters.contains("xxxxxxxx");
    is_marked || is_blanked || WORDS.iter().any(|word| letters.contains(word))
}

#[cfg(test)]
mod tests {
    use contract::Credentials;

    use super::placeholder;

    #[test]
    fn placeholders_and_examples_are_recognised() {
        for id in [
            "your-access-key-id",
            "YOUR_ACCESS_KEY",
            "<access key>",
            "<YOUR_AWS_ACCESS_KEY_ID>",
            "${AWS_ACCESS_KEY_ID}",
            "xxxx",
            "AKIAXXXXXXXXXXXXXXXX",
            "fill me",
            "changeme",
            "change-me",
        ] {
            let found = placeholder(&Credentials::new(id, "a-secret"));
            assert!(found.is_some_and(|found| found.contains("access key id")), "{id}");
            let found = placeholder(&Credentials::new("AKIAABCDEFGHIJKLMNOP", id));
            assert!(found.is_some_and(|found| found.contains("the secret is")), "{id}");
        }
        for id in ["AKIAIOSFODNN7EXAMPLE", "AKIAI44QH8DHBEXAMPLE", "ASIAIOSFODNN7EXAMPLE"] {
            let found = placeholder(&Credentials::new(id, "a-secret"));
            assert!(found.is_some_and(|found| found.contains("documentation")), "{id}");
        }
    }

    #[test]
    fn real_keys_and_keys_of_test_servers_pass() {
        for (id, secret) in [
            ("AKIAABCDEFGHIJKLMNOP", "abcdefghijklmnopqrstuvwxyz0123456789/+AB"),
            ("test", "test"),
            ("minioadmin", "minioadmin"),
        ] {
            assert_eq!(placeholder(&Credentials::new(id, secret)), None, "{id}");
        }
    }
}
