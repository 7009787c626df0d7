use std::{process::ExitCode, sync::Arc};

use clap::Args;
use findings::scenario;
use measure::{error::ExitError, run, runtime::several_threads};
use render::{markdown, terminal};

use crate::cli::{
    self,
    args::{Format, ScenarioArgs},
    progress::Spinner,
    width,
};

/// Run every scenario on both sides: same result or not, requests sent, latency [default]
#[derive(Debug, Args)]
#[command(after_help = "Example: compare run --only ec2 --endpoint-url http://127.0.0.1:5000")]
pub(in crate::cli) struct RunArgs {
    /// Only these scenarios and those they need: names, or `s3`, `ec2`, `api`
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    only: Vec<String>,
    /// How to print the results
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    #[command(flatten)]
    at: ScenarioArgs,
}

pub(super) fn run(args: &RunArgs) -> Result<ExitCode, ExitError> {
    let scenarios = scenario::select(&args.only, args.at.given())
        .map_err(|unknown| ExitError::usage(unknown.to_string()))?;
    let result = several_threads()?.block_on(async {
        let interrupt = cli::interrupt()?;
        let (session, choices) = args.at.session(&interrupt).await?;
        let progress = Arc::new(Spinner::new());
        run::compare(Arc::new(session), scenarios, choices, progress, interrupt).await
    })?;
    args.format.print(
        &result,
        |result| terminal::comparison(result, width::columns()),
        markdown::comparison,
    )?;
    Ok(if result.agree { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
