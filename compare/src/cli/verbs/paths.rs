use std::{process::ExitCode, sync::Arc};

use crate::{
    cli::{
        args::{Format, PathsArgs},
        progress::Spinner,
        width,
    },
    error::Stop,
    interrupt::Interrupt,
    output::{print, print_json},
    paths::{self, Depth},
    place::Place,
    report,
    runtime::several_threads,
    scenario::{Scenario, UnknownScenario},
};

pub(in crate::cli) fn run(args: &PathsArgs) -> Result<ExitCode, Stop> {
    let scenario: Scenario = args
        .operation
        .parse()
        .map_err(|unknown: UnknownScenario| Stop::usage(unknown.to_string()))?;
    let depth = if args.instructions { Depth::Instructions } else { Depth::Allocations };
    let found = several_threads()?.block_on(async {
        let interrupt = Interrupt::listen()?;
        let wish = args.place.wish(args.api_url.as_ref());
        let place = interrupt.or(Place::resolve(&wish)).await??;
        let choices = args.work.choices(place.host);
        let (given, progress) = (args.work.given(), Arc::new(Spinner::new()));
        paths::measure(place, scenario, given, choices, depth, progress, interrupt).await
    })?;
    match args.format {
        Format::Text => print(&report::paths::text(&found, width::columns()))?,
        Format::Json => print_json(&found)?,
        Format::Markdown => print(&report::paths::markdown(&found))?,
    }
    Ok(if found.agree { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
