//! The command line: the only place that exits.

mod args;
mod jsonl;
mod progress;
mod verbs;
mod width;

use std::process::ExitCode;

use clap::Parser as _;
use measure::{
    error::{ExitError, ExitKind, Signal},
    interrupt::Interrupt,
    masking::mask,
};
use render::escape;

use crate::output;
use args::{ColorWhen, Verb};

pub use args::Cli;

/// Does what the command line says, and returns the exit code.
#[must_use]
pub fn run() -> ExitCode {
    let ended = Cli::try_parse().map_or_else(
        |said| usage(&said),
        |cli| {
            choose_colour(cli.color);
            dispatch(cli)
        },
    );
    ended.unwrap_or_else(|stop| {
        output::warn(&mask(&explain(&stop)));
        exit_code(&stop)
    })
}

/// Prints the help or the version that was asked for, or what is wrong with the command line.
fn usage(said: &clap::Error) -> Result<ExitCode, ExitError> {
    let text = said.render().ansi().to_string();
    if said.use_stderr() {
        output::warn(text.trim_end());
        return Ok(ExitCode::from(2));
    }
    output::print(&text)?;
    Ok(ExitCode::SUCCESS)
}

fn dispatch(cli: Cli) -> Result<ExitCode, ExitError> {
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
        Verb::Completions(args) => verbs::completions::run(&args),
    }
}

/// The exit code that `error` stands for.
#[must_use]
pub fn exit_code(error: &ExitError) -> ExitCode {
    ExitCode::from(match error.kind {
        ExitKind::Failed => 1,
        ExitKind::Usage => 2,
        ExitKind::Unavailable => 3,
        ExitKind::Interrupted(signal) => signal_code(signal),
    })
}

/// The exit code of a program that `signal` ended: 128 and the signal's number.
fn signal_code(signal: Signal) -> u8 {
    match signal {
        Signal::Hangup => 129,
        Signal::Interrupt => 130,
        Signal::Terminate => 143,
    }
}

/// Listens for signals. At the second one the process says what it leaves running, and ends at once.
///
/// # Errors
/// Exit 3 where the system gives no signal handler.
pub(in crate::cli) fn interrupt() -> Result<Interrupt, ExitError> {
    Interrupt::listen(|signal, left_running| {
        output::warn(left_running);
        std::process::exit(signal_code(signal).into());
    })
}

fn explain(stop: &ExitError) -> String {
    let label = match stop.kind {
        ExitKind::Interrupted(_) => "compare",
        _ => "\u{1b}[1;31merror\u{1b}[0m",
    };
    // Messages may quote a server: whatever lines it sent, they do not look like ours.
    let [message, help] =
        [Some(&stop.message), stop.help.as_ref()].map(|text| text.map(|text| indented(text)));
    let help = help.map(|help| format!("\n  try: {help}")).unwrap_or_default();
    format!("{label}: {}{help}", message.unwrap_or_default())
}

fn indented(text: &str) -> String {
    escape::lines(text).replace('\n', "\n  ")
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
