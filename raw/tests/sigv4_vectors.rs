//! AWS's own test suite, from the package `aws-sigv4`: every directory, every stage.
//!
//! Nothing is copied: cargo has the package already and knows its path. The test fails if a directory has
//! no context and is not listed in [`without_context`], or if no stage reads a file.

use contract::Credentials;
use raw::sigv4::{
    Buffers, ContentSha256, Expires, KeyCache, Params, PathEncoding, PathNormalization, Rules,
    Scheme, SignableRequest, Timestamp, TokenSigning, presign, sign,
};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};

#[test]
fn every_vector_of_the_official_suite_passes_at_every_stage() {
    let directories = list(&suite());
    let mut files = 0;
    for directory in &directories {
        files += check(directory);
    }
    assert!(directories.len() >= 40, "the suite has shrunk to {} directories", directories.len());
    // The test harness captures `println!`, but not this: the count is shown when the test passes.
    let count = directories.len();
    writeln!(std::io::stdout(), "sigv4: {count} vectors checked at {files} stages").unwrap();
}

fn suite() -> PathBuf {
    let metadata = cargo_metadata::MetadataCommand::new()
        .manifest_path(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))
        .exec()
        .unwrap();
    let package = metadata.packages.iter().find(|package| package.name == "aws-sigv4").unwrap();
    package.manifest_path.parent().unwrap().join("aws-signing-test-suite/v4").into()
}

/// The settings with which a vector was made.
struct Context {
    credentials: Credentials,
    region: String,
    service: String,
    time: Timestamp,
    expires: Expires,
    rules: Rules,
}

impl Context {
    fn from_json(json: &Value) -> Self {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let keys = &json["credentials"];
        let mut credentials =
            Credentials::new(text(&keys["access_key_id"]), text(&keys["secret_access_key"]));
        if let Some(token) = keys["token"].as_str() {
            credentials = credentials.with_session_token(token);
        }
        let mut rules = Rules::GENERAL;
        if json["normalize"] == false {
            rules.path = PathNormalization::AsIs;
        }
        if json["sign_body"] == true {
            rules.content_sha256 = ContentSha256::Sent;
        }
        if json["omit_session_token"] == true {
            rules.session_token = TokenSigning::AddedAfterwards;
        }
        Self {
            credentials,
            region: text(&json["region"]),
            service: text(&json["service"]),
            time: text(&json["timestamp"]).replace(['-', ':'], "").parse().unwrap(),
            expires: Expires::seconds(json["expiration_in_seconds"].as_u64().unwrap()).unwrap(),
            rules,
        }
    }
}

const SECRET: &str = "notrealrnrELgWzOk3IfjzDKtFBhDby";
const DOCUMENTED_SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

/// The settings of the two directories that do not state them, as `aws-sigv4`'s own tests have them. The
/// stages of the first directory were made at two different times.
fn without_context(name: &str) -> Vec<(Context, &'static [&'static str])> {
    let context = |[id, secret, region, service, time]: [&str; 5]| Context {
        credentials: Credentials::new(id, secret),
        region: region.into(),
        service: service.into(),
        time: time.parse().unwrap(),
        expires: Expires::MAX,
        rules: Rules::GENERAL,
    };
    match name {
        "double-encode-path" => vec![
            (
                context(["ANOTREAL", SECRET, "us-east-1", "service", "20210511T154045Z"]),
                &["header-canonical-request.txt"],
            ),
            (
                context(["ANOTREAL", SECRET, "us-east-1", "service", "20150830T123600Z"]),
                &["header-signed-request.txt"],
            ),
        ],
        "double-url-encode" => vec![(
            context(["AKIDEXAMPLE", DOCUMENTED_SECRET, "us-east-2", "lambda", "20210511T154045Z"]),
            &[
                "header-canonical-request.txt",
                "header-string-to-sign.txt",
                "header-signed-request.txt",
            ],
        )],
        _ => panic!("{name} has no context.json, and its settings are not listed here"),
    }
}

/// Checks every file of one directory and returns the number of stages.
fn check(directory: &Path) -> usize {
    let name = directory.file_name().unwrap().to_str().unwrap();
    let mut unread = list(directory);
    let mut take = |file: &str| {
        let path = directory.join(file);
        unread.retain(|other| *other != path);
        std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    let plan = if directory.join("context.json").exists() {
        let json = serde_json::from_str(&take("context.json")).unwrap();
        let mut context = Context::from_json(&json);
        if name == "get-space-normalized" {
            // The only request in the suite whose path is encoded already and not encoded again. The
            // context cannot express that.
            context.rules.encode_path = PathEncoding::Once;
        }
        vec![(context, STAGES.as_slice())]
    } else {
        without_context(name)
    };
    let mut request = Message::parse(&take("request.txt"));
    // In the suite, the time of the context overrides a date in the request. In raw, the date in the
    // request overrides.
    request.headers.remove("x-amz-date");

    let mut stages = 0;
    for (context, files) in plan {
        let made = context.make(&request);
        for file in files {
            let (expected, made) = (take(file), &made[file]);
            if file.ends_with("signed-request.txt") {
                assert_eq!(Message::parse(made), Message::parse(&expected), "{name}/{file}");
            } else {
                assert_eq!(made, expected.trim_end(), "{name}/{file}");
            }
            stages += 1;
        }
    }
    assert!(unread.is_empty(), "no stage reads {unread:?}");
    stages
}

impl Context {
    /// Signs `request` in its headers and in its query, and returns the texts by the suite's file names.
    fn make(&self, request: &Message) -> BTreeMap<&'static str, String> {
        let headers: Vec<_> = request.lines().collect();
        let (path, query) = request.target.split_once('?').unwrap_or((&request.target, ""));
        let unsigned = SignableRequest {
            method: &request.method,
            scheme: Scheme::Https,
            host: &request.headers["host"][0],
            path,
            query,
            headers: &headers,
            body: request.body.as_bytes(),
        };
        let (keys, mut buffers) = (KeyCache::new(), Buffers::default());
        let mut made = BTreeMap::new();

        let signed = sign(&unsigned, &self.params(), &keys, &mut buffers).unwrap();
        made.insert(STAGES[0], signed.canonical_request.as_str().to_owned());
        made.insert(STAGES[1], signed.string_to_sign.as_str().to_owned());
        made.insert(STAGES[2], signed.signature.as_str().to_owned());
        made.insert(STAGES[3], request.with(&request.target, signed.headers()));

        let presigned =
            presign(&unsigned, &self.params(), self.expires, &keys, &mut buffers).unwrap();
        let origin = format!("https://{}", unsigned.host);
        made.insert(STAGES[4], presigned.canonical_request.as_str().to_owned());
        made.insert(STAGES[5], presigned.string_to_sign.as_str().to_owned());
        made.insert(STAGES[6], presigned.signature.as_str().to_owned());
        let target = presigned.url.as_str().strip_prefix(&origin).unwrap();
        made.insert(STAGES[7], request.with(target, std::iter::empty()));
        made
    }

    fn params(&self) -> Params<'_> {
        Params {
            credentials: &self.credentials,
            region: &self.region,
            service: &self.service,
            time: self.time,
            rules: self.rules,
        }
    }
}

/// A request as the suite writes it. Equality ignores the order of query parameters and of headers with
/// different names, and which characters the URL escapes.
#[derive(Debug)]
struct Message {
    method: String,
    target: String,
    headers: BTreeMap<String, Vec<String>>,
    body: String,
}

impl Message {
    fn parse(text: &str) -> Self {
        let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
        let mut lines = head.lines();
        // Some paths contain spaces, and one request line has no version.
        let (method, target) = lines.next().unwrap().split_once(' ').unwrap();
        let target = target.strip_suffix(" HTTP/1.1").unwrap_or(target);
        let mut headers: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut last = String::new();
        for line in lines {
            if line.starts_with(' ') {
                // RFC 9112, 5.2: a folded line is joined with spaces before the value is read.
                headers.get_mut(&last).unwrap().last_mut().unwrap().push_str(line);
            } else {
                let (name, value) = line.split_once(':').unwrap();
                last = name.to_lowercase();
                headers.entry(last.clone()).or_default().push(value.trim().to_owned());
            }
        }
        let (method, target) = (method.to_owned(), target.to_owned());
        Self { method, target, headers, body: body.trim_end().to_owned() }
    }

    fn lines(&self) -> impl Iterator<Item = (&str, &str)> {
        self.headers
            .iter()
            .flat_map(|(name, values)| values.iter().map(move |value| (&name[..], &value[..])))
    }

    /// The text of this request with another target and more headers.
    fn with<'a>(
        &'a self,
        target: &str,
        more: impl Iterator<Item = (&'static str, &'a str)>,
    ) -> String {
        let mut text = format!("{} {target} HTTP/1.1\n", self.method);
        let more = more.map(|(name, value)| -> (&'a str, &'a str) { (name, value) });
        for (name, value) in self.lines().chain(more) {
            writeln!(text, "{name}:{value}").unwrap();
        }
        text + "\n" + &self.body
    }

    fn path_and_parameters(&self) -> (Vec<u8>, Vec<Vec<u8>>) {
        let (path, query) = self.target.split_once('?').unwrap_or((&self.target, ""));
        let mut parameters: Vec<_> = query.split('&').map(decode).collect();
        parameters.sort();
        (decode(path), parameters)
    }
}

impl PartialEq for Message {
    fn eq(&self, other: &Self) -> bool {
        (&self.method, &self.headers, &self.body) == (&other.method, &other.headers, &other.body)
            && self.path_and_parameters() == other.path_and_parameters()
    }
}

fn decode(text: &str) -> Vec<u8> {
    let mut bytes = text.bytes();
    let mut decoded = Vec::new();
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'%' => {
                let digits = [bytes.next().unwrap(), bytes.next().unwrap()];
                u8::from_str_radix(str::from_utf8(&digits).unwrap(), 16).unwrap()
            }
            plain => plain,
        });
    }
    decoded
}

const STAGES: [&str; 8] = [
    "header-canonical-request.txt",
    "header-string-to-sign.txt",
    "header-signature.txt",
    "header-signed-request.txt",
    "query-canonical-request.txt",
    "query-string-to-sign.txt",
    "query-signature.txt",
    "query-signed-request.txt",
];

fn list(directory: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory).unwrap();
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}
