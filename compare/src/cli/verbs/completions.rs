use std::process::ExitCode;

use clap::CommandFactory;

use crate::{
    cli::{Cli, args::CompletionsArgs},
    error::Stop,
    output::print_bytes,
};

pub(in crate::cli) fn run(args: &CompletionsArgs) -> Result<ExitCode, Stop> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "compare", &mut script);
    print_bytes(&script)?;
    Ok(ExitCode::SUCCESS)
}
