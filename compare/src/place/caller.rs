//! Who calls, and for which region: from options, the environment, the env file and profiles.

use contract::Credentials;

use super::Wish;
use crate::{
    environment::{Environment, Origin},
    error::Stop,
    region,
};

/// Who signs where nothing is sent.
#[derive(Debug)]
pub struct Caller {
    /// From the environment, the env file or a static profile.
    pub credentials: Credentials,
    /// Where one is set anywhere.
    pub region: Option<String>,
}

/// Resolves whose keys sign, and for which region, without a place to send anything to.
///
/// # Errors
/// As [`Place::resolve`](super::Place::resolve); that no region is set is for the signer to say, which may find one in the
/// URL.
pub async fn caller(wish: &Wish) -> Result<Caller, Stop> {
    let environment = Environment::load(wish.env_file.as_deref())?;
    let profile = profile(wish, &environment);
    let (credentials, _) = match keys(wish, &environment)? {
        Some(found) => found,
        None => from_profile(profile.as_deref()).await?,
    };
    let region = region_of(wish, &environment, profile.as_deref()).await?;
    Ok(Caller { credentials, region: region.map(|(region, _)| region) })
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

pub(super) fn profile(wish: &Wish, environment: &Environment) -> Option<String> {
    let from_environment = || environment.get("AWS_PROFILE").map(|(name, _)| name.to_owned());
    wish.profile.clone().or_else(from_environment)
}

/// A key pair in the environment or the env file; a profile that was asked for by option goes before.
pub(super) fn keys(
    wish: &Wish,
    environment: &Environment,
) -> Result<Option<(Credentials, String)>, Stop> {
    if wish.profile.is_some() {
        return Ok(None);
    }
    let id = environment.get("AWS_ACCESS_KEY_ID");
    let secret = environment.get("AWS_SECRET_ACCESS_KEY");
    let (id, secret) = match (id, secret) {
        (Some(id), Some(secret)) => (id, secret),
        (None, None) => return Ok(None),
        (Some((_, origin)), None) => {
            return Err(half("AWS_ACCESS_KEY_ID", &origin, "AWS_SECRET_ACCESS_KEY"));
        }
        (None, Some((_, origin))) => {
            return Err(half("AWS_SECRET_ACCESS_KEY", &origin, "AWS_ACCESS_KEY_ID"));
        }
    };
    let credentials = Credentials::new(id.0, secret.0);
    let from = if id.1 == secret.1 {
        format!("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, {}", id.1)
    } else {
        format!("AWS_ACCESS_KEY_ID, {}, and AWS_SECRET_ACCESS_KEY, {}", id.1, secret.1)
    };
    Ok(Some(match environment.get("AWS_SESSION_TOKEN") {
        Some((token, origin)) => (
            credentials.with_session_token(token),
            format!("{from}, with AWS_SESSION_TOKEN, {origin}"),
        ),
        None => (credentials, from),
    }))
}

fn half(present: &str, origin: &Origin, absent: &str) -> Stop {
    Stop::impossible(format!("half a key pair: {present} is set ({origin}), {absent} is not"))
        .help(format!("set {absent} too, or unset {present} and name a profile with --profile"))
}

pub(super) async fn from_profile(profile: Option<&str>) -> Result<(Credentials, String), Stop> {
    let name = format!("the profile `{}`", profile.unwrap_or("default"));
    match (sdk::credentials::from_profile(profile).await, profile) {
        (Ok(credentials), _) => Ok((credentials, name)),
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
