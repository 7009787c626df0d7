use super::{CredentialScope, SigningKey};
use contract::SecretKey;
use std::fmt;
use std::sync::{Mutex, PoisonError};

/// Signing keys that were derived before, so that the last step of a signature takes four compressions
/// and not twenty-two.
///
/// A key is found by its secret and its credential scope, which are all that it is derived from:
/// after a rotation of credentials or at midnight nothing old is served. The least recently used
/// of [`KeyCache::CAPACITY`] keys makes room. A plain mutex guards them: it is held for a comparison,
/// at most for a derivation (a microsecond), and never across an await.
#[derive(Default)]
pub struct KeyCache(Mutex<Vec<Entry>>);

struct Entry {
    secret: SecretKey,
    scope: Vec<u8>,
    key: SigningKey,
}

impl KeyCache {
    /// More regions and services than one process usually calls in a day.
    pub const CAPACITY: usize = 16;

    /// An empty cache.
    #[must_use]
    pub const fn new() -> Self {
        Self(Mutex::new(Vec::new()))
    }

    /// The key of `secret` for `scope`, derived at the first call.
    #[must_use]
    pub fn signing_key(&self, secret: &SecretKey, scope: &CredentialScope<'_>) -> SigningKey {
        // A panic elsewhere cannot leave an entry half written, so a poisoned lock is still good.
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
