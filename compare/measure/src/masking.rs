//! Masks secrets in messages: an error can quote a service, and a service can quote what it was sent.

use std::sync::{Mutex, PoisonError};

use contract::Credentials;
use raw::redact::Secrets;

static SECRETS: Mutex<Vec<Secrets>> = Mutex::new(Vec::new());

/// Makes [`mask`] hide the secrets of `credentials` from now on.
pub fn register(credentials: &Credentials) {
    // A poisoned lock must not unmask anything.
    SECRETS.lock().unwrap_or_else(PoisonError::into_inner).push(Secrets::of(credentials));
}

/// `text` with every registered secret masked.
#[must_use]
pub fn mask(text: &str) -> String {
    let mut text = text.to_owned();
    for secrets in SECRETS.lock().unwrap_or_else(PoisonError::into_inner).iter() {
        secrets.redact(&mut text);
    }
    text
}
