//! The words of the command line.

mod bench;
mod report;

use std::{path::PathBuf, time::Duration};

use clap::{Args, Parser, Subcommand, ValueEnum};
use contract::CallLimits;
use findings::{footprint::Task, scenario::Given};
use measure::{
    notices::Notices,
    run::{Choices, Launching},
    session::{HostKind, TargetName, TargetOptions},
    sign,
};

use crate::output;

pub(super) use bench::{BenchArgs, Subject};
pub(super) use report::ReportArgs;

/// AWS called by hand and through aws-sdk-rust, side by side
///
/// Without a verb it runs every scenario on both sides, against an endpoint in this process that
/// answers as AWS does and checks every signature: no account, no network.
#[derive(Debug, Parser)]
#[command(name = "compare", version, args_conflicts_with_subcommands = true)]
#[command(after_help = "Example: compare --only s3 --format json")]
pub struct Cli {
    #[command(subcommand)]
    pub(super) verb: Option<Verb>,
    #[command(flatten)]
    pub(super) run: RunArgs,
    /// When to use colours
    // Without a heading of its own it would be under the last one of those above, in every verb.
    #[arg(long, global = true, value_enum, default_value_t = ColorWhen::Auto, value_name = "WHEN")]
    #[arg(help_heading = None::<&str>)]
    pub(super) color: ColorWhen,
}

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Run every scenario on both sides: same result or not, requests sent, latency [default]
    #[command(after_help = "Example: compare run --only ec2 --endpoint-url http://127.0.0.1:5000")]
    Run(RunArgs),
    /// One operation step by step on both sides: what was signed, sent and answered, and why
    #[command(after_help = "Example: compare explain s3-list-objects")]
    Explain(ExplainArgs),
    /// What can go wrong: what the service answers, what each side tells its user, what is lost
    #[command(after_help = "Example: compare errors s3-request-time-too-skewed")]
    Errors(ErrorsArgs),
    /// Sign any request with both signers, showing every step; nothing is sent
    #[command(
        after_help = "Example: compare sign GET 'https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08'"
    )]
    Sign(SignArgs),
    /// The sandbox's verdict on signed requests, without sending them
    #[command(after_help = "Example: compare verify --jsonl < signed.jsonl")]
    Verify(VerifyArgs),
    /// Measure both sides, paired
    #[command(after_help = "Example: cargo run --release -p compare -- bench signing")]
    Bench(BenchArgs),
    /// What runs on each side between a call and its answer: phases, allocations, instructions
    #[command(after_help = "Example: compare paths s3-list-buckets --instructions")]
    Paths(PathsArgs),
    /// What each side costs to own: crates, lines, build time and memory, binary size
    #[command(after_help = "Example: compare footprint --build list-buckets")]
    Footprint(FootprintArgs),
    /// Write REPORT.md, its plots and report.html, from what is measured here and now
    #[command(after_help = "Example: cargo run --release -p compare -- report")]
    Report(ReportArgs),
    /// Serve the embedded endpoint until stopped, for other clients
    #[command(after_help = "Example: compare sandbox --port 4566")]
    Sandbox(SandboxArgs),
    /// Terminate what killed runs left behind; runs under way are left alone
    #[command(after_help = "Example: compare cleanup --target aws --region eu-west-1")]
    Cleanup(CleanupArgs),
    /// Print shell completions
    #[command(after_help = "Example: compare completions bash > /etc/bash_completion.d/compare")]
    Completions(CompletionsArgs),
}

#[derive(Debug, Args)]
pub(super) struct RunArgs {
    /// Only these scenarios and what they need: names, or `s3`, `ec2`, `api`
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub(super) only: Vec<String>,
    /// How to print the results
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(super) format: Format,
    #[command(flatten)]
    pub(super) place: PlaceArgs,
    /// The route that the API scenarios call, stage included
    #[arg(long, value_name = "URL")]
    pub(super) api_url: Option<String>,
    #[command(flatten)]
    pub(super) work: WorkArgs,
}

#[derive(Debug, Args)]
pub(super) struct ExplainArgs {
    /// A scenario of `compare run`, such as s3-list-objects or ec2-run-instances
    #[arg(value_name = "OPERATION")]
    pub(super) operation: String,
    /// Show derived keys and session tokens in full; of the sandbox's credentials alone
    #[arg(long)]
    pub(super) show_secrets: bool,
    /// How to print the results
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(super) format: Format,
    #[command(flatten)]
    pub(super) place: PlaceArgs,
    /// The route that the API scenarios call, stage included
    #[arg(long, value_name = "URL")]
    pub(super) api_url: Option<String>,
    #[command(flatten)]
    pub(super) work: WorkArgs,
}

#[derive(Debug, Args)]
pub(super) struct PathsArgs {
    /// A scenario of `compare run`, such as s3-list-buckets or ec2-run-instances
    #[arg(value_name = "OPERATION")]
    pub(super) operation: String,
    /// Count instructions and functions too, with valgrind; takes some seconds
    #[arg(long)]
    pub(super) instructions: bool,
    /// How to print the results
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(super) format: Format,
    #[command(flatten)]
    pub(super) place: PlaceArgs,
    /// The route that the API scenarios call, stage included
    #[arg(long, value_name = "URL")]
    pub(super) api_url: Option<String>,
    #[command(flatten)]
    pub(super) work: WorkArgs,
}

#[derive(Debug, Args)]
pub(super) struct FootprintArgs {
    /// Make the builds of this program that nobody has made yet, on both sides: takes long
    #[arg(long, value_enum, value_name = "PROGRAM", value_delimiter = ',')]
    pub(super) build: Vec<Task>,
    /// The project's Cargo.toml [default: that of the folder this is run in]
    #[arg(long, value_name = "FILE")]
    pub(super) manifest_path: Option<PathBuf>,
    /// How to print the results
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(super) format: Format,
}

/// Where the calls go
#[derive(Debug, Args)]
#[command(next_help_heading = "Where the calls go")]
pub(super) struct PlaceArgs {
    /// The embedded endpoint, or AWS itself [default: sandbox]
    #[arg(long, value_enum)]
    target: Option<TargetName>,
    /// Any AWS-compatible server: scheme, host and port [env: `AWS_ENDPOINT_URL`]
    #[arg(long, value_name = "URL")]
    endpoint_url: Option<String>,
    /// [env: `AWS_REGION`, `AWS_DEFAULT_REGION`]
    #[arg(long)]
    region: Option<String>,
    /// A profile of ~/.aws/config and ~/.aws/credentials [env: `AWS_PROFILE`]
    #[arg(long)]
    profile: Option<String>,
    /// Variables for this run; what the environment has already wins [default: ./.env, if there]
    #[arg(long, value_name = "FILE")]
    env_file: Option<PathBuf>,
    /// How long one attempt of a call may take
    #[arg(long, value_name = "SECONDS", default_value = "30", value_parser = seconds)]
    timeout: Duration,
    /// How long a whole call may take, its pages, polls and retries included
    #[arg(long, value_name = "SECONDS", default_value = "900", value_parser = seconds)]
    call_timeout: Duration,
    /// How many answers one call may read: pages of a listing, polls of a wait
    #[arg(long, value_name = "N", default_value_t = CallLimits::default().pages,
        value_parser = clap::value_parser!(u32).range(1..))]
    max_pages: u32,
    /// How many bytes one call may read, all its answers together; the SDK's own calls have no limit
    #[arg(long, value_name = "BYTES", default_value_t = CallLimits::default().bytes,
        value_parser = clap::value_parser!(u64).range(1..))]
    max_bytes: u64,
}

/// What to work on
#[derive(Debug, Args)]
#[command(next_help_heading = "What to work on")]
pub(super) struct WorkArgs {
    /// [default: the first]
    #[arg(long)]
    bucket: Option<String>,
    /// An object's key [default: the first in the bucket]
    #[arg(long)]
    key: Option<String>,
    /// Name of the images to look for, with * and ?
    #[arg(long, value_name = "PATTERN", default_value = "al2023-ami-2023.*-x86_64")]
    ami_name: String,
    /// Their owner: an account, or `amazon`, `self`, `aws-marketplace`
    #[arg(long, value_name = "OWNER", default_value = "amazon")]
    ami_owner: String,
    /// What to launch
    #[arg(long, value_name = "TYPE", default_value = "t3.micro")]
    instance_type: String,
    /// Launch on AWS too: it costs money until the instance is terminated, which is seconds later
    #[arg(long)]
    allow_launch: bool,
}

#[derive(Debug, Args)]
pub(super) struct SignArgs {
    /// [METHOD] URL, path and query as they would stand on the wire
    #[arg(value_name = "[METHOD] URL", num_args = 1..=2, required_unless_present = "jsonl")]
    pub(super) request: Vec<String>,
    /// Requests from standard input, one JSON document a line; answers likewise
    #[arg(long, conflicts_with = "request")]
    pub(super) jsonl: bool,
    /// A header of the request
    #[arg(short = 'H', long = "header", value_name = "'Name: value'")]
    pub(super) headers: Vec<String>,
    /// The body
    #[arg(long, value_name = "TEXT", conflicts_with = "body_file")]
    pub(super) body: Option<String>,
    /// A file that holds the body
    #[arg(long, value_name = "FILE")]
    pub(super) body_file: Option<PathBuf>,
    /// [default: from an AWS host name]
    #[arg(long)]
    pub(super) service: Option<String>,
    /// When: 20150830T123600Z [default: now]
    #[arg(long)]
    pub(super) time: Option<String>,
    /// Put the signature into the URL
    #[arg(long)]
    pub(super) presign: bool,
    /// For how long the URL is good
    #[arg(long, value_name = "SECONDS", default_value_t = 3600)]
    pub(super) expires: u64,
    /// What stands for the body [default: signed, but unsigned for a presigned URL of S3]
    #[arg(long, value_enum)]
    pub(super) payload: Option<sign::Payload>,
    /// What happens to dots and doubled slashes [default: the service's rule]
    #[arg(long, value_enum)]
    pub(super) path: Option<sign::Path>,
    /// How often the path is encoded [default: the service's rule]
    #[arg(long, value_enum)]
    pub(super) encode_path: Option<sign::EncodePath>,
    /// Whether x-amz-content-sha256 goes along [default: the service's rule]
    #[arg(long, value_enum)]
    pub(super) content_sha256: Option<sign::ContentSha256>,
    /// Whether the session token is signed [default: the service's rule]
    #[arg(long, value_enum)]
    pub(super) token: Option<sign::Token>,
    /// Who signs
    #[arg(long, value_enum, default_value_t = SignSide::Both)]
    pub(super) side: SignSide,
    /// How to print the results
    #[arg(long, value_enum, default_value_t = SignFormat::Text)]
    pub(super) format: SignFormat,
    #[command(flatten)]
    pub(super) keys: KeyArgs,
}

/// Whose keys
#[derive(Debug, Args)]
#[command(next_help_heading = "Whose keys")]
pub(super) struct KeyArgs {
    /// [default: from an AWS host name; env: `AWS_REGION`, `AWS_DEFAULT_REGION`]
    #[arg(long)]
    region: Option<String>,
    /// A profile of ~/.aws/config and ~/.aws/credentials [env: `AWS_PROFILE`]
    #[arg(long)]
    profile: Option<String>,
    /// Variables for this run; what the environment has already wins [default: ./.env, if there]
    #[arg(long, value_name = "FILE")]
    env_file: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct VerifyArgs {
    /// Signed requests from standard input, one JSON document a line; verdicts likewise
    #[arg(long, required = true)]
    jsonl: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum SignSide {
    /// By hand
    Raw,
    /// The crate aws-sigv4
    Sdk,
    /// One after the other
    Both,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum SignFormat {
    /// Every step, for people
    Text,
    /// Every step of each side
    Json,
    /// The request as it goes over the wire
    Http,
    /// A line for the shell that sends it
    Curl,
}

#[derive(Debug, Args)]
pub(super) struct ErrorsArgs {
    /// Cases, shown in full, or `s3`, `ec2`, `api` [default: all of them, in a table]
    #[arg(value_name = "CASE")]
    pub(super) cases: Vec<String>,
    /// How to print the results
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(super) format: Format,
}

#[derive(Debug, Args)]
pub(super) struct SandboxArgs {
    /// On 127.0.0.1; 0 for any
    #[arg(long, default_value_t = 0)]
    pub(super) port: u16,
    /// Changes nothing: the one line is JSON
    #[arg(long, value_enum, default_value_t = Format::Json, hide = true)]
    format: Format,
}

#[derive(Debug, Args)]
pub(super) struct CleanupArgs {
    /// Only what this run launched, even if it is under way: its id follows `compare-` in the tag `Name`
    #[arg(long, value_name = "ID")]
    pub(super) run: Option<String>,
    /// Everything of ours, even what runs under way have launched
    #[arg(long, conflicts_with = "run")]
    pub(super) all: bool,
    /// Of runs elsewhere, which may be under way, end what is older: 90s, 30m, 2h or 1d
    #[arg(long, value_name = "AGE", default_value = "1h", value_parser = age)]
    #[arg(conflicts_with_all = ["run", "all"])]
    pub(super) older_than: Duration,
    /// How to print the results
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(super) format: Format,
    #[command(flatten)]
    pub(super) place: PlaceArgs,
}

#[derive(Debug, Args)]
pub(super) struct CompletionsArgs {
    /// For which shell
    #[arg(value_enum)]
    pub(super) shell: clap_complete::Shell,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people
    Text,
    /// One document on standard output
    Json,
    /// For reports
    Markdown,
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

impl PlaceArgs {
    pub(super) fn wish(&self, api_url: Option<&String>) -> TargetOptions {
        TargetOptions {
            notices: Notices(output::warn),
            target: self.target,
            endpoint_url: self.endpoint_url.clone(),
            region: self.region.clone(),
            profile: self.profile.clone(),
            env_file: self.env_file.clone(),
            api_url: api_url.cloned(),
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

impl KeyArgs {
    pub(super) fn wish(&self) -> TargetOptions {
        TargetOptions {
            notices: Notices(output::warn),
            region: self.region.clone(),
            profile: self.profile.clone(),
            env_file: self.env_file.clone(),
            ..TargetOptions::default()
        }
    }
}

impl WorkArgs {
    pub(super) fn given(&self) -> Given {
        Given { bucket: self.bucket.is_some(), key: self.key.is_some() }
    }

    pub(super) fn choices(&self, host: HostKind) -> Choices {
        Choices {
            bucket: self.bucket.clone(),
            key: self.key.clone(),
            ami_name: self.ami_name.clone(),
            ami_owner: self.ami_owner.clone(),
            instance_type: self.instance_type.clone(),
            launching: match host {
                HostKind::Amazon if !self.allow_launch => Launching::Withheld,
                _ => Launching::Allowed,
            },
        }
    }
}

fn age(text: &str) -> Result<Duration, String> {
    let units = [("s", 1), ("m", 60), ("h", 60 * 60), ("d", 24 * 60 * 60)];
    let unit =
        units.into_iter().find_map(|(unit, seconds)| Some((text.strip_suffix(unit)?, seconds)));
    unit.and_then(|(number, seconds)| number.parse::<u64>().ok()?.checked_mul(seconds))
        .map(Duration::from_secs)
        .ok_or_else(|| "not a number with one of the units s, m, h, d".to_owned())
}

fn seconds(text: &str) -> Result<Duration, String> {
    text.parse()
        .ok()
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .filter(|duration| !duration.is_zero())
        .ok_or_else(|| "not a number of seconds above zero".to_owned())
}
