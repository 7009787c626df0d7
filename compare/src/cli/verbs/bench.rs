use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
    time::Duration,
};

use clap::{Args, ValueEnum};
use findings::{
    latency::{Samples, analyse, compare},
    scenario::Scenario,
};
use measure::{
    bench::{
        self,
        latency::{Extent, samples},
    },
    error::ExitError,
    session::{Session, TargetName, TargetOptions},
};
use serde::Serialize;
use serde_json::{Value, json};
use workloads::Effort;

use crate::cli::{
    self,
    answers::BenchAll,
    args::{self, Format, seconds},
    progress::{RoundBar, Spinner},
};

/// Measure both sides, paired
#[derive(Debug, Args)]
#[command(after_help = "Example: cargo run --release -p compare -- bench signing")]
pub(in crate::cli) struct BenchArgs {
    /// What to measure
    #[arg(value_enum, default_value_t = Subject::Signing)]
    subject: Subject,
    /// Take a few seconds instead of half a minute; figures are then good to about 5 %
    #[arg(long)]
    quick: bool,
    /// How to print the results
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    #[command(flatten)]
    latency: LatencyArgs,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Options of bench latency")]
struct LatencyArgs {
    /// Only these operations: names of scenarios that read [default: five of them]
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    only: Vec<String>,
    /// Most rounds of each operation [default: 5000, with --quick 500]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pairs: Option<u32>,
    /// Most time for each operation [default: 8, with --quick 1]
    #[arg(long, value_name = "N", value_parser = seconds)]
    seconds: Option<Duration>,
    /// Calls in flight at once
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=256))]
    concurrency: u16,
    /// Round-trip time of a simulated network: how long the endpoint delays each response, such as 30ms
    #[arg(long, value_name = "TIME", default_value = "0ms", value_parser = milliseconds)]
    rtt: Duration,
    /// Save every sample to this file
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,
    /// Show saved samples instead of measuring; given twice, compare the two
    #[arg(long, value_name = "FILE", conflicts_with_all = ["save", "pairs", "seconds"])]
    load: Vec<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Subject {
    /// A signature: from the unsigned request to the header or URL
    Signing,
    /// A call: from its input to the parsed result
    Latency,
    /// Parsing: from the bytes of a response to what the user gets
    Parse,
    /// A process that makes one call and exits
    Startup,
    /// The benchmark itself: does it find no difference between raw and raw, and find a known delay?
    Selfcheck,
    /// All of these, one after the other
    All,
}

/// The result for a subject, in every format.
struct Measured {
    json: Value,
    text: String,
    markdown: String,
    code: u8,
}

impl Measured {
    fn new<T: Serialize>(
        result: &T,
        text: impl FnOnce(&T) -> String,
        markdown: impl FnOnce(&T) -> String,
    ) -> Self {
        let json = serde_json::to_value(result)
            .unwrap_or_else(|error| unreachable!("plain data always serialises: {error}"));
        Self { json, text: text(result), markdown: markdown(result), code: 0 }
    }

    fn exits_with(self, code: u8) -> Self {
        Self { code, ..self }
    }
}

pub(super) fn run(args: &BenchArgs) -> Result<ExitCode, ExitError> {
    let measured = match args.subject {
        Subject::Signing => signing(args)?,
        Subject::Latency => latency(args)?,
        Subject::Parse => parse(args)?,
        Subject::Startup => startup(args)?,
        Subject::Selfcheck => selfcheck()?,
        Subject::All => all(args)?,
    };
    args.format.print(&measured.json, |_| measured.text.clone(), |_| measured.markdown.clone())?;
    Ok(ExitCode::from(measured.code))
}

/// Measures one subject after the other. The exit code is the first that is not 0.
fn all(args: &BenchArgs) -> Result<Measured, ExitError> {
    let (mut text, mut markdown, mut code) = (String::new(), String::new(), 0);
    let mut add = |name: &str, measured: Measured| {
        let _ = writeln!(text, "{name}\n\n{}", measured.text);
        let _ = writeln!(markdown, "## {name}\n\n{}", measured.markdown);
        code = if code == 0 { measured.code } else { code };
        measured.json
    };
    let json = json!(BenchAll {
        selfcheck: add("selfcheck", selfcheck()?),
        signing: add("signing", signing(args)?),
        latency: add("latency", latency(args)?),
        parse: add("parse", parse(args)?),
        startup: add("startup", startup(args)?),
    });
    Ok(Measured { json, text, markdown, code })
}

fn signing(args: &BenchArgs) -> Result<Measured, ExitError> {
    use render::bench::signing::{markdown, text};
    let result = bench::signing::measure(if args.quick { Effort::Quick } else { Effort::Full })?;
    Ok(Measured::new(&result, text, markdown))
}

fn latency(args: &BenchArgs) -> Result<Measured, ExitError> {
    use render::bench::latency::{markdown, text};
    let samples = match args.latency.load.as_slice() {
        [] => measure_latency(args)?,
        [file] => samples::load(file)?,
        [before, after] => return compare_latency(before, after),
        _ => return Err(ExitError::usage("--load shows one file, or compares two")),
    };
    let result = analyse(&samples);
    // 3: no valid comparison. The figures are printed all the same, because they show why.
    let code = if result.a_a.holds { 0 } else { 3 };
    Ok(Measured::new(&result, text, markdown).exits_with(code))
}

fn measure_latency(args: &BenchArgs) -> Result<Samples, ExitError> {
    let options = &args.latency;
    let operations = match options.only.as_slice() {
        [] => bench::latency::OPERATIONS.to_vec(),
        only => only.iter().map(|name| measurable(name)).collect::<Result<_, _>>()?,
    };
    let (pairs, time) = if args.quick { (500, 1) } else { (5000, 8) };
    let extent = Extent {
        pairs: options.pairs.map_or(pairs, |pairs| pairs as usize),
        time: options.seconds.unwrap_or(Duration::from_secs(time)),
        concurrency: options.concurrency.into(),
    };
    let samples = bench::latency::runtime(extent.concurrency)?.block_on(async {
        let interrupt = cli::interrupt()?;
        let session = interrupt.or(sandbox(options.rtt)).await??;
        let progress = Arc::new(Spinner::new());
        bench::latency::measure(session, operations, extent, options.rtt, progress, interrupt).await
    })?;
    if let Some(file) = &options.save {
        samples::save(&samples, file)?;
    }
    Ok(samples)
}

fn measurable(name: &str) -> Result<Scenario, ExitError> {
    let scenario = args::scenario(name)?;
    if bench::latency::is_measurable(scenario) {
        return Ok(scenario);
    }
    Err(ExitError::usage(format!(
        "{scenario} cannot be measured: only a call that reads can be repeated thousands of times"
    )))
}

fn compare_latency(before: &Path, after: &Path) -> Result<Measured, ExitError> {
    use render::bench::latency::{comparison_markdown, comparison_text};
    let changes = compare(&samples::load(before)?, &samples::load(after)?);
    Ok(Measured::new(&changes, comparison_text, comparison_markdown))
}

fn parse(args: &BenchArgs) -> Result<Measured, ExitError> {
    use render::bench::parse::{markdown, text};
    let (rounds, seconds) = if args.quick { (3, 1) } else { (30, 8) };
    let effort = bench::parse::Effort { rounds, time: Duration::from_secs(seconds) };
    let bar = RoundBar::new();
    let result = bench::parse::measure(effort, |done, total| bar.at(done, total))?;
    Ok(Measured::new(&result, text, markdown))
}

fn startup(args: &BenchArgs) -> Result<Measured, ExitError> {
    use render::bench::startup::{markdown, text};
    let bar = RoundBar::new();
    let rounds = if args.quick { 50 } else { 500 };
    let result = bench::startup::measure(rounds, |done, total| bar.at(done, total))?;
    Ok(Measured::new(&result, text, markdown))
}

fn selfcheck() -> Result<Measured, ExitError> {
    use render::bench::selfcheck::{markdown, text};
    let bar = RoundBar::new();
    let result = bench::latency::runtime(1)?.block_on(async {
        let interrupt = cli::interrupt()?;
        let session = interrupt.or(sandbox(Duration::ZERO)).await??;
        bench::selfcheck::check(session, move |done, total| bar.at(done, total), interrupt).await
    })?;
    let code = u8::from(!result.holds);
    Ok(Measured::new(&result, text, markdown).exits_with(code))
}

/// The embedded endpoint, which delays every response by `delay`.
async fn sandbox(delay: Duration) -> Result<Session, ExitError> {
    let target = Some(TargetName::Sandbox);
    Session::resolve(&TargetOptions { target, delay, ..TargetOptions::default() }).await
}

fn milliseconds(text: &str) -> Result<Duration, String> {
    let number = text.strip_suffix("ms").and_then(|number| number.parse().ok());
    number
        .map(Duration::from_millis)
        .ok_or_else(|| "not a number of milliseconds, such as 30ms".to_owned())
}
