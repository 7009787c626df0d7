use std::process::ExitCode;

use measure::{
    error::ExitError,
    launch::sweep::{LeftAlone, NotEnded, SweepReport, SweepScope, sweep},
    run::Sides,
    runtime::several_threads,
    session::Session,
};
use raw::redact::Secrets;
use render::escape;

use crate::{
    cli::{
        self,
        args::{CleanupArgs, Format},
    },
    output::{print, print_json, warn},
};

pub(in crate::cli) fn run(args: &CleanupArgs) -> Result<ExitCode, ExitError> {
    let swept = several_threads()?.block_on(async {
        let interrupt = cli::interrupt()?;
        let place = interrupt.or(Session::resolve(&args.place.wish(None))).await??;
        if place.sandbox().is_some() {
            return Err(ExitError::usage(
                "cleanup needs a target: the embedded endpoint ends with the program that started \
                 it, and everything in it",
            )
            .help("--target aws, --endpoint-url URL, or AWS_ENDPOINT_URL in the environment"));
        }
        let sides = Sides::new(&place)?;
        let secrets = Secrets::of(&place.credentials);
        match interrupt.or(sweep(&place, &sides, &whose(args))).await? {
            Ok(mut swept) => {
                for left in &mut swept.left {
                    secrets.redact(&mut left.why);
                }
                Ok(swept)
            }
            Err((failure, swept)) => {
                let ended = match swept.terminated.as_slice() {
                    [] => "nothing was ended".to_owned(),
                    ids => format!("ended were {}, which a ledger knew", ids.join(", ")),
                };
                let mut why = failure.context;
                secrets.redact(&mut why);
                Err(ExitError::unavailable(format!(
                    "{} did not list what was launched, so {ended}: {why}",
                    swept.endpoint
                )))
            }
        }
    })?;
    for note in &swept.notes {
        warn(&format!("note: {}", escape::line(note)));
    }
    match args.format {
        Format::Json => print_json(&swept)?,
        Format::Text => {
            for line in text(&swept) {
                print(&format!("{}\n", escape::line(&line)))?;
            }
        }
        Format::Markdown => {
            for line in text(&swept) {
                print(&format!("- {}\n", escape::markdown(&line)))?;
            }
        }
    }
    Ok(if swept.left.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn whose(args: &CleanupArgs) -> SweepScope {
    match &args.run {
        _ if args.all => SweepScope::All,
        Some(run) => SweepScope::Run(run.clone()),
        None => SweepScope::EndedRuns { older_than: args.older_than },
    }
}

fn text(swept: &SweepReport) -> Vec<String> {
    let SweepReport { endpoint, region, terminated, left_alone, left, .. } = swept;
    let mut lines = Vec::new();
    if !terminated.is_empty() {
        lines.push(format!("terminated at {endpoint}: {}", terminated.join(", ")));
    }
    for LeftAlone { instance_id, run, why } in left_alone {
        let what = instance_id.as_deref().unwrap_or("the launches");
        let run = run.as_ref().map(|run| format!(" of run {run}")).unwrap_or_default();
        lines.push(format!("left alone: {what}{run}: {why}"));
    }
    for NotEnded { instance_id, client_token, why } in left {
        lines.push(match (instance_id, client_token) {
            (Some(id), _) => format!("could not be ended: {id}: {why}"),
            (None, token) => format!(
                "not accounted for: the launch with client token {}: {why}",
                token.as_deref().unwrap_or_default()
            ),
        });
    }
    if lines.is_empty() {
        lines.push(format!("nothing of ours is running at {endpoint} in {region}"));
    }
    lines
}
