//! The steps of an operation in AWS's order, for the walk-through. The lines are those of the terminal's
//! `explain`; added is which parts of a line an earlier step made.

use findings::{
    explain::{Explanation, SignatureSteps, Walk, grammar},
    scenario::Scenario,
};

use crate::explain::{self, Row};

/// The kind of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    CanonicalRequest,
    Hash,
    StringToSign,
    Signature,
    Carrier,
    Request,
    Response,
    Parsed,
}

/// A step.
pub(super) struct Step {
    pub(super) kind: Kind,
    pub(super) lines: Vec<Line>,
}

/// A line of a step.
pub(super) struct Line {
    pub(super) label: String,
    pub(super) raw: Option<String>,
    pub(super) sdk: Option<String>,
    /// Its parts that earlier steps made.
    pub(super) made: Vec<Made>,
    pub(super) shape: Shape,
}

/// A part that an earlier step made.
pub(super) struct Made {
    /// What it is, and from which step.
    pub(super) what: &'static str,
    raw: String,
    sdk: String,
}

/// How a line is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// A line of bytes, which may be broken anywhere.
    Bytes,
    /// A document, shown as a block.
    Document,
}

impl Line {
    fn of(row: Row, made: Vec<Made>) -> Self {
        let Row { label, raw, sdk, .. } = row;
        let shape = match label.as_str() {
            "body" | "answer" => Shape::Document,
            _ => Shape::Bytes,
        };
        Self { label, raw, sdk, made, shape }
    }

    fn named(self, label: &str) -> Self {
        Self { label: label.to_owned(), ..self }
    }
}

impl Made {
    /// The values that `of` reads from both sides.
    fn by(
        what: &'static str,
        sides: [&SignatureSteps; 2],
        of: impl Fn(&SignatureSteps) -> String,
    ) -> Self {
        Self { what, raw: of(sides[0]), sdk: of(sides[1]) }
    }

    /// raw's value and the SDK's.
    pub(super) fn texts(&self) -> [&str; 2] {
        [&self.raw, &self.sdk]
    }
}

/// The steps of an operation. An unsigned operation has only the last three.
pub(super) fn steps(explanation: &Explanation) -> Vec<Step> {
    let (raw, sdk) = (&explanation.raw, &explanation.sdk);
    let mut steps = Vec::new();
    let mut carried = Vec::new();
    if let (Some(raw), Some(sdk)) = (&raw.signature, &sdk.signature) {
        steps.extend(signature(explanation.operation, [raw, sdk]));
        carried.push(Made::by("the result of step 5", [raw, sdk], |steps| {
            on_the_wire(&steps.carried).to_owned()
        }));
    }
    let mut rows = explain::http(Some(&raw.request), Some(&sdk.request)).into_iter();
    let start = rows.next().map(|row| Line::of(row, Vec::new()).named("start line"));
    let mut lines: Vec<_> = start.into_iter().chain(rows.map(plain)).collect();
    let bearer = if explanation.operation == Scenario::S3PresignedGet {
        lines.iter_mut().find(|line| line.label == "start line")
    } else {
        lines.iter_mut().find(|line| line.label == "authorization")
    };
    if let Some(bearer) = bearer {
        bearer.made = carried;
    }
    steps.push(Step { kind: Kind::Request, lines });
    steps.push(Step { kind: Kind::Response, lines: response(raw, sdk) });
    let parsed = explain::parsed(raw, sdk).into_iter().map(|row| parsed(row, raw, sdk)).collect();
    steps.push(Step { kind: Kind::Parsed, lines: parsed });
    steps
}

fn signature(operation: Scenario, sides: [&SignatureSteps; 2]) -> [Step; 5] {
    let [canonical, hash, to_sign, key, signature, carried] =
        explain::signature(sides[0], sides[1]).map(|section| section.rows.into_iter());
    let to_sign = to_sign.map(|row| match row.label.as_str() {
        "HashedCanonicalRequest" => {
            let hash = Made::by("the hash from step 2", sides, |steps| {
                steps.canonical_request_hash.clone()
            });
            Line::of(row, vec![hash])
        }
        _ => plain(row),
    });
    let key = key.enumerate().map(|(nth, row)| {
        let part = Made::by("part of the scope from step 3", sides, |steps| {
            let part = steps.credential_scope.split('/').nth(nth).unwrap_or_default();
            format!("\"{part}\"")
        });
        Line::of(row, vec![part])
    });
    let signed = Some("HMAC-SHA256(SigningKey, the string to sign from step 3)".to_owned());
    let signed = Line {
        label: "Signature".to_owned(),
        raw: signed.clone(),
        sdk: signed,
        made: Vec::new(),
        shape: Shape::Bytes,
    };
    let signature = signature.map(|row| plain(row).named("in hexadecimal"));
    let carried = carried.map(|row| Line::of(row, carried_parts(sides)));
    let bearer = if operation == Scenario::S3PresignedGet { "the URL" } else { "Authorization" };
    let step = |kind, lines: Vec<Line>| Step { kind, lines };
    [
        step(Kind::CanonicalRequest, canonical.map(plain).collect()),
        step(Kind::Hash, hash.map(|row| plain(row).named("HashedCanonicalRequest")).collect()),
        step(Kind::StringToSign, to_sign.collect()),
        step(Kind::Signature, key.chain([signed]).chain(signature).collect()),
        step(Kind::Carrier, carried.map(|line| line.named(bearer)).collect()),
    ]
}

/// The parts of the Authorization header or of the presigned URL.
fn carried_parts(sides: [&SignatureSteps; 2]) -> Vec<Made> {
    let names = |steps: &SignatureSteps, separator: &str| {
        let names = grammar::signed_headers(&steps.canonical_request).join(separator);
        format!("SignedHeaders={names}")
    };
    let scope = "the scope from step 3";
    let signed = "the signed headers from step 1";
    vec![
        Made::by(scope, sides, |steps| steps.credential_scope.clone()),
        // In a URL, scope and headers are percent-encoded.
        Made::by(scope, sides, |steps| steps.credential_scope.replace('/', "%2F")),
        Made::by(signed, sides, |steps| names(steps, ";")),
        Made::by(signed, sides, |steps| names(steps, "%3B")),
        Made::by("the signature from step 4", sides, |steps| steps.signature.clone()),
    ]
}

/// The response; empty if the sides only make a URL.
fn response(raw: &Walk, sdk: &Walk) -> Vec<Line> {
    if raw.response.is_none() && sdk.response.is_none() {
        return Vec::new();
    }
    let mut rows = explain::http(raw.response.as_ref(), sdk.response.as_ref()).into_iter();
    let status = rows.next().map(|row| plain(row).named("status line"));
    status.into_iter().chain(rows.map(plain)).collect()
}

/// A line of the parsed answer. A value that occurs in the response body as it is gets a box.
fn parsed(row: Row, raw: &Walk, sdk: &Walk) -> Line {
    let read = |walk: &Walk, value: &Option<String>| {
        let body = walk.response.as_ref().map_or("", |response| response.body.as_str());
        let value = value.as_deref().filter(|value| value.len() > 3 && body.contains(value));
        value.unwrap_or_default().to_owned()
    };
    let made = Made {
        what: "read from the body of step 7",
        raw: read(raw, &row.raw),
        sdk: read(sdk, &row.sdk),
    };
    Line::of(row, vec![made])
}

fn plain(row: Row) -> Line {
    Line::of(row, Vec::new())
}

/// A header's value as it is, or the part of a URL that is sent: path and query.
fn on_the_wire(carried: &str) -> &str {
    let Some((_, rest)) = carried.split_once("://") else { return carried };
    rest.find('/').map_or(rest, |path| &rest[path..])
}
