use std::process::ExitCode;

use clap::Args;
use measure::{error::ExitError, runtime::several_threads};
use sandbox::{Options, Sandbox};
use serde_json::json;

use crate::{
    cli::{self, answers::SandboxReady, args::Format},
    output::print,
};

/// Serve the embedded endpoint for other clients, until stopped
#[derive(Debug, Args)]
#[command(after_help = "Example: compare sandbox --port 4566")]
pub(in crate::cli) struct SandboxArgs {
    /// Port on 127.0.0.1; 0 picks a free one
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Accepted like everywhere else, but the one line is always JSON
    #[arg(long, value_enum, default_value_t = Format::Json, hide = true)]
    format: Format,
}

pub(super) fn run(args: &SandboxArgs) -> Result<ExitCode, ExitError> {
    several_threads()?.block_on(async {
        let interrupt = cli::interrupt()?;
        let options = Options { port: args.port, ..Options::default() };
        let sandbox = Sandbox::start(options).map_err(|error| {
            ExitError::unavailable(format!("the endpoint cannot start: {error}"))
                .help("another port, if this one is taken; --port 0 picks a free one")
        })?;
        print(&format!("{}\n", json!(SandboxReady::from(&sandbox))))?;
        // A signal is the normal way to end it, so no error is printed.
        interrupt.or(std::future::pending()).await.or_else(|signal| Ok(cli::exit_code(&signal)))
    })
}
