use std::process::ExitCode;

use measure::{
    error::ExitError,
    verify::{Job, Verdict},
};

use crate::cli::jsonl;

pub(in crate::cli) fn run() -> Result<ExitCode, ExitError> {
    jsonl::answer_lines(Job::judge, |id, why| Verdict::unjudged(id, &why))?;
    Ok(ExitCode::SUCCESS)
}
