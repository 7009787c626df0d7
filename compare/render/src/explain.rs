//! Draws the results of `compare explain`. `sections` decides what to show; the formats differ only in their
//! punctuation.

mod markdown;
mod terminal;

use findings::{
    explain::{Explanation, Http, SignatureSteps, Walk, grammar},
    run::SideResult,
    scenario::Scenario,
};

pub use markdown::markdown;
pub(super) use markdown::write_headers;
pub use terminal::text;

/// A step and its lines on both sides.
pub(super) struct Section {
    title: &'static str,
    pub(super) rows: Vec<Row>,
}

/// A line of a step.
pub(super) struct Row {
    /// Its name in AWS's grammar, or the name of a header.
    pub(super) label: String,
    pub(super) raw: Option<String>,
    pub(super) sdk: Option<String>,
    /// The first character that differs, if a caret should mark it.
    at: Option<usize>,
    folding: Folding,
}

/// Where a long line may be broken.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Folding {
    /// Anywhere, because it has no words.
    Bytes,
    /// Between words.
    Prose,
}

impl Row {
    fn new(label: impl Into<String>, raw: Option<String>, sdk: Option<String>) -> Self {
        Self { label: label.into(), raw, sdk, at: None, folding: Folding::Bytes }
    }

    fn prose(self) -> Self {
        Self { folding: Folding::Prose, ..self }
    }

    fn with_caret(mut self) -> Self {
        if let (Some(raw), Some(sdk)) = (&self.raw, &self.sdk)
            && raw != sdk
        {
            let at = grammar::first_difference(raw, sdk);
            self.at = Some(raw[..at].chars().count());
        }
        self
    }

    fn is_same(&self) -> bool {
        self.raw == self.sdk
    }
}

/// The steps, in AWS's order.
fn sections(explanation: &Explanation) -> Vec<Section> {
    let (raw, sdk) = (&explanation.raw, &explanation.sdk);
    let mut sections = Vec::new();
    if let (Some(raw), Some(sdk)) = (&raw.signature, &sdk.signature) {
        sections.extend(signature(raw, sdk));
    }
    // The sides only make the URL. A plain HTTP client fetches it.
    let presigned = explanation.operation == Scenario::S3PresignedGet;
    sections.push(Section {
        title: if presigned { "Request that anybody can send" } else { "Request on the wire" },
        rows: http(Some(&raw.request), Some(&sdk.request)),
    });
    if raw.response.is_some() || sdk.response.is_some() {
        sections.push(Section {
            title: "Answer",
            rows: http(raw.response.as_ref(), sdk.response.as_ref()),
        });
    }
    sections.push(Section {
        title: if presigned {
            "What a plain HTTP client got for it"
        } else {
            "What each side returned"
        },
        rows: parsed(raw, sdk),
    });
    sections
}

pub(super) fn signature(raw: &SignatureSteps, sdk: &SignatureSteps) -> [Section; 6] {
    let one = |title, label: &str, of: fn(&SignatureSteps) -> &str| Section {
        title,
        rows: vec![Row::new(label, Some(of(raw).to_owned()), Some(of(sdk).to_owned()))],
    };
    let canonical = grammar::paired_lines(&raw.canonical_request, &sdk.canonical_request)
        .into_iter()
        .map(|(name, raw, sdk)| {
            // The line itself contains the header's name.
            let label = name.split(':').next().unwrap_or_default();
            let row = Row::new(label, raw.map(str::to_owned), sdk.map(str::to_owned));
            if grammar::has_places(label) { row.with_caret() } else { row }
        })
        .collect();
    let names = ["Algorithm", "RequestDateTime", "CredentialScope", "HashedCanonicalRequest"];
    let to_sign = names.into_iter().zip(raw.string_to_sign.lines().zip(sdk.string_to_sign.lines()));
    let keys = raw.signing_key.iter().zip(&sdk.signing_key).map(|(raw, sdk)| {
        Row::new(
            raw.name.clone(),
            Some(format!("{} = {}", raw.formula, raw.value)),
            Some(format!("{} = {}", sdk.formula, sdk.value)),
        )
        .prose()
    });
    [
        Section { title: "Canonical request", rows: canonical },
        one("Hash of the canonical request", "SHA-256", |steps| &steps.canonical_request_hash),
        Section {
            title: "String to sign",
            rows: to_sign
                .map(|(name, (raw, sdk))| {
                    Row::new(name, Some(raw.to_owned()), Some(sdk.to_owned()))
                })
                .collect(),
        },
        Section {
            title: "Signing key: four HMACs over the parts of the credential scope",
            rows: keys.collect(),
        },
        one("Signature", "HMAC-SHA256", |steps| &steps.signature),
        one("Where the signature is sent", "", |steps| &steps.carried),
    ]
}

pub(super) fn http(raw: Option<&Http>, sdk: Option<&Http>) -> Vec<Row> {
    let line = |http: Option<&Http>| http.map(|http| http.start_line.clone());
    let body = |http: Option<&Http>| http.map(body).filter(|body| !body.is_empty());
    let mut names: Vec<_> = [raw, sdk]
        .into_iter()
        .flatten()
        .flat_map(|http| http.headers.iter().map(|(name, _)| name.to_ascii_lowercase()))
        .collect();
    names.sort();
    names.dedup();
    let mut rows = vec![Row::new("", line(raw), line(sdk)).with_caret()];
    rows.extend(names.into_iter().map(|name| {
        let value = |http: Option<&Http>| {
            let mut headers = http?.headers.iter();
            let found = headers.find(|(other, _)| other.eq_ignore_ascii_case(&name));
            found.map(|(_, value)| value.clone())
        };
        Row::new(name.clone(), value(raw), value(sdk))
    }));
    let (raw, sdk) = (body(raw), body(sdk));
    if raw.is_some() || sdk.is_some() {
        rows.push(Row::new("body", raw, sdk));
    }
    rows
}

/// The beginning of a body and its length.
fn body(http: &Http) -> String {
    const ENOUGH: usize = 480;
    if http.body.len() <= ENOUGH && http.body.len() == http.body_length {
        return http.body.clone();
    }
    let shown = http.body.floor_char_boundary(ENOUGH);
    format!("{} … ({} bytes in total)", &http.body[..shown], http.body_length)
}

pub(super) fn parsed(raw: &Walk, sdk: &Walk) -> Vec<Row> {
    let (raw, sdk) = (&raw.parsed, &sdk.parsed);
    let both =
        |label: &str, of: &dyn Fn(&SideResult) -> Option<String>| Row::new(label, of(raw), of(sdk));
    let rows = [
        both("requests", &|side| Some(side.requests.to_string())),
        both("answer", &|side| side.answer.as_ref().map(beginning)),
        both("prints", &|side| side.failure.as_ref().map(|failure| failure.display.clone()))
            .prose(),
        both("code", &|side| side.failure.as_ref()?.code.clone()),
        both("message", &|side| side.failure.as_ref()?.message.clone()).prose(),
        both("request id", &|side| side.failure.as_ref()?.request_id.clone()),
        both("advice", &unsaid_advice).prose(),
    ];
    rows.into_iter().filter(|row| row.raw.is_some() || row.sdk.is_some()).collect()
}

/// The advice, unless the error's `{}` already contains it, as raw's does.
fn unsaid_advice(side: &SideResult) -> Option<String> {
    let failure = side.failure.as_ref()?;
    failure.advice.clone().filter(|advice| !failure.display.contains(advice.as_str()))
}

/// The first lines of a JSON document.
fn beginning(answer: &serde_json::Value) -> String {
    const ENOUGH: usize = 10;
    let text = format!("{answer:#}");
    let lines = text.lines().count();
    let mut shown: Vec<_> = text.lines().take(ENOUGH).collect();
    let more = format!("… ({lines} lines: --format json)");
    if lines > ENOUGH {
        shown.push(&more);
    }
    shown.join("\n")
}

/// The result in a few sentences.
pub(super) fn conclusion(explanation: &Explanation) -> String {
    let Some(proof) = &explanation.proof else {
        return "Neither side signs anything here.".to_owned();
    };
    if !proof.holds {
        return format!(
            "The signers differ: given the SDK's request and time, raw's signer computes {}, but the SDK sent \
             {}.",
            proof.raw_signature_of_the_same, proof.sdk_signature
        );
    }
    let mut text = format!(
        "Proof: given the SDK's request and time, raw's signer computes {}, which is what the SDK sent. \
         Both signers agree",
        proof.raw_signature_of_the_same
    );
    text.push_str(match explanation.differences.as_slice() {
        [] => ", and here they signed the same request.",
        _ => ". The signatures above differ because the requests differ, in ",
    });
    let places: Vec<_> = explanation.differences.iter().map(place).collect();
    if !places.is_empty() {
        text.push_str(&places.join(", "));
        text.push('.');
    }
    text
}

fn place(difference: &grammar::LineDifference) -> String {
    let line = &difference.line;
    match (&difference.raw, &difference.sdk, difference.at) {
        (Some(_), Some(_), Some(at)) => format!("{line} (from byte {at})"),
        (Some(_), Some(_), None) => line.clone(),
        (None, ..) => format!("{line} (only in the SDK's)"),
        _ => format!("{line} (only in raw's)"),
    }
}

const HEADER_HEADINGS: [&str; 4] = ["header", "raw", "sdk", "why"];

/// The rows of the table of headers.
fn header_rows(explanation: &Explanation) -> impl Iterator<Item = [String; 4]> {
    explanation.headers.iter().map(|row| {
        let used = |used: &Option<findings::explain::headers::HeaderUse>| match used {
            Some(used) if used.signed => "signed",
            Some(_) => "sent",
            None => "–",
        };
        [
            row.name.clone(),
            used(&row.raw).to_owned(),
            used(&row.sdk).to_owned(),
            row.why.clone().into_owned(),
        ]
    })
}
