//! The command line: the only place that prints and exits.

mod args;
mod jsonl;
mod progress;
mod verbs;
mod width;

use std::process::ExitCode;

pub use args::Cli;
use args::{ColorWhen, Verb};

use crate::error::{Stop, StopKind};

/// Does what the command line says, and returns the exit code.
#[must_use]
pub fn run(cli: Cli) -> ExitCode {
    choose_colour(cli.color);
    match dispatch(cli) {
        Ok(code) => code,
        Err(stop) => {
            anstream::eprintln!("{}", explain(&stop));
            stop.exit_code()
        }
    }
}

fn dispatch(cli: Cli) -> Result<ExitCode, Stop> {
    match cli.verb.unwrap_or(Verb::Run(cli.run)) {
        Verb::Run(args) => verbs::run::run(&args),
        Verb::Explain(args) => verbs::explain::run(&args),
        Verb::Errors(args) => verbs::errors::run(&args),
        Verb::Sign(args) => verbs::sign::run(&args),
        Verb::Verify(_) => verbs::verify::run(),
        Verb::Bench(args) => verbs::bench::run(&args),
        Verb::Paths(args) => verbs::paths::run(&args),
        Verb::Footprint(args) => verbs::footprint::run(&args),
        Verb::Report(args) => verbs::report::run(&args),
        Verb::Sandbox(args) => verbs::sandbox::run(&args),
        Verb::Cleanup(args) => verbs::cleanup::run(&args),
        Verb::Completions(args) => {
            verbs::completions::run(&args);
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn explain(stop: &Stop) -> String {
    let label = match stop.kind {
        StopKind::Interrupted(_) => "compare",
        _ => "\u{1b}[1;31merror\u{1b}[0m",
    };
    match &stop.help {
        Some(help) => format!("{label}: {}\n  try: {help}", stop.message),
        None => format!("{label}: {}", stop.message),
    }
}

/// `--color` decides; without it, `NO_COLOR`, `CLICOLOR_FORCE` and whether this is a terminal do.
fn choose_colour(when: ColorWhen) {
    match when {
        ColorWhen::Auto => anstream::ColorChoice::Auto,
        ColorWhen::Always => anstream::ColorChoice::Always,
        ColorWhen::Never => anstream::ColorChoice::Never,
    }
    .write_global();
}
