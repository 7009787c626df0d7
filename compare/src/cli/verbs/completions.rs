use std::process::ExitCode;

use clap::{Args, CommandFactory};
use measure::error::ExitError;

use crate::{cli::Cli, output::print_bytes};

/// Print shell completions
#[derive(Debug, Args)]
#[command(after_help = "Example: compare completions bash > /etc/bash_completion.d/compare")]
pub(in crate::cli) struct CompletionsArgs {
    /// The shell that will read them
    #[arg(value_enum)]
    shell: clap_complete::Shell,
}

pub(super) fn run(args: &CompletionsArgs) -> Result<ExitCode, ExitError> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "compare", &mut script);
    print_bytes(&script)?;
    Ok(ExitCode::SUCCESS)
}
