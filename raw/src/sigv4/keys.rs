use super::{CredentialScope, SigningKey};
use contract::SecretKey;
use std::fmt;
use std::sync::{Mutex, PoisonError};

/// A cache of derived signing keys. With a cached key, the last step of a signature takes 4 SHA-256
/// compressions instead of 22.
///
/// A key is looked up by its secret key and credential scope, which are all that it is derived from: a
/// key from before a rotation of credentials or before midnight is never returned. When the cache is
/// full, the least recently used key is dropped. The mutex is held for a comparison, or at most for a
/// derivation (a microsecond), and never across an await.
#[derive(Default)]
pub struct KeyCache(Mutex<Vec<Entry>>);

struct Entry {
    secret: SecretKey,
    scope: Vec<u8>,
    key: SigningKey,
}

impl KeyCache {
    /// How many keys are kept: more than the regions and services that a process usually calls in a day.
    pub const CAPACITY: usize = 16;

    /// An empty cache.
    #[must_use]
    pub const fn new() -> Self {
        Self(Mutex::new(Vec::new()))
    }

    /// The key of `secret` for `scope`, derived on the first call.
    #[must_use]
    pub fn signing_key(&self, secret: &SecretKey, scope: &CredentialScope<'_>) -> SigningKey {
        // A panic cannot leave an entry half written, so a poisoned lock is safe to use.
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = |entry: &Entry| entry.scope == scope.0 && entry.secret == *secret;
        if let Some(at) = entries.iter().position(known) {
            entries[..=at].rotate_right(1);
        } else {
            entries.truncate(Self::CAPACITY - 1);
            let key = SigningKey::derive(secret, scope);
            entries.insert(0, Entry { secret: secret.clone(), scope: scope.0.to_owned(), key });
        }
        entries[0].key.clone()
    }
}

impl fmt::Debug for KeyCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyCache(** redacted **)")
    }
}
