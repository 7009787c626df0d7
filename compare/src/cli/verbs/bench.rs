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
    let Subject::Signing = args.subject;
    let found = bench::signing(if args.quick { Effort::Quick } else { Effort::Full })?;
    match args.format {
        Format::Text => anstream::print!("{}", report::bench::text(&found)),
        Format::Json => print_json(&found),
        Format::Markdown => anstream::print!("{}", report::bench::markdown(&found)),
    }
    Ok(ExitCode::SUCCESS)
}
