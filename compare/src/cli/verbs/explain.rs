use std::{process::ExitCode, sync::Arc};

use clap::Args;
use measure::{
    error::ExitError,
    explain::{self, SecretsShown},
    runtime::several_threads,
};
use render::explain::{markdown, text};

use crate::cli::{
    self,
    args::{self, Format, ScenarioArgs},
    progress::Spinner,
    width,
};

/// Show one operation step by step on both sides: what was signed, sent and answered, and why
#[derive(Debug, Args)]
#[command(after_help = "Example: compare explain s3-list-objects")]
pub(in crate::cli) struct ExplainArgs {
    /// A scenario of `compare run`, such as s3-list-objects or ec2-run-instances
    #[arg(value_name = "OPERATION")]
    operation: String,
    /// Show derived keys and session tokens in full; only with the sandbox's credentials
    #[arg(long)]
    show_secrets: bool,
    /// How to print the results
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    #[command(flatten)]
    at: ScenarioArgs,
}

pub(super) fn run(args: &ExplainArgs) -> Result<ExitCode, ExitError> {
    let scenario = args::scenario(&args.operation)?;
    let shown = if args.show_secrets { SecretsShown::InFull } else { SecretsShown::Masked };
    let explanation = several_threads()?.block_on(async {
        let interrupt = cli::interrupt()?;
        let (session, choices) = args.at.session(&interrupt).await?;
        let (given, progress) = (args.at.given(), Arc::new(Spinner::new()));
        explain::explain(session, scenario, given, choices, shown, progress, interrupt).await
    })?;
    args.format.print(&explanation, |it| text(it, width::columns()), markdown)?;
    let agrees = explanation.proof.as_ref().is_none_or(|proof| proof.holds);
    Ok(if agrees { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
