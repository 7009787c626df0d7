use std::{process::ExitCode, sync::Arc};

use crate::{
    cli::{
        args::{ExplainArgs, Format},
        progress::Spinner,
        width,
    },
    error::Stop,
    explain::{self, SecretsShown},
    interrupt::Interrupt,
    output::{print, print_json},
    place::Place,
    report,
    runtime::several_threads,
    scenario::{Scenario, UnknownScenario},
};

pub(in crate::cli) fn run(args: &ExplainArgs) -> Result<ExitCode, Stop> {
    let scenario: Scenario = args
        .operation
        .parse()
        .map_err(|unknown: UnknownScenario| Stop::usage(unknown.to_string()))?;
    let shown = if args.show_secrets { SecretsShown::InFull } else { SecretsShown::Masked };
    let explanation = several_threads()?.block_on(async {
        let interrupt = Interrupt::listen()?;
        let wish = args.place.wish(args.api_url.as_ref());
        let place = interrupt.or(Place::resolve(&wish)).await??;
        let choices = args.work.choices(place.host);
        let (given, progress) = (args.work.given(), Arc::new(Spinner::new()));
        explain::explain(place, scenario, given, choices, shown, progress, interrupt).await
    })?;
    match args.format {
        Format::Text => {
            print(&report::explain::text(&explanation, width::columns()))?;
        }
        Format::Json => print_json(&explanation)?,
        Format::Markdown => print(&report::explain::markdown(&explanation))?,
    }
    let agreed = explanation.proof.as_ref().is_none_or(|proof| proof.holds);
    Ok(if agreed { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
