//! The identities that may call, with throw-away credentials.

use std::fmt;

/// The account that owns everything here. AWS uses this number in its own examples.
pub(crate) const ACCOUNT_ID: &str = "111122223333";

/// An identity and its credentials, which are new at each start.
#[derive(Clone)]
pub struct Identity {
    /// `admin`, `temporary`, `expired`, `reader` or `invoker`.
    pub name: String,
    /// The access key ID.
    pub access_key_id: String,
    /// The secret that belongs to it.
    pub secret_access_key: String,
    /// The session token, for temporary credentials.
    pub session_token: Option<String>,
    /// What the identity may do, for people to read.
    pub allowed: String,
    /// The ARN that AWS's messages show for the caller.
    pub arn: String,
    policy: Policy,
    lifetime: TokenLifetime,
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity")
            .field("name", &self.name)
            .field("access_key_id", &self.access_key_id)
            .field("arn", &self.arn)
            .finish_non_exhaustive()
    }
}

#[derive(Clone, Copy)]
enum Policy {
    Everything,
    Reading,
    Invoking,
}

/// Whether the session token is still valid.
#[derive(Clone, Copy, PartialEq)]
enum TokenLifetime {
    Current,
    Expired,
}

/// The result of checking the session token of a request, or its absence.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum TokenStatus {
    Valid,
    Missing,
    Wrong,
    Expired,
}

impl Identity {
    /// Makes the five identities, with new credentials.
    pub(crate) fn all() -> Result<Vec<Identity>, getrandom::Error> {
        let user = |name: &str, policy, allowed: &str| -> Result<Identity, getrandom::Error> {
            Ok(Identity {
                name: name.to_owned(),
                access_key_id: format!("AKIA{}", random(16, BASE32)?),
                secret_access_key: random(40, BASE64)?,
                session_token: None,
                allowed: allowed.to_owned(),
                arn: format!("arn:aws:iam::{ACCOUNT_ID}:user/{name}"),
                policy,
                lifetime: TokenLifetime::Current,
            })
        };
        let role = |name: &str, lifetime, allowed: &str| -> Result<Identity, getrandom::Error> {
            Ok(Identity {
                access_key_id: format!("ASIA{}", random(16, BASE32)?),
                // Real tokens vary in length around 512 characters, and end in padding.
                session_token: Some(format!("IQoJb3JpZ2luX2VjE{}==", random(493, BASE64)?)),
                arn: format!("arn:aws:sts::{ACCOUNT_ID}:assumed-role/admin/{name}"),
                lifetime,
                ..user(name, Policy::Everything, allowed)?
            })
        };
        Ok(vec![
            user("admin", Policy::Everything, "everything")?,
            role("temporary", TokenLifetime::Current, "everything, with its session token")?,
            role("expired", TokenLifetime::Expired, "nothing: its session token has expired")?,
            user("reader", Policy::Reading, "to read: S3 Get and List, EC2 Describe")?,
            user("invoker", Policy::Invoking, "to call the REST API: execute-api:Invoke")?,
        ])
    }

    /// Whether the identity's policy allows `action`, such as `s3:ListBucket`.
    pub(crate) fn may(&self, action: &str) -> bool {
        let starts = |prefixes: &[&str]| prefixes.iter().any(|prefix| action.starts_with(prefix));
        match self.policy {
            Policy::Everything => true,
            Policy::Reading => starts(&["s3:Get", "s3:List", "ec2:Describe"]),
            Policy::Invoking => action == "execute-api:Invoke",
        }
    }

    /// Checks the session token of a request that names this identity's access key.
    pub(crate) fn check_token(&self, sent: Option<&str>) -> TokenStatus {
        match (self.session_token.as_deref(), sent) {
            (None, None) => TokenStatus::Valid,
            (Some(_), None) => TokenStatus::Missing,
            (Some(stored), Some(sent)) if stored == sent => match self.lifetime {
                TokenLifetime::Current => TokenStatus::Valid,
                TokenLifetime::Expired => TokenStatus::Expired,
            },
            _ => TokenStatus::Wrong,
        }
    }
}

/// The alphabet of access key IDs.
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
/// The alphabet of secrets and tokens. `+` and `/` expose clients that forget to encode them.
const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// A random text. The size of the alphabet must divide 256, so that every character is equally
/// likely.
fn random(length: usize, alphabet: &[u8]) -> Result<String, getrandom::Error> {
    let mut bytes = vec![0; length];
    getrandom::fill(&mut bytes)?;
    Ok(bytes.iter().map(|byte| char::from(alphabet[usize::from(*byte) % alphabet.len()])).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_secret() {
        for identity in Identity::all().unwrap() {
            let shown = format!("{identity:?}");
            assert!(!shown.contains(&identity.secret_access_key), "{shown}");
            if let Some(token) = &identity.session_token {
                assert!(!shown.contains(token), "{shown}");
            }
        }
    }

    #[test]
    fn policies_allow_what_their_descriptions_say() {
        let all = Identity::all().unwrap();
        let may = |name: &str, action| all.iter().find(|i| i.name == name).unwrap().may(action);
        assert!(may("admin", "ec2:TerminateInstances"));
        assert!(may("reader", "s3:GetObject") && may("reader", "s3:ListAllMyBuckets"));
        assert!(may("reader", "ec2:DescribeImages") && !may("reader", "ec2:RunInstances"));
        assert!(!may("reader", "execute-api:Invoke") && may("invoker", "execute-api:Invoke"));
        assert!(!may("invoker", "s3:GetObject"));
    }

    #[test]
    fn session_tokens_are_checked() {
        let all = Identity::all().unwrap();
        let token = |name: &str| all.iter().find(|i| i.name == name).unwrap();
        let valid = token("temporary").session_token.clone();
        assert_eq!(token("temporary").check_token(valid.as_deref()), TokenStatus::Valid);
        assert_eq!(token("temporary").check_token(None), TokenStatus::Missing);
        assert_eq!(token("temporary").check_token(Some("x")), TokenStatus::Wrong);
        assert_eq!(token("admin").check_token(Some("x")), TokenStatus::Wrong);
        let expired = token("expired").session_token.clone();
        assert_eq!(token("expired").check_token(expired.as_deref()), TokenStatus::Expired);
    }
}
