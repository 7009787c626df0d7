use std::process::ExitCode;

use clap::Args;
use measure::{
    error::ExitError,
    errors::{self, catalogue},
    runtime::several_threads,
};
use render::errors::{Detail, markdown, text};

use crate::cli::{self, args::Format, width};

/// Show what can go wrong: what the service answers, what each side tells its user, what is lost
#[derive(Debug, Args)]
#[command(after_help = "Example: compare errors s3-request-time-too-skewed")]
pub(in crate::cli) struct ErrorsArgs {
    /// Cases to show in full, or `s3`, `ec2`, `api` [default: a table of all cases]
    #[arg(value_name = "CASE")]
    cases: Vec<String>,
    /// How to print the results
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

pub(super) fn run(args: &ErrorsArgs) -> Result<ExitCode, ExitError> {
    let cases = catalogue::select(&args.cases).map_err(|unknown| {
        ExitError::usage(unknown.to_string()).help("`compare errors` lists every case")
    })?;
    let results = several_threads()?.block_on(async {
        let interrupt = cli::interrupt()?;
        interrupt.or(errors::play(&cases)).await?
    })?;
    let detail = if catalogue::are_cases(&args.cases) { Detail::Full } else { Detail::Row };
    args.format.print(
        &results,
        |results| text::text(results, detail, width::columns()),
        |results| markdown::markdown(results, detail),
    )?;
    Ok(if results.all_played() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
