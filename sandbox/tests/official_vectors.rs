//! AWS's own signing test suite, from the package of `aws-sigv4`: every signed request is accepted with
//! the suite's canonical request and string to sign, and every change to it is detected.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use sandbox::verify::{
    Decision, PathNormalization, ReceivedRequest, Rules, StoredKey, TokenSigning, Verification,
    verify,
};
use serde_json::Value;
use time::format_description::well_known::Rfc3339;
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

/// One directory of the suite.
struct Vector {
    directory: PathBuf,
    access_key_id: String,
    secret_access_key: String,
    session_token: Option<String>,
    region: String,
    service: String,
    path: PathNormalization,
    /// Whether the token must be signed.
    token: TokenSigning,
    now: OffsetDateTime,
    read: BTreeSet<String>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Location {
    Header,
    Query,
}

impl Location {
    fn file(self, what: &str) -> String {
        match self {
            Location::Header => format!("header-{what}.txt"),
            Location::Query => format!("query-{what}.txt"),
        }
    }
}

#[test]
fn every_vector_is_accepted_and_every_change_refused() {
    let suite = suite();
    let (mut directories, mut requests, mut changes) = (0, 0, 0);
    for entry in fs::read_dir(&suite).unwrap() {
        let mut vector = Vector::load(entry.unwrap().path());
        let before = requests;
        for location in [Location::Header, Location::Query] {
            if let Some(signed) = vector.text(&location.file("signed-request")) {
                vector.check(location, &signed);
                changes += vector.check_changes(location, &signed);
                requests += 1;
            }
        }
        assert!(requests > before, "no signed request was read from {:?}", vector.directory);
        vector.check_all_read();
        directories += 1;
    }
    println!("{directories} directories, {requests} signed requests, {changes} changes refused");
    // The size of the suite in version 1.6.4; fewer means that files were not found.
    assert!(directories >= 40 && requests >= 78, "{directories} directories, {requests} requests");
}

/// Finds the suite's directory through Cargo.
fn suite() -> PathBuf {
    let metadata = cargo_metadata::MetadataCommand::new()
        .manifest_path(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))
        .other_options(["--offline".to_owned()])
        .exec()
        .expect("cargo metadata runs");
    let package = metadata.packages.iter().find(|package| *package.name == "aws-sigv4");
    let manifest = &package.expect("aws-sigv4 is in the lock file").manifest_path;
    manifest.parent().unwrap().join("aws-signing-test-suite/v4").into_std_path_buf()
}

impl Vector {
    fn load(directory: PathBuf) -> Self {
        let name = directory.file_name().unwrap().to_string_lossy().into_owned();
        let mut vector = Vector {
            directory,
            access_key_id: "AKIDEXAMPLE".into(),
            secret_access_key: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".into(),
            session_token: None,
            region: "us-east-1".into(),
            service: "service".into(),
            path: PathNormalization::Normalized,
            token: TokenSigning::Required,
            now: datetime!(2015-08-30 12:36 UTC),
            read: BTreeSet::new(),
        };
        match vector.text("context.json") {
            Some(context) => vector.apply(&serde_json::from_str(&context).unwrap()),
            // Two directories have no context. Their settings are in the tests of aws-sigv4 and in the
            // signed requests; the first uses the test credentials of aws-credential-types.
            None if name == "double-encode-path" => {
                vector.access_key_id = "ANOTREAL".into();
                vector.secret_access_key = "notrealrnrELgWzOk3IfjzDKtFBhDby".into();
            }
            None if name == "double-url-encode" => {
                vector.region = "us-east-2".into();
                vector.service = "lambda".into();
                vector.now = datetime!(2021-05-11 15:40:45 UTC);
            }
            None => panic!("{name} has no context.json, and its settings are not known"),
        }
        vector
    }

    fn apply(&mut self, context: &Value) {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let credentials = &context["credentials"];
        self.access_key_id = text(&credentials["access_key_id"]);
        self.secret_access_key = text(&credentials["secret_access_key"]);
        self.session_token = credentials.get("token").map(text);
        self.region = text(&context["region"]);
        self.service = text(&context["service"]);
        self.now = OffsetDateTime::parse(&text(&context["timestamp"]), &Rfc3339).unwrap();
        if !context["normalize"].as_bool().unwrap() {
            self.path = PathNormalization::AsIs;
        }
        if context.get("omit_session_token").is_some_and(|omit| omit == true) {
            self.token = TokenSigning::Optional;
        }
    }

    /// Reads a file and marks it as read; `None` if it does not exist.
    fn text(&mut self, file: &str) -> Option<String> {
        let text = fs::read_to_string(self.directory.join(file)).ok()?;
        self.read.insert(file.to_owned());
        Some(text)
    }

    fn verify_now(&self, received: &ReceivedRequest) -> Verification {
        self.verify_with(received, &self.secret_access_key, self.now)
    }

    fn verify_with(
        &self,
        received: &ReceivedRequest,
        secret: &str,
        now: OffsetDateTime,
    ) -> Verification {
        let key = StoredKey {
            access_key_id: &self.access_key_id,
            secret_access_key: secret,
            session_token: self.session_token.as_deref(),
        };
        let rules =
            Rules { path: self.path, token: self.token, ..Rules::of(&self.service, &self.region) };
        verify(received, &key, &rules, now)
    }

    fn check(&mut self, location: Location, signed: &str) {
        let received = parse(signed);
        let verification = self.verify_now(&received);
        let name = self.directory.display().to_string();
        assert_eq!(
            verification.outcome,
            Decision::Accepted,
            "{name} {location:?}\n{verification:#?}"
        );

        // Only here, the dates of the canonical request and the signed request differ.
        let has_another_date = name.ends_with("double-encode-path");
        let canonical =
            self.text(&location.file("canonical-request")).expect("a canonical request");
        let canonical = if has_another_date {
            canonical.replace("20210511T154045Z", "20150830T123600Z")
        } else {
            canonical
        };
        let rebuilt = verification.canonical_request.unwrap();
        assert_eq!(rebuilt, canonical.trim_end_matches('\n'), "{name} {location:?}");
        if let Some(text) = self.text(&location.file("string-to-sign")) {
            let rebuilt = verification.string_to_sign.unwrap();
            assert_eq!(rebuilt, text.trim_end_matches('\n'), "{name} {location:?}");
        }
        if let Some(signature) = self.text(&location.file("signature")) {
            assert!(signed.contains(signature.trim()), "{name} {location:?}");
        }
    }

    /// Changes one thing at a time, and returns the number of refused changes.
    fn check_changes(&mut self, location: Location, signed: &str) -> usize {
        let original = parse(signed);
        let mut checked = 0;
        let mut refuse = |what: &str, verification: Verification| {
            let name = self.directory.display();
            let refused = matches!(verification.outcome, Decision::Refused { .. });
            assert!(refused, "{name} {location:?}: {what} was not detected");
            checked += 1;
        };
        let change = |edit: &dyn Fn(&mut ReceivedRequest)| {
            let mut changed = original.clone();
            edit(&mut changed);
            assert_ne!(changed, original, "the change has an effect");
            changed
        };

        for (what, changed) in [
            ("another method", change(&|it| it.method = "PUT".into())),
            ("another path", change(&|it| extend_path(it, "/changed"))),
            ("another parameter", change(&|it| add_parameter(it, "added", "1"))),
            ("another body", change(&|it| it.body.push(b'!'))),
            ("another host", change(&|it| set(it, "host", "other.amazonaws.com"))),
        ] {
            refuse(what, self.verify_now(&changed));
        }
        for (name, _) in &original.headers {
            let ours = ["authorization", "host", "content-length"];
            if signs(signed, name) && !ours.contains(&name.to_lowercase().as_str()) {
                let changed = change(&|it| set(it, name, "20150830T123601Z"));
                refuse(&format!("another {name}"), self.verify_now(&changed));
            }
        }
        for changed in parameters_changed(&original) {
            refuse(&format!("the target {}", changed.target), self.verify_now(&changed));
        }
        let tampered = change(&|it| tamper(it, location));
        refuse("another signature", self.verify_now(&tampered));

        let other_secret = self.secret_access_key.replacen(['w', 'n'], "x", 1);
        refuse("another secret", self.verify_with(&original, &other_secret, self.now));
        let (early, late) = (self.now - Duration::minutes(16), self.now + Duration::minutes(61));
        refuse(
            "a request from the future",
            self.verify_with(&original, &self.secret_access_key, early),
        );
        refuse(
            "a request from the past",
            self.verify_with(&original, &self.secret_access_key, late),
        );
        checked
    }

    /// Fails if a file of the suite was not read, because it would not be tested.
    fn check_all_read(&mut self) {
        self.text("request.txt").expect("an unsigned request");
        for entry in fs::read_dir(&self.directory).unwrap() {
            let file = entry.unwrap().file_name().into_string().unwrap();
            let path = self.directory.join(&file);
            assert!(self.read.contains(&file), "{} was not read", path.display());
        }
    }
}

/// Parses a request of the suite. The target may contain spaces, header values may have several lines
/// as in old HTTP, and line ends in bodies are kept.
fn parse(text: &str) -> ReceivedRequest {
    let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
    let mut lines = head.lines();
    let request_line = lines.next().unwrap();
    let (method, rest) = request_line.split_once(' ').unwrap();
    let mut headers: Vec<(String, String)> = Vec::new();
    for line in lines {
        match headers.last_mut() {
            Some((_, value)) if line.starts_with([' ', '\t']) => {
                value.push('\n');
                value.push_str(line);
            }
            _ => {
                let (name, value) = line.split_once(':').unwrap();
                headers.push((name.to_owned(), value.to_owned()));
            }
        }
    }
    ReceivedRequest {
        method: method.to_owned(),
        target: rest.strip_suffix(" HTTP/1.1").unwrap_or(rest).to_owned(),
        headers,
        body: body.trim_end_matches('\n').into(),
    }
}

fn signs(signed: &str, name: &str) -> bool {
    let names = signed.split_once("SignedHeaders=").unwrap().1;
    let names = names.split(['&', ',', ' ', '\n']).next().unwrap().replace("%3B", ";");
    names.split(';').any(|signed| signed.eq_ignore_ascii_case(name))
}

fn set(received: &mut ReceivedRequest, name: &str, value: &str) {
    for (_, old) in received.headers.iter_mut().filter(|(n, _)| n.eq_ignore_ascii_case(name)) {
        value.clone_into(old);
    }
}

/// Extends the path at its end, because a `..` could remove a change at its start.
fn extend_path(received: &mut ReceivedRequest, by: &str) {
    let at = received.target.find('?').unwrap_or(received.target.len());
    received.target.insert_str(at, by);
}

fn add_parameter(received: &mut ReceivedRequest, name: &str, value: &str) {
    let mark = if received.target.contains('?') { '&' } else { '?' };
    received.target = format!("{}{mark}{name}={value}", received.target);
}

/// For each parameter of the query, the request with this parameter changed.
fn parameters_changed(original: &ReceivedRequest) -> Vec<ReceivedRequest> {
    let Some((path, query)) = original.target.split_once('?') else { return Vec::new() };
    let pairs: Vec<&str> = query.split('&').collect();
    (0..pairs.len())
        .map(|at| {
            let mut pairs: Vec<String> = pairs.iter().map(|&pair| pair.to_owned()).collect();
            pairs[at].push('1');
            ReceivedRequest { target: format!("{path}?{}", pairs.join("&")), ..original.clone() }
        })
        .collect()
}

/// Changes the last digit of the signature.
fn tamper(received: &mut ReceivedRequest, location: Location) {
    let text = match location {
        Location::Query => &mut received.target,
        Location::Header => {
            let is = |(name, _): &&mut (String, String)| name.eq_ignore_ascii_case("authorization");
            &mut received.headers.iter_mut().find(is).unwrap().1
        }
    };
    let at = text.find("Signature=").unwrap() + "Signature=".len() + 63;
    let other = if &text[at..=at] == "0" { "1" } else { "0" };
    text.replace_range(at..=at, other);
}
