//! Keys in variables: of the environment or of the env file, and never of both.

use contract::Credentials;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::{TargetOptions, credentials::Keys};
use crate::{
    environment::{Environment, Origin},
    error::ExitError,
};

const KEY_PAIR: [&str; 2] = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];
/// The second is botocore's older name of the first.
const TOKENS: [&str; 2] = ["AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN"];
const EXPIRATION: &str = "AWS_CREDENTIAL_EXPIRATION";
/// In the order of the aws CLI's second version and of the SDKs; botocore has the other.
const PROFILES: [&str; 2] = ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"];

/// The profile that is asked for, by option or variable, and what there is to say of it. Keys in the
/// process's environment leave one that only an env file names unused.
pub(super) fn profile(
    options: &TargetOptions,
    environment: &Environment,
) -> (Option<String>, Vec<String>) {
    if options.profile.is_some() {
        return (options.profile.clone(), Vec::new());
    }
    let is_covered = KEY_PAIR.iter().any(|name| environment.in_process(name).is_some());
    let in_process = PROFILES.map(|name| environment.in_process(name));
    let [name, other] = match in_process {
        [None, None] if is_covered => return (None, Vec::new()),
        [None, None] => PROFILES.map(|name| environment.in_file(name)),
        set => set,
    };
    let notes = match (name, other) {
        (Some(name), Some(other)) if name != other => {
            let [used, unused] = PROFILES;
            vec![format!("{used} is used, and {unused}, which names another profile, is not")]
        }
        _ => Vec::new(),
    };
    (name.or(other).map(str::to_owned), notes)
}

/// Whether a key pair, or a part of one, stands in a variable.
pub(super) fn has_key(environment: &Environment) -> bool {
    environment.first(&KEY_PAIR).is_some()
}

/// That a session token without keys beside it is not used.
pub(super) fn lone_token(options: &TargetOptions, environment: &Environment) -> Option<String> {
    let (name, _, origin) = environment.first(&TOKENS)?;
    let is_lone = options.profile.is_none() && !has_key(environment);
    is_lone.then(|| format!("{name} ({origin}) is not used: it has no key pair beside it"))
}

/// A key pair in the environment or the env file; a profile that was asked for by option goes before.
///
/// # Errors
/// Exit 3: half a key pair, or parts of one that come from two places.
pub(super) fn keys(
    options: &TargetOptions,
    environment: &Environment,
) -> Result<Option<Keys>, ExitError> {
    if options.profile.is_some() {
        return Ok(None);
    }
    let process = Variables { origin: Origin::Process, get: &|name| environment.in_process(name) };
    let file = environment.file().unwrap_or(Origin::Process);
    let file = Variables { origin: file, get: &|name| environment.in_file(name) };
    let (used, other) = match (process.has_key(), file.has_key()) {
        (false, false) => return Ok(None),
        (true, _) => (&process, &file),
        (false, true) => (&file, &process),
    };
    // A complete pair that lies below another is covered by it as a whole; anything less would join it.
    let covered = other.has_pair();
    let joining = other.set(&[TOKENS[0], TOKENS[1], KEY_PAIR[0], KEY_PAIR[1], EXPIRATION]);
    let says_who = if used.origin == Origin::Process { vec![] } else { process.set(&PROFILES) };
    if let Some(part) = joining.first().filter(|_| !covered).or(says_who.first()) {
        let set = used.set(&KEY_PAIR).join(" and ");
        return Err(ExitError::unavailable(format!(
            "credentials from two places: {set} from {}, {part} from {}",
            used.origin, other.origin
        ))
        .help(
            "set key id, secret, token, expiry and profile in one place and unset the others, or \
             name a profile with --profile",
        ));
    }
    let mut keys = used.keys()?;
    if covered {
        let origin = &other.origin;
        keys.notes.push(format!("the keys in {origin} are not used: the environment has keys"));
    }
    let unused = other.set(&PROFILES);
    if let (Some(name), Origin::Process) = (unused.first(), &used.origin) {
        let origin = &other.origin;
        keys.notes.push(format!("{name} in {origin} is not used: the environment has keys"));
    }
    Ok(Some(keys))
}

/// The variables of one origin.
struct Variables<'a> {
    origin: Origin,
    get: &'a dyn Fn(&str) -> Option<&'a str>,
}

impl Variables<'_> {
    fn has_key(&self) -> bool {
        !self.set(&KEY_PAIR).is_empty()
    }

    fn has_pair(&self) -> bool {
        self.set(&KEY_PAIR).len() == KEY_PAIR.len()
    }

    /// Those of `names` that are set.
    fn set<'name>(&self, names: &[&'name str]) -> Vec<&'name str> {
        names.iter().copied().filter(|name| (self.get)(name).is_some()).collect()
    }

    fn keys(&self) -> Result<Keys, ExitError> {
        let Self { origin, get } = self;
        let (id, secret) = match KEY_PAIR.map(get) {
            [Some(id), Some(secret)] => (id, secret),
            [None, _] => return Err(half(KEY_PAIR[1], origin, KEY_PAIR[0])),
            [_, None] => return Err(half(KEY_PAIR[0], origin, KEY_PAIR[1])),
        };
        let mut credentials = Credentials::new(id, secret);
        let mut from = format!("{}, {origin}", KEY_PAIR.join(" and "));
        match TOKENS.map(get) {
            [Some(one), Some(other)] if one != other => {
                let [one, other] = TOKENS;
                return Err(ExitError::unavailable(format!(
                    "two session tokens: {one} and {other} differ ({origin})"
                ))
                .help(format!("unset {other}, the older name, or make both the same")));
            }
            [Some(token), _] => {
                credentials = credentials.with_session_token(token);
                from = format!("{from}, with {}, {origin}", TOKENS[0]);
            }
            [None, Some(token)] => {
                credentials = credentials.with_session_token(token);
                from = format!("{from}, with {}, {origin}", TOKENS[1]);
            }
            [None, None] => {}
        }
        let notes = get(EXPIRATION).map(expiry).into_iter().collect();
        Ok(Keys { credentials, origin: origin.clone(), from, notes })
    }
}

/// What `AWS_CREDENTIAL_EXPIRATION` says, in words.
fn expiry(text: &str) -> String {
    match OffsetDateTime::parse(text, &Rfc3339) {
        Ok(end) if end <= OffsetDateTime::now_utc() => {
            format!("the keys expired at {text} ({EXPIRATION}); get new ones")
        }
        Ok(_) => format!("the keys expire at {text} ({EXPIRATION})"),
        Err(_) => format!("{EXPIRATION} is not a time such as 2030-01-31T12:00:00Z"),
    }
}

fn half(present: &str, origin: &Origin, absent: &str) -> ExitError {
    ExitError::unavailable(format!("half a key pair: {present} is set ({origin}), {absent} is not"))
        .help(format!("set {absent} too, or unset {present} and name a profile with --profile"))
}
