use clap::CommandFactory;

use crate::cli::{Cli, args::CompletionsArgs};

pub(in crate::cli) fn run(args: &CompletionsArgs) {
    clap_complete::generate(args.shell, &mut Cli::command(), "compare", &mut std::io::stdout());
}
