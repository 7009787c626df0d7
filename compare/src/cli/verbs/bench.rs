use std::process::ExitCode;

use workloads::Effort;

use super::print_json;
use crate::{
    bench,
    cli::args::{BenchArgs, Format, Subject},
    error::Stop,
    report,
};

pub(in crate::cli) fn run(args: &BenchArgs) -> Result<ExitCode, Stop> {
    match args.subject {
        Subject::Signing => signing(args),
    }
}

fn signing(args: &BenchArgs) -> Result<ExitCode, Stop> {
    let found = bench::signing::measure(if args.quick { Effort::Quick } else { Effort::Full })?;
    match args.format {
        Format::Text => anstream::print!("{}", report::bench::signing::text(&found)),
        Format::Json => print_json(&found),
        Format::Markdown => anstream::print!("{}", report::bench::signing::markdown(&found)),
    }
    Ok(ExitCode::SUCCESS)
}
