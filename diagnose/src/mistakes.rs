//! Every known way to get a signature wrong, as one list: `compare errors` commits them, and whoever
//! looks for the mistake in a refused request tries each of them on it.
//!
//! raw has no switch for any of this. Its steps are pure values, and here they are composed wrongly
//! from outside: each mistake is a function that spoils what one step yields, before the next step
//! takes it.

mod canonical;
mod list;

use std::{fmt::Write as _, time::SystemTime};

use contract::{Credentials, SecretKey, SessionToken};
use hmac::{Hmac, KeyInit, Mac};
use raw::{
    observe::Steps,
    sigv4::{
        self, Buffers, CanonicalRequest, CredentialScope, KeyCache, Params, Rules, Scheme,
        SigningKey, StringToSign, Timestamp,
    },
};
use sha2::Sha256;

pub use list::ALL;

/// One way to get a signature wrong.
#[derive(Debug, Clone, Copy)]
pub struct Mistake {
    /// Its name, such as `query-not-sorted`.
    pub id: &'static str,
    /// What was done.
    pub what: &'static str,
    /// What to do instead.
    pub fix: &'static str,
    /// The services that refuse it, by their names in the credential scope: what one of them wants
    /// another may not care about.
    pub refused_by: &'static [&'static str],
    /// Changes a right request into one on which the mistake shows: a query cannot be sorted wrongly
    /// where there is none.
    pub setup: Option<fn(&mut Draft)>,
    /// Where it goes wrong.
    pub slip: Tampering,
}

/// The step that is spoilt, and how. Every other step is taken as it should be.
#[derive(Debug, Clone, Copy)]
pub enum Tampering {
    /// What every client lets its user say is wrong, and the signature is right for that.
    Configuration(fn(&mut Configuration)),
    /// Another request is signed than the one that is sent, or by another service's rules.
    Request(fn(&mut Draft)),
    /// Step 1 is written wrongly.
    CanonicalRequest(fn(&Draft, &str) -> String),
    /// Step 3 is written wrongly, from a right string to sign and the canonical request.
    StringToSign(fn(&str, &str) -> String),
    /// Step 4 is done with a wrong key: the signature, from the secret, the scope and the string to
    /// sign.
    Key(fn(&str, &str, &str) -> String),
    /// The signature is written wrongly.
    Signature(fn(&str) -> String),
    /// What is sent is not what was signed.
    Sent(fn(&mut Sent)),
}

/// What every client lets its user say: who calls, for which region, and by which clock.
#[derive(Debug, Clone)]
pub struct Configuration {
    /// Who signs.
    pub credentials: Credentials,
    /// Of the credential scope.
    pub region: String,
    /// The time of signing.
    pub now: SystemTime,
}

/// A request and all that its signature is made of, each part open to change.
#[derive(Debug, Clone)]
pub struct Draft {
    /// For example `GET`.
    pub method: String,
    /// Of the URL.
    pub scheme: Scheme,
    /// Of the URL: name or address, and the port unless it is the scheme's own.
    pub host: String,
    /// Percent-encoded, from its first slash.
    pub path: String,
    /// Percent-encoded, without the question mark.
    pub query: String,
    /// Besides those that signing adds.
    pub headers: Vec<(String, String)>,
    /// Empty for none.
    pub body: Vec<u8>,
    /// Who signs, for where and when.
    pub configuration: Configuration,
    /// Of the credential scope.
    pub service: String,
    /// The day of the credential scope, which should be that of the signature.
    pub scope_day: ScopeDay,
    /// How the service wants its requests canonicalised.
    pub rules: Rules,
}

/// The day in the credential scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScopeDay {
    /// That of the signature.
    Same,
    /// The one before.
    Before,
}

/// A signed request as it goes over the wire.
#[derive(Clone, PartialEq, Eq)]
pub struct Sent {
    /// For example `GET`.
    pub method: String,
    /// Whole.
    pub url: String,
    /// But for `host` and `content-length`, which HTTP clients send themselves.
    pub headers: Vec<(String, String)>,
    /// Empty for none.
    pub body: Vec<u8>,
    /// How it was signed.
    pub steps: Steps,
}

/// A signature, and what it adds to the request.
struct Signature {
    steps: Steps,
    added: Vec<(String, String)>,
}

/// Signs `draft` as it should be.
///
/// # Errors
/// Where it is none that could be signed.
pub fn compose(draft: &Draft) -> Result<Sent, sigv4::Error> {
    Ok(draft.sent_with(sign(draft, None)?))
}

/// The mistake of that name.
#[must_use]
pub fn find(id: &str) -> Option<&'static Mistake> {
    ALL.iter().find(|mistake| mistake.id == id)
}

impl Mistake {
    /// Signs `draft` with this mistake in it. Give it the [`Mistake::setup`] first.
    ///
    /// # Errors
    /// Where it is none that could be signed.
    pub fn commit(&self, draft: &Draft) -> Result<Sent, sigv4::Error> {
        let mut sent = draft.sent_with(self.sign(draft)?);
        if let Tampering::Sent(tamper) = self.slip {
            tamper(&mut sent);
        }
        Ok(sent)
    }

    /// The signature that whoever makes this mistake computes for `draft`.
    ///
    /// # Errors
    /// Where it is none that could be signed.
    pub fn steps(&self, draft: &Draft) -> Result<Steps, sigv4::Error> {
        Ok(self.sign(draft)?.steps)
    }

    fn sign(&self, draft: &Draft) -> Result<Signature, sigv4::Error> {
        let mut signed = draft.clone();
        match self.slip {
            Tampering::Configuration(tamper) => tamper(&mut signed.configuration),
            Tampering::Request(tamper) => tamper(&mut signed),
            _ => {}
        }
        sign(&signed, Some(self.slip))
    }

    /// What a client's user says who makes this mistake, if it is one of configuration.
    #[must_use]
    pub fn applied(&self, right: &Configuration) -> Configuration {
        let mut applied = right.clone();
        if let Tampering::Configuration(tamper) = self.slip {
            tamper(&mut applied);
        }
        applied
    }

    /// Whether any client lets its user make it, without being told how to sign.
    #[must_use]
    pub fn is_of_configuration(&self) -> bool {
        matches!(self.slip, Tampering::Configuration(_))
    }
}

/// The steps in AWS's order, one of them perhaps spoilt.
fn sign(draft: &Draft, slip: Option<Tampering>) -> Result<Signature, sigv4::Error> {
    let Configuration { credentials, region, now } = &draft.configuration;
    let headers: Vec<_> =
        draft.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let request = sigv4::SignableRequest {
        method: &draft.method,
        scheme: draft.scheme,
        host: &draft.host,
        path: &draft.path,
        query: &draft.query,
        headers: &headers,
        body: &draft.body,
    };
    let (service, time, rules) = (draft.service.as_str(), Timestamp::new(*now)?, draft.rules);
    let params = Params { credentials, region, service, time, rules };
    let mut buffers = Buffers::default();
    let right = sigv4::sign(&request, &params, &KeyCache::new(), &mut buffers)?;

    let mut canonical_request = right.canonical_request.as_str().to_owned();
    if let Some(Tampering::CanonicalRequest(tamper)) = slip {
        canonical_request = tamper(draft, &canonical_request);
    }
    let (mut scope_text, mut text) = (Vec::new(), Vec::new());
    let scope = CredentialScope::new(&draft.scope_time()?, region, service, &mut scope_text)?;
    let hashed = CanonicalRequest::from_text(canonical_request.as_str());
    let mut string_to_sign =
        StringToSign::new(&hashed, &time, &scope, &mut text).as_str().to_owned();
    if let Some(Tampering::StringToSign(tamper)) = slip {
        string_to_sign = tamper(&string_to_sign, &canonical_request);
    }
    let mut signature = match slip {
        Some(Tampering::Key(tamper)) => {
            tamper(credentials.secret_key.expose(), scope.as_str(), &string_to_sign)
        }
        _ => signature_of(&credentials.secret_key, &scope, &string_to_sign),
    };
    if let Some(Tampering::Signature(tamper)) = slip {
        signature = tamper(&signature);
    }
    let signed_headers = canonical::signed_headers(&canonical_request);
    let authorization = format!(
        "AWS4-HMAC-SHA256 Credential={}/{}, SignedHeaders={signed_headers}, Signature={signature}",
        credentials.access_key_id.as_str(),
        scope.as_str()
    );
    let of_signing = right.headers().filter(|(name, _)| *name != "authorization");
    let mut added: Vec<_> =
        of_signing.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    added.push(("authorization".to_owned(), authorization.clone()));
    let steps = Steps { canonical_request, string_to_sign, signature, carried: authorization };
    Ok(Signature { steps, added })
}

fn signature_of(secret: &SecretKey, scope: &CredentialScope<'_>, string_to_sign: &str) -> String {
    let key = SigningKey::derive(secret, scope);
    key.sign(&StringToSign::from_text(string_to_sign)).as_str().to_owned()
}

impl Draft {
    /// What raw would sign and send for `request`.
    #[must_use]
    pub fn of(request: &raw::request::Request, configuration: Configuration) -> Self {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Self {
            method: request.method.to_string(),
            scheme: request.origin.scheme,
            host: request.origin.authority.clone(),
            path: request.path.clone(),
            query: request.query.clone(),
            headers: request.headers.iter().map(owned).collect(),
            body: request.body.clone(),
            configuration: Configuration { region: request.region.clone(), ..configuration },
            service: request.service.as_str().to_owned(),
            scope_day: ScopeDay::Same,
            rules: Rules::of(request.service.as_str()),
        }
    }

    fn scope_time(&self) -> Result<Timestamp, sigv4::Error> {
        match self.scope_day {
            ScopeDay::Same => Timestamp::new(self.configuration.now),
            ScopeDay::Before => Timestamp::new(self.configuration.now - list::DAY),
        }
    }

    fn sent_with(&self, Signature { steps, added }: Signature) -> Sent {
        let question_mark = if self.query.is_empty() { "" } else { "?" };
        let (scheme, host) = (self.scheme.as_str(), &self.host);
        let mut headers = self.headers.clone();
        headers.extend(added);
        Sent {
            method: self.method.clone(),
            url: format!("{scheme}://{host}{}{question_mark}{}", self.path, self.query),
            headers,
            body: self.body.clone(),
            steps,
        }
    }
}

impl Configuration {
    fn set_secret(&mut self, secret: String) {
        self.credentials.secret_key = SecretKey::new(secret);
    }

    fn set_token(&mut self, token: Option<&str>) {
        self.credentials.session_token = token.map(SessionToken::new);
    }
}

impl Sent {
    /// The value of the header of that lower-case name; empty where there is none.
    fn header(&mut self, name: &str) -> &mut String {
        let at = self.headers.iter().position(|(known, _)| known == name).unwrap_or_else(|| {
            self.headers.push((name.to_owned(), String::new()));
            self.headers.len() - 1
        });
        &mut self.headers[at].1
    }

    fn remove_header(&mut self, name: &str) {
        self.headers.retain(|(known, _)| known != name);
    }
}

/// Without the values of headers, one of which is the session token.
impl std::fmt::Debug for Sent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<_> = self.headers.iter().map(|(name, _)| name).collect();
        f.debug_struct("Sent")
            .field("method", &self.method)
            .field("url", &self.url)
            .field("headers", &names)
            .finish_non_exhaustive()
    }
}

fn hmac(key: &[u8], message: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(message.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
