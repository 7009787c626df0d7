//! What the SDK sent, seen through its public hooks.

use std::cell::Cell;

use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        interceptors::{Intercept, context::BeforeTransmitInterceptorContextRef},
        runtime_components::RuntimeComponents,
    },
};
use aws_smithy_types::config_bag::ConfigBag;

tokio::task_local! {
    // Paginators and waiters take no interceptor of their own, so the one of the service client
    // counts for whichever call runs in its task.
    static ATTEMPTS: Cell<u32>;
}

/// Runs `call` and says how many HTTP attempts were made for it.
pub(crate) async fn counting_attempts<T>(call: impl Future<Output = T>) -> (T, u32) {
    ATTEMPTS
        .scope(Cell::new(0), async {
            let value = call.await;
            (value, ATTEMPTS.with(Cell::get))
        })
        .await
}

/// Counts one attempt; for requests that do not pass through an SDK client.
pub(crate) fn count_attempt() {
    // Outside `counting_attempts` there is nobody to count for.
    let _ = ATTEMPTS.try_with(|attempts| attempts.set(attempts.get() + 1));
}

/// The hook that counts every attempt of a service client.
#[derive(Debug)]
pub(crate) struct CountAttempts;

impl Intercept for CountAttempts {
    fn name(&self) -> &'static str {
        "CountAttempts"
    }

    fn read_before_transmit(
        &self,
        _context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        count_attempt();
        Ok(())
    }
}
