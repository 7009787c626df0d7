//! `diagnose FILE…`: proves what is wrong with the signature of a refused request.

use std::{
    env, fs,
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Parser, Subcommand, ValueEnum};
use diagnose::{
    known, read,
    search::Keys,
    text::text,
    verdict::{Diagnosis, Expected, Verdict, diagnose},
};

/// Proves what is wrong with the signature of a refused request.
///
/// The secret is read from `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`, is never printed, and never leaves this
/// machine: nothing is sent anywhere.
#[derive(Parser)]
#[command(
    version,
    args_conflicts_with_subcommands = true,
    after_help = "Example:\n  AWS_SECRET_ACCESS_KEY=… diagnose request.http --response answer.xml\n\n\
                  Exit code: 0 if every signature is right, 1 if not, 2 if the input cannot be read."
)]
struct Cli {
    #[command(subcommand)]
    verb: Option<Verb>,
    #[command(flatten)]
    request: Args,
}

#[derive(clap::Args)]
struct Args {
    /// HTTP text, a curl command, the log of curl -v, a presigned URL, a botocore log, or a HAR file; - for standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The service's answer, if the file does not have it
    #[arg(long, value_name = "FILE")]
    response: Option<PathBuf>,
    /// The signing name that the service expects [default: that of the request]
    #[arg(long)]
    service: Option<String>,
    /// The region that the service expects [default: that of the request]
    #[arg(long)]
    region: Option<String>,
    /// How to print
    #[arg(long, default_value = "text")]
    format: Format,
}

#[derive(Subcommand)]
enum Verb {
    /// Lists every mistake by its name
    List,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// One JSON document a request
    Json,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let done = match cli.verb {
        Some(Verb::List) => list(),
        None => run(&cli.request),
    };
    done.unwrap_or_else(|message| {
        // There is nowhere to say that this failed.
        let _ = writeln!(io::stderr(), "error: {message}");
        ExitCode::from(2)
    })
}

fn list() -> Result<ExitCode, String> {
    let lines = known::all().map(|known| format!("{}\t{}\n", known.id, known.what));
    print(&lines.collect::<String>())?;
    Ok(ExitCode::SUCCESS)
}

fn run(args: &Args) -> Result<ExitCode, String> {
    let variable = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
    let (secret, token) = (variable("AWS_SECRET_ACCESS_KEY"), variable("AWS_SESSION_TOKEN"));
    let keys = secret.as_deref().map(|secret| Keys { secret, token: token.as_deref() });
    let expected = Expected { region: args.region.as_deref(), service: args.service.as_deref() };
    let response = args.response.as_deref().map(bytes_of).transpose()?;
    let response = response.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    let mut all_valid = true;
    for file in &args.files {
        let shown = read::requests(&bytes_of(file)?)
            .map_err(|error| format!("{}: {error}", file.display()))?;
        for one in shown {
            let answer = response.as_deref().or(one.answer.as_deref());
            let diagnosis = diagnose(&one.request, answer, keys, expected);
            all_valid &= diagnosis.verdict == Verdict::Valid;
            print(&written(&diagnosis, args.format))?;
        }
    }
    Ok(if all_valid { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn written(diagnosis: &Diagnosis, format: Format) -> String {
    match format {
        Format::Text => text(diagnosis),
        Format::Json => {
            let json = serde_json::to_string_pretty(diagnosis);
            json.unwrap_or_else(|error| unreachable!("plain data always serialises: {error}"))
                + "\n"
        }
    }
}

fn bytes_of(file: &Path) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let read = if file == Path::new("-") {
        io::stdin().lock().read_to_end(&mut bytes).map(drop)
    } else {
        fs::read(file).map(|read| bytes = read)
    };
    read.map(|()| bytes).map_err(|error| format!("{} cannot be read: {error}", file.display()))
}

fn print(text: &str) -> Result<(), String> {
    match io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(format!("standard output cannot be written: {error}"))
        }
        _ => Ok(()),
    }
}
