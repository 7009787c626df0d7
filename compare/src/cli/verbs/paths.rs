use std::{process::ExitCode, sync::Arc};

use clap::Args;
use measure::{
    error::ExitError,
    paths::{self, Depth},
    runtime::several_threads,
};
use render::paths::{markdown, text};

use crate::cli::{
    self,
    args::{self, Format, ScenarioArgs},
    progress::Spinner,
    width,
};

/// Show what runs on each side between a call and its result: phases, allocations, instructions
#[derive(Debug, Args)]
#[command(after_help = "Example: compare paths s3-list-buckets --instructions")]
pub(in crate::cli) struct PathsArgs {
    /// A scenario of `compare run`, such as s3-list-buckets or ec2-run-instances
    #[arg(value_name = "OPERATION")]
    operation: String,
    /// Also count instructions and functions; needs valgrind and takes some seconds
    #[arg(long)]
    instructions: bool,
    /// How to print the results
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    #[command(flatten)]
    at: ScenarioArgs,
}

pub(super) fn run(args: &PathsArgs) -> Result<ExitCode, ExitError> {
    let scenario = args::scenario(&args.operation)?;
    let depth = if args.instructions { Depth::Instructions } else { Depth::Allocations };
    let result = several_threads()?.block_on(async {
        let interrupt = cli::interrupt()?;
        let (session, choices) = args.at.session(&interrupt).await?;
        let (given, progress) = (args.at.given(), Arc::new(Spinner::new()));
        paths::measure(session, scenario, given, choices, depth, progress, interrupt).await
    })?;
    args.format.print(&result, |it| text(it, width::columns()), markdown)?;
    Ok(if result.agree { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
