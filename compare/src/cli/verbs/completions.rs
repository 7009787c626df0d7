use std::process::ExitCode;

use clap::CommandFactory;
use measure::error::ExitError;

use crate::{
    cli::{Cli, args::CompletionsArgs},
    output::print_bytes,
};

pub(in crate::cli) fn run(args: &CompletionsArgs) -> Result<ExitCode, ExitError> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "compare", &mut script);
    print_bytes(&script)?;
    Ok(ExitCode::SUCCESS)
}
