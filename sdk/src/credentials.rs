//! Loads credentials with the SDK's providers, once for both sides.

use std::error::Error;

use aws_config::{
    Region,
    default_provider::credentials::DefaultCredentialsChain,
    profile::{ProfileFileCredentialsProvider, profile_file},
    provider_config::ProviderConfig,
};
use aws_credential_types::provider::ProvideCredentials;
use aws_smithy_runtime_api::client::{
    http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn},
    orchestrator::HttpRequest,
    result::ConnectorError,
};
use contract::{CaBundle, Credentials, Proxies};

use crate::connector::{self, Tls};

/// Runs the command of the profile `name` (`credential_process`) and returns the credentials that it
/// prints. Sends no request.
///
/// `profiles` is the text of a config file. The shared files are not read.
///
/// # Errors
/// The provider's: the profile does not exist, or the command fails.
pub async fn from_process(
    name: &str,
    profiles: String,
) -> Result<Credentials, Box<dyn Error + Send + Sync>> {
    // The provider prepares for roles and instance metadata in any case, and panics without an HTTP
    // client.
    let offline = http_client_fn(|_, _| SharedHttpConnector::new(Offline));
    load_profile(name, profiles, &ProviderConfig::empty().with_http_client(offline)).await
}

/// Loads the credentials of the profile `name` from AWS: from an assumed role, web identity or SSO.
///
/// `profiles` is the text of a config file. The shared files are not read.
///
/// # Errors
/// The provider's: the profile does not exist, or a service refuses.
pub async fn from_profile(
    name: &str,
    profiles: String,
    region: &str,
    proxies: Option<&Proxies>,
    ca_bundle: Option<&CaBundle>,
) -> Result<Credentials, Box<dyn Error + Send + Sync>> {
    let http_client = connector::http_client(proxies, ca_bundle, Tls::Needed)
        .map_err(|failure| failure.display)?;
    let config = ProviderConfig::without_region()
        .with_region(Some(Region::new(region.to_owned())))
        .with_http_client(http_client);
    load_profile(name, profiles, &config).await
}

#[expect(
    deprecated,
    reason = "the other path to these types needs aws-runtime, another dependency"
)]
async fn load_profile(
    name: &str,
    profiles: String,
    config: &ProviderConfig,
) -> Result<Credentials, Box<dyn Error + Send + Sync>> {
    let config_file = profile_file::ProfileFileKind::Config;
    let files = profile_file::ProfileFiles::builder().with_contents(config_file, profiles).build();
    let provider = ProfileFileCredentialsProvider::builder()
        .configure(config)
        .profile_name(name)
        .profile_files(files)
        .build();
    Ok(from_sdk(&provider.provide_credentials().await?))
}

/// Loads credentials from the SDK's default chain: environment, profiles with roles or SSO, web identity,
/// container and instance metadata. Also returns the name of the provider.
///
/// # Errors
/// The chain's, which names every provider that it tried.
pub async fn from_default_chain(
    region: &str,
    proxies: Option<&Proxies>,
    ca_bundle: Option<&CaBundle>,
) -> Result<(Credentials, String), Box<dyn Error + Send + Sync>> {
    let http_client = connector::http_client(proxies, ca_bundle, Tls::Needed)
        .map_err(|failure| failure.display)?;
    let chain = DefaultCredentialsChain::builder()
        .configure(ProviderConfig::without_region().with_http_client(http_client))
        .region(Region::new(region.to_owned()));
    let found = chain.build().await.provide_credentials().await?;
    let provider = format!("{found:?}");
    let provider = provider
        .split_once("provider_name: \"")
        .and_then(|(_, rest)| rest.split_once('"'))
        .map_or("default chain", |(name, _)| name)
        .to_owned();
    Ok((from_sdk(&found), provider))
}

/// An HTTP client that refuses every request.
#[derive(Debug)]
struct Offline;

impl HttpConnector for Offline {
    fn call(&self, _request: HttpRequest) -> HttpConnectorFuture {
        HttpConnectorFuture::ready(Err(ConnectorError::user(
            "no request is sent to read a profile".into(),
        )))
    }
}

pub(crate) fn for_sdk(credentials: &Credentials) -> aws_credential_types::Credentials {
    aws_credential_types::Credentials::new(
        credentials.access_key_id.as_str(),
        credentials.secret_key.expose(),
        credentials.session_token.as_ref().map(|token| token.expose().to_owned()),
        None,
        "compare",
    )
}

fn from_sdk(found: &aws_credential_types::Credentials) -> Credentials {
    let credentials = Credentials::new(found.access_key_id(), found.secret_access_key());
    match found.session_token() {
        Some(token) => credentials.with_session_token(token),
        None => credentials,
    }
}
