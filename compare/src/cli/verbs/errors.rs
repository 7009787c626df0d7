use std::process::ExitCode;

use crate::{
    cli::{
        args::{ErrorsArgs, Format},
        width,
    },
    error::Stop,
    errors::{self, catalogue},
    interrupt::Interrupt,
    output::{print, print_json},
    report::errors::{Detail, markdown, text},
    runtime::several_threads,
};

pub(in crate::cli) fn run(args: &ErrorsArgs) -> Result<ExitCode, Stop> {
    let cases = catalogue::select(&args.cases).map_err(|unknown| {
        Stop::usage(unknown.to_string()).help("`compare errors` lists every case")
    })?;
    let findings = several_threads()?.block_on(async {
        let interrupt = Interrupt::listen()?;
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
