//! The command line: parses the arguments, runs the verb, and turns its result into an exit code.

pub(crate) mod answers;
mod args;
mod jsonl;
mod progress;
mod verbs;
mod width;

use std::process::ExitCode;

use clap::Parser;
use measure::{
    error::{ExitError, ExitKind, Signal},
    interrupt::Interrupt,
    masking::mask,
};
use render::escape;

use crate::output;
use args::ColorWhen;
use verbs::{Verb, run::RunArgs};

/// AWS called by hand and through aws-sdk-rust, side by side
///
/// Without a verb, every scenario runs on both sides against an embedded endpoint, which answers as
/// AWS does and checks every signature. That needs no account and no network.
#[derive(Debug, Parser)]
#[command(name = "compare", version, args_conflicts_with_subcommands = true)]
#[command(after_help = "Example: compare --only s3 --format json")]
struct Cli {
    #[command(subcommand)]
    verb: Option<Verb>,
    #[command(flatten)]
    run: RunArgs,
    /// When to use colours
    // Without a heading of its own it would be listed under the last heading above, in every verb.
    #[arg(long, global = true, value_enum, default_value_t = ColorWhen::Auto, value_name = "WHEN")]
    #[arg(help_heading = None::<&str>)]
    color: ColorWhen,
}

/// Runs the verb on the command line and returns the exit code.
#[must_use]
pub fn run() -> ExitCode {
    let result = Cli::try_parse().map_or_else(
        |message| print_usage(&message),
        |cli| {
            choose_colour(cli.color);
            cli.verb.unwrap_or(Verb::Run(cli.run)).run()
        },
    );
    result.unwrap_or_else(|error| {
        output::warn(&mask(&describe(&error)));
        exit_code(&error)
    })
}

/// Prints the help or the version if one was asked for, else what is wrong with the arguments.
fn print_usage(message: &clap::Error) -> Result<ExitCode, ExitError> {
    let text = message.render().ansi().to_string();
    if message.use_stderr() {
        output::warn(text.trim_end());
        return Ok(ExitCode::from(2));
    }
    output::print(&text)?;
    Ok(ExitCode::SUCCESS)
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

/// 128 plus the signal's number, as shells report it.
fn signal_code(signal: Signal) -> u8 {
    match signal {
        Signal::Hangup => 129,
        Signal::Interrupt => 130,
        Signal::Terminate => 143,
    }
}

/// Starts listening for signals. At the second one, the process names what it leaves running and exits
/// at once.
///
/// # Errors
/// Exit 3 if no signal handler can be installed.
fn interrupt() -> Result<Interrupt, ExitError> {
    Interrupt::listen(|signal, left_running| {
        output::warn(left_running);
        std::process::exit(signal_code(signal).into());
    })
}

fn describe(error: &ExitError) -> String {
    let label = match error.kind {
        ExitKind::Interrupted(_) => "compare",
        ExitKind::Failed | ExitKind::Usage | ExitKind::Unavailable => "\u{1b}[1;31merror\u{1b}[0m",
    };
    // A message may quote a server. Indented, its further lines cannot pass for ours.
    let indented = |text: &str| escape::lines(text).replace('\n', "\n  ");
    let help = error.help.as_deref().map(|help| format!("\n  try: {}", indented(help)));
    format!("{label}: {}{}", indented(&error.message), help.unwrap_or_default())
}

/// `Auto` follows `NO_COLOR`, `CLICOLOR_FORCE`, and whether the stream is a terminal.
fn choose_colour(when: ColorWhen) {
    match when {
        ColorWhen::Auto => anstream::ColorChoice::Auto,
        ColorWhen::Always => anstream::ColorChoice::Always,
        ColorWhen::Never => anstream::ColorChoice::Never,
    }
    .write_global();
}
