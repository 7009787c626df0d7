use std::{process::ExitCode, sync::Arc};

use findings::scenario;
use measure::{error::ExitError, run, runtime::several_threads, session::Session};
use render::{markdown, terminal};

use crate::{
    cli::{
        self,
        args::{Format, RunArgs},
        progress::Spinner,
        width,
    },
    output::{print, print_json},
};

pub(in crate::cli) fn run(args: &RunArgs) -> Result<ExitCode, ExitError> {
    let scenarios = scenario::select(&args.only, args.work.given())
        .map_err(|unknown| ExitError::usage(unknown.to_string()))?;
    let comparison = several_threads()?.block_on(async {
        let interrupt = cli::interrupt()?;
        let place =
            interrupt.or(Session::resolve(&args.place.wish(args.api_url.as_ref()))).await??;
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
