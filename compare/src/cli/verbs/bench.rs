use std::{fmt::Write as _, path::Path, process::ExitCode, sync::Arc, time::Duration};

use findings::{
    latency::{Samples, analyse, compare},
    scenario::{Scenario, UnknownScenario},
};
use measure::{
    bench::{
        self,
        latency::{Extent, samples},
    },
    error::ExitError,
    session::{Session, TargetName, TargetOptions},
};
use render;
use serde::Serialize;
use serde_json::{Map, Value};
use workloads::Effort;

use crate::{
    cli::{
        self,
        args::{BenchArgs, Format, Subject},
        progress::{Bar, Spinner},
    },
    output::{print, print_json},
};

/// What a subject came to, in every form in which it may be printed.
struct Measured {
    json: Value,
    text: String,
    markdown: String,
    code: u8,
}

impl Measured {
    fn new(found: &impl Serialize, text: String, markdown: String) -> Self {
        let json = serde_json::to_value(found)
            .unwrap_or_else(|error| unreachable!("plain data always serialises: {error}"));
        Self { json, text, markdown, code: 0 }
    }
}

pub(in crate::cli) fn run(args: &BenchArgs) -> Result<ExitCode, ExitError> {
    let measured = match args.subject {
        Subject::Signing => signing(args)?,
        Subject::Latency => latency(args)?,
        Subject::Parse => parse(args)?,
        Subject::Startup => startup(args)?,
        Subject::Selfcheck => selfcheck()?,
        Subject::All => all(args)?,
    };
    match args.format {
        Format::Text => print(&measured.text)?,
        Format::Json => print_json(&measured.json)?,
        Format::Markdown => print(&measured.markdown)?,
    }
    Ok(ExitCode::from(measured.code))
}

/// One subject after the other; the first exit code that is not 0 counts.
fn all(args: &BenchArgs) -> Result<Measured, ExitError> {
    let mut json = Map::new();
    let (mut text, mut markdown, mut code) = (String::new(), String::new(), 0);
    for (name, measured) in [
        ("selfcheck", selfcheck()?),
        ("signing", signing(args)?),
        ("latency", latency(args)?),
        ("parse", parse(args)?),
        ("startup", startup(args)?),
    ] {
        let _ = writeln!(text, "{name}\n\n{}", measured.text);
        let _ = writeln!(markdown, "## {name}\n\n{}", measured.markdown);
        json.insert(name.to_owned(), measured.json);
        code = if code == 0 { measured.code } else { code };
    }
    Ok(Measured { json: Value::Object(json), text, markdown, code })
}

fn signing(args: &BenchArgs) -> Result<Measured, ExitError> {
    let found = bench::signing::measure(if args.quick { Effort::Quick } else { Effort::Full })?;
    let report = (render::bench::signing::text(&found), render::bench::signing::markdown(&found));
    Ok(Measured::new(&found, report.0, report.1))
}

fn latency(args: &BenchArgs) -> Result<Measured, ExitError> {
    let samples = match args.latency.load.as_slice() {
        [] => measure_latency(args)?,
        [file] => samples::load(file)?,
        [before, after] => return compare_latency(before, after),
        _ => return Err(ExitError::usage("--load shows one file, or compares two")),
    };
    let found = analyse(&samples);
    let report = (render::bench::latency::text(&found), render::bench::latency::markdown(&found));
    // 3: the comparison could not be made, and its figures are there to show why.
    let code = if found.a_a.holds { 0 } else { 3 };
    Ok(Measured { code, ..Measured::new(&found, report.0, report.1) })
}

fn measure_latency(args: &BenchArgs) -> Result<Samples, ExitError> {
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
    let samples = bench::latency::runtime(extent.concurrency)?.block_on(async {
        let interrupt = cli::interrupt()?;
        let wish = TargetOptions {
            target: Some(TargetName::Sandbox),
            delay: asked.rtt,
            ..TargetOptions::default()
        };
        let place = interrupt.or(Session::resolve(&wish)).await??;
        let progress = Arc::new(Spinner::new());
        bench::latency::measure(place, operations, extent, asked.rtt, progress, interrupt).await
    })?;
    if let Some(file) = &asked.save {
        samples::save(&samples, file)?;
    }
    Ok(samples)
}

fn measurable(name: &str) -> Result<Scenario, ExitError> {
    let scenario: Scenario =
        name.parse().map_err(|unknown: UnknownScenario| ExitError::usage(unknown.to_string()))?;
    if bench::latency::is_measurable(scenario) {
        return Ok(scenario);
    }
    Err(ExitError::usage(format!(
        "{scenario} is no call that could be repeated thousands of times"
    )))
}

fn compare_latency(before: &Path, after: &Path) -> Result<Measured, ExitError> {
    let found = compare(&samples::load(before)?, &samples::load(after)?);
    let text = render::bench::latency::comparison_text(&found);
    Ok(Measured::new(&found, text, render::bench::latency::comparison_markdown(&found)))
}

fn parse(args: &BenchArgs) -> Result<Measured, ExitError> {
    let (rounds, seconds) = if args.quick { (3, 1) } else { (30, 8) };
    let effort = bench::parse::Effort { rounds, time: Duration::from_secs(seconds) };
    let bar = Bar::new();
    let found = bench::parse::measure(effort, |done, of| bar.at(done, of))?;
    let report = (render::bench::parse::text(&found), render::bench::parse::markdown(&found));
    Ok(Measured::new(&found, report.0, report.1))
}

fn startup(args: &BenchArgs) -> Result<Measured, ExitError> {
    let bar = Bar::new();
    let rounds = if args.quick { 50 } else { 500 };
    let found = bench::startup::measure(rounds, |done, of| bar.at(done, of))?;
    let report = (render::bench::startup::text(&found), render::bench::startup::markdown(&found));
    Ok(Measured::new(&found, report.0, report.1))
}

fn selfcheck() -> Result<Measured, ExitError> {
    let bar = Bar::new();
    let found = bench::latency::runtime(1)?.block_on(async {
        let interrupt = cli::interrupt()?;
        let place = interrupt.or(sandbox(Duration::ZERO)).await??;
        bench::selfcheck::check(place, move |done, of| bar.at(done, of), interrupt).await
    })?;
    let text = render::bench::selfcheck::text(&found);
    let markdown = render::bench::selfcheck::markdown(&found);
    let code = u8::from(!found.holds);
    Ok(Measured { code, ..Measured::new(&found, text, markdown) })
}

/// What is measured here is measured against the embedded endpoint.
async fn sandbox(delay: Duration) -> Result<Session, ExitError> {
    let target = Some(TargetName::Sandbox);
    Session::resolve(&TargetOptions { target, delay, ..TargetOptions::default() }).await
}
