//! Measures the phases of an SDK call, by the SDK's interceptor hooks, and by the span that separates
//! credentials from endpoint.

use std::cell::RefCell;

use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        interceptors::{
            Intercept,
            context::{
                AfterDeserializationInterceptorContextRef,
                BeforeDeserializationInterceptorContextRef,
                BeforeSerializationInterceptorContextRef, BeforeTransmitInterceptorContextMut,
                BeforeTransmitInterceptorContextRef,
            },
        },
        runtime_components::RuntimeComponents,
    },
};
use aws_smithy_types::config_bag::ConfigBag;
use contract::{Phase, Timeline};
use tracing::{Event, Metadata, Subscriber, instrument::WithSubscriber as _, span};

tokio::task_local! {
    static TIMELINE: RefCell<Timeline>;
}

/// Runs `call` and returns when its phases began. Its client must have [`TimeHooks`].
pub(crate) async fn timing<T>(call: impl Future<Output = T>) -> (T, Timeline) {
    let timeline = RefCell::new(Timeline::start(Phase::Orchestrate));
    let timed = TIMELINE.scope(timeline, async {
        let value = call.await;
        let timeline = TIMELINE.with(|timeline| {
            timeline.borrow_mut().end();
            timeline.borrow().clone()
        });
        (value, timeline)
    });
    timed.with_subscriber(EndpointListener).await
}

pub(crate) fn begin(phase: Phase) {
    // Fails outside `timing`; then nothing is recorded.
    let _ = TIMELINE.try_with(|timeline| timeline.borrow_mut().begin(phase));
}

/// The interceptor that records the hooks at which phases begin.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TimeHooks;

macro_rules! begins {
    ($($hook:ident($context:ty) = $phase:ident;)*) => {
        $(fn $hook(
            &self,
            _context: $context,
            _components: &RuntimeComponents,
            _config: &mut ConfigBag,
        ) -> Result<(), BoxError> {
            begin(Phase::$phase);
            Ok(())
        })*
    };
}

impl Intercept for TimeHooks {
    fn name(&self) -> &'static str {
        "TimeHooks"
    }

    begins! {
        read_before_serialization(&BeforeSerializationInterceptorContextRef<'_>) = Serialise;
        read_after_serialization(&BeforeTransmitInterceptorContextRef<'_>) = Orchestrate;
        read_before_attempt(&BeforeTransmitInterceptorContextRef<'_>) = Credentials;
        modify_before_signing(&mut BeforeTransmitInterceptorContextMut<'_>) = Orchestrate;
        read_before_signing(&BeforeTransmitInterceptorContextRef<'_>) = Sign;
        read_after_signing(&BeforeTransmitInterceptorContextRef<'_>) = Orchestrate;
        read_before_transmit(&BeforeTransmitInterceptorContextRef<'_>) = Transmit;
        read_after_transmit(&BeforeDeserializationInterceptorContextRef<'_>) = Parse;
        read_after_deserialization(&AfterDeserializationInterceptorContextRef<'_>) = Orchestrate;
    }
}

/// Receives the span in which the SDK resolves the endpoint.
struct EndpointListener;

impl Subscriber for EndpointListener {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_span() && metadata.name() == "orchestrate_endpoint"
    }

    fn new_span(&self, _span: &span::Attributes<'_>) -> span::Id {
        begin(Phase::Endpoint);
        span::Id::from_u64(1)
    }

    fn event(&self, _event: &Event<'_>) {}
    fn record(&self, _span: &span::Id, _values: &span::Record<'_>) {}
    fn record_follows_from(&self, _span: &span::Id, _follows: &span::Id) {}
    fn enter(&self, _span: &span::Id) {}
    fn exit(&self, _span: &span::Id) {}
}
