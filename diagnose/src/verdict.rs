//! The diagnosis of one request: what the search found, in words and as JSON.

use serde::Serialize;

use crate::{
    answer::Answer,
    claim::{Claim, Defect, Location},
    known::{self, Described},
    request::SignedRequest,
    search::{self, Found, Keys, Outcome, Scope},
};

/// What is wrong with a signature.
#[derive(Debug, Clone, Serialize)]
pub struct Diagnosis {
    /// In a word.
    pub verdict: Verdict,
    /// The mistakes that explain the signature, or why it cannot be read.
    pub mistakes: Vec<Mistake>,
    /// Other explanations with as many mistakes.
    pub alternatives: Vec<Vec<Mistake>>,
    /// Why this is so, in a sentence.
    pub proof: Option<String>,
    /// As it stands in the request.
    pub sent_signature: Option<String>,
    /// What a correct client would have computed.
    pub right: Option<Right>,
    /// Hypotheses that were tried.
    pub tried: u64,
    /// How long the search took, milliseconds.
    pub elapsed_ms: f64,
    /// The code of the service's answer, where it is known.
    pub server_said: Option<String>,
    /// What else is worth knowing.
    pub notes: Vec<String>,
}

/// The outcome of a diagnosis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The signature is right.
    Valid,
    /// Known mistakes yield the signature that was sent.
    Explained,
    /// The signature cannot be read.
    Malformed,
    /// No known mistake yields it, so the secret is another one, or something unknown was done.
    SecretUnrelated,
    /// Without the secret nothing can be searched.
    Unexplained,
}

/// A mistake, and where it shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mistake {
    /// Its stable name.
    pub id: &'static str,
    /// What was done.
    pub what: &'static str,
    /// What to do instead.
    pub fix: &'static str,
    /// Where it shows.
    pub at: String,
}

/// The steps of the right signature.
#[derive(Debug, Clone, Serialize)]
pub struct Right {
    /// Step 1.
    pub canonical_request: String,
    /// Step 3.
    pub string_to_sign: String,
    /// Step 4; none without the secret.
    pub signature: Option<String>,
}

/// The scope that the service expects, where it is known otherwise than by the request.
#[derive(Debug, Clone, Copy, Default)]
pub struct Expected<'e> {
    /// The region.
    pub region: Option<&'e str>,
    /// The signing name.
    pub service: Option<&'e str>,
}

/// Signing names that are tried for a scope that may be wrong.
const SERVICES: [&str; 40] = [
    "acm",
    "airflow",
    "aoss",
    "appsync",
    "athena",
    "autoscaling",
    "aws-marketplace",
    "bedrock",
    "batch",
    "cloudformation",
    "cloudfront",
    "cognito-idp",
    "dynamodb",
    "ec2",
    "ecr",
    "ecs",
    "eks",
    "es",
    "events",
    "execute-api",
    "firehose",
    "glue",
    "iam",
    "kinesis",
    "kms",
    "lambda",
    "logs",
    "monitoring",
    "personalize",
    "rds",
    "rds-data",
    "route53",
    "s3",
    "sagemaker",
    "secretsmanager",
    "ses",
    "sns",
    "sqs",
    "ssm",
    "sts",
];

/// Diagnoses `request`, with what the service answered if that is known, and with the secret if there is one.
#[must_use]
pub fn diagnose(
    request: &SignedRequest,
    answer: Option<&str>,
    keys: Option<Keys<'_>>,
    expected: Expected<'_>,
) -> Diagnosis {
    let answer = answer.map(Answer::read).unwrap_or_default();
    let mut diagnosis = match Claim::read(request) {
        Ok(claim) => of_claim(request, claim, keys, expected),
        Err(defects) => malformed(&defects),
    };
    if let Some(right) = &diagnosis.right {
        diagnosis.notes.extend(answer.difference(&right.canonical_request));
    }
    diagnosis.server_said = answer.code;
    diagnosis
}

fn of_claim(
    request: &SignedRequest,
    claim: Claim,
    keys: Option<Keys<'_>>,
    expected: Expected<'_>,
) -> Diagnosis {
    let expected = Scope {
        day: claim.time.get(..8).unwrap_or(&claim.day).to_owned(),
        region: expected.region.unwrap_or(&claim.region).to_owned(),
        service: expected.service.unwrap_or(&claim.service).to_owned(),
    };
    let notes = notes(request, &claim);
    let Some(keys) = keys else {
        let right = search::right(request, &claim, &expected);
        return without_secret(claim, right, notes);
    };
    let demands = demands(request, &claim, &expected);
    let outcome = search::search(request, &claim, &expected, keys, &SERVICES);
    found(claim, outcome, demands, notes)
}

/// What the service demands beyond a signature that is right for what it covers.
fn demands(request: &SignedRequest, claim: &Claim, expected: &Scope) -> Vec<Mistake> {
    let mut demands = Vec::new();
    let given = request.header("x-amz-content-sha256").map(str::trim);
    let is_s3 = expected.service.starts_with("s3") && claim.location == Location::Header;
    match given {
        None if is_s3 => {
            demands.push(described("content-sha256-missing", "no header x-amz-content-sha256"));
        }
        Some(given) if is_hash(given) && given != search::hex_sha256(&request.body) => {
            let at = format!(
                "x-amz-content-sha256 is not the hash of the body of {} bytes",
                request.body.len()
            );
            demands.push(described("body-of-another-request", &at));
        }
        Some(given) if is_s3 && !is_hash(given) && !given.contains("PAYLOAD") => {
            demands.push(described(
                "content-sha256-invalid",
                &format!("x-amz-content-sha256: {given:?}"),
            ));
        }
        _ => {}
    }
    demands
}

fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn malformed(defects: &[Defect]) -> Diagnosis {
    let mistakes = defects.iter().map(|defect| described(defect.id, &defect.at));
    Diagnosis { mistakes: mistakes.collect(), ..Diagnosis::new(Verdict::Malformed) }
}

fn without_secret(claim: Claim, right: search::Right, mut notes: Vec<String>) -> Diagnosis {
    notes.push(
        "no secret was found, so nothing could be searched: set AWS_SECRET_ACCESS_KEY".to_owned(),
    );
    Diagnosis {
        sent_signature: Some(claim.signature),
        right: Some(Right {
            canonical_request: right.canonical_request,
            string_to_sign: right.string_to_sign,
            signature: None,
        }),
        notes,
        ..Diagnosis::new(Verdict::Unexplained)
    }
}

fn found(
    claim: Claim,
    outcome: Outcome,
    demands: Vec<Mistake>,
    mut notes: Vec<String>,
) -> Diagnosis {
    let Outcome { right, explanations, tried, elapsed } = outcome;
    let mut explanations =
        explanations.iter().map(|found| found.iter().map(mistake).collect::<Vec<_>>());
    let (verdict, mistakes, proof) = match explanations.next() {
        Some(none) if none.is_empty() && !demands.is_empty() => (
            Verdict::Explained,
            demands,
            "the signature is right for what it covers, and the service refuses the request for these mistakes",
        ),
        Some(none) if none.is_empty() => {
            (Verdict::Valid, none, "the signature that was sent is the right one")
        }
        Some(mistakes) => (
            Verdict::Explained,
            mistakes,
            "the signature that was sent is the one these mistakes produce",
        ),
        None => {
            notes.push(
                "no known mistake, and no combination that was tried, makes this signature with this secret: first check that \
                 the secret belongs to the access key; then that the request is shown here exactly as it was sent"
                    .to_owned(),
            );
            (Verdict::SecretUnrelated, Vec::new(), "")
        }
    };
    Diagnosis {
        mistakes,
        alternatives: explanations.collect(),
        proof: (!proof.is_empty()).then(|| proof.to_owned()),
        sent_signature: Some(claim.signature),
        right: Some(Right {
            canonical_request: right.canonical_request,
            string_to_sign: right.string_to_sign,
            signature: Some(right.signature),
        }),
        tried,
        elapsed_ms: elapsed.as_secs_f64() * 1e3,
        notes,
        ..Diagnosis::new(verdict)
    }
}

/// What shows without a search.
fn notes(request: &SignedRequest, claim: &Claim) -> Vec<String> {
    let mut notes = Vec::new();
    let has_token = request.header("x-amz-security-token").is_some()
        || request.parameter("X-Amz-Security-Token").is_some();
    if claim.access_key_id.starts_with("ASIA") && !has_token {
        notes.push(
            "the access key is a temporary one (ASIA…), and no session token is sent".to_owned(),
        );
    }
    if claim.time.get(..8) != Some(claim.day.as_str()) {
        notes.push(format!("the scope is of {}, the request of {}", claim.day, claim.time));
    }
    notes
}

fn mistake(found: &Found) -> Mistake {
    described(found.id, &found.at)
}

fn described(id: &'static str, at: &str) -> Mistake {
    let unknown = Described { id, what: "", fix: "" };
    let Described { id, what, fix } = known::describe(id).unwrap_or(unknown);
    Mistake { id, what, fix, at: at.to_owned() }
}

impl Diagnosis {
    fn new(verdict: Verdict) -> Self {
        Self {
            verdict,
            mistakes: Vec::new(),
            alternatives: Vec::new(),
            proof: None,
            sent_signature: None,
            right: None,
            tried: 0,
            elapsed_ms: 0.0,
            server_said: None,
            notes: Vec::new(),
        }
    }
}
