//! Measures parsing: raw's parser and the SDK's deserialiser take turns on the same bytes.

mod documents;

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use contract::Operation;
use findings::{
    parse::{DocumentResult, Memory, ParserResult, Parsing},
    side::Side,
    stats::{Sorted, as_f64},
};
use raw::response::{Extent, Head, Response};
use reqwest::header::HeaderMap;
use sdk::deserialise::Deserialiser;

use crate::{error::ExitError, helper_binaries, machine::this_machine};
use documents::Written;

/// How long to measure each document: until both minimums are reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Effort {
    /// Minimum number of rounds.
    pub rounds: usize,
    /// Minimum time.
    pub time: Duration,
}

/// One answer, ready for both parsers.
#[derive(Debug)]
struct Document {
    /// Such as `DescribeImages-10000`.
    name: String,
    /// The number of images or keys.
    entries: usize,
    operation: Operation,
    response: Response,
    deserialiser: Deserialiser,
}

/// Document → side → memory.
type Counts = BTreeMap<String, BTreeMap<String, Memory>>;

impl Document {
    /// A page of keys, a list of 1,300 images, and one of 10,000, as the embedded endpoint writes them.
    ///
    /// # Errors
    /// Exit 3 if the endpoint cannot be started; exit 1 if the two sides parse different values.
    fn all() -> Result<Vec<Self>, ExitError> {
        documents::written()?.into_iter().map(Self::new).collect()
    }

    fn new(Written { operation, entries, body }: Written) -> Result<Self, ExitError> {
        let name = format!("{}-{entries}", operation.name());
        let deserialiser = match operation {
            Operation::ListObjects(_) => Deserialiser::list_objects(body.clone()),
            _ => Deserialiser::describe_images(body.clone()),
        };
        let head = Head { status: 200, headers: HeaderMap::new() };
        let response = Response { head, body, extent: Extent::Whole };
        let document = Self { name, entries, operation, response, deserialiser };
        document.prove()?;
        Ok(document)
    }

    /// Checks that both sides parse the same values, before anything is timed.
    fn prove(&self) -> Result<(), ExitError> {
        let Self { name, .. } = self;
        let raw = raw::parse::parse(&self.operation, &self.response)
            .map_err(|error| ExitError::failed(format!("raw cannot parse {name}: {error}")))?;
        let sdk = self.deserialiser.deserialise().and_then(|parsed| parsed.answer()).map_err(
            |failure| {
                ExitError::failed(format!("the SDK cannot parse {name}: {}", failure.context))
            },
        )?;
        if raw.answer == sdk {
            return Ok(());
        }
        Err(ExitError::failed(format!("the two sides parse different values from {name}")))
    }

    /// The length of the body.
    fn bytes(&self) -> usize {
        self.response.body.len()
    }

    /// Parses it once and returns the processor time until the result is there. Freeing the result is not
    /// included.
    ///
    /// # Panics
    /// If it cannot be parsed, which [`Document::all`] has ruled out.
    fn time(&self, side: Side) -> Duration {
        match side {
            Side::Raw => timed(|| raw::parse::parse(&self.operation, &self.response)),
            Side::Sdk => timed(|| self.deserialiser.deserialise()),
        }
    }

    fn measure(
        &self,
        effort: Effort,
        memory: &BTreeMap<String, Memory>,
    ) -> Result<DocumentResult, ExitError> {
        let mut rounds = Vec::with_capacity(effort.rounds);
        let begun = Instant::now();
        while rounds.len() < effort.rounds || begun.elapsed() < effort.time {
            let mut order = Side::ALL;
            fastrand::shuffle(&mut order);
            let mut round = [0.0; 2];
            for side in order {
                round[side as usize] = self.time(side).as_secs_f64() * 1e6;
            }
            rounds.push(round);
        }
        let arms = Side::ALL.map(|side| {
            let times = Sorted::new(rounds.iter().map(|round| round[side as usize]));
            let memory = memory.get(side.name()).copied().ok_or_else(|| uncounted(&self.name))?;
            Ok(ParserResult {
                name: side.name().into(),
                median_us: times.median_estimate(),
                mb_per_s: as_f64(self.bytes()) / times.median(),
                memory,
            })
        });
        let ratios = rounds.iter().map(|[raw, sdk]| sdk / raw);
        Ok(DocumentResult {
            name: self.name.clone(),
            entries: self.entries,
            bytes: self.bytes(),
            rounds: rounds.len(),
            arms: arms.into_iter().collect::<Result<_, ExitError>>()?,
            sdk_over_raw: Sorted::new(ratios).median_estimate(),
        })
    }
}

/// Counts allocations in a process that does nothing else, then times each document.
///
/// # Errors
/// Exit 3 if the endpoint cannot be started or the counting program is missing; exit 1 if the two sides parse
/// different values.
pub fn measure(effort: Effort, progress: impl Fn(u32, u32)) -> Result<Parsing, ExitError> {
    let counts: Counts = helper_binaries::allocations("parse")?;
    let documents = Document::all()?;
    let mut results = Vec::with_capacity(documents.len());
    for (done, document) in (0..).zip(&documents) {
        progress(done, 3);
        let memory = counts.get(&document.name).ok_or_else(|| uncounted(&document.name))?;
        results.push(document.measure(effort, memory)?);
    }
    progress(3, 3);
    Ok(Parsing { machine: this_machine(), documents: results })
}

/// Counts what each side allocates to parse each document.
///
/// `count` runs a function and counts its allocations. The caller provides it, because counting takes a
/// global allocator.
///
/// # Errors
/// As [`measure()`].
pub fn count_allocations(
    mut count: impl FnMut(&mut dyn FnMut()) -> Memory,
) -> Result<Counts, ExitError> {
    let documents = Document::all()?;
    let counts = documents.iter().map(|document| {
        let arms = Side::ALL.map(|side| {
            let parse = || {
                let _ = document.time(side);
            };
            // The first parse also sets up what later ones share.
            parse();
            (side.name().to_owned(), count(&mut { parse }))
        });
        (document.name.clone(), arms.into())
    });
    Ok(counts.collect())
}

fn timed<T, E: std::fmt::Debug>(parse: impl FnOnce() -> Result<T, E>) -> Duration {
    let begun = processor_time();
    let parsed = std::hint::black_box(parse());
    let elapsed = processor_time().saturating_sub(begun);
    parsed.expect("it could be parsed before");
    elapsed
}

/// Processor time of this thread. Parsing never waits, so on an idle machine this equals wall-clock time. On
/// a busy machine wall-clock time would favour the faster side: code that is shorter than a time slice of
/// the scheduler is seldom interrupted.
#[cfg(unix)]
fn processor_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    time.try_into().unwrap_or_default()
}

/// Wall-clock time, because rustix has no thread clock here.
#[cfg(not(unix))]
fn processor_time() -> Duration {
    static START: std::sync::LazyLock<Instant> = std::sync::LazyLock::new(Instant::now);
    START.elapsed()
}

fn uncounted(document: &str) -> ExitError {
    ExitError::unavailable(format!("no allocations were counted for {document}"))
        .help("the counting program may be from another build: cargo build --release -p compare")
}
