use std::process::ExitCode;

use measure::{error::ExitError, footprint};
use render;

use crate::{
    cli::{
        args::{FootprintArgs, Format},
        progress::BuildBar,
        width,
    },
    output::{print, print_json},
};

pub(in crate::cli) fn run(args: &FootprintArgs) -> Result<ExitCode, ExitError> {
    let bar = BuildBar::new();
    let measured =
        footprint::measure(args.manifest_path.as_deref(), &args.build, &mut |what, done, of| {
            bar.at(what, done, of);
        });
    bar.end();
    let found = measured?;
    match args.format {
        Format::Text => print(&render::footprint::text(&found, width::columns()))?,
        Format::Json => print_json(&found)?,
        Format::Markdown => print(&render::footprint::markdown(&found))?,
    }
    Ok(ExitCode::SUCCESS)
}
