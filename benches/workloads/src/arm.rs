use crate::floor::Floor;
use crate::raw_signer::{Destination, Key, RawSigner};
use crate::sdk::Sdk;
use crate::{Location, REGION, Workload};
use contract::Credentials;
use raw::sigv4::{
    Buffers, ContentSha256, Error, Expires, KeyCache, Params, Payload, Rules, SignableRequest,
    Timestamp, presign, sign,
};

/// One signer with one workload.
pub trait Arm {
    /// The name in tables: `raw`, `aws-sigv4`, …
    fn name(&self) -> &'static str;

    /// Signs once and returns the result.
    fn prove(&mut self) -> Proof;

    /// Signs so many times.
    fn run(&mut self, times: u64);
}

/// What an arm does, in a form that can be checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// The headers that the signer added, including `authorization`, with or without the given ones.
    Headers(Vec<(String, String)>),
    /// The presigned URL.
    Url(String),
    /// The number of SHA-256 compressions, for an arm that does nothing else.
    Compressions(u64),
}

/// The arms of `workload`. Each has proved its signature.
///
/// # Panics
/// An arm's signature is wrong for its own time and headers.
#[must_use]
pub fn arms<'w>(workload: &'w Workload, credentials: &'w Credentials) -> Vec<Box<dyn Arm + 'w>> {
    let raw = |key, destination| Box::new(RawSigner::new(workload, credentials, key, destination));
    let mut arms: Vec<Box<dyn Arm>> = vec![
        raw(Key::Kept, Destination::Text),
        raw(Key::New, Destination::Text),
        Box::new(Sdk::new(workload, credentials)),
        Box::new(Floor::with_kept_key(workload, credentials)),
        Box::new(Floor::with_new_key(workload, credentials)),
    ];
    if workload.location == Location::Header {
        arms.insert(2, raw(Key::Kept, Destination::HeaderMap));
    }
    #[cfg(feature = "peers")]
    arms.extend(crate::peers::arms(workload, credentials));
    for arm in &mut arms {
        let proof = arm.prove();
        if let Err(problem) = check(workload, credentials, &proof) {
            panic!("{} on {}: {problem}: {proof:?}", arm.name(), workload.name);
        }
    }
    arms
}

/// Checks `proof` for its own date and headers: some signers read the clock themselves, and some sign
/// more headers than others.
///
/// The expected signature is raw's. The arm `aws-sigv4` must make the same one, which checks raw.
fn check(workload: &Workload, credentials: &Credentials, proof: &Proof) -> Result<(), String> {
    match proof {
        Proof::Headers(headers) => check_headers(workload, credentials, headers),
        Proof::Url(url) => check_url(workload, credentials, url),
        Proof::Compressions(run) => {
            let compressions = crate::compressions(workload, credentials);
            let needed = [compressions.kept_key, compressions.new_key];
            if needed.contains(run) {
                Ok(())
            } else {
                Err(format!("{run} compressions are neither of {needed:?}"))
            }
        }
    }
}

fn check_headers(
    workload: &Workload,
    credentials: &Credentials,
    headers: &[(String, String)],
) -> Result<(), String> {
    let value =
        |name: &str| headers.iter().find(|header| header.0 == name).map(|header| &*header.1);
    let authorization = value("authorization").ok_or("no authorization header")?;
    let (_, rest) = authorization.split_once("SignedHeaders=").ok_or("no SignedHeaders")?;
    let (signed, signature) = rest.split_once(", Signature=").ok_or("no Signature")?;
    let mut rules = workload.rules();
    rules.content_sha256 = if signed.contains("x-amz-content-sha256") {
        ContentSha256::Sent
    } else {
        ContentSha256::Absent
    };
    if value("x-amz-content-sha256") == Some("UNSIGNED-PAYLOAD") {
        rules.payload = Payload::Unsigned;
    }
    let given = workload.headers.iter().filter(|(name, _)| value(name).is_none());
    let sent = given.map(|(name, value)| (*name, *value));
    let sent = sent.chain(headers.iter().map(|(name, value)| (&**name, &**value)));
    let sent: Vec<_> = sent.filter(|(name, _)| signed.split(';').any(|one| one == *name)).collect();
    let request = SignableRequest { headers: &sent, ..workload.request() };
    // The date in `sent` overrides this time.
    let params = params(workload, credentials, rules, Timestamp::new(crate::time()))?;
    let mut buffers = Buffers::default();
    let expected = sign(&request, &params, &KeyCache::new(), &mut buffers)
        .map_err(|error| error.to_string())?;
    expect(signature, expected.signature.as_str(), expected.canonical_request.as_str())
}

fn check_url(workload: &Workload, credentials: &Credentials, url: &str) -> Result<(), String> {
    let (address, query) = url.split_once('?').ok_or("no query")?;
    let value = |name: &str| {
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find(|pair| pair.0 == name).map(|pair| pair.1).ok_or(format!("no {name}"))
    };
    if value("X-Amz-SignedHeaders")? != "host" {
        return Err("signs more headers than the host".to_owned());
    }
    let expires = value("X-Amz-Expires")?.parse().map_err(|_| "X-Amz-Expires is not a number")?;
    let expires = Expires::seconds(expires).map_err(|error| error.to_string())?;
    let params = params(workload, credentials, workload.rules(), value("X-Amz-Date")?.parse())?;
    let mut buffers = Buffers::default();
    // The signer's own address: some leave the region out of the host name.
    let request =
        SignableRequest::new(workload.method, address).map_err(|error| error.to_string())?;
    let expected = presign(&request, &params, expires, &KeyCache::new(), &mut buffers)
        .map_err(|error| error.to_string())?;
    expect(
        value("X-Amz-Signature")?,
        expected.signature.as_str(),
        expected.canonical_request.as_str(),
    )
}

fn params<'a>(
    workload: &Workload,
    credentials: &'a Credentials,
    rules: Rules,
    time: Result<Timestamp, Error>,
) -> Result<Params<'a>, String> {
    let time = time.map_err(|error| error.to_string())?;
    Ok(Params { credentials, region: REGION, service: workload.service, time, rules })
}

fn expect(signature: &str, expected: &str, canonical_request: &str) -> Result<(), String> {
    if signature == expected {
        Ok(())
    } else {
        Err(format!("{signature} should be {expected}, of\n{canonical_request}\n"))
    }
}

#[cfg(test)]
mod tests {
    use super::arms;
    use crate::{all, credentials};

    #[test]
    fn every_arm_proves_its_signature() {
        let credentials = credentials();
        for workload in &all() {
            assert!(arms(workload, &credentials).len() >= 5, "{}", workload.name);
        }
    }
}
