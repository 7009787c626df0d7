use std::{process::ExitCode, time::Duration};

use clap::Args;
use contract::Failure;
use measure::{
    error::ExitError,
    launch::sweep::{LeftAlone, NotEnded, SweepReport, SweepScope, sweep},
    run::Sides,
    runtime::several_threads,
};
use raw::redact::Secrets;
use render::escape;

use crate::{
    cli::{
        self,
        args::{Format, TargetArgs},
    },
    output::warn,
};

/// Terminate what killed runs left behind; runs under way are left alone
#[derive(Debug, Args)]
#[command(after_help = "Example: compare cleanup --target aws --region eu-west-1")]
pub(in crate::cli) struct CleanupArgs {
    /// Only what this run launched, even if it is under way; ID follows `compare-` in the tag `Name`
    #[arg(long, value_name = "ID")]
    run: Option<String>,
    /// Everything that compare launched, even in runs under way
    #[arg(long, conflicts_with = "run")]
    all: bool,
    /// How old the instances of runs on other machines must be, as those may be under way: 90s, 30m, 2h, 1d
    #[arg(long, value_name = "AGE", default_value = "1h", value_parser = age)]
    #[arg(conflicts_with_all = ["run", "all"])]
    older_than: Duration,
    /// How to print the results
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    #[command(flatten)]
    target: TargetArgs,
}

pub(super) fn run(args: &CleanupArgs) -> Result<ExitCode, ExitError> {
    let swept = several_threads()?.block_on(async {
        let interrupt = cli::interrupt()?;
        let session = args.target.session(&interrupt).await?;
        if session.sandbox().is_some() {
            return Err(ExitError::usage(
                "cleanup needs a target: the embedded endpoint, with everything in it, ends with the \
                 program that started it",
            )
            .help("--target aws, --endpoint-url URL, or AWS_ENDPOINT_URL in the environment"));
        }
        let sides = Sides::new(&session)?;
        let secrets = Secrets::of(&session.credentials);
        let mut swept = interrupt
            .or(sweep(&session, &sides, &scope(args)))
            .await?
            .map_err(|(failure, swept)| not_listed(failure, &swept, &secrets))?;
        for left in &mut swept.left {
            secrets.redact(&mut left.why);
        }
        Ok(swept)
    })?;
    for note in &swept.notes {
        warn(&format!("note: {}", escape::line(note)));
    }
    args.format.print(
        &swept,
        |swept| lines(swept).iter().map(|line| escape::line(line).to_string() + "\n").collect(),
        |swept| {
            lines(swept).iter().map(|line| format!("- {}", escape::markdown(line)) + "\n").collect()
        },
    )?;
    Ok(if swept.left.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn not_listed(failure: Failure, swept: &SweepReport, secrets: &Secrets) -> ExitError {
    let ended = match swept.terminated.as_slice() {
        [] => "nothing was terminated".to_owned(),
        ids => format!("only {} could be terminated, from the ledger", ids.join(", ")),
    };
    let mut why = failure.context;
    secrets.redact(&mut why);
    let endpoint = &swept.endpoint;
    ExitError::unavailable(format!("{endpoint} did not list the instances, so {ended}: {why}"))
}

fn scope(args: &CleanupArgs) -> SweepScope {
    match &args.run {
        _ if args.all => SweepScope::All,
        Some(run) => SweepScope::Run(run.clone()),
        None => SweepScope::EndedRuns { older_than: args.older_than },
    }
}

fn lines(swept: &SweepReport) -> Vec<String> {
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
            (Some(id), _) => format!("could not be terminated: {id}: {why}"),
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

fn age(text: &str) -> Result<Duration, String> {
    let units = [("s", 1), ("m", 60), ("h", 60 * 60), ("d", 24 * 60 * 60)];
    let unit =
        units.into_iter().find_map(|(unit, seconds)| Some((text.strip_suffix(unit)?, seconds)));
    unit.and_then(|(number, seconds)| number.parse::<u64>().ok()?.checked_mul(seconds))
        .map(Duration::from_secs)
        .ok_or_else(|| "not a number followed by s, m, h or d".to_owned())
}
