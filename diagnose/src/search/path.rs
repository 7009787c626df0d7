//! The path: what is taken for it, whether it is normalised, and how often it is encoded.
//!
//! Source: IAM User Guide, "Create a signed AWS API request", step 1; S3 API Reference, "Signature
//! Calculations for the Authorization Header".

use super::choice::{Choices, Found, Stage};
use crate::request::{SignedRequest, decoded_bytes, encoded};

/// A path on its way into the canonical request.
#[derive(Clone)]
struct Path {
    /// As on the wire.
    wire: String,
    normalized: bool,
    rules: Rules,
    written: Written,
}

/// How the canonical path is made of the wire's.
#[derive(Clone, PartialEq)]
enum Written {
    /// As the rules want it: S3 decodes and encodes once, every other service encodes the path of the wire once more.
    Right,
    Once,
    Twice,
    ThreeTimes,
    AsSent,
    Decoded,
    /// Right but for one character, which stands as it is.
    Keeping(char),
    TildeEncoded,
    LowerCaseEscapes,
    PlusForSpace,
    SpaceForPlus,
    Latin1,
}

/// Whether the rules of the path are S3's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rules {
    /// Encoded once, not normalised.
    S3,
    /// Normalised, and encoded twice.
    Other,
}

/// Everything that may have been signed for the path of `request`.
pub(super) fn choices(request: &SignedRequest, rules: Rules, most: usize) -> Choices<String> {
    let start = Path {
        wire: request.path().to_owned(),
        normalized: rules == Rules::Other,
        rules,
        written: Written::Right,
    };
    let stages: [Stage<'_, Path>; 3] = [
        Box::new(|path| other_paths(request, path)),
        Box::new(move |path| {
            let (id, at) = match rules {
                Rules::S3 => ("path-normalized", "dot segments and doubled slashes were resolved"),
                Rules::Other => {
                    ("path-not-normalized", "dot segments and doubled slashes were not resolved")
                }
            };
            vec![(Found::new(id, at), Path { normalized: !path.normalized, ..path.clone() })]
        }),
        Box::new(other_encodings),
    ];
    Choices::of(&start, &stages, most, Path::canonical)
}

/// Another path than the one that is sent.
fn other_paths(request: &SignedRequest, path: &Path) -> Vec<(Found, Path)> {
    let with = |id, wire: String, at: &str| {
        (Found::new(id, format!("signed: {wire}{at}")), Path { wire, ..path.clone() })
    };
    let wire = &path.wire;
    let mut others = Vec::new();
    let host = request.header("host").unwrap_or_default();
    let label = host.split('.').next().unwrap_or_default();
    if !label.is_empty() && host.contains('.') {
        others.push(with("path-with-bucket", format!("/{label}{wire}"), ""));
    }
    if let Some((_, rest)) = wire.trim_start_matches('/').split_once('/') {
        others.push(with("path-without-first-segment", format!("/{rest}"), ""));
    } else if wire != "/" {
        others.push(with("path-without-first-segment", "/".to_owned(), ""));
    }
    for stage in ["prod", "dev", "test", "stage", "staging", "v1", "default", "Prod"] {
        others.push(with("path-with-stage", format!("/{stage}{wire}"), ""));
    }
    match wire.strip_suffix('/') {
        Some("") => others.push(with("path-empty", String::new(), "an empty line")),
        Some(short) => others.push(with("path-without-trailing-slash", short.to_owned(), "")),
        None => {
            others.push(with("path-with-trailing-slash", format!("{wire}/"), ""));
            others.push(with("path-left-out", "/".to_owned(), ""));
        }
    }
    if !request.query().is_empty() {
        others.push(with("path-with-query", format!("{wire}?{}", request.query()), ""));
    }
    let lower = wire.to_lowercase();
    if lower != *wire {
        others.push(with("path-in-lower-case", lower, ""));
    }
    others.push(with("path-without-leading-slash", wire.trim_start_matches('/').to_owned(), ""));
    others.push(with("path-with-host", format!("/{host}{wire}"), ""));
    others
}

fn other_encodings(path: &Path) -> Vec<(Found, Path)> {
    let with = |id, written: Written| {
        let other = Path { written, ..path.clone() };
        (Found::new(id, format!("signed: {}", other.canonical())), other)
    };
    let mut others = vec![
        with("path-not-encoded", Written::Decoded),
        with("path-encoded-three-times", Written::ThreeTimes),
        with("path-escapes-in-lower-case", Written::LowerCaseEscapes),
        with("path-space-as-plus", Written::PlusForSpace),
        with("path-plus-as-space", Written::SpaceForPlus),
        with("path-in-latin-1", Written::Latin1),
        with("path-tilde-encoded", Written::TildeEncoded),
    ];
    match path.rules {
        Rules::S3 => {
            others.push(with("path-encoded-twice", Written::Twice));
            others.push(with("path-signed-as-sent", Written::AsSent));
        }
        Rules::Other => {
            others.push(with("path-encoded-once", Written::AsSent));
            others.push(with("path-encoded-once", Written::Once));
            others.push(with("path-escaped-slash-decoded", Written::Twice));
        }
    }
    let plain = decoded_bytes(&path.wire);
    let reserved = "!*'();:@&=+$,?#[] ".chars().filter(|it| plain.contains(&(*it as u8)));
    others.extend(reserved.map(|character| {
        let other = Path { written: Written::Keeping(character), ..path.clone() };
        (Found::new("path-not-encoded", format!("{character:?} stands as it is")), other)
    }));
    others
}

impl Path {
    fn canonical(&self) -> String {
        let wire = if self.normalized { normalized(&self.wire) } else { self.wire.clone() };
        let plain = decoded_bytes(&wire);
        let once = || encoded(&plain, "/");
        let again = |text: &str| encoded(text.as_bytes(), "/");
        // A mistake of the first encoding is carried along by the second, where there is one.
        let rest = |first: String| if self.rules == Rules::S3 { first } else { again(&first) };
        match &self.written {
            Written::Right => match self.rules {
                Rules::S3 => once(),
                Rules::Other => again(&wire),
            },
            Written::Once => once(),
            Written::Twice => again(&once()),
            Written::ThreeTimes => again(&again(&wire)),
            Written::AsSent => wire,
            Written::Decoded => String::from_utf8_lossy(&plain).into_owned(),
            Written::Keeping(kept) => match self.rules {
                Rules::S3 => encoded(&plain, &format!("/{kept}")),
                Rules::Other => encoded(wire.as_bytes(), &format!("/{kept}")),
            },
            Written::TildeEncoded => self.right().replace('~', "%7E"),
            Written::LowerCaseEscapes => lower_escapes(&self.right()),
            Written::PlusForSpace => rest(wire.replace("%20", "+")),
            Written::SpaceForPlus => rest(wire.replace("%2B", "%20").replace('+', "%20")),
            Written::Latin1 => {
                latin_1(&plain).map_or_else(|| self.right(), |bytes| rest(encoded(&bytes, "/")))
            }
        }
    }

    /// The path as it should be written.
    fn right(&self) -> String {
        Self { written: Written::Right, ..self.clone() }.canonical()
    }
}

/// RFC 3986, section 5.2.4, and one slash for several.
fn normalized(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => drop(kept.pop()),
            segment => kept.push(segment),
        }
    }
    let is_folder = path.ends_with('/') || path.ends_with("/.") || path.ends_with("/..");
    let end = if is_folder && !kept.is_empty() { "/" } else { "" };
    format!("/{}{end}", kept.join("/"))
}

/// `text` with its escapes in lower case.
pub(super) fn lower_escapes(text: &str) -> String {
    let mut lower = String::with_capacity(text.len());
    let mut after = 0;
    for character in text.chars() {
        if character == '%' {
            after = 3;
        }
        lower.push(if after > 0 { character.to_ascii_lowercase() } else { character });
        after = if after > 0 { after - 1 } else { 0 };
    }
    lower
}

/// UTF-8 text as ISO 8859-1, if that has all of its characters and it is not the same.
pub(super) fn latin_1(utf_8: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(utf_8).ok().filter(|text| !text.is_ascii())?;
    text.chars().map(|character| u8::try_from(u32::from(character)).ok()).collect()
}
