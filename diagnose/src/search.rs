//! The search: known mistakes, fewest first, until one or a combination yields the signature that was sent.
//! Mistakes with many variants, such as every region, are combined with one other at most.
//!
//! A signature is computed from nine parts: method, path, query, headers, payload and form of the canonical
//! request; time and form of the string to sign; scope and key. Each part has a list of choices: the
//! right value, and those that one or two mistakes give it. A hypothesis is one choice for each part. Hypotheses
//! that share a canonical request share its hash, and those that share a key share the HMAC that has taken it.
//!
//! A match is a proof: that two different inputs give the same 256-bit HMAC does not happen.

mod choice;
mod headers;
mod key;
mod path;
mod payload;
mod query;
mod text;

use std::time::{Duration, Instant};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use hmac::{Hmac, Mac as _};
use sha2::{Digest as _, Sha256};

pub use choice::{Family, Found};
pub use key::{Keys, Scope};
pub use payload::hex_sha256;
pub use text::{compact, seconds_of};

use crate::{
    claim::Claim,
    request::{SignedRequest, decoded},
};
use choice::{Choice, Choices};
use key::ScopeAndKey;
use text::{CanonicalForm, HashForm, StringForm, StringPlan};

/// What a correct client would have computed for the same request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Right {
    /// Step 1.
    pub canonical_request: String,
    /// Step 3.
    pub string_to_sign: String,
    /// Step 4.
    pub signature: String,
}

/// What the search came to.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// What is right.
    pub right: Right,
    /// Every explanation of the first level that has one; a single empty one if the signature is right.
    pub explanations: Vec<Vec<Found>>,
    /// Hypotheses that were tried.
    pub tried: u64,
    /// How long it took.
    pub elapsed: Duration,
}

/// The most mistakes that are combined.
pub const DEEPEST: usize = 3;

/// Parts of the canonical request, as one choice each.
struct Canonical<'c> {
    method: &'c Choice<String>,
    path: &'c Choice<String>,
    query: &'c Choice<String>,
    headers: &'c Choice<headers::Lines>,
    payload: &'c Choice<String>,
    form: &'c Choice<CanonicalForm>,
}

struct Search {
    method: Choices<String>,
    path: Choices<String>,
    query: Choices<String>,
    headers: Choices<headers::Lines>,
    payload: Choices<String>,
    form: Choices<CanonicalForm>,
    plans: Choices<StringPlan>,
    keys: Choices<ScopeAndKey>,
    /// The HMAC of each key of `keys`.
    keyed: Vec<Hmac<Sha256>>,
    credential: String,
    sent: Vec<SentSignature>,
}

/// What has come of it so far.
#[derive(Default)]
struct Progress {
    tried: u64,
    explanations: Vec<Vec<Found>>,
}

/// How many mistakes of which families are tried.
#[derive(Clone, Copy)]
struct Level {
    mistakes: usize,
    family: Family,
}

/// The bytes that a signature stands for, and the mistake in how it is written.
struct SentSignature {
    bytes: Vec<u8>,
    found: Option<Found>,
}

/// Searches for what makes the signature of `request` what it is. `expected` is the scope that the service
/// wants, `services` the signing names to try.
#[must_use]
pub fn search(
    request: &SignedRequest,
    claim: &Claim,
    expected: &Scope,
    keys: Keys<'_>,
    services: &[&str],
) -> Outcome {
    let begun = Instant::now();
    let search = Search::new(request, claim, expected, keys, services);
    let mut progress = Progress::default();
    for mistakes in 0..=DEEPEST {
        let family = if mistakes < DEEPEST { Family::Many } else { Family::Few };
        search.level(Level { mistakes, family }, &mut progress);
        if !progress.explanations.is_empty() {
            break;
        }
    }
    let Progress { explanations, tried } = progress;
    Outcome { right: search.right(), explanations, tried, elapsed: begun.elapsed() }
}

/// What a correct client signs for the same request. The signature is that of an empty secret.
#[must_use]
pub fn right(request: &SignedRequest, claim: &Claim, expected: &Scope) -> Right {
    Search::new(request, claim, expected, Keys { secret: "", token: None }, &[]).right()
}

impl Search {
    fn new(
        request: &SignedRequest,
        claim: &Claim,
        expected: &Scope,
        keys: Keys<'_>,
        services: &[&str],
    ) -> Self {
        let rules =
            if expected.service.starts_with("s3") { path::Rules::S3 } else { path::Rules::Other };
        let keys = key::choices(claim, expected, keys, services);
        let keyed = keys.all().iter().map(|choice| key::keyed(&choice.value.1)).collect();
        Self {
            method: methods(request),
            path: path::choices(request, rules, 2),
            query: query::choices(request, claim, 2),
            headers: headers::choices(request, claim, 2),
            payload: payload::choices(request, claim),
            form: text::canonical_forms(),
            plans: text::string_plans(claim, &claim.time),
            keys,
            keyed,
            credential: format!(
                "{}/{}/{}/{}/aws4_request",
                claim.access_key_id, claim.day, claim.region, claim.service
            ),
            sent: sent_signatures(&claim.signature),
        }
    }

    fn right(&self) -> Right {
        let canonical_request = Canonical {
            method: &self.method.all()[0],
            path: &self.path.all()[0],
            query: &self.query.all()[0],
            headers: &self.headers.all()[0],
            payload: &self.payload.all()[0],
            form: &self.form.all()[0],
        }
        .text();
        let (time, ..) = self.plans.right();
        let (scope, key) = self.keys.right();
        let hash = hex_sha256(canonical_request.as_bytes());
        let string_to_sign = format!("AWS4-HMAC-SHA256\n{time}\n{scope}\n{hash}");
        let signature = payload::hex(&key::hmac(key, string_to_sign.as_bytes()));
        Right { canonical_request, string_to_sign, signature }
    }

    /// Tries every hypothesis of `level`.
    fn level(&self, level: Level, progress: &mut Progress) {
        for in_canonical in (0..=level.mistakes).rev() {
            let left = Level { mistakes: level.mistakes - in_canonical, ..level };
            self.each_canonical(Level { mistakes: in_canonical, ..level }, &mut |canonical| {
                self.strings(left, canonical, progress);
            });
        }
    }

    /// Calls `each` with every canonical request of `level`: its mistakes are spread over the parts in every way.
    fn each_canonical(&self, level: Level, each: &mut impl FnMut(&Canonical<'_>)) {
        for of_form in 0..=level.mistakes.min(1) {
            for of_method in 0..=(level.mistakes - of_form).min(1) {
                for of_payload in 0..=(level.mistakes - of_form - of_method).min(1) {
                    let left = level.mistakes - of_form - of_method - of_payload;
                    for of_path in 0..=left {
                        for of_query in 0..=left - of_path {
                            let of_headers = left - of_path - of_query;
                            let of_parts =
                                [of_form, of_method, of_payload, of_path, of_query, of_headers];
                            self.product(of_parts, level.family, each);
                        }
                    }
                }
            }
        }
    }

    fn product(&self, of_parts: [usize; 6], family: Family, each: &mut impl FnMut(&Canonical<'_>)) {
        for form in self.form.at(of_parts[0], family) {
            for method in self.method.at(of_parts[1], family) {
                for payload in self.payload.at(of_parts[2], family) {
                    for path in self.path.at(of_parts[3], family) {
                        for query in self.query.at(of_parts[4], family) {
                            for headers in self.headers.at(of_parts[5], family) {
                                each(&Canonical { method, path, query, headers, payload, form });
                            }
                        }
                    }
                }
            }
        }
    }

    /// Tries `canonical` with every string to sign, key and way to write the signature of `level`.
    fn strings(&self, level: Level, canonical: &Canonical<'_>, progress: &mut Progress) {
        let text = canonical.text();
        let hash = Sha256::digest(text.as_bytes());
        for of_plan in 0..=level.mistakes.min(1) {
            for of_key in 0..=(level.mistakes - of_plan).min(2) {
                let of_signature = level.mistakes - of_plan - of_key;
                let is_possible = self.sent.iter().any(|sent| sent.level() == of_signature);
                if !is_possible {
                    continue;
                }
                for plan in self.plans.at(of_plan, level.family) {
                    for place in self.keys.places(of_key, level.family) {
                        let key = &self.keys.all()[place];
                        let string = string_to_sign(
                            &plan.value,
                            &key.value.0,
                            &text,
                            &hash,
                            &self.credential,
                        );
                        let mut mac = self.keyed[place].clone();
                        mac.update(string.as_bytes());
                        let made = mac.finalize().into_bytes();
                        progress.tried += 1;
                        for sent in &self.sent {
                            if sent.level() == of_signature && made.starts_with(&sent.bytes) {
                                progress.explain(canonical, plan, key, sent);
                            }
                        }
                    }
                }
            }
        }
    }
}

impl SentSignature {
    fn level(&self) -> usize {
        usize::from(self.found.is_some())
    }
}

impl Progress {
    fn explain(
        &mut self,
        canonical: &Canonical<'_>,
        plan: &Choice<StringPlan>,
        key: &Choice<ScopeAndKey>,
        sent: &SentSignature,
    ) {
        for (canonical, plan, key) in
            each_of(&canonical.found(), &plan.explanations, &key.explanations)
        {
            let mut all = [canonical, plan, key].concat();
            all.extend(sent.found.clone());
            if !self.explanations.contains(&all) {
                self.explanations.push(all);
            }
        }
    }
}

/// Every combination of one of each.
fn each_of(
    a: &[Vec<Found>],
    b: &[Vec<Found>],
    c: &[Vec<Found>],
) -> Vec<(Vec<Found>, Vec<Found>, Vec<Found>)> {
    let mut all = Vec::new();
    for a in a {
        for b in b {
            all.extend(c.iter().map(|c| (a.clone(), b.clone(), c.clone())));
        }
    }
    all
}

impl Canonical<'_> {
    fn text(&self) -> String {
        let (headers, list) = &self.headers.value;
        let parts = [
            &self.method.value,
            &self.path.value,
            &self.query.value,
            headers,
            list,
            &self.payload.value,
        ];
        let [method, path, query, headers, list, payload] = parts.map(String::as_str);
        let right = || format!("{method}\n{path}\n{query}\n{headers}\n{list}\n{payload}");
        match self.form.value {
            CanonicalForm::TrailingNewline => right() + "\n",
            CanonicalForm::WithoutBlankLine => {
                format!("{method}\n{path}\n{query}\n{headers}{list}\n{payload}")
            }
            CanonicalForm::CrLf => right().replace('\n', "\r\n"),
            CanonicalForm::LeadingNewline => format!("\n{}", right()),
            CanonicalForm::TwoBlankLines => {
                format!("{method}\n{path}\n{query}\n{headers}\n\n{list}\n{payload}")
            }
            CanonicalForm::WithoutEmptyQuery if query.is_empty() => {
                format!("{method}\n{path}\n{headers}\n{list}\n{payload}")
            }
            CanonicalForm::Right | CanonicalForm::WithoutEmptyQuery => right(),
            CanonicalForm::WithoutSignedHeaders => {
                format!("{method}\n{path}\n{query}\n{headers}\n{payload}")
            }
        }
    }

    /// Every way in which its mistakes can be named.
    fn found(&self) -> Vec<Vec<Found>> {
        let parts = [
            &self.method.explanations,
            &self.path.explanations,
            &self.query.explanations,
            &self.headers.explanations,
            &self.payload.explanations,
            &self.form.explanations,
        ];
        parts.into_iter().fold(vec![Vec::new()], |before, part| {
            let with = |found: &Vec<Found>| {
                part.iter().map(|more| [found.as_slice(), more].concat()).collect::<Vec<_>>()
            };
            before.iter().flat_map(with).collect()
        })
    }
}

fn string_to_sign(
    (time, hash_form, form): &StringPlan,
    scope: &str,
    canonical: &str,
    hash: &[u8],
    credential: &str,
) -> String {
    let hash = match hash_form {
        HashForm::Right => payload::hex(hash),
        HashForm::Capitals => payload::hex(hash).to_uppercase(),
        HashForm::Base64 => BASE64_STANDARD.encode(hash),
        HashForm::Twice => hex_sha256(payload::hex(hash).as_bytes()),
        HashForm::NotHashed => canonical.to_owned(),
        HashForm::Missing => String::new(),
    };
    let right = || format!("AWS4-HMAC-SHA256\n{time}\n{scope}\n{hash}");
    match form {
        StringForm::Right => right(),
        StringForm::TrailingNewline => right() + "\n",
        StringForm::CrLf => right().replace('\n', "\r\n"),
        StringForm::WithoutAlgorithm => format!("{time}\n{scope}\n{hash}"),
        StringForm::WithoutTime => format!("AWS4-HMAC-SHA256\n{scope}\n{hash}"),
        StringForm::WithoutScope => format!("AWS4-HMAC-SHA256\n{time}\n{hash}"),
        StringForm::CredentialForScope => format!("AWS4-HMAC-SHA256\n{time}\n{credential}\n{hash}"),
        StringForm::WithoutNewlines => format!("AWS4-HMAC-SHA256{time}{scope}{hash}"),
    }
}

fn methods(request: &SignedRequest) -> Choices<String> {
    let sent = &request.method;
    let lower = (
        sent.to_lowercase(),
        vec![Found::new("method-in-lower-case", format!("{sent} was signed in lower case"))],
    );
    let others = ["GET", "POST", "PUT", "DELETE", "HEAD", "PATCH", "OPTIONS"].map(|method| {
        (
            method.to_owned(),
            vec![Found::new("method-of-another", format!("signed: {method}, sent: {sent}"))],
        )
    });
    Choices::from_pairs([(sent.clone(), Vec::new()), lower].into_iter().chain(others))
}

/// The bytes of the signature that was sent, and of what it may have been before it was written wrongly.
fn sent_signatures(text: &str) -> Vec<SentSignature> {
    /// Fewer digits would let chance agree.
    const FEWEST_DIGITS: usize = 32;
    let of_hex = |text: &str| {
        let is_hex =
            text.len().is_multiple_of(2) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_hex.then(|| {
            let digits: Vec<_> = text.as_bytes().chunks(2).map(String::from_utf8_lossy).collect();
            let digits = format!("%{}", digits.join("%"));
            crate::request::decoded_bytes(&digits)
        })
    };
    let mut sent = Vec::new();
    let mut add = |bytes: Option<Vec<u8>>, found: Option<Found>| {
        if let Some(bytes) = bytes.filter(|bytes| !bytes.is_empty() && bytes.len() <= 32) {
            sent.push(SentSignature { bytes, found });
        }
    };
    let written = |id, at: &str| Some(Found::new(id, at));
    let is_lower = !text.bytes().any(|byte| byte.is_ascii_uppercase());
    match (text.len(), is_lower) {
        (64, true) => add(of_hex(text), None),
        (64, false) => {
            add(of_hex(text), written("signature-in-capitals", "Signature= is in capitals"));
        }
        (FEWEST_DIGITS..64, _) => {
            let even = &text[..text.len() / 2 * 2];
            add(
                of_hex(even),
                written("signature-cut", &format!("Signature= has {} of 64 digits", text.len())),
            );
        }
        (128, _) => {
            let once = of_hex(text).and_then(|bytes| String::from_utf8(bytes).ok());
            add(
                once.as_deref().and_then(of_hex),
                written("signature-twice-hexadecimal", "Signature= has 128 digits"),
            );
        }
        _ => {}
    }
    let base64 = BASE64_STANDARD.decode(decoded(text)).ok().filter(|bytes| bytes.len() == 32);
    add(base64.clone(), written("signature-in-base64", "Signature= is Base64"));
    let hex_in_base64 =
        BASE64_STANDARD.decode(text).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    add(
        hex_in_base64.as_deref().and_then(of_hex),
        written("signature-in-base64", "Signature= is Base64 of hexadecimal"),
    );
    sent
}
