use std::{process::ExitCode, sync::Arc};

use findings::scenario::{Scenario, UnknownScenario};
use measure::{
    error::ExitError,
    explain::{self, SecretsShown},
    runtime::several_threads,
    session::Session,
};
use render;

use crate::{
    cli::{
        self,
        args::{ExplainArgs, Format},
        progress::Spinner,
        width,
    },
    output::{print, print_json},
};

pub(in crate::cli) fn run(args: &ExplainArgs) -> Result<ExitCode, ExitError> {
    let scenario: Scenario = args
        .operation
        .parse()
        .map_err(|unknown: UnknownScenario| ExitError::usage(unknown.to_string()))?;
    let shown = if args.show_secrets { SecretsShown::InFull } else { SecretsShown::Masked };
    let explanation = several_threads()?.block_on(async {
        let interrupt = cli::interrupt()?;
        let wish = args.place.wish(args.api_url.as_ref());
        let place = interrupt.or(Session::resolve(&wish)).await??;
        let choices = args.work.choices(place.host);
        let (given, progress) = (args.work.given(), Arc::new(Spinner::new()));
        explain::explain(place, scenario, given, choices, shown, progress, interrupt).await
    })?;
    match args.format {
        Format::Text => {
            print(&render::explain::text(&explanation, width::columns()))?;
        }
        Format::Json => print_json(&explanation)?,
        Format::Markdown => print(&render::explain::markdown(&explanation))?,
    }
    let agreed = explanation.proof.as_ref().is_none_or(|proof| proof.holds);
    Ok(if agreed { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
