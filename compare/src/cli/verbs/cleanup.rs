use std::process::ExitCode;

use serde_json::json;

use super::print_json;
use crate::{
    cli::args::{CleanupArgs, Format},
    error::Stop,
    interrupt::Interrupt,
    launch,
    place::Place,
    run::Sides,
    runtime::several_threads,
};

pub(in crate::cli) fn run(args: &CleanupArgs) -> Result<ExitCode, Stop> {
    let (endpoint, ended) = several_threads()?.block_on(async {
        let interrupt = Interrupt::listen()?;
        let place = interrupt.or(Place::resolve(&args.place.wish(None))).await??;
        let sides = Sides::at(&place)?;
        let ended = interrupt.or(launch::clean_up(&sides.sdk)).await?.map_err(|failure| {
            Stop::impossible(format!(
                "{} would not say or end what was launched: {}",
                place.whereabouts.endpoint, failure.context
            ))
        })?;
        Ok::<_, Stop>((place.whereabouts.endpoint.clone(), ended))
    })?;
    match args.format {
        Format::Json => print_json(&json!({ "endpoint": endpoint, "terminated": ended })),
        Format::Text | Format::Markdown if ended.is_empty() => {
            anstream::println!("nothing of ours is running at {endpoint}");
        }
        Format::Text => anstream::println!("terminated at {endpoint}: {}", ended.join(", ")),
        Format::Markdown => {
            for id in &ended {
                anstream::println!("- terminated `{id}`");
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}
