use crate::{Arm, all, arms, compressions, credentials};
use std::time::Instant;

/// How long to measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effort {
    /// A few seconds for all workloads, accurate to 5 %.
    Quick,
    /// About half a minute.
    Full,
}

/// The arms of one workload, measured in turn.
#[derive(Debug, Clone, PartialEq)]
pub struct WorkloadResult {
    /// `W1` to `W5`.
    pub name: &'static str,
    /// A title for people.
    pub title: &'static str,
    /// How many SHA-256 compressions it needs with a cached signing key.
    pub compressions: u64,
    /// Every arm, in the order of [`arms`].
    pub arms: Vec<ArmResult>,
}

/// One arm with one workload.
#[derive(Debug, Clone, PartialEq)]
pub struct ArmResult {
    /// [`Arm::name`]
    pub name: &'static str,
    /// Nanoseconds per signature, the median of the batches.
    pub ns: f64,
    /// `ns` divided by that of the arm `floor`.
    pub over_floor: f64,
    /// Nanoseconds per signature of each batch. Batches with the same index in different arms ran one
    /// after the other.
    pub batches: Vec<f64>,
}

/// Measures every arm with every workload.
///
/// The arms take turns in batches of about half a millisecond, and the result is the median: other load on
/// the machine affects all arms alike, and no arm's code is cold for long.
///
/// # Panics
/// An arm's signature is wrong; see [`arms`].
#[must_use]
pub fn measure(effort: Effort) -> Vec<WorkloadResult> {
    let credentials = credentials();
    let workloads = all();
    let results = workloads.iter().map(|workload| {
        let mut arms = arms(workload, &credentials);
        let times = take_turns(&mut arms, effort.rounds());
        let floor = arms.iter().position(|arm| arm.name() == "floor").expect("there is a floor");
        let floor = median(&times[floor]);
        let results = arms.iter().zip(times).map(|(arm, batches)| {
            let ns = median(&batches);
            ArmResult { name: arm.name(), ns, over_floor: ns / floor, batches }
        });
        WorkloadResult {
            name: workload.name,
            title: workload.title,
            compressions: compressions(workload, &credentials).kept_key,
            arms: results.collect(),
        }
    });
    results.collect()
}

/// Counts every arm's allocations per signature, in the order of [`measure`]: for each workload the
/// names and counts of its arms.
///
/// `count` runs its argument and returns the number of allocations during that. The caller provides it,
/// because counting needs a global allocator, which would disturb programs that only measure time.
pub fn count_allocations(
    mut count: impl FnMut(&mut dyn FnMut()) -> u64,
) -> Vec<(&'static str, Vec<(&'static str, u64)>)> {
    let credentials = credentials();
    let workloads = all();
    let counts = workloads.iter().map(|workload| {
        let mut arms = arms(workload, &credentials);
        let counts = arms.iter_mut().map(|arm| {
            // The first signatures fill caches and buffers. Both counts include what a batch sets up, so
            // the difference is two signatures.
            arm.run(2);
            let one = count(&mut || arm.run(1));
            let three = count(&mut || arm.run(3));
            (arm.name(), (three - one) / 2)
        });
        (workload.name, counts.collect())
    });
    counts.collect()
}

impl Effort {
    fn rounds(self) -> usize {
        match self {
            Self::Quick => 101,
            Self::Full => 1001,
        }
    }
}

/// Nanoseconds per signature of each batch, for each arm.
fn take_turns(arms: &mut [Box<dyn Arm + '_>], rounds: usize) -> Vec<Vec<f64>> {
    let batches: Vec<u64> = arms.iter_mut().map(|arm| batch(arm.as_mut())).collect();
    let mut times = vec![Vec::with_capacity(rounds); arms.len()];
    for _ in 0..rounds {
        for ((arm, batch), times) in arms.iter_mut().zip(&batches).zip(&mut times) {
            times.push(time(arm.as_mut(), *batch));
        }
    }
    times
}

/// The number of signatures that take about half a millisecond.
fn batch(arm: &mut dyn Arm) -> u64 {
    const NS: f64 = 500_000.0;
    let mut times = 1;
    while time(arm, times) * as_f64(times) < NS {
        times *= 2;
    }
    times
}

/// Nanoseconds per signature over `times` signatures.
fn time(arm: &mut dyn Arm, times: u64) -> f64 {
    let start = Instant::now();
    arm.run(times);
    start.elapsed().as_secs_f64() * 1e9 / as_f64(times)
}

fn median(values: &[f64]) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn as_f64(times: u64) -> f64 {
    u32::try_from(times).expect("a batch is short").into()
}
