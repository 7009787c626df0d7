use std::process::ExitCode;

use measure::{
    error::ExitError,
    errors::{self, catalogue},
    runtime::several_threads,
};
use render::errors::{Detail, markdown, text};

use crate::{
    cli::{
        self,
        args::{ErrorsArgs, Format},
        width,
    },
    output::{print, print_json},
};

pub(in crate::cli) fn run(args: &ErrorsArgs) -> Result<ExitCode, ExitError> {
    let cases = catalogue::select(&args.cases).map_err(|unknown| {
        ExitError::usage(unknown.to_string()).help("`compare errors` lists every case")
    })?;
    let findings = several_threads()?.block_on(async {
        let interrupt = cli::interrupt()?;
        interrupt.or(errors::play(&cases)).await?
    })?;
    let detail = if catalogue::are_cases(&args.cases) { Detail::Full } else { Detail::Row };
    match args.format {
        Format::Text => print(&text::text(&findings, detail, width::columns()))?,
        Format::Json => print_json(&findings)?,
        Format::Markdown => print(&markdown::markdown(&findings, detail))?,
    }
    Ok(if findings.all_played() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
