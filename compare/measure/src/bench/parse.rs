//! What it costs to parse an answer: raw's parser, and the deserialiser of the SDK's operation, over
//! the same bytes, by turns.

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

/// How long to measure each document: until both are reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Effort {
    /// Rounds, at least.
    pub rounds: usize,
    /// Time, at least.
    pub time: Duration,
}

/// One answer, ready to be parsed by either side.
#[derive(Debug)]
pub struct Document {
    /// Such as `DescribeImages-10000`.
    pub name: String,
    /// Images, or keys.
    pub entries: usize,
    operation: Operation,
    response: Response,
    deserialiser: Deserialiser,
}

/// Document → side → memory.
type Counts = BTreeMap<String, BTreeMap<String, Memory>>;

impl Document {
    /// A page of keys, 1,300 images, and 10,000, as the embedded endpoint writes them.
    ///
    /// # Errors
    /// Exit 3 where the endpoint cannot be had; exit 1 where the sides read different values.
    pub fn all() -> Result<Vec<Self>, ExitError> {
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

    /// Both sides have to read the same values before anything is timed.
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
        Err(ExitError::failed(format!("the two sides read different values in {name}")))
    }

    /// Its length.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.response.body.len()
    }

    /// Parses it once, and says how much processor time it took until the result was there, and not yet
    /// freed again.
    ///
    /// # Panics
    /// Where it cannot be parsed, which was tried when it was made.
    #[must_use]
    pub fn time(&self, side: Side) -> Duration {
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

/// Counts what is allocated in a process that does nothing else, then times each document.
///
/// # Errors
/// As [`Document::all`]; exit 3 where the counting binary cannot be had.
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

/// Counts what each side allocates for each document, and for freeing it again.
///
/// `count` runs what it is given. It is the caller's because it takes a global allocator to count.
///
/// # Errors
/// As [`Document::all`].
pub fn count_allocations(
    mut count: impl FnMut(&mut dyn FnMut()) -> Memory,
) -> Result<Counts, ExitError> {
    let documents = Document::all()?;
    let counts = documents.iter().map(|document| {
        let arms = Side::ALL.map(|side| {
            let parse = || {
                let _ = document.time(side);
            };
            // What the first parse sets up is not its own.
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

/// Of this thread. Parsing waits for nothing, so on a machine that does nothing else it is the time that
/// goes by. On one that does, the time that goes by favours whoever is faster: what is shorter than the
/// scheduler's turns is seldom interrupted.
#[cfg(unix)]
fn processor_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    time.try_into().unwrap_or_default()
}

/// The time that goes by, where rustix has no clock of a thread.
#[cfg(not(unix))]
fn processor_time() -> Duration {
    static START: std::sync::LazyLock<Instant> = std::sync::LazyLock::new(Instant::now);
    START.elapsed()
}

fn uncounted(document: &str) -> ExitError {
    ExitError::unavailable(format!("no allocations were counted of {document}"))
        .help("the counting binary may be of another build: cargo build --release -p compare")
}
