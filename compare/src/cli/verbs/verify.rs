use std::process::ExitCode;

use clap::Args;
use measure::{
    error::ExitError,
    verify::{VerifyAnswer, VerifyJob},
};

use crate::cli::jsonl;

/// Judge signed requests as the sandbox does, without sending them
#[derive(Debug, Args)]
#[command(after_help = "Example: compare verify --jsonl < signed.jsonl")]
pub(in crate::cli) struct VerifyArgs {
    /// Read signed requests from standard input, one JSON document a line; print one verdict a line
    #[arg(long, required = true)]
    jsonl: bool,
}

pub(super) fn run() -> Result<ExitCode, ExitError> {
    jsonl::answer_lines(VerifyJob::judge, |id, why| VerifyAnswer::unjudged(id, &why))?;
    Ok(ExitCode::SUCCESS)
}
