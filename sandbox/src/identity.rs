//! Who may call, with which throw-away credentials.

use std::fmt;

/// The account that owns everything here: a number that AWS uses in its own examples.
pub(crate) const ACCOUNT_ID: &str = "111122223333";

/// One set of credentials that the sandbox knows, new at each start.
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
    /// What these credentials may do, in words for people.
    pub allowed: String,
    /// The ARN under which AWS's answers name the caller.
    pub arn: String,
    policy: Policy,
    term: Term,
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

/// Whether the session token is still good.
#[derive(Clone, Copy, PartialEq)]
enum Term {
    Running,
    Over,
}

/// What a session token (or its absence) turns out to be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Token {
    Right,
    Missing,
    Wrong,
    Expired,
}

impl Identity {
    /// The five identities, with fresh credentials.
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
                term: Term::Running,
            })
        };
        let role = |name: &str, term, allowed: &str| -> Result<Identity, getrandom::Error> {
            Ok(Identity {
                access_key_id: format!("ASIA{}", random(16, BASE32)?),
                // Real tokens vary in length; 512 is of their order. They end in padding.
                session_token: Some(format!("IQoJb3JpZ2luX2VjE{}==", random(493, BASE64)?)),
                arn: format!("arn:aws:sts::{ACCOUNT_ID}:assumed-role/admin/{name}"),
                term,
                ..user(name, Policy::Everything, allowed)?
            })
        };
        Ok(vec![
            user("admin", Policy::Everything, "everything")?,
            role("temporary", Term::Running, "everything, with its session token")?,
            role("expired", Term::Over, "nothing any more: its session token has expired")?,
            user("reader", Policy::Reading, "to read: S3 Get and List, EC2 Describe")?,
            user("invoker", Policy::Invoking, "to call the REST API: execute-api:Invoke")?,
        ])
    }

    /// Whether the policies allow `action`, such as `s3:ListBucket`.
    pub(crate) fn may(&self, action: &str) -> bool {
        let starts = |prefixes: &[&str]| prefixes.iter().any(|prefix| action.starts_with(prefix));
        match self.policy {
            Policy::Everything => true,
            Policy::Reading => starts(&["s3:Get", "s3:List", "ec2:Describe"]),
            Policy::Invoking => action == "execute-api:Invoke",
        }
    }

    /// Judges the session token that came along with this identity's access key.
    pub(crate) fn judge_token(&self, sent: Option<&str>) -> Token {
        match (self.session_token.as_deref(), sent) {
            (None, None) => Token::Right,
            (Some(_), None) => Token::Missing,
            (Some(right), Some(sent)) if right == sent => match self.term {
                Term::Running => Token::Right,
                Term::Over => Token::Expired,
            },
            _ => Token::Wrong,
        }
    }
}

/// The alphabet of access key IDs.
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
/// That of secrets and tokens: `+` and `/` are what careless encoders stumble over.
const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// `length` characters of an alphabet whose size divides 256, so that each is equally likely.
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
    fn policies_allow_what_their_words_say() {
        let all = Identity::all().unwrap();
        let may = |name: &str, action| all.iter().find(|i| i.name == name).unwrap().may(action);
        assert!(may("admin", "ec2:TerminateInstances"));
        assert!(may("reader", "s3:GetObject") && may("reader", "s3:ListAllMyBuckets"));
        assert!(may("reader", "ec2:DescribeImages") && !may("reader", "ec2:RunInstances"));
        assert!(!may("reader", "execute-api:Invoke") && may("invoker", "execute-api:Invoke"));
        assert!(!may("invoker", "s3:GetObject"));
    }

    #[test]
    fn tokens_are_told_apart() {
        let all = Identity::all().unwrap();
        let token = |name: &str| all.iter().find(|i| i.name == name).unwrap();
        let right = token("temporary").session_token.clone();
        assert_eq!(token("temporary").judge_token(right.as_deref()), Token::Right);
        assert_eq!(token("temporary").judge_token(None), Token::Missing);
        assert_eq!(token("temporary").judge_token(Some("x")), Token::Wrong);
        assert_eq!(token("admin").judge_token(Some("x")), Token::Wrong);
        let over = token("expired").session_token.clone();
        assert_eq!(token("expired").judge_token(over.as_deref()), Token::Expired);
    }
}
