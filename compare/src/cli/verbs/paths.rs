use std::{process::ExitCode, sync::Arc};

use findings::scenario::{Scenario, UnknownScenario};
use measure::{
    error::ExitError,
    paths::{self, Depth},
    runtime::several_threads,
    session::Session,
};
use render;

use crate::{
    cli::{
        self,
        args::{Format, PathsArgs},
        progress::Spinner,
        width,
    },
    output::{print, print_json},
};

pub(in crate::cli) fn run(args: &PathsArgs) -> Result<ExitCode, ExitError> {
    let scenario: Scenario = args
        .operation
        .parse()
        .map_err(|unknown: UnknownScenario| ExitError::usage(unknown.to_string()))?;
    let depth = if args.instructions { Depth::Instructions } else { Depth::Allocations };
    let found = several_threads()?.block_on(async {
        let interrupt = cli::interrupt()?;
        let wish = args.place.wish(args.api_url.as_ref());
        let place = interrupt.or(Session::resolve(&wish)).await??;
        let choices = args.work.choices(place.host);
        let (given, progress) = (args.work.given(), Arc::new(Spinner::new()));
        paths::measure(place, scenario, given, choices, depth, progress, interrupt).await
    })?;
    match args.format {
        Format::Text => print(&render::paths::text(&found, width::columns()))?,
        Format::Json => print_json(&found)?,
        Format::Markdown => print(&render::paths::markdown(&found))?,
    }
    Ok(if found.agree { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
