use std::process::ExitCode;

use crate::{
    cli::{
        args::{FootprintArgs, Format},
        progress::BuildBar,
        width,
    },
    error::Stop,
    footprint,
    output::{print, print_json},
    report,
};

pub(in crate::cli) fn run(args: &FootprintArgs) -> Result<ExitCode, Stop> {
    let bar = BuildBar::new();
    let measured =
        footprint::measure(args.manifest_path.as_deref(), &args.build, &mut |what, done, of| {
            bar.at(what, done, of);
        });
    bar.end();
    let found = measured?;
    match args.format {
        Format::Text => print(&report::footprint::text(&found, width::columns()))?,
        Format::Json => print_json(&found)?,
        Format::Markdown => print(&report::footprint::markdown(&found))?,
    }
    Ok(ExitCode::SUCCESS)
}
