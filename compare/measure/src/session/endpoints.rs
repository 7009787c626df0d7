//! Endpoints set by options, variables and profiles, with the AWS CLI's precedence
//! (<https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html>).

use contract::Endpoint;
use url::Url;

use super::{
    HostKind, address,
    credentials::{Keys, may_see_keys},
    settings::Settings,
};
use crate::{
    environment::{Environment, Origin},
    error::ExitError,
};

const IGNORE: &str = "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS";
/// Kinds of hosts that are not supported: variable, key in a profile, name.
const HOST_KINDS: [(&str, &str, &str); 2] = [
    ("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint", "FIPS"),
    ("AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint", "dual-stack"),
];

/// An endpoint and where it was set.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct NamedEndpoint {
    pub(super) url: Url,
    /// The option, variable or setting, for the reader.
    pub(super) by: String,
    /// Origin of the variable or setting; `None` for an option.
    pub(super) origin: Option<Origin>,
}

/// The endpoint of each service, if it is set.
#[derive(Debug, Default)]
pub(super) struct Endpoints {
    pub(super) s3: Option<NamedEndpoint>,
    pub(super) ec2: Option<NamedEndpoint>,
}

impl Endpoints {
    /// The endpoint of `--endpoint-url`, for both services.
    pub(super) fn by_option(text: &str) -> Result<Self, ExitError> {
        let url = address::endpoint_url(text)?;
        let endpoint = NamedEndpoint { url, by: "--endpoint-url".to_owned(), origin: None };
        Ok(Self { s3: Some(endpoint.clone()), ec2: Some(endpoint) })
    }

    /// The configured endpoints, even if a setting says to ignore them.
    ///
    /// # Errors
    /// Exit 2: an invalid URL.
    pub(super) fn configured(
        environment: &Environment,
        settings: Settings<'_>,
    ) -> Result<Self, ExitError> {
        let service = |variable: &str, key: &str| {
            let variables = environment
                .first(&[variable, "AWS_ENDPOINT_URL"])
                .map(|(name, text, origin)| (text, name.to_owned(), origin));
            let found = variables
                .or_else(|| settings.of_service(key, "endpoint_url"))
                .or_else(|| settings.get("endpoint_url"));
            found
                .map(|(text, by, origin)| {
                    let url = address::endpoint_url(text).map_err(|error| ExitError {
                        message: format!("{by}: {error}"),
                        ..error
                    })?;
                    Ok(NamedEndpoint { url, by, origin: Some(origin) })
                })
                .transpose()
        };
        Ok(Self {
            s3: service("AWS_ENDPOINT_URL_S3", "s3")?,
            ec2: service("AWS_ENDPOINT_URL_EC2", "ec2")?,
        })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.each().next().is_none()
    }

    /// The endpoints, each once.
    pub(super) fn each(&self) -> impl Iterator<Item = &NamedEndpoint> {
        let ec2 = self.ec2.as_ref().filter(|ec2| self.s3.as_ref() != Some(ec2));
        self.s3.iter().chain(ec2)
    }

    /// The options, variables or settings that set them.
    pub(super) fn names(&self) -> Vec<&str> {
        self.each().map(|endpoint| endpoint.by.as_str()).collect()
    }

    /// Notes on where the endpoints come from, after checking that they may see `keys`.
    ///
    /// # Errors
    /// Exit 3: endpoint and keys come from different places.
    pub(super) fn notes(&self, keys: &Keys) -> Result<Vec<String>, ExitError> {
        self.each()
            .map(|NamedEndpoint { by, origin, .. }| {
                let Some(origin) = origin else { return Ok(format!("endpoint from {by}")) };
                may_see_keys(&format!("the endpoint ({by})"), origin, &keys.origin)?;
                Ok(format!("endpoint from {by}, {origin}"))
            })
            .collect()
    }

    /// `Amazon` if any endpoint is AWS's.
    pub(super) fn host_kind(&self) -> HostKind {
        let is_amazon = |endpoint: &NamedEndpoint| host_kind_of(&endpoint.url) == HostKind::Amazon;
        if self.each().any(is_amazon) { HostKind::Amazon } else { HostKind::Other }
    }

    pub(super) fn for_target(&self) -> Endpoint {
        let text = |endpoint: &Option<NamedEndpoint>| {
            endpoint.as_ref().map(|endpoint| text_of(&endpoint.url))
        };
        match (text(&self.s3), text(&self.ec2)) {
            (Some(s3), Some(ec2)) if s3 == ec2 => Endpoint::Url(s3),
            (s3, ec2) => Endpoint::PerService { s3, ec2 },
        }
    }

    /// For the reader: one URL, or each URL with its service.
    pub(super) fn shown(&self) -> String {
        match self.for_target() {
            Endpoint::Url(url) => url,
            Endpoint::Aws => String::new(),
            Endpoint::PerService { s3, ec2 } => {
                let [s3, ec2] = [(s3, "S3"), (ec2, "EC2")]
                    .map(|(url, service)| url.map(|url| format!("{url} ({service})")));
                s3.into_iter().chain(ec2).collect::<Vec<_>>().join(", ")
            }
        }
    }
}

fn host_kind_of(url: &Url) -> HostKind {
    url.host_str().map_or(HostKind::Other, address::host_kind)
}

fn text_of(url: &Url) -> String {
    url.as_str().trim_end_matches('/').to_owned()
}

/// The variable or setting that makes configured endpoints ignored, if there is one.
pub(super) fn ignored_by(environment: &Environment, settings: Settings<'_>) -> Option<String> {
    switched_on_by(environment, settings, IGNORE, "ignore_configured_endpoint_urls")
}

/// The unsupported kinds of hosts that are asked for: by which variable or setting, and the kind's name.
pub(super) fn host_kinds_asked_for(
    environment: &Environment,
    settings: Settings<'_>,
) -> Vec<(String, &'static str)> {
    let asked =
        |(variable, key, kind)| Some((switched_on_by(environment, settings, variable, key)?, kind));
    HOST_KINDS.into_iter().filter_map(asked).collect()
}

/// The variable that is true or, if it is not set, the setting that is.
fn switched_on_by(
    environment: &Environment,
    settings: Settings<'_>,
    variable: &str,
    key: &str,
) -> Option<String> {
    let variable = environment.get(variable).map(|(value, _)| (value, variable.to_owned()));
    let (value, by) = variable.or_else(|| settings.get(key).map(|(value, by, _)| (value, by)))?;
    is_true(value).then_some(by)
}

fn is_true(value: &str) -> bool {
    value.trim().eq_ignore_ascii_case("true")
}
