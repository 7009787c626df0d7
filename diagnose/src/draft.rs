//! A request before it is signed, and as it is sent.

use std::{
    fmt,
    time::{Duration, SystemTime},
};

use contract::{Credentials, SecretKey, SessionToken};
use raw::{
    observe::Steps,
    sigv4::{Rules, Scheme},
};

/// A request and everything that its signature depends on. Every part can be changed.
#[derive(Debug, Clone)]
pub struct Draft {
    /// For example `GET`.
    pub method: String,
    /// The URL's scheme.
    pub scheme: Scheme,
    /// The URL's host: name or address, and the port unless it is the default for the scheme.
    pub host: String,
    /// The URL's path, percent-encoded, with its first slash.
    pub path: String,
    /// The URL's query, percent-encoded, without the question mark.
    pub query: String,
    /// All headers except those that signing adds.
    pub headers: Vec<(String, String)>,
    /// Empty if there is none.
    pub body: Vec<u8>,
    /// Credentials, region and clock.
    pub configuration: Configuration,
    /// The service in the credential scope.
    pub service: String,
    /// The day in the credential scope.
    pub scope_day: ScopeDay,
    /// How the service wants requests canonicalised.
    pub rules: Rules,
}

/// What every client lets its user configure.
#[derive(Debug, Clone)]
pub struct Configuration {
    /// The keys to sign with.
    pub credentials: Credentials,
    /// The region in the credential scope.
    pub region: String,
    /// The time of signing.
    pub now: SystemTime,
}

/// The day in the credential scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScopeDay {
    /// The day of the signature, as AWS demands.
    OfSignature,
    /// The day before.
    DayBefore,
}

/// A signed request as it is sent.
#[derive(Clone, PartialEq, Eq)]
pub struct Sent {
    /// For example `GET`.
    pub method: String,
    /// The complete URL.
    pub url: String,
    /// All headers except `host` and `content-length`, which HTTP clients add.
    pub headers: Vec<(String, String)>,
    /// Empty if there is none.
    pub body: Vec<u8>,
    /// How it was signed.
    pub steps: Steps,
}

impl Draft {
    /// A time on the day that the credential scope names.
    pub(crate) fn scope_time(&self) -> SystemTime {
        match self.scope_day {
            ScopeDay::OfSignature => self.configuration.now,
            ScopeDay::DayBefore => self.configuration.now - Duration::from_hours(24),
        }
    }

    /// The request with `added`, the headers that signing adds.
    pub(crate) fn sent_with(&self, added: Vec<(String, String)>, steps: Steps) -> Sent {
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

    /// Appends `parameter` to the query.
    pub(crate) fn add_parameter(&mut self, parameter: &str) {
        if !self.query.is_empty() {
            self.query.push('&');
        }
        self.query.push_str(parameter);
    }

    pub(crate) fn add_header(&mut self, name: &str, value: &str) {
        self.headers.push((name.to_owned(), value.to_owned()));
    }
}

impl Configuration {
    pub(crate) fn change_secret(&mut self, change: impl FnOnce(&str) -> String) {
        let secret = change(self.credentials.secret_key.expose());
        self.credentials.secret_key = SecretKey::new(secret);
    }

    pub(crate) fn set_token(&mut self, token: Option<&str>) {
        self.credentials.session_token = token.map(SessionToken::new);
    }
}

impl Sent {
    /// The value of the header with the lower-case name `name`. A missing header is added, empty.
    pub(crate) fn header(&mut self, name: &str) -> &mut String {
        let index = self.headers.iter().position(|(known, _)| known == name).unwrap_or_else(|| {
            self.headers.push((name.to_owned(), String::new()));
            self.headers.len() - 1
        });
        &mut self.headers[index].1
    }

    pub(crate) fn remove_header(&mut self, name: &str) {
        self.headers.retain(|(known, _)| known != name);
    }
}

/// Leaves out the values of headers: one of them is the session token.
impl fmt::Debug for Sent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.headers.iter().map(|(name, _)| name).collect();
        f.debug_struct("Sent")
            .field("method", &self.method)
            .field("url", &self.url)
            .field("headers", &names)
            .finish_non_exhaustive()
    }
}
