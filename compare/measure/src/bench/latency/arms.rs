//! The four arms: ways of making a call, each of which takes part in every round.

use std::{
    pin::Pin,
    sync::Arc,
    time::{Duration, Instant},
};

use contract::{Answer, Client as _, Failure, Operation, Phase, Reply, Timeline};
use findings::{
    latency::{LatencyArm, PhaseTime, Round, Series},
    scenario::Scenario,
    stats::Sorted,
};

use super::Extent;
use crate::{
    call::bare::{BareClient, PreparedRequest},
    error::ExitError,
    guard,
    run::Pair,
    session::Session,
};

/// The arms of one operation.
#[derive(Debug, Clone)]
pub(in crate::bench) struct Arms {
    /// The operation that is called.
    pub(super) operation: Scenario,
    setup: Arc<Setup>,
}

#[derive(Debug)]
struct Setup {
    raw: raw::Client,
    sdk: sdk::Client,
    /// An SDK client whose hooks take the time of each phase. It is in no round, because hooks cost time.
    sdk_timed: sdk::Client,
    operations: Pair<Operation>,
    /// The answer that every call must return.
    right: Answer,
    bare: BareClient,
    /// The length of that answer's body, which every bare call must receive.
    length: usize,
}

/// Warm-up ends when no arm's median moves by this share or more from one batch to the next.
const SETTLED: f64 = 0.03;

/// Rounds in a batch of warm-up.
const BATCH: usize = 32;

/// Maximum number of batches, because some operations never settle.
const MAX_BATCHES: usize = 20;

/// Maximum number of calls of each side whose phases are timed, and maximum time for them.
const MAX_PHASED_CALLS: usize = 500;
const MAX_TIME_FOR_PHASES: Duration = Duration::from_secs(1);

impl Arms {
    /// Builds a client per arm, so that no connection is shared.
    pub(super) async fn new(
        operation: Scenario,
        operations: Pair<Operation>,
        session: &Session,
    ) -> Result<Self, ExitError> {
        let (target, credentials) = (&session.target, &session.credentials);
        let raw = raw::Client::new(target.clone(), credentials.clone()).map_err(|error| {
            ExitError::unavailable(format!("raw's client cannot be built: {error}"))
        })?;
        let no_sdk = |error: Failure| {
            ExitError::unavailable(format!("the SDK's client cannot be built: {error}"))
        };
        let sdk = sdk::Client::without_retries(target.clone(), credentials.clone());
        let sdk = sdk.map_err(no_sdk)?;
        let sdk_timed = sdk::Client::timed(target.clone(), credentials.clone());
        let sdk_timed = sdk_timed.map_err(no_sdk)?;
        let (reply, observation) = raw.call_observed(&operations.raw).await;
        let right = answered("raw", reply)?;
        let sent = observation.exchanges.first().and_then(|exchange| {
            Some((PreparedRequest::of(exchange)?, exchange.response.as_ref()?.body.len()))
        });
        let (prepared, length) = sent.ok_or_else(|| {
            ExitError::unavailable(format!(
                "the latency of {operation} cannot be measured: it sends no request"
            ))
        })?;
        // A panic of the SDK is caught here, but not in timed calls.
        answered("sdk", guard::call(&sdk, &operations.sdk).await)?;
        let bare = BareClient::new(vec![prepared], target.timeouts)?;
        let setup = Setup { raw, sdk, sdk_timed, operations, right, bare, length };
        let arms = Self { operation, setup: Arc::new(setup) };
        for arm in LatencyArm::ALL {
            arms.call(arm).await?;
        }
        Ok(arms)
    }

    /// Makes a call with `arm` and returns how long it took. The answer is checked after the clock has
    /// stopped.
    ///
    /// # Errors
    /// Exit 3 if the answer is wrong.
    async fn call(&self, arm: LatencyArm) -> Result<Duration, ExitError> {
        let Setup { raw, sdk, operations, right, bare, length, .. } = &*self.setup;
        let (reply, elapsed) = match arm {
            LatencyArm::Bare => {
                let (received, elapsed) = timed(Box::pin(bare.call())).await;
                let is_right = received? == *length;
                return is_right.then_some(elapsed).ok_or_else(|| self.changed(arm.name()));
            }
            LatencyArm::Raw | LatencyArm::RawAgain => {
                timed(Box::pin(raw.call(&operations.raw))).await
            }
            LatencyArm::Sdk => timed(Box::pin(sdk.call(&operations.sdk))).await,
        };
        if answered(arm.name(), reply)? == *right {
            return Ok(elapsed);
        }
        Err(self.changed(arm.name()))
    }

    /// Warms up, then makes as many rounds as `extent` allows.
    pub(super) async fn take(&self, extent: Extent) -> Result<Series, ExitError> {
        self.warm_up().await?;
        let until = Instant::now() + extent.time;
        let workers = extent.concurrency.max(1);
        let tasks: Vec<_> = (0..workers)
            .map(|worker| {
                let share = extent.pairs / workers + usize::from(worker < extent.pairs % workers);
                tokio::spawn(self.clone().rounds(share, until))
            })
            .collect();
        let mut rounds = Vec::with_capacity(extent.pairs);
        for task in tasks {
            let taken = task.await.map_err(|error| {
                ExitError::unavailable(format!(
                    "the measurement of {} failed: {error}",
                    self.operation
                ))
            })?;
            rounds.extend(taken?);
        }
        let waterfall = self.waterfall(extent).await?;
        Ok(Series { operation: self.operation, rounds, waterfall })
    }

    /// How long each phase takes. The rounds are the same as for complete calls, because what runs before a
    /// call decides what is in the caches.
    async fn waterfall(&self, extent: Extent) -> Result<Vec<PhaseTime>, ExitError> {
        let Setup { raw, sdk_timed, operations, right, .. } = &*self.setup;
        let until = Instant::now() + extent.time.min(MAX_TIME_FOR_PHASES);
        let mut timelines = Pair { raw: Vec::new(), sdk: Vec::new() };
        while timelines.raw.is_empty()
            || (timelines.raw.len() < extent.pairs.min(MAX_PHASED_CALLS) && Instant::now() < until)
        {
            let mut order = LatencyArm::ALL;
            fastrand::shuffle(&mut order);
            for arm in order {
                let (taken, (reply, timeline)) = match arm {
                    LatencyArm::Raw => {
                        (&mut timelines.raw, Box::pin(raw.call_timed(&operations.raw)).await)
                    }
                    LatencyArm::Sdk => {
                        (&mut timelines.sdk, Box::pin(sdk_timed.call_timed(&operations.sdk)).await)
                    }
                    LatencyArm::RawAgain | LatencyArm::Bare => {
                        self.call(arm).await?;
                        continue;
                    }
                };
                if answered(arm.name(), reply)? != *right {
                    return Err(self.changed(arm.name()));
                }
                taken.push(timeline);
            }
        }
        let median = |timelines: &[Timeline], phase| {
            let spent = timelines.iter().map(|timeline| timeline.duration_of(phase));
            Sorted::new(spent.map(|spent| spent.as_secs_f64() * 1e6)).median()
        };
        Ok(Phase::ALL
            .map(|phase| PhaseTime {
                phase: phase.as_str().to_owned(),
                raw_us: median(&timelines.raw, phase),
                sdk_us: median(&timelines.sdk, phase),
            })
            .into())
    }

    fn changed(&self, name: &str) -> ExitError {
        ExitError::unavailable(format!(
            "{name} answered {} differently from raw's first call: the answer must not change while \
             it is measured",
            self.operation
        ))
    }

    async fn rounds(self, most: usize, until: Instant) -> Result<Vec<Round>, ExitError> {
        let mut rounds = Vec::with_capacity(most);
        while rounds.len() < most && Instant::now() < until {
            rounds.push(self.round().await?);
        }
        Ok(rounds)
    }

    /// Makes one call with each arm, in random order.
    async fn round(&self) -> Result<Round, ExitError> {
        let mut order = LatencyArm::ALL;
        fastrand::shuffle(&mut order);
        let mut round = Round([0; 4]);
        for arm in order {
            round.0[arm as usize] = nanos(self.call(arm).await?);
        }
        Ok(round)
    }

    /// Makes a round of an A/A test: one call with each of the two raw arms, in random order. `extra` is
    /// added to the time of the second; the other arms stay at zero.
    ///
    /// # Errors
    /// As [`Arms::call`].
    pub(in crate::bench) async fn aa_round(&self, extra: Duration) -> Result<Round, ExitError> {
        let mut order = [LatencyArm::Raw, LatencyArm::RawAgain];
        fastrand::shuffle(&mut order);
        let mut round = Round([0; 4]);
        for arm in order {
            let mut elapsed = self.call(arm).await?;
            // Reading the clock takes time too, so without a delay it must not be read.
            if arm == LatencyArm::RawAgain && !extra.is_zero() {
                elapsed += spin(extra);
            }
            round.0[arm as usize] = nanos(elapsed);
        }
        Ok(round)
    }

    pub(in crate::bench) async fn warm_up(&self) -> Result<(), ExitError> {
        let mut before = [f64::INFINITY; 4];
        for _ in 0..MAX_BATCHES {
            let until = Instant::now() + Duration::from_secs(1);
            let rounds = self.clone().rounds(BATCH, until).await?;
            let medians = LatencyArm::ALL.map(|arm| {
                let times = rounds.iter().map(|round| f64::from(round.of(arm)));
                Sorted::new(times).median()
            });
            let moved = |(now, before): (f64, f64)| (now / before - 1.0).abs();
            if medians.into_iter().zip(before).map(moved).all(|moved| moved < SETTLED) {
                break;
            }
            before = medians;
        }
        Ok(())
    }
}

/// Nanoseconds, at most about four seconds.
fn nanos(elapsed: Duration) -> u32 {
    u32::try_from(elapsed.as_nanos()).unwrap_or(u32::MAX)
}

/// Keeps the processor busy for `time`, because no timer sleeps so briefly. Returns the actual time.
fn spin(time: Duration) -> Duration {
    let started = Instant::now();
    while started.elapsed() < time {
        std::hint::spin_loop();
    }
    started.elapsed()
}

/// Times `call`, which is boxed before the clock starts: the SDK's future is too large for the stack of
/// an unoptimised build.
async fn timed<T>(call: Pin<Box<impl Future<Output = T>>>) -> (T, Duration) {
    let started = Instant::now();
    let value = call.await;
    (value, started.elapsed())
}

fn answered(name: &str, reply: Reply) -> Result<Answer, ExitError> {
    reply.result.map_err(|failure: Failure| {
        ExitError::unavailable(format!(
            "{name} got no answer, so nothing can be measured: {}",
            failure.context
        ))
    })
}
