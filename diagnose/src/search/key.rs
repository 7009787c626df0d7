//! The credential scope and the signing key: for where, for when, from which secret, and by which steps.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::{
    choice::{Choices, Found},
    payload::hex,
    text::{compact, seconds_of},
};
use crate::{
    claim::Claim,
    request::{decoded, encoded},
};

/// The line of the scope in the string to sign, and the key that signs it.
pub(super) type ScopeAndKey = (String, Vec<u8>);

/// What the secret's owner has besides the secret.
#[derive(Debug, Clone, Copy)]
pub struct Keys<'k> {
    /// The secret access key.
    pub secret: &'k str,
    /// The session token, if the keys are temporary.
    pub token: Option<&'k str>,
}

/// The scope that the service expects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// `20150830`
    pub day: String,
    /// For example `us-east-1`.
    pub region: String,
    /// For example `s3`.
    pub service: String,
}

/// Every region of AWS's partitions.
/// Source: <https://docs.aws.amazon.com/general/latest/gr/rande.html>.
const REGIONS: [&str; 38] = [
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
    "af-south-1",
    "ap-east-1",
    "ap-east-2",
    "ap-south-1",
    "ap-south-2",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "ca-central-1",
    "ca-west-1",
    "eu-central-1",
    "eu-central-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "eu-south-1",
    "eu-south-2",
    "eu-north-1",
    "il-central-1",
    "mx-central-1",
    "me-south-1",
    "me-central-1",
    "sa-east-1",
    "us-gov-east-1",
    "us-gov-west-1",
    "cn-north-1",
    "cn-northwest-1",
];

/// How the key is derived from the secret.
#[derive(Clone, Copy, PartialEq)]
enum Derivation {
    Right,
    WithoutPrefix,
    PrefixTwice,
    PrefixInLowerCase,
    WithoutStep(usize),
    Swapped,
    WholeTime,
    Hexadecimal,
    HexadecimalThroughout,
    Base64,
    ArgumentsSwapped,
    SecretItself,
}

/// Everything that may have been the scope and the key of a signature that claims `claim` where `expected`
/// is right. Families of a hundred members are tried by themselves only.
pub(super) fn choices(
    claim: &Claim,
    expected: &Scope,
    keys: Keys<'_>,
    services: &[&str],
) -> Choices<ScopeAndKey> {
    let right = (scope_text(expected), derive(keys.secret, expected, claim, Derivation::Right));
    let mut pairs = vec![(right, Vec::new())];
    let mut single =
        |found: Found, scope: &Scope, key_scope: &Scope, secret: &str, how: Derivation| {
            pairs.push(((scope_text(scope), derive(secret, key_scope, claim, how)), vec![found]));
        };
    let claimed = Scope {
        day: claim.day.clone(),
        region: claim.region.clone(),
        service: claim.service.clone(),
    };
    for (found, scope) in other_scopes(&claimed, expected, claim, services) {
        single(found.clone(), &scope, &scope, keys.secret, Derivation::Right);
        single(for_key(&found), expected, &scope, keys.secret, Derivation::Right);
    }
    for (found, how) in derivations() {
        single(found, expected, expected, keys.secret, how);
    }
    let secrets = other_secrets(keys, &claim.access_key_id);
    for (found, secret) in &secrets {
        single(found.clone(), expected, expected, secret, Derivation::Right);
    }
    // Two at once: another secret, and a key that is derived wrongly or for another scope.
    let nearby: Vec<_> = other_scopes(&claimed, expected, claim, &[]);
    for (of_secret, secret) in &secrets {
        for (found, how) in derivations() {
            let key = derive(secret, expected, claim, how);
            pairs.push(((scope_text(expected), key), vec![of_secret.clone(), found]));
        }
        for (found, scope) in &nearby {
            let key = derive(secret, scope, claim, Derivation::Right);
            pairs.push(((scope_text(scope), key.clone()), vec![of_secret.clone(), found.clone()]));
            pairs.push(((scope_text(expected), key), vec![of_secret.clone(), for_key(found)]));
        }
    }
    for (found, how) in derivations() {
        for (of_scope, scope) in &nearby {
            let key = derive(keys.secret, scope, claim, how);
            pairs.push(((scope_text(scope), key), vec![of_scope.clone(), found.clone()]));
        }
    }
    Choices::from_pairs(pairs)
}

/// The same mistake in the key alone, while the string to sign has the right scope.
fn for_key(found: &Found) -> Found {
    let id = match found.id {
        "scope-of-another-day" | "scope-of-yesterday" => "key-of-another-day",
        "region-wrong" => "key-of-another-region",
        "service-wrong" => "key-of-another-service",
        other => other,
    };
    Found { id, ..found.clone() }
}

/// Other scopes than `expected`. With `services` and all regions, every one of them; without, those that are near.
fn other_scopes(
    claimed: &Scope,
    expected: &Scope,
    claim: &Claim,
    services: &[&str],
) -> Vec<(Found, Scope)> {
    let mut others = Vec::new();
    let mut add = |id, field: &str, value: &str, scope: Scope| {
        if scope != *expected {
            others.push((Found::of_many(id, format!("signed for {field} {value:?}")), scope));
        }
    };
    let all_regions = if services.is_empty() { &REGIONS[..1] } else { &REGIONS[..] };
    for region in all_regions.iter().copied().chain([
        claimed.region.as_str(),
        "",
        "us-east-1",
        "auto",
        "aws-global",
    ]) {
        add(
            "region-wrong",
            "region",
            region,
            Scope { region: region.to_owned(), ..expected.clone() },
        );
    }
    for service in services.iter().copied().chain([
        claimed.service.as_str(),
        "s3",
        "es",
        "execute-api",
        "iam",
        "",
    ]) {
        add(
            "service-wrong",
            "service",
            service,
            Scope { service: service.to_owned(), ..expected.clone() },
        );
    }
    for (days, day) in days_near(&expected.day) {
        let id = if days == -1 { "scope-of-yesterday" } else { "scope-of-another-day" };
        add(id, "day", &day, Scope { day: day.clone(), ..expected.clone() });
    }
    let iso = format!("{}-{}-{}", &expected.day[..4], &expected.day[4..6], &expected.day[6..8]);
    for day in [claimed.day.clone(), claim.time.clone(), iso] {
        add("scope-of-another-day", "day", &day, Scope { day: day.clone(), ..expected.clone() });
    }
    others
}

/// The days of the week before `day` and the two after it, with how far they are from it.
fn days_near(day: &str) -> Vec<(i64, String)> {
    let Some(midnight) = seconds_of(&format!("{day}T000000Z")) else { return Vec::new() };
    let near = (-7..=2).filter(|days| *days != 0);
    near.map(|days| (days, compact(midnight + days * 86_400).chars().take(8).collect())).collect()
}

fn derivations() -> Vec<(Found, Derivation)> {
    [
        ("key-without-aws4", "the secret stands without AWS4 before it", Derivation::WithoutPrefix),
        ("key-with-aws4-twice", "AWS4AWS4 stands before the secret", Derivation::PrefixTwice),
        (
            "key-with-aws4-in-lower-case",
            "aws4 stands before the secret",
            Derivation::PrefixInLowerCase,
        ),
        ("key-without-date", "the step of the date is left out", Derivation::WithoutStep(0)),
        ("key-without-region", "the step of the region is left out", Derivation::WithoutStep(1)),
        ("key-without-service", "the step of the service is left out", Derivation::WithoutStep(2)),
        (
            "key-without-terminator",
            "the step of aws4_request is left out",
            Derivation::WithoutStep(3),
        ),
        ("key-steps-swapped", "the service comes before the region", Derivation::Swapped),
        (
            "key-of-another-day",
            "the first step takes the whole time, not the day",
            Derivation::WholeTime,
        ),
        ("key-from-hexadecimal", "each step is keyed with hexadecimal", Derivation::Hexadecimal),
        (
            "key-from-hexadecimal",
            "each step and the signature are keyed with hexadecimal",
            Derivation::HexadecimalThroughout,
        ),
        ("key-from-base64", "each step is keyed with Base64", Derivation::Base64),
        (
            "key-arguments-swapped",
            "key and message of each HMAC are swapped",
            Derivation::ArgumentsSwapped,
        ),
        ("key-not-derived", "the secret itself signs", Derivation::SecretItself),
    ]
    .map(|(id, at, how)| (Found::new(id, at), how))
    .into()
}

fn other_secrets(keys: Keys<'_>, access_key_id: &str) -> Vec<(Found, String)> {
    let secret = keys.secret;
    let mut others: Vec<(Found, String)> = Vec::new();
    let mut add = |id, at: &str, other: String| {
        if other != secret {
            others.push((Found::new(id, at), other));
        }
    };
    add("secret-with-trailing-space", "a space behind the secret", format!("{secret} "));
    add("secret-with-leading-space", "a space before the secret", format!(" {secret}"));
    add("secret-with-trailing-newline", "a line feed behind the secret", format!("{secret}\n"));
    add("secret-with-trailing-newline", "CR LF behind the secret", format!("{secret}\r\n"));
    add("secret-with-trailing-newline", "CR behind the secret", format!("{secret}\r"));
    add("secret-in-quotes", "quotation marks around the secret", format!("\"{secret}\""));
    add("secret-in-quotes", "apostrophes around the secret", format!("'{secret}'"));
    add("secret-in-quotes", "a quotation mark before the secret", format!("\"{secret}"));
    add("secret-in-quotes", "a quotation mark behind the secret", format!("{secret}\""));
    add("secret-percent-encoded", "the secret is percent-encoded", encoded(secret.as_bytes(), ""));
    add(
        "secret-percent-encoded",
        "the secret is percent-encoded but for slashes",
        encoded(secret.as_bytes(), "/"),
    );
    add("secret-percent-decoded", "the secret is percent-decoded", decoded(secret));
    add("secret-form-decoded", "+ in the secret became a space", secret.replace('+', " "));
    add("secret-escaped", "/ in the secret is written \\/", secret.replace('/', "\\/"));
    add("secret-with-slashes-lost", "the slashes of the secret are lost", secret.replace('/', ""));
    add("secret-in-lower-case", "the secret is in lower case", secret.to_lowercase());
    add("secret-in-capitals", "the secret is in capitals", secret.to_uppercase());
    add("secret-empty", "the secret is empty", String::new());
    add("secret-undefined", "the word undefined", "undefined".to_owned());
    add("secret-undefined", "the word None", "None".to_owned());
    add("secret-undefined", "the word null", "null".to_owned());
    add("access-key-for-secret", "the access key id signs", access_key_id.to_owned());
    if let Some(token) = keys.token {
        add("token-for-secret", "the session token signs", token.to_owned());
    }
    if let Ok(bytes) = BASE64_STANDARD.decode(secret) {
        add(
            "secret-base64-decoded",
            "the secret is Base64-decoded",
            String::from_utf8_lossy(&bytes).into_owned(),
        );
    }
    add("secret-base64-encoded", "the secret is Base64-encoded", BASE64_STANDARD.encode(secret));
    for stop in ['/', '+', '=', '#', '$'] {
        for (at, _) in secret.match_indices(stop) {
            add(
                "secret-cut",
                &format!("the secret ends before its {stop:?}"),
                secret[..at].to_owned(),
            );
        }
    }
    if let Some((last, rest)) = secret.char_indices().next_back().zip(Some(secret)) {
        add("secret-cut", "the last character of the secret is missing", rest[..last.0].to_owned());
    }
    add(
        "secret-cut",
        "the first character of the secret is missing",
        secret.chars().skip(1).collect(),
    );
    others
}

fn scope_text(scope: &Scope) -> String {
    format!("{}/{}/{}/aws4_request", scope.day, scope.region, scope.service)
}

fn derive(secret: &str, scope: &Scope, claim: &Claim, how: Derivation) -> Vec<u8> {
    let prefix = match how {
        Derivation::WithoutPrefix => "",
        Derivation::PrefixTwice => "AWS4AWS4",
        Derivation::PrefixInLowerCase => "aws4",
        Derivation::SecretItself => return secret.as_bytes().to_vec(),
        Derivation::Right
        | Derivation::WithoutStep(_)
        | Derivation::Swapped
        | Derivation::WholeTime
        | Derivation::Hexadecimal
        | Derivation::HexadecimalThroughout
        | Derivation::Base64
        | Derivation::ArgumentsSwapped => "AWS4",
    };
    let mut steps = [scope.day.as_str(), &scope.region, &scope.service, "aws4_request"];
    match how {
        Derivation::Swapped => steps.swap(1, 2),
        Derivation::WholeTime => steps[0] = &claim.time,
        _ => {}
    }
    let mut key = format!("{prefix}{secret}").into_bytes();
    for (number, step) in steps.into_iter().enumerate() {
        if how == Derivation::WithoutStep(number) {
            continue;
        }
        key = match how {
            Derivation::ArgumentsSwapped => hmac(step.as_bytes(), &key),
            _ => hmac(&key, step.as_bytes()),
        };
        key = match how {
            Derivation::HexadecimalThroughout => hex(&key).into_bytes(),
            Derivation::Hexadecimal if number < 3 => hex(&key).into_bytes(),
            Derivation::Base64 if number < 3 => BASE64_STANDARD.encode(&key).into_bytes(),
            _ => key,
        };
    }
    key
}

/// HMAC-SHA256 (RFC 2104).
pub(super) fn hmac(key: &[u8], message: &[u8]) -> Vec<u8> {
    let mut mac = keyed(key);
    mac.update(message);
    mac.finalize().into_bytes().to_vec()
}

/// An HMAC that has taken its key: to be cloned for each message.
pub(super) fn keyed(key: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("HMAC takes keys of any length")
}

#[cfg(test)]
mod tests {
    use super::REGIONS;

    /// The sandbox lists them too and cannot share the list: it knows none of our crates, and this crate builds
    /// without it.
    #[test]
    fn every_region_that_the_sandbox_knows_is_tried() {
        for region in sandbox::regions::COMMERCIAL {
            assert!(REGIONS.contains(&region), "{region}");
        }
    }
}
