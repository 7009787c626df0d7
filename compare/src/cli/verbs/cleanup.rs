use std::process::ExitCode;

use serde_json::json;

use crate::{
    cli::args::{CleanupArgs, Format},
    error::Stop,
    escape,
    interrupt::Interrupt,
    launch,
    output::{print, print_json},
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
        Format::Json => print_json(&json!({ "endpoint": endpoint, "terminated": ended }))?,
        Format::Text | Format::Markdown if ended.is_empty() => {
            print(&format!("nothing of ours is running at {endpoint}\n"))?;
        }
        Format::Text => {
            let ended: Vec<_> = ended.iter().map(|id| escape::line(id)).collect();
            print(&format!("terminated at {endpoint}: {}\n", ended.join(", ")))?;
        }
        Format::Markdown => {
            for id in &ended {
                print(&format!("- terminated {}\n", escape::markdown_code(id)))?;
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}
