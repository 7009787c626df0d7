//! Who calls, and for which region: from options, the environment, the env file and profiles.

use contract::{Credentials, CredentialsError};

use super::{TargetOptions, network::Network, placeholder::placeholder, variables};
use crate::{
    environment::{Environment, Origin},
    error::ExitError,
    masking,
    profiles::{Profiles, Source, StaticKeys},
    region,
};

/// Who signs where nothing is sent.
#[derive(Debug)]
pub struct ResolvedCredentials {
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
/// As [`Session::resolve`](super::Place::resolve); that no region is set is for the signer to say, which may find one in the
/// URL.
pub async fn credentials(options: &TargetOptions) -> Result<ResolvedCredentials, ExitError> {
    let environment = Environment::load(options.env_file.as_deref(), options.notices)?;
    let sources = Sources::open(options, &environment)?;
    let Keys { credentials, notes, .. } = sources.keys().await?;
    masking::register(&credentials);
    let region = sources.region()?.map(|(region, _)| region);
    Ok(ResolvedCredentials { credentials, region, notes })
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

impl Keys {
    /// Refuses keys of which a secret would be sent, or what is no key id.
    ///
    /// A control character passes: it can stand in no header, so that nothing is sent with it, and how
    /// each side fails on it is a finding.
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
                        "change them back: the access key id is the shorter one, of capitals and \
                         digits (on AWS it begins with AKIA or ASIA)"
                    }
                    CredentialsError::EmptyAccessKeyId | CredentialsError::BadCharacter { .. } => {
                        "copy the value once more, without anything around it"
                    }
                };
                return Err(ExitError::unavailable(format!("{error} ({from})")).help(help));
            }
        }
        Ok(self)
    }

    /// Refuses what AWS gives to nobody as an access key id: it is letters, digits and underscores
    /// (the API reference of IAM has `[\w]+`), and 40 of base64 are a secret. Placeholders too.
    pub(super) fn checked_for_aws(self) -> Result<Self, ExitError> {
        let id = self.credentials.access_key_id.as_str();
        let is_of_words = id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        let has_small_letters = id.bytes().any(|byte| byte.is_ascii_lowercase());
        let wrong = if let Some(placeholder) = placeholder(&self.credentials) {
            placeholder
        } else if id.len() == 40 && has_small_letters {
            "the access key id has the form of a secret; nothing was sent"
        } else if !is_of_words {
            "the access key id cannot be one of AWS, which has letters and digits only"
        } else {
            return Ok(self);
        };
        Err(ExitError::unavailable(format!("{wrong} ({})", self.from))
            .help("take both from IAM's list of access keys, or from your organisation's sign-in"))
    }
}

/// Refuses to let `what` (an endpoint, a proxy, a CA bundle: whoever controls it may read what is
/// signed), named by `named_by`, see keys of `keys`. A file may name it for the keys that stand in
/// the same file; for others it takes an option or a variable of the process. Otherwise a `.env` that
/// came with somebody's project would have the caller's own keys sent to whom it likes.
///
/// # Errors
/// Exit 3, with what mixes.
pub(super) fn may_see_keys(what: &str, named_by: &Origin, keys: &Origin) -> Result<(), ExitError> {
    if *named_by == Origin::Process || named_by == keys {
        return Ok(());
    }
    let message = format!("{what} is named by {named_by}, and the keys come from {keys}");
    Err(ExitError::unavailable(message).help(
        "a file's endpoints, proxies and CA bundles are used with that file's keys alone; name it \
         with an option (--endpoint-url) or in the environment, or take both from one place",
    ))
}

/// Where keys and region are looked for.
#[derive(Debug)]
pub(super) struct Sources<'a> {
    options: &'a TargetOptions,
    environment: &'a Environment,
    pub(super) profiles: Profiles,
    /// The one that is asked for, by option or variable.
    named: Option<String>,
    /// Why the profiles could not be read, where nothing depends on them.
    notes: Vec<String>,
}

impl<'a> Sources<'a> {
    /// Reads the profiles.
    ///
    /// # Errors
    /// Exit 3: a profile file that cannot be read, unless the keys stand in variables and no profile
    /// is asked for.
    pub(super) fn open(
        options: &'a TargetOptions,
        environment: &'a Environment,
    ) -> Result<Self, ExitError> {
        let (named, mut notes) = variables::profile(options, environment);
        notes.extend(variables::lone_token(options, environment));
        let profiles = match Profiles::load(environment) {
            Ok(profiles) => profiles,
            Err(stop) if named.is_none() && variables::has_key(environment) => {
                notes.push(format!("no profile is used: {stop}"));
                Profiles::default()
            }
            Err(stop) => return Err(stop),
        };
        Ok(Self { options, environment, profiles, named, notes })
    }

    /// The name of the profile whose settings count.
    pub(super) fn profile(&self) -> &str {
        self.named.as_deref().unwrap_or("default")
    }

    /// The region, and where it was named, if it was.
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

    /// Keys that can be had without a request: of variables, or of a profile.
    ///
    /// # Errors
    /// Exit 3: there are none, or half a pair, or parts from two places, or they must not be sent.
    pub(super) async fn keys(&self) -> Result<Keys, ExitError> {
        self.keys_without_request().await?.checked()
    }

    async fn keys_without_request(&self) -> Result<Keys, ExitError> {
        match self.found()? {
            Found::Keys(keys) => Ok(keys),
            Found::Process(origin) => {
                self.run_nothing_of_a_file(&origin)?;
                let read = sdk::credentials::from_process(self.profile(), self.profiles.for_sdk());
                let from = format!("the credential_process of the profile `{}`", self.profile());
                read.await
                    .map(|credentials| self.keys_of(credentials, origin, from))
                    .map_err(|error| self.no_credentials(&*error))
            }
            Found::Service(does) => Err(self.needs_a_request(does)),
            Found::Nothing => Err(self.nothing()),
        }
    }

    /// The same, or whatever the SDK's providers get from AWS: roles, SSO, containers, instances.
    ///
    /// # Errors
    /// Exit 3: there are none, or half a pair, or parts from two places, or they are none of AWS's.
    pub(super) async fn keys_on_aws(
        &self,
        region: &str,
        network: &Network,
    ) -> Result<Keys, ExitError> {
        let (proxies, ca_bundle) = (network.proxies.as_ref(), network.ca_bundle.as_ref());
        let found = match self.found()? {
            Found::Keys(keys) => return keys.checked()?.checked_for_aws(),
            Found::Process(_) => return self.keys().await?.checked_for_aws(),
            Found::Service(_) => {
                let profiles = self.profiles.for_sdk();
                sdk::credentials::from_profile(self.profile(), profiles, region, proxies, ca_bundle)
                    .await
                    .map(|credentials| (credentials, format!("the profile `{}`", self.profile())))
            }
            Found::Nothing if self.named.is_some() => return Err(self.nothing()),
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

    fn found(&self) -> Result<Found, ExitError> {
        if let Some(mut keys) = variables::keys(self.options, self.environment)? {
            keys.notes.extend(self.notes.iter().cloned());
            return Ok(Found::Keys(keys));
        }
        Ok(match self.profiles.source(self.profile())? {
            Some(Source::Keys(keys)) => {
                let from = format!("the profile `{}`", self.profile());
                let StaticKeys { access_key_id, secret_access_key, session_token, origin } = keys;
                let credentials = Credentials::new(access_key_id, secret_access_key);
                let credentials = match session_token {
                    Some(token) => credentials.with_session_token(token),
                    None => credentials,
                };
                Found::Keys(self.keys_of(credentials, origin, from))
            }
            Some(Source::Process(origin)) => Found::Process(origin),
            Some(Source::Service(does)) => Found::Service(does),
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

    /// A `.env` may come with somebody else's project, so a command that it chooses is not run.
    fn run_nothing_of_a_file(&self, origin: &Origin) -> Result<(), ExitError> {
        let Origin::File(path) = origin else { return Ok(()) };
        Err(ExitError::unavailable(format!(
            "the profile `{}` runs a command (credential_process), and {} names its file",
            self.profile(),
            path.display()
        ))
        .help("set AWS_CONFIG_FILE in the environment to allow it"))
    }

    fn needs_a_request(&self, does: &str) -> ExitError {
        let name = self.profile();
        ExitError::unavailable(format!(
            "no credentials: the profile `{name}` {does}, which takes a request; `sign` and \
             --endpoint-url make none"
        ))
        .help(format!(
            "use --target aws, or: eval \"$(aws configure export-credentials --profile {name} \
             --format env)\""
        ))
    }

    fn nothing(&self) -> ExitError {
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
        let asked = match &self.named {
            Some(name) => format!("the profile `{name}`"),
            None => "the SDK's default chain".to_owned(),
        };
        ExitError { message: format!("no credentials: {asked} has none: {why}"), ..none_set() }
    }
}

/// What the variables and the profile have.
enum Found {
    Keys(Keys),
    Process(Origin),
    Service(&'static str),
    Nothing,
}

pub(super) fn no_region() -> ExitError {
    ExitError::unavailable("no region: neither --region nor AWS_REGION nor a profile names one")
        .help("add --region us-east-1, or the one that the resources are in")
}

fn none_set() -> ExitError {
    let what = "no credentials: AWS_ACCESS_KEY_ID is not set, and no default profile has keys";
    ExitError::unavailable(what).help(
        "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (in the environment or in ./.env), or name \
         a profile with --profile",
    )
}
