use std::{process::ExitCode, sync::Arc};

use crate::{
    cli::{
        args::{Format, RunArgs},
        progress::Spinner,
        width,
    },
    error::Stop,
    interrupt::Interrupt,
    output::{print, print_json},
    place::Place,
    report::{markdown, terminal},
    run,
    runtime::several_threads,
    scenario,
};

pub(in crate::cli) fn run(args: &RunArgs) -> Result<ExitCode, Stop> {
    let scenarios = scenario::select(&args.only, args.work.given())
        .map_err(|unknown| Stop::usage(unknown.to_string()))?;
    let comparison = several_threads()?.block_on(async {
        let interrupt = Interrupt::listen()?;
        let place = interrupt.or(Place::resolve(&args.place.wish(args.api_url.as_ref()))).await??;
        let choices = args.work.choices(place.host);
        run::compare(Arc::new(place), scenarios, choices, Arc::new(Spinner::new()), interrupt).await
    })?;
    match args.format {
        Format::Text => {
            print(&terminal::comparison(&comparison, width::columns()))?;
        }
        Format::Json => print_json(&comparison)?,
        Format::Markdown => print(&markdown::comparison(&comparison))?,
    }
    Ok(if comparison.agree { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
