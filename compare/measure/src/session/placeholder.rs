//! Keys that stand in tutorials, and belong to nobody.

use contract::Credentials;

/// What a text holds, in small letters and without punctuation, that is there to be replaced.
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

/// What shows that `credentials` were copied from a tutorial, as a clause; none of them is shown.
#[must_use]
pub fn placeholder(credentials: &Credentials) -> Option<&'static str> {
    let (id, secret) = (credentials.access_key_id.as_str(), credentials.secret_key.expose());
    if is_placeholder(id) {
        Some("the access key id is a placeholder of a tutorial, to be replaced by a real one")
    } else if is_placeholder(secret) {
        Some("the secret is a placeholder of a tutorial, to be replaced by a real one")
    } else if is_example(id) || secret.ends_with("EXAMPLEKEY") {
        Some("the keys are an example from AWS's documentation, and belong to no account")
    } else {
        None
    }
}

/// `AKIAIOSFODNN7EXAMPLE` and its like.
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
    fn placeholders_of_tutorials_are_known() {
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
    fn real_keys_and_those_of_test_servers_are_none() {
        for (id, secret) in [
            ("AKIAABCDEFGHIJKLMNOP", "abcdefghijklmnopqrstuvwxyz0123456789/+AB"),
            ("test", "test"),
            ("minioadmin", "minioadmin"),
        ] {
            assert_eq!(placeholder(&Credentials::new(id, secret)), None, "{id}");
        }
    }
}
