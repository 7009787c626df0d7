//! Traces the functions that each side runs, in order.

use std::{
    borrow::Cow,
    slice,
    sync::{Mutex, PoisonError},
};

use contract::{Client, Operation, Reply};
use findings::{
    paths::{HOOKS, Interceptor, PhaseKind, Trace, TracedPhase},
    run::SideResult,
};
use raw::observe::{Function, Observation};
use sdk::observe::trace::TraceEventKind;

use crate::{call::bare::PreparedRequest, error::ExitError, session::Session};

/// What was observed of one side.
#[derive(Clone)]
pub(super) struct Seen {
    /// The operation that it called.
    pub(super) operation: Operation,
    pub(super) trace: Trace,
    /// The requests that raw sent, as a warm call sends them.
    pub(super) requests: Vec<PreparedRequest>,
}

/// raw under observation.
pub(super) struct RawSide<'c> {
    client: &'c raw::Client,
    seen: Mutex<Option<Seen>>,
}

/// The SDK under observation, with a client of its own, because observation costs time.
pub(super) struct SdkSide {
    client: sdk::Client,
    seen: Mutex<Option<Seen>>,
}

impl<'c> RawSide<'c> {
    pub(super) fn of(client: &'c raw::Client) -> Self {
        Self { client, seen: Mutex::default() }
    }

    pub(super) fn seen(self, name: &str, side: &SideResult) -> Result<Seen, ExitError> {
        called(name, self.seen, side)
    }
}

impl SdkSide {
    pub(super) fn at(session: &Session) -> Result<Self, ExitError> {
        let client = sdk::Client::traced(session.target.clone(), session.credentials.clone())
            .map_err(|error| {
                ExitError::unavailable(format!("the SDK's client cannot be built: {error}"))
            })?;
        Ok(Self { client, seen: Mutex::default() })
    }

    pub(super) fn seen(self, name: &str, side: &SideResult) -> Result<Seen, ExitError> {
        called(name, self.seen, side)
    }
}

/// What was observed of a call. A call that panicked left nothing; `side` says why.
fn called(name: &str, seen: Mutex<Option<Seen>>, side: &SideResult) -> Result<Seen, ExitError> {
    let seen = seen.into_inner().unwrap_or_else(PoisonError::into_inner);
    seen.ok_or_else(|| {
        let why = side.failure.as_ref().map_or("it was not called", |failure| &failure.display);
        ExitError::unavailable(format!("{name} cannot be followed: {why}"))
    })
}

impl Client for RawSide<'_> {
    fn name(&self) -> &'static str {
        self.client.name()
    }

    async fn call(&self, operation: &Operation) -> Reply {
        let (reply, observation) = self.client.call_observed(operation).await;
        let Observation { exchanges, functions } = observation;
        let phases = functions
            .into_iter()
            .map(|Function { name, depth }| TracedPhase {
                kind: PhaseKind::Function,
                name: name.into(),
                depth,
            })
            .collect();
        let trace = Trace { phases, ..Trace::default() };
        let sent = match operation {
            // A warm call finds the instance running at the first poll.
            Operation::WaitUntilRunning(_) => exchanges.last().map_or(&[][..], slice::from_ref),
            _ => &exchanges,
        };
        let requests = sent.iter().filter_map(PreparedRequest::of).collect();
        let seen = Seen { operation: operation.clone(), trace, requests };
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(seen);
        reply
    }
}

impl Client for SdkSide {
    fn name(&self) -> &'static str {
        self.client.name()
    }

    async fn call(&self, operation: &Operation) -> Reply {
        let (reply, trace) = self.client.call_traced(operation).await;
        let seen =
            Seen { operation: operation.clone(), trace: self::trace(trace), requests: Vec::new() };
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(seen);
        reply
    }
}

fn trace(observed: sdk::observe::trace::Trace) -> Trace {
    let sdk::observe::trace::Trace { events, interceptors, retry_classifiers, plugins } = observed;
    let kind = |kind| match kind {
        TraceEventKind::Span => PhaseKind::Span,
        TraceEventKind::Hook => PhaseKind::Hook,
        TraceEventKind::Function => PhaseKind::Function,
    };
    let phases = events.into_iter().map(|event| TracedPhase {
        kind: kind(event.kind),
        name: event.name.into(),
        depth: event.depth,
    });
    let interceptors =
        interceptors.into_iter().map(|sdk::observe::trace::Interceptor { name, hooks }| {
            Interceptor { name: name.into(), hooks: hooks.into_iter().map(Cow::from).collect() }
        });
    Trace {
        phases: phases.collect(),
        interceptors: interceptors.collect(),
        retry_classifiers: retry_classifiers.into_iter().map(Cow::from).collect(),
        plugins,
    }
}

// An interceptor that overrides no hook is drawn as one that runs at every hook.
const _: () = assert!(HOOKS == sdk::observe::trace::HOOKS.len());
