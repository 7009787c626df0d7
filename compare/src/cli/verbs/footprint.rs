use std::{path::PathBuf, process::ExitCode};

use clap::Args;
use findings::footprint::Task;
use measure::{error::ExitError, footprint};
use render::footprint::{markdown, text};

use crate::cli::{args::Format, progress::BuildBar, width};

/// Show what each side costs to own: crates, lines, build time and memory, binary size
#[derive(Debug, Args)]
#[command(after_help = "Example: compare footprint --build list-buckets")]
pub(in crate::cli) struct FootprintArgs {
    /// Build this program on both sides, if that was not done before; takes minutes
    #[arg(long, value_enum, value_name = "PROGRAM", value_delimiter = ',')]
    build: Vec<Task>,
    /// The project's Cargo.toml [default: the one for the current folder]
    #[arg(long, value_name = "FILE")]
    manifest_path: Option<PathBuf>,
    /// How to print the results
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

pub(super) fn run(args: &FootprintArgs) -> Result<ExitCode, ExitError> {
    let bar = BuildBar::new();
    let manifest = args.manifest_path.as_deref();
    let measured = footprint::measure(manifest, &args.build, &mut |build, done, total| {
        bar.at(build, done, total);
    });
    bar.end();
    args.format.print(&measured?, |it| text(it, width::columns()), markdown)?;
    Ok(ExitCode::SUCCESS)
}
