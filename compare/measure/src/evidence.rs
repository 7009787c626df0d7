//! Measures all sections of the report, one after the other.

mod peers;

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use findings::{
    evidence::{CrateVersion, EXPLAINED, Evidence, FOLLOWED, MadeBy, RTT, Section},
    explain::Explanation,
    footprint::Footprint,
    latency::{Latency, analyse},
    parse::Parsing,
    paths::Paths,
    run::{RunResult, ScenarioResult},
    scenario::{Given, Scenario, select},
    selfcheck::Selfcheck,
    signing::{Peers, Signing},
    startup::Startup,
};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use tokio::runtime::Runtime;
use workloads::Effort;

use crate::{
    bench::{self, latency::Extent},
    error::ExitError,
    errors::{self, catalogue},
    explain::{SecretsShown, explain},
    footprint::{self, Project},
    interrupt::Interrupt,
    machine::this_machine,
    paths,
    run::{self, Choices, Launching, Progress},
    session::{Session, TargetName, TargetOptions},
};

/// Enough for intervals of one or two percent.
const EXTENT: Extent = Extent { pairs: 5000, time: Duration::from_secs(8), concurrency: 1 };

/// For calls across a network: a round takes four round trips, and the differences are the same.
const EXTENT_ACROSS: Extent = Extent { pairs: 60, time: Duration::from_secs(8), concurrency: 1 };

const PARSE: bench::parse::Effort =
    bench::parse::Effort { rounds: 20, time: Duration::from_secs(5) };
const STARTS: u32 = 300;

/// Receives the section that begins, its index, and the number of sections.
pub type Begin<'b> = &'b dyn Fn(Section, usize, usize);

/// Measures the sections in `wanted` and takes the others from `saved`, evidence as JSON. Sections that are
/// missing there are measured too, unless [`Section::USUAL`] leaves them out.
///
/// # Errors
/// Those of each section's verb; exit 2 if a saved section comes from an incompatible version.
pub fn gather(
    wanted: &BTreeSet<Section>,
    saved: Map<String, Value>,
    runtime: &Runtime,
    interrupt: &Interrupt,
    begin: Begin<'_>,
) -> Result<Evidence, ExitError> {
    let project = Arc::new(Project::open(None)?);
    let of_peers = Arc::clone(&project);
    let builds = saved.get("footprint").cloned();
    // Parse everything first, because measuring takes minutes.
    let kept = Kept::of(saved, wanted)?;
    let timing = bench::latency::runtime(EXTENT.concurrency)?;
    let mut work = Work { wanted, runtime, timing, interrupt, begin, begun: BTreeSet::new() };
    Ok(Evidence {
        made_by: kept.made_by.unwrap_or_else(|| made_by(&project)),
        run: work.measured(Section::Run, kept.run, run_all)?,
        explain: work.measured(Section::Explain, kept.explain, explain_some)?,
        errors: work.measured(Section::Errors, kept.errors, |_| play_catalogue())?,
        latency: work.measured(Section::Latency, kept.latency, latency)?,
        latency_across: work.measured(Section::Latency, kept.latency_across, latency_across)?,
        signing: work.measured(Section::Signing, kept.signing, |_| blocking(signing))?,
        peers: work.if_wanted(Section::Peers, kept.peers, |_| {
            blocking(move || peers::measure(&of_peers))
        })?,
        parse: work.measured(Section::Parse, kept.parse, |_| blocking(parse))?,
        startup: work.measured(Section::Startup, kept.startup, |_| blocking(startup))?,
        selfcheck: work.if_wanted(Section::Selfcheck, kept.selfcheck, selfcheck)?,
        paths: work.measured(Section::Paths, kept.paths, follow_some)?,
        footprint: work.measured(Section::Footprint, kept.footprint, |_| {
            blocking(move || count_footprint(builds))
        })?,
    })
}

/// The crates that sign, send and parse.
const CRATES: [&str; 8] = [
    "aws-config",
    "aws-sdk-ec2",
    "aws-sdk-s3",
    "aws-sigv4",
    "hmac",
    "quick-xml",
    "reqwest",
    "sha2",
];

fn made_by(project: &Project) -> MadeBy {
    let version = |name: &str| {
        let version = project.version(name)?.to_owned();
        Some(CrateVersion { name: name.to_owned(), version })
    };
    MadeBy {
        machine: this_machine(),
        toolchain: project.toolchain().to_owned(),
        crates: CRATES.into_iter().filter_map(version).collect(),
    }
}

/// The saved sections that are not measured again.
struct Kept {
    made_by: Option<MadeBy>,
    run: Option<RunResult>,
    explain: Option<Vec<Explanation>>,
    errors: Option<findings::errors::ErrorResults>,
    latency: Option<Latency>,
    latency_across: Option<Latency>,
    signing: Option<Signing>,
    peers: Option<Peers>,
    parse: Option<Parsing>,
    startup: Option<Startup>,
    selfcheck: Option<Selfcheck>,
    paths: Option<Vec<Paths>>,
    footprint: Option<Footprint>,
}

impl Kept {
    fn of(mut saved: Map<String, Value>, wanted: &BTreeSet<Section>) -> Result<Self, ExitError> {
        let saved = &mut saved;
        // `made_by` is kept as long as any usual section is.
        let made_by = Section::USUAL.into_iter().find(|usual| !wanted.contains(usual));
        Ok(Self {
            made_by: match made_by {
                Some(kept) => take(saved, wanted, kept, "made_by")?,
                None => None,
            },
            run: take(saved, wanted, Section::Run, "run")?,
            explain: take(saved, wanted, Section::Explain, "explain")?,
            errors: take(saved, wanted, Section::Errors, "errors")?,
            latency: take(saved, wanted, Section::Latency, "latency")?,
            latency_across: take(saved, wanted, Section::Latency, "latency_across")?,
            signing: take(saved, wanted, Section::Signing, "signing")?,
            peers: take(saved, wanted, Section::Peers, "peers")?,
            parse: take(saved, wanted, Section::Parse, "parse")?,
            startup: take(saved, wanted, Section::Startup, "startup")?,
            selfcheck: take(saved, wanted, Section::Selfcheck, "selfcheck")?,
            paths: take(saved, wanted, Section::Paths, "paths")?,
            footprint: take(saved, wanted, Section::Footprint, "footprint")?,
        })
    }
}

fn take<T: DeserializeOwned>(
    saved: &mut Map<String, Value>,
    wanted: &BTreeSet<Section>,
    section: Section,
    field: &str,
) -> Result<Option<T>, ExitError> {
    let kept = saved.remove(field).filter(|value| !value.is_null() && !wanted.contains(&section));
    kept.map(serde_json::from_value).transpose().map_err(|error| {
        ExitError::usage(format!("the saved `{field}` comes from an incompatible version: {error}"))
            .help("measure it again: name it with --only too")
    })
}

/// Measures the wanted sections.
struct Work<'g> {
    wanted: &'g BTreeSet<Section>,
    runtime: &'g Runtime,
    /// For calls that are timed.
    timing: Runtime,
    interrupt: &'g Interrupt,
    begin: Begin<'g>,
    begun: BTreeSet<Section>,
}

impl Work<'_> {
    /// The `kept` section, or the result of `measure`.
    fn measured<T, F>(
        &mut self,
        section: Section,
        kept: Option<T>,
        measure: impl FnOnce(Interrupt) -> F,
    ) -> Result<T, ExitError>
    where
        F: Future<Output = Result<T, ExitError>>,
    {
        if let Some(kept) = kept {
            return Ok(kept);
        }
        if self.begun.insert(section) {
            (self.begin)(section, self.begun.len() - 1, self.wanted.len().max(self.begun.len()));
        }
        let runtime = match section {
            Section::Latency | Section::Selfcheck => &self.timing,
            _ => self.runtime,
        };
        runtime.block_on(self.interrupt.or(measure(self.interrupt.clone())))?
    }

    /// The same, but `None` if the section is neither kept nor wanted.
    fn if_wanted<T, F>(
        &mut self,
        section: Section,
        kept: Option<T>,
        measure: impl FnOnce(Interrupt) -> F,
    ) -> Result<Option<T>, ExitError>
    where
        F: Future<Output = Result<T, ExitError>>,
    {
        if kept.is_none() && !self.wanted.contains(&section) {
            return Ok(None);
        }
        self.measured(section, kept, measure).map(Some)
    }
}

/// Runs `work` on a thread of its own, so that signals are handled meanwhile.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ExitError> + Send + 'static,
) -> Result<T, ExitError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
    }
}

/// The embedded endpoint, whatever the environment says: anyone can repeat what the report says.
async fn sandbox(delay: Duration) -> Result<Session, ExitError> {
    let target = Some(TargetName::Sandbox);
    Session::resolve(&TargetOptions { target, delay, ..TargetOptions::default() }).await
}

async fn run_all(interrupt: Interrupt) -> Result<RunResult, ExitError> {
    let scenarios =
        select(&[], Given::default()).map_err(|unknown| ExitError::usage(unknown.to_string()))?;
    let session = Arc::new(sandbox(Duration::ZERO).await?);
    let choices = Choices::defaults(Launching::Allowed);
    let mut found = run::compare(session, scenarios, choices, Arc::new(Unseen), interrupt).await?;
    found.scenarios = found.scenarios.into_iter().map(abridged).collect();
    Ok(found)
}

/// Without the complete answers, which `compare run --format json` shows.
fn abridged(finding: ScenarioResult) -> ScenarioResult {
    ScenarioResult { raw: finding.raw.abridged(), sdk: finding.sdk.abridged(), ..finding }
}

async fn explain_some(interrupt: Interrupt) -> Result<Vec<Explanation>, ExitError> {
    let mut explained = Vec::with_capacity(EXPLAINED.len());
    for scenario in EXPLAINED {
        let (session, unseen) = (sandbox(Duration::ZERO).await?, Arc::new(Unseen));
        let (given, shown) = (Given::default(), SecretsShown::Masked);
        let signals = interrupt.clone();
        let choices = Choices::defaults(Launching::Allowed);
        let mut one = explain(session, scenario, given, choices, shown, unseen, signals).await?;
        one.raw.parsed = one.raw.parsed.abridged();
        one.sdk.parsed = one.sdk.parsed.abridged();
        explained.push(one);
    }
    Ok(explained)
}

async fn play_catalogue() -> Result<findings::errors::ErrorResults, ExitError> {
    let cases = catalogue::select(&[]).map_err(|unknown| ExitError::usage(unknown.to_string()))?;
    let found = errors::play(&cases).await?;
    if found.all_played() {
        return Ok(found);
    }
    Err(ExitError::failed("a case of the catalogue could not be played")
        .help("`compare errors` says which, and why"))
}

async fn latency(interrupt: Interrupt) -> Result<Latency, ExitError> {
    measure_latency(&bench::latency::OPERATIONS, EXTENT, Duration::ZERO, interrupt).await
}

async fn latency_across(interrupt: Interrupt) -> Result<Latency, ExitError> {
    measure_latency(&[Scenario::S3ListBuckets], EXTENT_ACROSS, RTT, interrupt).await
}

async fn measure_latency(
    operations: &[Scenario],
    extent: Extent,
    rtt: Duration,
    interrupt: Interrupt,
) -> Result<Latency, ExitError> {
    let (session, unseen) = (sandbox(rtt).await?, Arc::new(Unseen));
    let operations = operations.to_vec();
    let samples =
        bench::latency::measure(session, operations, extent, rtt, unseen, interrupt).await?;
    Ok(analyse(&samples))
}

fn signing() -> Result<Signing, ExitError> {
    bench::signing::measure(Effort::Full)
}

fn parse() -> Result<Parsing, ExitError> {
    bench::parse::measure(PARSE, |_, _| ())
}

fn startup() -> Result<Startup, ExitError> {
    bench::startup::measure(STARTS, |_, _| ())
}

async fn selfcheck(interrupt: Interrupt) -> Result<Selfcheck, ExitError> {
    bench::selfcheck::check(sandbox(Duration::ZERO).await?, |_, _| (), interrupt).await
}

async fn follow_some(interrupt: Interrupt) -> Result<Vec<Paths>, ExitError> {
    let depth = paths::deepest();
    let mut followed = Vec::with_capacity(FOLLOWED.len());
    for scenario in FOLLOWED {
        let (session, unseen) = (sandbox(Duration::ZERO).await?, Arc::new(Unseen));
        let (given, signals) = (Given::default(), interrupt.clone());
        followed.push(
            paths::measure(
                session,
                scenario,
                given,
                Choices::defaults(Launching::Allowed),
                depth,
                unseen,
                signals,
            )
            .await?,
        );
    }
    Ok(followed)
}

/// Counts again, and keeps the saved builds that were not made here.
fn count_footprint(saved: Option<Value>) -> Result<Footprint, ExitError> {
    let mut counted = footprint::measure(None, &[], &mut |_, _, _| ())?;
    let saved = saved.and_then(|saved| serde_json::from_value::<Footprint>(saved).ok());
    if let Some(saved) = saved {
        counted.take_builds_of(&saved);
    }
    Ok(counted)
}

/// Ignores the progress within a section: the progress bar shows sections.
struct Unseen;

impl Progress for Unseen {
    fn begin(&self, _: Scenario, _: usize, _: usize) {}
    fn end(&self) {}
}
