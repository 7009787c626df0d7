//! Who calls, and for which region: from options, the environment, the env file and profiles.

use contract::Credentials;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::Wish;
use crate::{
    environment::{Environment, Origin},
    error::Stop,
    region,
};

const KEY_PAIR: [&str; 2] = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];
/// The second is botocore's older name of the first.
const TOKENS: [&str; 2] = ["AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN"];
const EXPIRATION: &str = "AWS_CREDENTIAL_EXPIRATION";
/// In the order of the aws CLI's second version and of the SDKs; botocore has the other.
const PROFILES: [&str; 2] = ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"];

/// Who signs where nothing is sent.
#[derive(Debug)]
pub struct Caller {
    /// From the environment, the env file or a static profile.
    pub credentials: Credentials,
    /// Where one is set anywhere.
    pub region: Option<String>,
    /// What else there is to say of the keys, for standard error.
    pub notes: Vec<String>,
}

/// Resolves whose keys sign, and for which region, without a place to send anything to.
///
/// # Errors
/// As [`Place::resolve`](super::Place::resolve); that no region is set is for the signer to say, which may find one in the
/// URL.
pub async fn caller(wish: &Wish) -> Result<Caller, Stop> {
    let environment = Environment::load(wish.env_file.as_deref())?;
    let profile = profile(wish, &environment);
    let keys = match keys(wish, &environment)? {
        Some(found) => found,
        None => from_profile(profile.as_deref()).await?,
    };
    let region = region_of(wish, &environment, profile.as_deref()).await?;
    Ok(Caller {
        credentials: keys.credentials,
        region: region.map(|(region, _)| region),
        notes: keys.notes,
    })
}

/// The region, and where it was named, if it was.
pub(super) async fn region_of(
    wish: &Wish,
    environment: &Environment,
    profile: Option<&str>,
) -> Result<Option<(String, String)>, Stop> {
    if let Some(region) = &wish.region {
        region::check_spelling(region)?;
        return Ok(Some((region.clone(), "--region".to_owned())));
    }
    if let Some((name, region, origin)) = environment.first(&["AWS_REGION", "AWS_DEFAULT_REGION"]) {
        region::check_spelling(region)?;
        return Ok(Some((region.to_owned(), format!("{name}, {origin}"))));
    }
    if let Some(region) = sdk::credentials::region_of_profile(profile).await {
        region::check_spelling(&region)?;
        return Ok(Some((region, format!("the profile `{}`", profile.unwrap_or("default")))));
    }
    Ok(None)
}

pub(super) fn no_region() -> Stop {
    Stop::impossible("no region: neither --region nor AWS_REGION nor a profile names one")
        .help("add --region us-east-1, or the one that the resources are in")
}

/// Whose keys sign, and where they came from.
#[derive(Debug)]
pub(super) struct Keys {
    pub(super) credentials: Credentials,
    /// All of them: id, secret, token and expiry are taken from one place or not at all.
    pub(super) origin: Origin,
    /// In words.
    pub(super) from: String,
    /// What else there is to say of them.
    pub(super) notes: Vec<String>,
}

/// Refuses to let `what` (an endpoint, a proxy, a CA bundle: whoever controls it may read what is
/// signed), named by `named_by`, see keys of `keys`. A file may name it for the keys that stand in
/// the same file; for others it takes an option or a variable of the process. Otherwise a `.env` that
/// came with somebody's project would have the caller's own keys sent to whom it likes.
///
/// # Errors
/// Exit 3, with what mixes.
pub(super) fn may_see_keys(what: &str, named_by: &Origin, keys: &Origin) -> Result<(), Stop> {
    if *named_by == Origin::Process || named_by == keys {
        return Ok(());
    }
    let message = format!("{what} is named by {named_by}, and the keys come from {keys}");
    Err(Stop::impossible(message).help(
        "a file's endpoints, proxies and CA bundles are used with that file's keys alone; name it \
         with an option (--endpoint-url) or in the environment, or take both from one place",
    ))
}

/// The profile that is asked for, by option or variable. Keys in the process's environment leave one
/// that only an env file names unused.
pub(super) fn profile(wish: &Wish, environment: &Environment) -> Option<String> {
    let named = |get: fn(&Environment, &str) -> Option<String>| {
        PROFILES.iter().find_map(|name| get(environment, name))
    };
    let in_process = || named(|it, name| it.in_process(name).map(str::to_owned));
    let in_file = || {
        let unused = KEY_PAIR.iter().any(|name| environment.in_process(name).is_some());
        (!unused).then(|| named(|it, name| it.in_file(name).map(str::to_owned))).flatten()
    };
    wish.profile.clone().or_else(in_process).or_else(in_file)
}

/// A key pair in the environment or the env file; a profile that was asked for by option goes before.
///
/// # Errors
/// Exit 3: half a key pair, or parts of one that come from two places.
pub(super) fn keys(wish: &Wish, environment: &Environment) -> Result<Option<Keys>, Stop> {
    if wish.profile.is_some() {
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
        return Err(Stop::impossible(format!(
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

    fn keys(&self) -> Result<Keys, Stop> {
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
                return Err(Stop::impossible(format!(
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

fn half(present: &str, origin: &Origin, absent: &str) -> Stop {
    Stop::impossible(format!("half a key pair: {present} is set ({origin}), {absent} is not"))
        .help(format!("set {absent} too, or unset {present} and name a profile with --profile"))
}

pub(super) async fn from_profile(profile: Option<&str>) -> Result<Keys, Stop> {
    let name = format!("the profile `{}`", profile.unwrap_or("default"));
    match (sdk::credentials::from_profile(profile).await, profile) {
        (Ok(credentials), _) => {
            Ok(Keys { credentials, origin: Origin::Profiles, from: name, notes: Vec::new() })
        }
        (Err(error), Some(_)) => Err(no_credentials(&format!("{name} has no keys"), &*error)),
        // Nobody named a profile, so how the reader of profiles words it helps nobody.
        (Err(_), None) => Err(none_set()),
    }
}

pub(super) fn no_credentials(what: &str, error: &(dyn std::error::Error + 'static)) -> Stop {
    let mut why = format!("{what}: {error}");
    let mut cause = error.source();
    while let Some(error) = cause {
        why = format!("{why}: {error}");
        cause = error.source();
    }
    Stop { message: format!("no credentials: {why}"), ..none_set() }
}

fn none_set() -> Stop {
    let what = "no credentials: AWS_ACCESS_KEY_ID is not set, and no default profile has keys";
    Stop::impossible(what).help(
        "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (in the environment or in ./.env), or name \
         a profile with --profile",
    )
}
