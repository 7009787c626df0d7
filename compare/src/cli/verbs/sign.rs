use std::{fs, process::ExitCode, time::SystemTime};

use base64::{Engine, prelude::BASE64_STANDARD};
use findings::{
    side::Side,
    sign::{Judged, SignResult},
};
use measure::{
    error::ExitError,
    region,
    runtime::several_threads,
    session::{self, HostKind},
    sign::{Location, Secret, SignAnswer, SignJob, SignOutcome, SignReport, service},
};
use raw::sigv4::{SignableRequest, Timestamp};
use render::steps;
use serde_json::{Value, json};

use crate::{
    cli::{
        args::{SignArgs, SignFormat, SignSide},
        jsonl,
    },
    output,
};

pub(in crate::cli) fn run(args: &SignArgs) -> Result<ExitCode, ExitError> {
    if args.jsonl {
        jsonl::answer_lines(SignAnswer::to, SignAnswer::unreadable)?;
        return Ok(ExitCode::SUCCESS);
    }
    let job = job(args)?;
    let sides: &[Side] = match (args.side, args.format) {
        (SignSide::Sdk, _) => &[Side::Sdk],
        // One request is what can be sent; both sides' differ only in the order of their headers.
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
        Some(stop) => Err(stop),
        None => Ok(if agree { ExitCode::SUCCESS } else { ExitCode::FAILURE }),
    }
}

/// What is odd about the keys. Placeholders, and keys of other issuers than AWS, need not have the
/// form of AWS's.
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

/// Each note once; one that is not of every side with the name of its side.
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

/// What to say of the sides that could not sign.
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

/// The sides that could sign.
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
            let sides: serde_json::Map<_, _> = signed
                .into_iter()
                .map(|signing| (signing.side.name().to_owned(), json!(SignReport::from(signing))))
                .collect();
            output::print_json(&Value::Object(sides))?;
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

/// Prints the request that each side signed, with its body, as `written` writes it. It is to be sent as
/// it stands, so nothing in it is escaped.
fn each_request(
    job: &SignJob,
    signed: &[SignOutcome],
    written: impl Fn(&SignResult, &str) -> String,
) -> Result<(), ExitError> {
    let body = BASE64_STANDARD.decode(&job.body_base64).unwrap_or_default();
    let body = String::from_utf8(body).map_err(|_| {
        ExitError::usage("a body that is not text can be shown in neither form")
            .help("--format json shows the steps, which hold its hash")
    })?;
    for steps in signed.iter().filter_map(|signing| signing.steps.as_ref().ok()) {
        output::print_bytes(written(steps, &body).as_bytes())?;
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
    let wish = args.keys.wish();
    let resolved = several_threads()?.block_on(session::credentials(&wish))?;
    for note in &resolved.notes {
        output::warn(&format!("note: {note}"));
    }
    let time = match &args.time {
        Some(time) => {
            let time: Timestamp = time.parse().map_err(|error| usage(&error))?;
            time.as_str().to_owned()
        }
        None => {
            Timestamp::new(SystemTime::now()).map_err(|error| usage(&error))?.as_str().to_owned()
        }
    };
    // A host that shows a region beats the environment, not the option.
    let region = wish.region.or(guessed.region).or(resolved.region);
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
        time,
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
            "a header is given as 'Name: value' (what was given is not shown: it may be a secret)",
        )),
    }
}

fn usage(error: &raw::sigv4::Error) -> ExitError {
    ExitError::usage(error.to_string())
}
