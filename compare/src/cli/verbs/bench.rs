use std::{path::Path, process::ExitCode, sync::Arc, time::Duration};

use workloads::Effort;

use super::{print_json, runtime};
use crate::{
    bench::{
        self,
        latency::{Extent, Samples},
    },
    cli::{
        args::{BenchArgs, Format, Subject},
        progress::{Bar, Spinner},
    },
    error::Stop,
    interrupt::Interrupt,
    place::{Place, TargetName, Wish},
    report,
    scenario::{Scenario, UnknownScenario},
};

pub(in crate::cli) fn run(args: &BenchArgs) -> Result<ExitCode, Stop> {
    match args.subject {
        Subject::Signing => signing(args),
        Subject::Latency => latency(args),
        Subject::Parse => parse(args),
        Subject::Startup => startup(args),
        Subject::Selfcheck => selfcheck(args),
    }
}

fn signing(args: &BenchArgs) -> Result<ExitCode, Stop> {
    let found = bench::signing::measure(if args.quick { Effort::Quick } else { Effort::Full })?;
    match args.format {
        Format::Text => anstream::print!("{}", report::bench::signing::text(&found)),
        Format::Json => print_json(&found),
        Format::Markdown => anstream::print!("{}", report::bench::signing::markdown(&found)),
    }
    Ok(ExitCode::SUCCESS)
}

fn latency(args: &BenchArgs) -> Result<ExitCode, Stop> {
    let samples = match args.latency.load.as_slice() {
        [] => measure_latency(args)?,
        [file] => Samples::load(file)?,
        [before, after] => return compare_latency(args, before, after),
        _ => return Err(Stop::usage("--load shows one file, or compares two")),
    };
    let found = bench::latency::analyse(&samples);
    match args.format {
        Format::Text => anstream::print!("{}", report::bench::latency::text(&found)),
        Format::Json => print_json(&found),
        Format::Markdown => anstream::print!("{}", report::bench::latency::markdown(&found)),
    }
    // The comparison could not be made: its figures are there to show why.
    Ok(if found.a_a.holds { ExitCode::SUCCESS } else { ExitCode::from(3) })
}

fn measure_latency(args: &BenchArgs) -> Result<Samples, Stop> {
    let asked = &args.latency;
    let operations = match asked.only.as_slice() {
        [] => bench::latency::OPERATIONS.to_vec(),
        only => only.iter().map(|name| measurable(name)).collect::<Result<_, _>>()?,
    };
    let (pairs, time) = if args.quick { (500, 1) } else { (5000, 8) };
    let extent = Extent {
        pairs: asked.pairs.map_or(pairs, |pairs| pairs as usize),
        time: asked.seconds.unwrap_or(Duration::from_secs(time)),
        concurrency: asked.concurrency.into(),
    };
    let samples = runtime()?.block_on(async {
        let interrupt = Interrupt::listen()?;
        let wish = Wish { target: Some(TargetName::Sandbox), delay: asked.rtt, ..Wish::default() };
        let place = interrupt.or(Place::resolve(&wish)).await??;
        let progress = Arc::new(Spinner::new());
        bench::latency::measure(place, operations, extent, asked.rtt, progress, interrupt).await
    })?;
    if let Some(file) = &asked.save {
        samples.save(file)?;
    }
    Ok(samples)
}

fn measurable(name: &str) -> Result<Scenario, Stop> {
    let scenario: Scenario =
        name.parse().map_err(|unknown: UnknownScenario| Stop::usage(unknown.to_string()))?;
    if bench::latency::is_measurable(scenario) {
        return Ok(scenario);
    }
    Err(Stop::usage(format!("{scenario} is no call that could be repeated thousands of times")))
}

fn compare_latency(args: &BenchArgs, before: &Path, after: &Path) -> Result<ExitCode, Stop> {
    let found = bench::latency::compare(&Samples::load(before)?, &Samples::load(after)?);
    match args.format {
        Format::Text => anstream::print!("{}", report::bench::latency::comparison_text(&found)),
        Format::Json => print_json(&found),
        Format::Markdown => {
            anstream::print!("{}", report::bench::latency::comparison_markdown(&found));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn parse(args: &BenchArgs) -> Result<ExitCode, Stop> {
    let (rounds, seconds) = if args.quick { (3, 1) } else { (30, 8) };
    let effort = bench::parse::Effort { rounds, time: Duration::from_secs(seconds) };
    let bar = Bar::new();
    let found = bench::parse::measure(effort, |done, of| bar.at(done, of))?;
    match args.format {
        Format::Text => anstream::print!("{}", report::bench::parse::text(&found)),
        Format::Json => print_json(&found),
        Format::Markdown => anstream::print!("{}", report::bench::parse::markdown(&found)),
    }
    Ok(ExitCode::SUCCESS)
}

fn startup(args: &BenchArgs) -> Result<ExitCode, Stop> {
    let bar = Bar::new();
    let rounds = if args.quick { 50 } else { 500 };
    let found = bench::startup::measure(rounds, |done, of| bar.at(done, of))?;
    match args.format {
        Format::Text => anstream::print!("{}", report::bench::startup::text(&found)),
        Format::Json => print_json(&found),
        Format::Markdown => anstream::print!("{}", report::bench::startup::markdown(&found)),
    }
    Ok(ExitCode::SUCCESS)
}

fn selfcheck(args: &BenchArgs) -> Result<ExitCode, Stop> {
    let bar = Bar::new();
    let found = runtime()?.block_on(async {
        let interrupt = Interrupt::listen()?;
        let place = interrupt.or(sandbox(Duration::ZERO)).await??;
        bench::selfcheck::check(place, move |done, of| bar.at(done, of), interrupt).await
    })?;
    match args.format {
        Format::Text => anstream::print!("{}", report::bench::selfcheck::text(&found)),
        Format::Json => print_json(&found),
        Format::Markdown => anstream::print!("{}", report::bench::selfcheck::markdown(&found)),
    }
    Ok(if found.holds { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What is measured here is measured against the embedded endpoint.
async fn sandbox(delay: Duration) -> Result<Place, Stop> {
    let target = Some(TargetName::Sandbox);
    Place::resolve(&Wish { target, delay, ..Wish::default() }).await
}
