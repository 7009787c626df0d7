use std::process::ExitCode;

use measure::{
    error::ExitError,
    verify::{VerifyAnswer, VerifyJob},
};

use crate::cli::jsonl;

pub(in crate::cli) fn run() -> Result<ExitCode, ExitError> {
    jsonl::answer_lines(VerifyJob::judge, |id, why| VerifyAnswer::unjudged(id, &why))?;
    Ok(ExitCode::SUCCESS)
}
