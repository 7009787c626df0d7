//! Options that several verbs share.

use std::{path::PathBuf, time::Duration};

use clap::{Args, ValueEnum};
use contract::CallLimits;
use findings::scenario::{Given, Scenario, UnknownScenario};
use measure::{
    error::ExitError,
    interrupt::Interrupt,
    notices::Notices,
    run::{Choices, Launching},
    session::{HostKind, Session, TargetName, TargetOptions},
};
use serde::Serialize;

use crate::output::{self, print, print_json};

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people
    Text,
    /// For programs: one document on standard output
    Json,
    /// For reports
    Markdown,
}

impl Format {
    /// Prints `result` in this format.
    pub(super) fn print<T: Serialize>(
        self,
        result: &T,
        text: impl FnOnce(&T) -> String,
        markdown: impl FnOnce(&T) -> String,
    ) -> Result<(), ExitError> {
        match self {
            Self::Text => print(&text(result)),
            Self::Json => print_json(result),
            Self::Markdown => print(&markdown(result)),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ColorWhen {
    /// On a terminal, unless `NO_COLOR` is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Where the calls go")]
pub(super) struct TargetArgs {
    /// The embedded endpoint or AWS [default: sandbox]
    #[arg(long, value_enum)]
    target: Option<TargetName>,
    /// Any AWS-compatible server, as scheme, host and port [env: `AWS_ENDPOINT_URL`]
    #[arg(long, value_name = "URL")]
    endpoint_url: Option<String>,
    /// Region to call and sign for [env: `AWS_REGION`, `AWS_DEFAULT_REGION`]
    #[arg(long)]
    region: Option<String>,
    /// Profile in ~/.aws/config and ~/.aws/credentials [env: `AWS_PROFILE`]
    #[arg(long)]
    profile: Option<String>,
    /// File of environment variables; those already set win [default: ./.env, if it exists]
    #[arg(long, value_name = "FILE")]
    env_file: Option<PathBuf>,
    /// Time limit for one attempt of a call
    #[arg(long, value_name = "SECONDS", default_value = "30", value_parser = seconds)]
    timeout: Duration,
    /// Time limit for a whole call, with its pages, polls and retries
    #[arg(long, value_name = "SECONDS", default_value = "900", value_parser = seconds)]
    call_timeout: Duration,
    /// Most responses that one call reads: pages of a listing, polls of a wait
    #[arg(long, value_name = "N", default_value_t = CallLimits::default().pages,
        value_parser = clap::value_parser!(u32).range(1..))]
    max_pages: u32,
    /// Most bytes that one call reads, over all its responses; the SDK's own calls have no such limit
    #[arg(long, value_name = "BYTES", default_value_t = CallLimits::default().bytes,
        value_parser = clap::value_parser!(u64).range(1..))]
    max_bytes: u64,
}

impl TargetArgs {
    /// Resolves these options, unless a signal comes first.
    pub(super) async fn session(&self, interrupt: &Interrupt) -> Result<Session, ExitError> {
        interrupt.or(Session::resolve(&self.options(None))).await?
    }

    fn options(&self, api_url: Option<String>) -> TargetOptions {
        TargetOptions {
            notices: Notices(output::warn),
            target: self.target,
            endpoint_url: self.endpoint_url.clone(),
            region: self.region.clone(),
            profile: self.profile.clone(),
            env_file: self.env_file.clone(),
            api_url,
            attempt_timeout: Some(self.timeout),
            limits: CallLimits {
                pages: self.max_pages,
                bytes: self.max_bytes,
                time: self.call_timeout,
            },
            delay: Duration::ZERO,
        }
    }
}

/// Where scenarios are played, and on what.
#[derive(Debug, Args)]
pub(super) struct ScenarioArgs {
    #[command(flatten)]
    target: TargetArgs,
    /// URL that the API scenarios call, with its stage
    #[arg(long, value_name = "URL", help_heading = "Where the calls go")]
    api_url: Option<String>,
    #[command(flatten)]
    work: WorkArgs,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "What to work on")]
struct WorkArgs {
    /// Bucket to list [default: the first]
    #[arg(long)]
    bucket: Option<String>,
    /// Key of the object to presign [default: the first in the bucket]
    #[arg(long)]
    key: Option<String>,
    /// Images to look for, by name, with * and ?
    #[arg(long, value_name = "PATTERN", default_value = "al2023-ami-2023.*-x86_64")]
    ami_name: String,
    /// Owner of the images: an account, `amazon`, `self` or `aws-marketplace`
    #[arg(long, value_name = "OWNER", default_value = "amazon")]
    ami_owner: String,
    /// Instance type to launch
    #[arg(long, value_name = "TYPE", default_value = "t3.micro")]
    instance_type: String,
    /// Launch on AWS too; it costs money until the instance is terminated, seconds later
    #[arg(long)]
    allow_launch: bool,
}

impl ScenarioArgs {
    /// Resolves these options, unless a signal comes first.
    pub(super) async fn session(
        &self,
        interrupt: &Interrupt,
    ) -> Result<(Session, Choices), ExitError> {
        let options = self.target.options(self.api_url.clone());
        let session = interrupt.or(Session::resolve(&options)).await??;
        let choices = self.choices(session.host);
        Ok((session, choices))
    }

    pub(super) fn given(&self) -> Given {
        Given { bucket: self.work.bucket.is_some(), key: self.work.key.is_some() }
    }

    fn choices(&self, host: HostKind) -> Choices {
        let work = &self.work;
        Choices {
            bucket: work.bucket.clone(),
            key: work.key.clone(),
            ami_name: work.ami_name.clone(),
            ami_owner: work.ami_owner.clone(),
            instance_type: work.instance_type.clone(),
            launching: match host {
                HostKind::Amazon if !work.allow_launch => Launching::Withheld,
                HostKind::Amazon | HostKind::Other => Launching::Allowed,
            },
        }
    }
}

/// The scenario called `name`.
pub(super) fn scenario(name: &str) -> Result<Scenario, ExitError> {
    name.parse().map_err(|unknown: UnknownScenario| ExitError::usage(unknown.to_string()))
}

pub(super) fn seconds(text: &str) -> Result<Duration, String> {
    text.parse()
        .ok()
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .filter(|duration| !duration.is_zero())
        .ok_or_else(|| "not a number of seconds above zero".to_owned())
}
