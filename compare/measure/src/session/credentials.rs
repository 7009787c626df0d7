//! Finds credentials and a region in options, the environment, the env file and profiles.

use contract::{Credentials, CredentialsError};

use super::{TargetOptions, network::Network, placeholder::placeholder, variables};
use crate::{
    environment::{Environment, Origin},
    error::ExitError,
    masking,
    profiles::{KeySource, Profiles},
    region,
};

/// Credentials and region for signing without sending anything.
#[derive(Debug)]
pub struct ResolvedCredentials {
    /// From the environment, the env file or a profile.
    pub credentials: Credentials,
    /// The configured region, if there is one.
    pub region: Option<String>,
    /// Notes on the credentials, for the user.
    pub notes: Vec<String>,
}

/// Resolves credentials and region without a target.
///
/// # Errors
/// As [`Session::resolve`](super::Session::resolve), except for a missing region: the URL may name one.
pub async fn credentials(options: &TargetOptions) -> Result<ResolvedCredentials, ExitError> {
    let environment = Environment::load(options.env_file.as_deref(), options.notices)?;
    let sources = Sources::open(options, &environment)?;
    let Keys { credentials, notes, .. } = sources.keys().await?;
    masking::register(&credentials);
    let region = sources.region()?.map(|(region, _)| region);
    Ok(ResolvedCredentials { credentials, region, notes })
}

/// Credentials and where they came from.
#[derive(Debug)]
pub(super) struct Keys {
    pub(super) credentials: Credentials,
    /// The one origin of id, secret, token and expiry.
    pub(super) origin: Origin,
    /// The origin for the reader.
    pub(super) from: String,
    /// Notes for the user.
    pub(super) notes: Vec<String>,
}

impl Keys {
    /// Refuses keys that would send a secret, and ids that cannot be one.
    ///
    /// A control character in the id passes: no header can contain it, so nothing is sent, and the
    /// comparison shows how each side fails.
    fn checked(self) -> Result<Self, ExitError> {
        let is_control = |id: &str| id.contains(|c: char| c.is_ascii_control() && c != '\t');
        match self.credentials.check() {
            Ok(()) => {}
            Err(CredentialsError::BadCharacter { .. })
                if is_control(self.credentials.access_key_id.as_str()) => {}
            Err(error) => {
                let Self { from, .. } = &self;
                let help = match error {
                    CredentialsError::Swapped => {
                        "swap them: the access key id is the shorter one, of capital letters and \
                         digits (on AWS it begins with AKIA or ASIA)"
                    }
                    CredentialsError::EmptyAccessKeyId | CredentialsError::BadCharacter { .. } => {
                        "copy the value again, without anything around it"
                    }
                };
                return Err(ExitError::unavailable(format!("{error} ({from})")).help(help));
            }
        }
        Ok(self)
    }

    /// Refuses placeholders and ids that AWS never issues. An access key id has only letters, digits and
    /// underscores (`[\w]+` in IAM's API reference); 40 characters of base64 are a secret.
    pub(super) fn checked_for_aws(self) -> Result<Self, ExitError> {
        let id = self.credentials.access_key_id.as_str();
        let is_word = id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        let has_lower_case = id.bytes().any(|byte| byte.is_ascii_lowercase());
        let wrong = if let Some(placeholder) = placeholder(&self.credentials) {
            placeholder
        } else if id.len() == 40 && has_lower_case {
            "the access key id looks like a secret; nothing was sent"
        } else if !is_word {
            "the access key id is not one of AWS's, which have only letters and digits"
        } else {
            return Ok(self);
        };
        Err(ExitError::unavailable(format!("{wrong} ({})", self.from)).help(
            "copy both from IAM's list of access keys, or from your organisation's sign-in page",
        ))
    }
}

/// Checks that `what` (an endpoint, proxy or CA bundle, whose owner can read signed requests) may see the
/// keys. A file may set it only for its own keys; an option or a variable of the process may set it for
/// any. Otherwise the `.env` of a downloaded project could send the user's own keys anywhere.
///
/// # Errors
/// Exit 3: `what` and the keys come from different places.
pub(super) fn may_see_keys(what: &str, set_by: &Origin, keys: &Origin) -> Result<(), ExitError> {
    if *set_by == Origin::Process || set_by == keys {
        return Ok(());
    }
    let message = format!("{what} is set by {set_by}, but the keys come from {keys}");
    Err(ExitError::unavailable(message).help(
        "a file's endpoints, proxies and CA bundles apply only to the keys in that file; set it with \
         an option (--endpoint-url) or in the environment, or take both from one place",
    ))
}

/// Where keys and region come from.
#[derive(Debug)]
pub(super) struct Sources<'a> {
    options: &'a TargetOptions,
    environment: &'a Environment,
    pub(super) profiles: Profiles,
    /// The profile that an option or variable names.
    named: Option<String>,
    notes: Vec<String>,
}

impl<'a> Sources<'a> {
    /// Reads the profiles.
    ///
    /// # Errors
    /// Exit 3: a profile file cannot be read, unless variables contain the keys and no profile is named.
    pub(super) fn open(
        options: &'a TargetOptions,
        environment: &'a Environment,
    ) -> Result<Self, ExitError> {
        let (named, mut notes) = variables::profile(options, environment);
        notes.extend(variables::lone_token(options, environment));
        let profiles = match Profiles::load(environment) {
            Ok(profiles) => profiles,
            Err(error) if named.is_none() && variables::has_key(environment) => {
                notes.push(format!("no profile is used: {error}"));
                Profiles::default()
            }
            Err(error) => return Err(error),
        };
        Ok(Self { options, environment, profiles, named, notes })
    }

    /// The name of the profile in use.
    pub(super) fn profile(&self) -> &str {
        self.named.as_deref().unwrap_or("default")
    }

    /// The configured region and where it came from.
    pub(super) fn region(&self) -> Result<Option<(String, String)>, ExitError> {
        let variables = ["AWS_REGION", "AWS_DEFAULT_REGION"];
        let (region, from) = if let Some(region) = &self.options.region {
            (region.as_str(), "--region".to_owned())
        } else if let Some((name, region, origin)) = self.environment.first(&variables) {
            (region, format!("{name}, {origin}"))
        } else if let Some((region, _)) = self.profiles.property(self.profile(), "region") {
            (region, format!("the profile `{}`", self.profile()))
        } else {
            return Ok(None);
        };
        region::check_syntax(region)?;
        Ok(Some((region.to_owned(), from)))
    }

    /// Keys that need no request: from variables or a profile.
    ///
    /// # Errors
    /// Exit 3: no keys, half a pair, parts from two places, or keys that must not be sent.
    pub(super) async fn keys(&self) -> Result<Keys, ExitError> {
        self.keys_without_request().await?.checked()
    }

    async fn keys_without_request(&self) -> Result<Keys, ExitError> {
        match self.find()? {
            Found::Keys(keys) => Ok(keys),
            Found::Process(origin) => {
                self.refuse_command_of_file(&origin)?;
                let read = sdk::credentials::from_process(self.profile(), self.profiles.for_sdk());
                let from = format!("the credential_process of the profile `{}`", self.profile());
                read.await
                    .map(|credentials| self.keys_of(credentials, origin, from))
                    .map_err(|error| self.no_credentials(&*error))
            }
            Found::Service(does) => Err(self.needs_a_request(does)),
            Found::Nothing => Err(self.no_keys()),
        }
    }

    /// The same keys, or those that the SDK's providers get: roles, SSO, containers, instance metadata.
    ///
    /// # Errors
    /// Those of [`Self::keys`], and exit 3 for keys that AWS does not issue.
    pub(super) async fn keys_on_aws(
        &self,
        region: &str,
        network: &Network,
    ) -> Result<Keys, ExitError> {
        let (proxies, ca_bundle) = (network.proxies.as_ref(), network.ca_bundle.as_ref());
        let found = match self.find()? {
            Found::Keys(keys) => return keys.checked()?.checked_for_aws(),
            Found::Process(_) => return self.keys().await?.checked_for_aws(),
            Found::Service(_) => {
                let profiles = self.profiles.for_sdk();
                sdk::credentials::from_profile(self.profile(), profiles, region, proxies, ca_bundle)
                    .await
                    .map(|credentials| (credentials, format!("the profile `{}`", self.profile())))
            }
            Found::Nothing if self.named.is_some() => return Err(self.no_keys()),
            Found::Nothing => sdk::credentials::from_default_chain(region, proxies, ca_bundle)
                .await
                .map(|(credentials, provider)| {
                    (credentials, format!("the SDK's default chain ({provider})"))
                }),
        };
        found
            .map(|(credentials, from)| self.keys_of(credentials, Origin::Chain, from))
            .map_err(|error| self.no_credentials(&*error))?
            .checked()
    }

    fn find(&self) -> Result<Found, ExitError> {
        if let Some(mut keys) = variables::keys(self.options, self.environment)? {
            keys.notes.extend(self.notes.iter().cloned());
            return Ok(Found::Keys(keys));
        }
        Ok(match self.profiles.key_source(self.profile())? {
            Some(KeySource::Static(credentials, origin)) => {
                let from = format!("the profile `{}`", self.profile());
                Found::Keys(self.keys_of(credentials, origin, from))
            }
            Some(KeySource::Process(origin)) => Found::Process(origin),
            Some(KeySource::Service(does)) => Found::Service(does),
            None => Found::Nothing,
        })
    }

    fn keys_of(&self, credentials: Credentials, origin: Origin, from: String) -> Keys {
        let from = match &origin {
            Origin::File(path) => format!("{from}, in a file that {} names", path.display()),
            Origin::Process | Origin::Profiles | Origin::Chain => from,
        };
        Keys { credentials, origin, from, notes: self.notes.clone() }
    }

    /// Refuses to run a command that an env file chooses: a `.env` may come with a downloaded project.
    fn refuse_command_of_file(&self, origin: &Origin) -> Result<(), ExitError> {
        let Origin::File(path) = origin else { return Ok(()) };
        Err(ExitError::unavailable(format!(
            "the profile `{}` runs a command (credential_process), and its file is named by {}",
            self.profile(),
            path.display()
        ))
        .help("set AWS_CONFIG_FILE in the environment to allow it"))
    }

    fn needs_a_request(&self, does: &str) -> ExitError {
        let name = self.profile();
        ExitError::unavailable(format!(
            "no credentials: the profile `{name}` {does}, which needs a request to AWS; `sign` and \
             --endpoint-url make none"
        ))
        .help(format!(
            "use --target aws, or: eval \"$(aws configure export-credentials --profile {name} \
             --format env)\""
        ))
    }

    fn no_keys(&self) -> ExitError {
        let Some(name) = &self.named else { return none_set() };
        let what = if self.profiles.has(name) {
            format!("the profile `{name}` has no keys")
        } else {
            format!("there is no profile `{name}`")
        };
        let help = self.profiles.hint(name).or(none_set().help);
        ExitError { help, ..ExitError::unavailable(format!("no credentials: {what}")) }
    }

    fn no_credentials(&self, error: &(dyn std::error::Error + 'static)) -> ExitError {
        let mut why = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause {
            why = format!("{why}: {error}");
            cause = error.source();
        }
        let source = match &self.named {
            Some(name) => format!("the profile `{name}`"),
            None => "the SDK's default chain".to_owned(),
        };
        ExitError { message: format!("no credentials: {source} has none: {why}"), ..none_set() }
    }
}

/// What variables and the profile offer.
enum Found {
    Keys(Keys),
    /// `credential_process`
    Process(Origin),
    /// A service to ask; the text says what the profile does.
    Service(&'static str),
    Nothing,
}

pub(super) fn no_region() -> ExitError {
    ExitError::unavailable("no region: neither --region nor AWS_REGION nor a profile sets one")
        .help("add --region us-east-1, or the region of the resources")
}

fn none_set() -> ExitError {
    let what = "no credentials: AWS_ACCESS_KEY_ID is not set, and no default profile has keys";
    ExitError::unavailable(what).help(
        "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (in the environment or in ./.env), or choose \
         a profile with --profile",
    )
}
