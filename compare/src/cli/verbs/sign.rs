use std::{fs, process::ExitCode, time::SystemTime};

use base64::{Engine, prelude::BASE64_STANDARD};
use raw::sigv4::{Request, Timestamp};
use serde_json::{Value, json};

use super::print_json;
use crate::{
    cli::{
        args::{SignArgs, SignFormat, SignSide},
        jsonl,
    },
    error::Stop,
    place,
    report::steps,
    runtime::several_threads,
    sign::{Answer, Job, Location, Secret, Side, SignError, Steps, StepsOrNull, service},
};

pub(in crate::cli) fn run(args: &SignArgs) -> Result<ExitCode, Stop> {
    if args.jsonl {
        jsonl::answer_lines(Answer::to, |id, why| Answer {
            id,
            side: Side::Raw,
            steps: StepsOrNull::default(),
            error: Some(why),
        })?;
        return Ok(ExitCode::SUCCESS);
    }
    let job = job(args)?;
    let sides: &[Side] = match (args.side, args.format) {
        (SignSide::Sdk, _) => &[Side::Sdk],
        // One request is what can be sent; both sides' differ only in the order of their headers.
        (SignSide::Raw, _) | (SignSide::Both, SignFormat::Http | SignFormat::Curl) => &[Side::Raw],
        (SignSide::Both, _) => &[Side::Raw, Side::Sdk],
    };
    let signed = sides
        .iter()
        .map(|&side| {
            let job = Job { side, ..job.clone() };
            job.sign().map(|steps| (side, steps)).map_err(|error| refused(&error))
        })
        .collect::<Result<Vec<_>, _>>()?;
    print(args, &job, &signed)?;
    let agree = signed.windows(2).all(|pair| pair[0].1.signature == pair[1].1.signature);
    Ok(if agree { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn print(args: &SignArgs, job: &Job, signed: &[(Side, Steps)]) -> Result<(), Stop> {
    let body = BASE64_STANDARD.decode(&job.body_base64).unwrap_or_default();
    match args.format {
        SignFormat::Text => anstream::print!("{}", steps::text(signed)),
        SignFormat::Json => {
            let sides: serde_json::Map<_, _> = signed
                .iter()
                .map(|(side, steps)| (steps::name(*side).to_owned(), json!(steps)))
                .collect();
            print_json(&Value::Object(sides));
        }
        SignFormat::Http | SignFormat::Curl => {
            let body = String::from_utf8(body).map_err(|_| {
                Stop::usage("a body that is not text can be shown in neither form")
                    .help("--format json shows the steps, which hold its hash")
            })?;
            for (_, steps) in signed {
                match args.format {
                    SignFormat::Curl => {
                        anstream::println!("{}", steps::curl(&job.method, steps, &body));
                    }
                    _ => anstream::print!("{}", steps::http(&job.method, steps, &body)),
                }
            }
        }
    }
    Ok(())
}

fn job(args: &SignArgs) -> Result<Job, Stop> {
    let (method, url) = match args.request.as_slice() {
        [url] => ("GET", url),
        [method, url] => (method.as_str(), url),
        _ => {
            return Err(Stop::usage("sign takes [METHOD] URL, or --jsonl")
                .help("compare sign GET 'https://iam.amazonaws.com/?Action=ListUsers'"));
        }
    };
    let host = Request::new(method, url).map_err(|error| Stop::usage(error.to_string()))?.host;
    let guessed = service::of_host(host);
    let wish = args.keys.wish();
    let caller = several_threads()?.block_on(place::caller(&wish))?;
    for note in &caller.notes {
        anstream::eprintln!("note: {note}");
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
    let credentials = caller.credentials;
    Ok(Job {
        id: Value::Null,
        method: method.to_owned(),
        url: url.clone(),
        headers: args.headers.iter().map(|header| split(header)).collect::<Result<_, _>>()?,
        body_base64: BASE64_STANDARD.encode(body(args)?),
        service: args.service.clone(),
        // A host that shows a region beats the environment, not the option.
        region: wish.region.or(guessed.region).or(caller.region),
        time,
        access_key_id: credentials.access_key_id.as_str().to_owned(),
        secret_access_key: Secret(credentials.secret_key.expose().to_owned()),
        session_token: credentials.session_token.map(|token| Secret(token.expose().to_owned())),
        location: if args.presign { Location::Query } else { Location::Header },
        expires: args.expires,
        payload: args.payload,
        path: args.path,
        encode_path: args.encode_path,
        content_sha256: args.content_sha256,
        side: Side::Raw,
    })
}

fn body(args: &SignArgs) -> Result<Vec<u8>, Stop> {
    match (&args.body, &args.body_file) {
        (Some(text), _) => Ok(text.clone().into_bytes()),
        (None, Some(file)) => fs::read(file).map_err(|error| {
            Stop::usage(format!("the body {} cannot be read: {error}", file.display()))
        }),
        (None, None) => Ok(Vec::new()),
    }
}

fn split(header: &str) -> Result<(String, String), Stop> {
    match header.split_once(':') {
        Some((name, value)) if !name.trim().is_empty() => {
            Ok((name.trim().to_owned(), value.trim_start_matches(' ').to_owned()))
        }
        _ => Err(Stop::usage(
            "a header is given as 'Name: value' (what was given is not shown: it may be a secret)",
        )),
    }
}

fn refused(error: &SignError) -> Stop {
    Stop::negative(error.to_string())
}

fn usage(error: &raw::sigv4::Error) -> Stop {
    Stop::usage(error.to_string())
}
