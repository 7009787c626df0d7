use std::{fs, path::PathBuf, process::ExitCode, time::SystemTime};

use base64::{Engine, prelude::BASE64_STANDARD};
use clap::{Args, ValueEnum};
use findings::{
    side::Side,
    sign::{Judged, SignResult},
};
use measure::{
    error::ExitError,
    notices::Notices,
    region,
    runtime::several_threads,
    session::{self, HostKind, TargetOptions},
    sign::{
        ContentSha256, EncodePath, Location, Path, Payload, Secret, SignAnswer, SignJob,
        SignOutcome, Token, service,
    },
};
use raw::sigv4::{SignableRequest, Timestamp};
use render::steps;
use serde_json::Value;

use crate::{
    cli::{answers::SignSides, jsonl},
    output,
};

/// Sign any request with both signers and show every step; nothing is sent
#[derive(Debug, Args)]
#[command(
    after_help = "Example: compare sign GET 'https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08'"
)]
pub(in crate::cli) struct SignArgs {
    /// [METHOD] URL, with path and query encoded as they will be sent
    #[arg(value_name = "[METHOD] URL", num_args = 1..=2, required_unless_present = "jsonl")]
    request: Vec<String>,
    /// Read requests from standard input, one JSON document a line; print one answer a line
    #[arg(long, conflicts_with = "request")]
    jsonl: bool,
    /// Header of the request; may be given several times
    #[arg(short = 'H', long = "header", value_name = "'Name: value'")]
    headers: Vec<String>,
    /// Body of the request
    #[arg(long, value_name = "TEXT", conflicts_with = "body_file")]
    body: Option<String>,
    /// File with the body of the request
    #[arg(long, value_name = "FILE")]
    body_file: Option<PathBuf>,
    /// Service to sign for [default: from an AWS host name]
    #[arg(long)]
    service: Option<String>,
    /// Time of signing, such as 20150830T123600Z [default: now]
    #[arg(long)]
    time: Option<String>,
    /// Put the signature into the URL
    #[arg(long)]
    presign: bool,
    /// How long the presigned URL is valid
    #[arg(long, value_name = "SECONDS", default_value_t = 3600)]
    expires: u64,
    /// Sign the body or not [default: signed; for a presigned URL of S3, unsigned]
    #[arg(long, value_enum)]
    payload: Option<Payload>,
    /// Treatment of dots and double slashes in the path [default: the service's rule]
    #[arg(long, value_enum)]
    path: Option<Path>,
    /// Encode the path once or twice [default: the service's rule]
    #[arg(long, value_enum)]
    encode_path: Option<EncodePath>,
    /// Send x-amz-content-sha256 or not [default: the service's rule]
    #[arg(long, value_enum)]
    content_sha256: Option<ContentSha256>,
    /// Sign the session token or not [default: the service's rule]
    #[arg(long, value_enum)]
    token: Option<Token>,
    /// Signer to use
    #[arg(long, value_enum, default_value_t = SignSide::Both)]
    side: SignSide,
    /// How to print the results
    #[arg(long, value_enum, default_value_t = SignFormat::Text)]
    format: SignFormat,
    #[command(flatten)]
    keys: KeyArgs,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Whose keys")]
struct KeyArgs {
    /// Region to sign for [default: from an AWS host name; env: `AWS_REGION`, `AWS_DEFAULT_REGION`]
    #[arg(long)]
    region: Option<String>,
    /// Profile in ~/.aws/config and ~/.aws/credentials [env: `AWS_PROFILE`]
    #[arg(long)]
    profile: Option<String>,
    /// File of environment variables; those already set win [default: ./.env, if it exists]
    #[arg(long, value_name = "FILE")]
    env_file: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum SignSide {
    /// The signer written by hand
    Raw,
    /// The crate aws-sigv4
    Sdk,
    /// Both, one after the other
    Both,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum SignFormat {
    /// Every step, for people
    Text,
    /// Every step of each side, for programs
    Json,
    /// The signed request as HTTP text
    Http,
    /// A curl command line that sends the signed request
    Curl,
}

pub(super) fn run(args: &SignArgs) -> Result<ExitCode, ExitError> {
    if args.jsonl {
        jsonl::answer_lines(SignAnswer::to, SignAnswer::unreadable)?;
        return Ok(ExitCode::SUCCESS);
    }
    let job = job(args)?;
    let sides: &[Side] = match (args.side, args.format) {
        (SignSide::Sdk, _) => &[Side::Sdk],
        // Only one request can be sent. The two differ only in the order of their headers.
        (SignSide::Raw, _) | (SignSide::Both, SignFormat::Http | SignFormat::Curl) => &[Side::Raw],
        (SignSide::Both, _) => &[Side::Raw, Side::Sdk],
    };
    let doubts = doubts(&job);
    let play = |&side| {
        let mut signing = SignJob { side, ..job.clone() }.play();
        signing.notes.extend(doubts.iter().cloned());
        signing
    };
    let signed: Vec<_> = sides.iter().map(play).collect();
    let failure = failure(&signed);
    if signed.iter().all(|signing| signing.steps.is_err()) {
        return failure.map_or(Ok(ExitCode::SUCCESS), Err);
    }
    print_notes(&signed);
    let agree = signatures(&signed).windows(2).all(|pair| pair[0] == pair[1]);
    if !agree {
        output::warn("note: the sides made different signatures");
    }
    print(args, &job, signed)?;
    match failure {
        Some(error) => Err(error),
        None => Ok(if agree { ExitCode::SUCCESS } else { ExitCode::FAILURE }),
    }
}

/// What looks wrong about the keys. Only keys for AWS must look like AWS's, and placeholders need not.
fn doubts(job: &SignJob) -> Vec<String> {
    let credentials = job.credentials();
    let host = SignableRequest::new(&job.method, &job.url).map_or("", |request| request.host);
    match (session::placeholder(&credentials), HostKind::of(host)) {
        (None, HostKind::Amazon) => raw::aws_credential_warnings(&credentials),
        (placeholder, HostKind::Amazon | HostKind::Other) => {
            let mut doubts = raw::credential_warnings(&credentials);
            doubts.extend(placeholder.map(str::to_owned));
            doubts
        }
    }
}

fn signatures(signed: &[SignOutcome]) -> Vec<&str> {
    signed
        .iter()
        .filter_map(|signing| Some(signing.steps.as_ref().ok()?.signature.as_str()))
        .collect()
}

/// Prints each note once. A note that does not concern every side names its side.
fn print_notes(signed: &[SignOutcome]) {
    let mut notes: Vec<(&str, Vec<&str>)> = Vec::new();
    for signing in signed {
        for note in &signing.notes {
            let side = signing.side.name();
            match notes.iter_mut().find(|(known, _)| known == note) {
                Some((_, sides)) => sides.push(side),
                None => notes.push((note, vec![side])),
            }
        }
    }
    for (note, sides) in notes {
        if sides.len() == signed.len() {
            output::warn(&format!("note: {note}"));
        } else {
            output::warn(&format!("note: {}: {note}", sides.join(", ")));
        }
    }
}

/// The error for the sides that could not sign.
fn failure(signed: &[SignOutcome]) -> Option<ExitError> {
    let errors = signed.iter().filter_map(|signing| {
        let error = signing.steps.as_ref().err()?;
        Some((signing.side.name(), error.to_string()))
    });
    let errors: Vec<_> = errors.collect();
    let message = match errors.as_slice() {
        [] => return None,
        [(_, first), rest @ ..]
            if errors.len() == signed.len() && rest.iter().all(|(_, error)| error == first) =>
        {
            first.clone()
        }
        errors => {
            let errors = errors.iter().map(|(side, error)| format!("{side}: {error}"));
            errors.collect::<Vec<_>>().join("; ")
        }
    };
    Some(ExitError::failed(message))
}

/// The steps and verdicts of the sides that could sign.
fn shown(signed: &[SignOutcome]) -> Vec<(Side, &SignResult, Option<&Judged>)> {
    let signed = signed.iter();
    signed
        .filter_map(|one| Some((one.side, one.steps.as_ref().ok()?, one.judged.as_ref())))
        .collect()
}

fn print(args: &SignArgs, job: &SignJob, signed: Vec<SignOutcome>) -> Result<(), ExitError> {
    match args.format {
        SignFormat::Text => output::print(&steps::text(&shown(&signed)))?,
        SignFormat::Json => {
            output::print_json(&SignSides::from(signed))?;
        }
        SignFormat::Http => {
            each_request(job, &signed, |steps, body| steps::http(&job.method, steps, body))?;
        }
        SignFormat::Curl => {
            each_request(job, &signed, |steps, body| steps::curl(&job.method, steps, body) + "\n")?;
        }
    }
    Ok(())
}

/// Prints the request that each side signed, formatted from its steps and its body. Nothing is escaped,
/// because the request is sent exactly as printed.
fn each_request(
    job: &SignJob,
    signed: &[SignOutcome],
    format: impl Fn(&SignResult, &str) -> String,
) -> Result<(), ExitError> {
    let body = BASE64_STANDARD.decode(&job.body_base64).unwrap_or_default();
    let body = String::from_utf8(body).map_err(|_| {
        ExitError::usage("--format http and curl cannot show a body that is not text")
            .help("--format json, which shows the hash of the body")
    })?;
    for steps in signed.iter().filter_map(|signing| signing.steps.as_ref().ok()) {
        output::print_bytes(format(steps, &body).as_bytes())?;
    }
    Ok(())
}

fn job(args: &SignArgs) -> Result<SignJob, ExitError> {
    let (method, url) = match args.request.as_slice() {
        [url] => ("GET", url),
        [method, url] => (method.as_str(), url),
        _ => {
            return Err(ExitError::usage("sign takes [METHOD] URL, or --jsonl")
                .help("compare sign GET 'https://iam.amazonaws.com/?Action=ListUsers'"));
        }
    };
    let host = SignableRequest::new(method, url)
        .map_err(|error| ExitError::usage(error.to_string()))?
        .host;
    let guessed = service::of_host(host);
    let options = TargetOptions {
        notices: Notices(output::warn),
        region: args.keys.region.clone(),
        profile: args.keys.profile.clone(),
        env_file: args.keys.env_file.clone(),
        ..TargetOptions::default()
    };
    let resolved = several_threads()?.block_on(session::credentials(&options))?;
    for note in &resolved.notes {
        output::warn(&format!("note: {note}"));
    }
    let time: Timestamp = match &args.time {
        Some(time) => time.parse(),
        None => Timestamp::new(SystemTime::now()),
    }
    .map_err(|error| ExitError::usage(error.to_string()))?;
    // A region in the host name beats the environment, but not the option.
    let region = options.region.or(guessed.region).or(resolved.region);
    if let Some(region) = &region {
        let name = host.split(':').next().unwrap_or_default();
        region::check_for_host(HostKind::of(name), region)?;
    }
    let credentials = resolved.credentials;
    Ok(SignJob {
        id: Value::Null,
        method: method.to_owned(),
        url: url.clone(),
        headers: args.headers.iter().map(|header| split(header)).collect::<Result<_, _>>()?,
        body_base64: BASE64_STANDARD.encode(body(args)?),
        service: args.service.clone(),
        region,
        time: time.as_str().to_owned(),
        access_key_id: credentials.access_key_id.as_str().to_owned(),
        secret_access_key: Secret(credentials.secret_key.expose().to_owned()),
        session_token: credentials.session_token.map(|token| Secret(token.expose().to_owned())),
        token: args.token,
        location: if args.presign { Location::Query } else { Location::Header },
        expires: args.expires,
        payload: args.payload,
        path: args.path,
        encode_path: args.encode_path,
        content_sha256: args.content_sha256,
        side: Side::Raw,
    })
}

fn body(args: &SignArgs) -> Result<Vec<u8>, ExitError> {
    match (&args.body, &args.body_file) {
        (Some(text), _) => Ok(text.clone().into_bytes()),
        (None, Some(file)) => fs::read(file).map_err(|error| {
            ExitError::usage(format!("the body {} cannot be read: {error}", file.display()))
        }),
        (None, None) => Ok(Vec::new()),
    }
}

fn split(header: &str) -> Result<(String, String), ExitError> {
    match header.split_once(':') {
        Some((name, value)) if !name.trim().is_empty() => {
            Ok((name.trim().to_owned(), value.trim_start_matches(' ').to_owned()))
        }
        _ => Err(ExitError::usage(
            "a header must be 'Name: value' (the one given is not shown, because it may be a secret)",
        )),
    }
}
