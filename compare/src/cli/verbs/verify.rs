use std::process::ExitCode;

use crate::{
    cli::jsonl,
    error::Stop,
    verify::{Job, Verdict},
};

pub(in crate::cli) fn run() -> Result<ExitCode, Stop> {
    jsonl::answer_lines(Job::judge, |id, why| Verdict::unjudged(id, &why))?;
    Ok(ExitCode::SUCCESS)
}
