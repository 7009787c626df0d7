//! Where credentials come from besides the environment: the SDK's readers, asked once, for both
//! sides.

use std::error::Error;

use aws_config::{
    Region,
    default_provider::credentials::DefaultCredentialsChain,
    meta::region::ProvideRegion,
    profile::{ProfileFileCredentialsProvider, ProfileFileRegionProvider},
    provider_config::ProviderConfig,
};
use aws_credential_types::provider::ProvideCredentials;
use aws_smithy_runtime_api::client::{
    http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn},
    orchestrator::HttpRequest,
    result::ConnectorError,
};
use contract::Credentials;

use crate::config;

/// The credentials in the profile `name` (absent: the default one) of the shared files, where they
/// stand there as keys. No request is made: a profile that would assume a role is an error.
///
/// # Errors
/// The reader's own: no such profile, no keys in it, a file that does not parse.
pub async fn from_profile(name: Option<&str>) -> Result<Credentials, Box<dyn Error + Send + Sync>> {
    // The reader prepares for roles and instance metadata before it knows whether it needs them, and
    // panics where it has no HTTP client to prepare with.
    let nobody = http_client_fn(|_, _| SharedHttpConnector::new(Unreachable));
    let mut provider = ProfileFileCredentialsProvider::builder()
        .configure(&ProviderConfig::empty().with_http_client(nobody));
    if let Some(name) = name {
        provider = provider.profile_name(name);
    }
    Ok(from_sdk(&provider.build().provide_credentials().await?))
}

/// The credentials that the SDK's default chain finds: environment, profiles with roles or SSO, web
/// identity, container and instance metadata. With them, the name of the provider that had them.
///
/// # Errors
/// The chain's own, which names every provider that it tried.
pub async fn from_default_chain(
    profile: Option<&str>,
    region: &str,
    proxy: Option<&str>,
) -> Result<(Credentials, String), Box<dyn Error + Send + Sync>> {
    let http_client = config::http_client(proxy).map_err(|failure| failure.display)?;
    let mut chain = DefaultCredentialsChain::builder()
        .configure(ProviderConfig::without_region().with_http_client(http_client))
        .region(Region::new(region.to_owned()));
    if let Some(profile) = profile {
        chain = chain.profile_name(profile);
    }
    let found = chain.build().await.provide_credentials().await?;
    let provider = format!("{found:?}");
    let provider = provider
        .split_once("provider_name: \"")
        .and_then(|(_, rest)| rest.split_once('"'))
        .map_or("default chain", |(name, _)| name)
        .to_owned();
    Ok((from_sdk(&found), provider))
}

/// The region of the profile `name`, if it names one.
pub async fn region_of_profile(name: Option<&str>) -> Option<String> {
    let mut provider = ProfileFileRegionProvider::builder().configure(&ProviderConfig::empty());
    if let Some(name) = name {
        provider = provider.profile_name(name);
    }
    provider.build().region().await.map(|region| region.to_string())
}

/// Stands where an HTTP client must be and none may be used.
#[derive(Debug)]
struct Unreachable;

impl HttpConnector for Unreachable {
    fn call(&self, _request: HttpRequest) -> HttpConnectorFuture {
        HttpConnectorFuture::ready(Err(ConnectorError::user(
            "no request is made to read a profile".into(),
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
