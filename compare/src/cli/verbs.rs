//! The verbs. Each module has the arguments of its verb and `run`, which returns the exit code.

mod bench;
mod cleanup;
mod completions;
mod errors;
mod explain;
mod footprint;
mod paths;
mod report;
pub(super) mod run;
mod sandbox;
mod sign;
mod verify;

use std::process::ExitCode;

use clap::Subcommand;
use measure::error::ExitError;

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    Run(run::RunArgs),
    Explain(explain::ExplainArgs),
    Errors(errors::ErrorsArgs),
    Sign(sign::SignArgs),
    Verify(verify::VerifyArgs),
    Bench(bench::BenchArgs),
    Paths(paths::PathsArgs),
    Footprint(footprint::FootprintArgs),
    Report(report::ReportArgs),
    Sandbox(sandbox::SandboxArgs),
    Cleanup(cleanup::CleanupArgs),
    Completions(completions::CompletionsArgs),
}

impl Verb {
    pub(super) fn run(self) -> Result<ExitCode, ExitError> {
        match self {
            Self::Run(args) => run::run(&args),
            Self::Explain(args) => explain::run(&args),
            Self::Errors(args) => errors::run(&args),
            Self::Sign(args) => sign::run(&args),
            Self::Verify(_) => verify::run(),
            Self::Bench(args) => bench::run(&args),
            Self::Paths(args) => paths::run(&args),
            Self::Footprint(args) => footprint::run(&args),
            Self::Report(args) => report::run(&args),
            Self::Sandbox(args) => sandbox::run(&args),
            Self::Cleanup(args) => cleanup::run(&args),
            Self::Completions(args) => completions::run(&args),
        }
    }
}
