//! Traces what runs inside one call of the SDK: an interceptor records all 19 hooks and the runtime
//! components, and a subscriber records the SDK's spans.

use std::{
    any::type_name_of_val,
    cell::RefCell,
    fmt,
    sync::atomic::{AtomicU64, Ordering},
};

use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        interceptors::{
            Intercept, OverriddenHooks, SharedInterceptor,
            context::{
                AfterDeserializationInterceptorContextRef,
                BeforeDeserializationInterceptorContextMut,
                BeforeDeserializationInterceptorContextRef,
                BeforeSerializationInterceptorContextMut, BeforeSerializationInterceptorContextRef,
                BeforeTransmitInterceptorContextMut, BeforeTransmitInterceptorContextRef,
                FinalizerInterceptorContextMut, FinalizerInterceptorContextRef,
            },
        },
        retries::classifiers::ClassifyRetry as _,
        runtime_components::RuntimeComponents,
    },
};
use aws_smithy_types::config_bag::ConfigBag;
use tracing::{Event, Level, Metadata, Subscriber, instrument::WithSubscriber as _, span};

/// What ran inside one call, pages and polls included.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trace {
    /// What ran, in the order of starting.
    pub events: Vec<TraceEvent>,
    /// The interceptors of the call, in the SDK's order, without this module's own.
    pub interceptors: Vec<Interceptor>,
    /// The classifiers that decide whether to retry an attempt, in order.
    pub retry_classifiers: Vec<&'static str>,
    /// The runtime plugins of the service client, in order.
    pub plugins: Vec<String>,
}

/// A step of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceEvent {
    /// What kind of step it is.
    pub kind: TraceEventKind,
    /// The SDK's name for it.
    pub name: &'static str,
    /// How many spans it ran in.
    pub depth: usize,
}

/// The kind of a [`TraceEvent`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TraceEventKind {
    /// A span that the SDK opened.
    Span,
    /// One of the 19 interceptor hooks.
    Hook,
    /// A function that the SDK's user calls where no service client exists.
    Function,
}

/// One of the SDK's interceptors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interceptor {
    /// The interceptor's name for itself.
    pub name: &'static str,
    /// The hooks that it implements, in the order of [`HOOKS`]; all of them if it does not say which.
    pub hooks: Vec<&'static str>,
}

/// All hooks, in the order of a call. `read_before_attempt` to `read_after_attempt` run once per attempt.
pub const HOOKS: [(&str, OverriddenHooks); 19] = [
    ("read_before_execution", OverriddenHooks::READ_BEFORE_EXECUTION),
    ("modify_before_serialization", OverriddenHooks::MODIFY_BEFORE_SERIALIZATION),
    ("read_before_serialization", OverriddenHooks::READ_BEFORE_SERIALIZATION),
    ("read_after_serialization", OverriddenHooks::READ_AFTER_SERIALIZATION),
    ("modify_before_retry_loop", OverriddenHooks::MODIFY_BEFORE_RETRY_LOOP),
    ("read_before_attempt", OverriddenHooks::READ_BEFORE_ATTEMPT),
    ("modify_before_signing", OverriddenHooks::MODIFY_BEFORE_SIGNING),
    ("read_before_signing", OverriddenHooks::READ_BEFORE_SIGNING),
    ("read_after_signing", OverriddenHooks::READ_AFTER_SIGNING),
    ("modify_before_transmit", OverriddenHooks::MODIFY_BEFORE_TRANSMIT),
    ("read_before_transmit", OverriddenHooks::READ_BEFORE_TRANSMIT),
    ("read_after_transmit", OverriddenHooks::READ_AFTER_TRANSMIT),
    ("modify_before_deserialization", OverriddenHooks::MODIFY_BEFORE_DESERIALIZATION),
    ("read_before_deserialization", OverriddenHooks::READ_BEFORE_DESERIALIZATION),
    ("read_after_deserialization", OverriddenHooks::READ_AFTER_DESERIALIZATION),
    ("modify_before_attempt_completion", OverriddenHooks::MODIFY_BEFORE_ATTEMPT_COMPLETION),
    ("read_after_attempt", OverriddenHooks::READ_AFTER_ATTEMPT),
    ("modify_before_completion", OverriddenHooks::MODIFY_BEFORE_COMPLETION),
    ("read_after_execution", OverriddenHooks::READ_AFTER_EXECUTION),
];

tokio::task_local! {
    static TRACE: RefCell<OpenTrace>;
}

#[derive(Default)]
struct OpenTrace {
    trace: Trace,
    /// Number of spans that are entered now.
    depth: usize,
}

/// Runs `call` and returns what ran inside it. Its client should have [`TraceHooks`].
pub(crate) async fn tracing<T>(call: impl Future<Output = T>) -> (T, Trace) {
    let traced = TRACE.scope(RefCell::default(), async {
        let value = call.await;
        (value, TRACE.with(|open| std::mem::take(&mut open.borrow_mut().trace)))
    });
    traced.with_subscriber(SpanListener::default()).await
}

/// Records a call of `function` and returns it. Event and call are one expression, so that neither is
/// removed without the other.
pub(crate) fn function<F>(function: F) -> F {
    record(TraceEventKind::Function, type_name_of_val(&function));
    function
}

fn record(kind: TraceEventKind, name: &'static str) {
    // Fails outside `tracing`; then nothing is recorded.
    let _ = TRACE.try_with(|open| {
        let mut open = open.borrow_mut();
        let depth = open.depth;
        open.trace.events.push(TraceEvent { kind, name, depth });
    });
}

/// The names of a client's runtime plugins, in order. No method returns them, so they are read from its
/// `Debug` text.
pub(crate) fn plugins(client: &impl fmt::Debug) -> Vec<String> {
    let text = format!("{client:#?}");
    let mut lines = text.lines().skip_while(|line| line.trim() != "client_plugins: [").peekable();
    let indent = |line: &str| line.len() - line.trim_start().len();
    let Some(outer) = lines.next().map(indent) else { return Vec::new() };
    let mut plugins: Vec<String> = Vec::new();
    while let Some(line) = lines.next().filter(|line| indent(line) > outer) {
        if line.trim() == "SharedRuntimePlugin(" && indent(line) == outer + 4 {
            let name = lines.peek().copied().unwrap_or_default();
            plugins.push(name.trim().trim_end_matches([' ', '{', '(', ',']).to_owned());
        } else if let Some(last) = plugins.last_mut().filter(|last| *last == "StaticRuntimePlugin")
            && let Some((_, name)) = line.split_once("builder_name: \"")
        {
            name.trim_end_matches("\",").clone_into(last);
        }
    }
    plugins
}

/// The interceptor that records every hook. Only traced clients have it, because 19 hooks take time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TraceHooks;

impl TraceHooks {
    const NAME: &str = "TraceHooks";

    /// Records `hook` and the runtime components. The operation adds its interceptors after the call
    /// begins, so the last list replaces the earlier ones.
    fn record_hook(hook: &'static str, components: &RuntimeComponents, config: &ConfigBag) {
        record(TraceEventKind::Hook, hook);
        let _ = TRACE.try_with(|open| {
            let trace = &mut open.borrow_mut().trace;
            let enabled = |interceptor: &SharedInterceptor| {
                interceptor.enabled(config) && interceptor.name() != Self::NAME
            };
            let interceptors = components.interceptors().filter(enabled);
            trace.interceptors = interceptors.map(|one| Interceptor::of(&one)).collect();
            trace.retry_classifiers =
                components.retry_classifiers().map(|one| one.name()).collect();
        });
    }
}

impl Interceptor {
    fn of(interceptor: &SharedInterceptor) -> Self {
        let overridden = interceptor.overridden_hooks();
        let own = HOOKS.iter().filter(|(_, hook)| overridden.contains(*hook));
        Self { name: interceptor.name(), hooks: own.map(|(name, _)| *name).collect() }
    }
}

macro_rules! recorded_hooks {
    ($($hook:ident($context:ty);)*) => {
        $(fn $hook(
            &self,
            _context: $context,
            components: &RuntimeComponents,
            config: &mut ConfigBag,
        ) -> Result<(), BoxError> {
            Self::record_hook(stringify!($hook), components, config);
            Ok(())
        })*
    };
}

impl Intercept for TraceHooks {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn read_before_execution(
        &self,
        _context: &BeforeSerializationInterceptorContextRef<'_>,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        record(TraceEventKind::Hook, "read_before_execution");
        Ok(())
    }

    recorded_hooks! {
        modify_before_serialization(&mut BeforeSerializationInterceptorContextMut<'_>);
        read_before_serialization(&BeforeSerializationInterceptorContextRef<'_>);
        read_after_serialization(&BeforeTransmitInterceptorContextRef<'_>);
        modify_before_retry_loop(&mut BeforeTransmitInterceptorContextMut<'_>);
        read_before_attempt(&BeforeTransmitInterceptorContextRef<'_>);
        modify_before_signing(&mut BeforeTransmitInterceptorContextMut<'_>);
        read_before_signing(&BeforeTransmitInterceptorContextRef<'_>);
        read_after_signing(&BeforeTransmitInterceptorContextRef<'_>);
        modify_before_transmit(&mut BeforeTransmitInterceptorContextMut<'_>);
        read_before_transmit(&BeforeTransmitInterceptorContextRef<'_>);
        read_after_transmit(&BeforeDeserializationInterceptorContextRef<'_>);
        modify_before_deserialization(&mut BeforeDeserializationInterceptorContextMut<'_>);
        read_before_deserialization(&BeforeDeserializationInterceptorContextRef<'_>);
        read_after_deserialization(&AfterDeserializationInterceptorContextRef<'_>);
        modify_before_attempt_completion(&mut FinalizerInterceptorContextMut<'_>);
        read_after_attempt(&FinalizerInterceptorContextRef<'_>);
        modify_before_completion(&mut FinalizerInterceptorContextMut<'_>);
        read_after_execution(&FinalizerInterceptorContextRef<'_>);
    }
}

/// Receives the SDK's spans.
#[derive(Default)]
struct SpanListener {
    spans: AtomicU64,
}

impl Subscriber for SpanListener {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_span() && *metadata.level() <= Level::DEBUG
    }

    fn new_span(&self, span: &span::Attributes<'_>) -> span::Id {
        record(TraceEventKind::Span, span.metadata().name());
        span::Id::from_u64(self.spans.fetch_add(1, Ordering::Relaxed) + 1)
    }

    // An asynchronous span is entered for every poll.
    fn enter(&self, _span: &span::Id) {
        let _ = TRACE.try_with(|open| open.borrow_mut().depth += 1);
    }

    fn exit(&self, _span: &span::Id) {
        let _ = TRACE.try_with(|open| open.borrow_mut().depth -= 1);
    }

    fn event(&self, _event: &Event<'_>) {}
    fn record(&self, _span: &span::Id, _values: &span::Record<'_>) {}
    fn record_follows_from(&self, _span: &span::Id, _follows: &span::Id) {}
}
