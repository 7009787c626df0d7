//! Keys from variables: of the process or of the env file, never a mix of both.

use contract::Credentials;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::{TargetOptions, credentials::Keys};
use crate::{
    environment::{Environment, Origin},
    error::ExitError,
};

const KEY_PAIR: [&str; 2] = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];
/// The second is botocore's older name.
const TOKENS: [&str; 2] = ["AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN"];
const EXPIRATION: &str = "AWS_CREDENTIAL_EXPIRATION";
/// In the order of AWS CLI v2 and the SDKs; botocore's is the reverse.
const PROFILES: [&str; 2] = ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"];

/// The profile that an option or variable names, and notes on it. If the process has keys, a profile named
/// by an env file is not used.
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
            vec![format!("{used} is used; {unused}, which names another profile, is not")]
        }
        _ => Vec::new(),
    };
    (name.or(other).map(str::to_owned), notes)
}

/// Whether a variable contains a key, even half a pair.
pub(super) fn has_key(environment: &Environment) -> bool {
    environment.first(&KEY_PAIR).is_some()
}

/// A note that a session token without a key pair is not used.
pub(super) fn lone_token(options: &TargetOptions, environment: &Environment) -> Option<String> {
    let (name, _, origin) = environment.first(&TOKENS)?;
    let is_lone = options.profile.is_none() && !has_key(environment);
    is_lone.then(|| format!("{name} ({origin}) is not used: no variable sets a key pair"))
}

/// The key pair from the process or the env file; `None` if `--profile` is given, which wins.
///
/// # Errors
/// Exit 3: half a key pair, or parts from two places.
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
    // A complete pair is overridden as a whole; a part of one would mix with the pair in use.
    let is_overridden = other.has_pair();
    let parts = other.set(&[TOKENS[0], TOKENS[1], KEY_PAIR[0], KEY_PAIR[1], EXPIRATION]);
    let profiles = if used.origin == Origin::Process { vec![] } else { process.set(&PROFILES) };
    if let Some(part) = parts.first().filter(|_| !is_overridden).or(profiles.first()) {
        let set = used.set(&KEY_PAIR).join(" and ");
        return Err(ExitError::unavailable(format!(
            "credentials from two places: {set} from {}, {part} from {}",
            used.origin, other.origin
        ))
        .help(
            "set key id, secret, token, expiry and profile in one place and unset the others, or \
             choose a profile with --profile",
        ));
    }
    let mut keys = used.keys()?;
    if is_overridden {
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

    /// The `names` that are set.
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
        if let [Some(one), Some(other)] = TOKENS.map(get)
            && one != other
        {
            let [one, other] = TOKENS;
            return Err(ExitError::unavailable(format!(
                "two session tokens: {one} and {other} differ ({origin})"
            ))
            .help(format!("unset {other}, the older name, or make both the same")));
        }
        if let Some((name, token)) = TOKENS.iter().find_map(|name| Some((name, get(name)?))) {
            credentials = credentials.with_session_token(token);
            from = format!("{from}, with {name}, {origin}");
        }
        let notes = get(EXPIRATION).map(expiry).into_iter().collect();
        Ok(Keys { credentials, origin: origin.clone(), from, notes })
    }
}

/// A note on the expiry time in `AWS_CREDENTIAL_EXPIRATION`.
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
        .help(format!("set {absent} too, or unset {present} and choose a profile with --profile"))
}
