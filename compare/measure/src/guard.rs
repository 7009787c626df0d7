//! Turns a client's panic into a failure, so that the comparison goes on with the other side.

use std::{
    any::Any,
    cell::{Cell, RefCell},
    future::poll_fn,
    panic::{self, AssertUnwindSafe, PanicHookInfo},
    pin::pin,
    sync::Once,
    task::Poll,
};

use contract::{Client, Failure, Operation, Reply, Stage};

thread_local! {
    /// Whether this thread is inside a call whose panic is caught.
    static IS_GUARDED: Cell<bool> = const { Cell::new(false) };
    /// The last panic on this thread that was caught.
    static CAUGHT: RefCell<Option<Panic>> = const { RefCell::new(None) };
}

struct Panic {
    message: String,
    /// `aws-runtime-1.7.6/src/auth.rs:154`
    location: Option<String>,
}

/// Calls `client`, and turns a panic into a failure of stage [`Stage::Panic`]. The panic is not printed.
/// How many requests were sent before it is unknown; `requests` is 0.
pub(crate) async fn call(client: &impl Client, operation: &Operation) -> Reply {
    // Boxed: in a build without optimisation, each layer around a call of the SDK would copy hundreds of
    // kilobytes on the stack.
    match catch_panic(Box::pin(client.call(operation))).await {
        Ok(reply) => reply,
        Err(panic) => Reply { result: Err(panic.failure_of(client.name())), requests: 0 },
    }
}

async fn catch_panic<T>(future: impl Future<Output = T>) -> Result<T, Panic> {
    install_hook();
    let mut future = pin!(future);
    poll_fn(|context| {
        let outer = IS_GUARDED.replace(true);
        // Unwind safe: after a panic the future is dropped and never polled again.
        let polled = panic::catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context)));
        IS_GUARDED.set(outer);
        match polled {
            Ok(polled) => polled.map(Ok),
            Err(payload) => Poll::Ready(Err(Panic::caught(&*payload))),
        }
    })
    .await
}

/// Stores guarded panics instead of printing them. Others are printed as usual.
fn install_hook() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let print = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if IS_GUARDED.get() {
                CAUGHT.set(Some(Panic::of(info)));
            } else {
                print(info);
            }
        }));
    });
}

impl Panic {
    fn of(info: &PanicHookInfo<'_>) -> Self {
        Self {
            message: message(info.payload()),
            location: info.location().map(|location| {
                let file = location.file();
                // The registry's folder differs between machines.
                let file = match file.split_once("/registry/src/") {
                    Some((_, file)) => file.split_once('/').map_or(file, |(_, file)| file),
                    None => file,
                };
                format!("{file}:{}", location.line())
            }),
        }
    }

    /// The panic that the hook stored. `resume_unwind` does not call the hook.
    fn caught(payload: &(dyn Any + Send)) -> Self {
        CAUGHT.take().unwrap_or_else(|| Self { message: message(payload), location: None })
    }

    fn failure_of(self, side: &str) -> Failure {
        let Self { message, location } = self;
        let who = if side == "sdk" { "the SDK" } else { side };
        let at = location.map(|location| format!(" at {location}")).unwrap_or_default();
        let display = format!("{who} panicked: {message}");
        let context = format!("{who} panicked{at}: {message}");
        Failure { context: context.clone(), debug: context, ..Failure::new(Stage::Panic, display) }
    }
}

fn message(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().copied();
    let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("with a value that is not text").to_owned()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use contract::{
        AccessKeyId, Answer, Client, Credentials, Endpoint, Operation, Reply, Stage, Target,
    };
    use sandbox::{Options, Sandbox};

    use super::call;

    struct Panics;

    impl Client for Panics {
        fn name(&self) -> &'static str {
            "raw"
        }

        async fn call(&self, _: &Operation) -> Reply {
            tokio::time::sleep(Duration::from_millis(1)).await;
            panic!("no {}", 1)
        }
    }

    #[tokio::test]
    async fn a_panic_becomes_a_failure_with_message_and_location() {
        let failure = call(&Panics, &Operation::ListBuckets).await.result.expect_err("a failure");
        assert_eq!(failure.stage, Stage::Panic);
        assert!(!failure.is_refusal());
        assert_eq!(failure.display, "raw panicked: no 1");
        assert!(
            failure.context.starts_with("raw panicked at compare/measure/src/guard.rs:"),
            "{failure:?}"
        );
    }

    /// aws-runtime makes a header of the access key id and unwraps the result.
    #[tokio::test]
    async fn the_sdk_panics_at_an_access_key_id_that_ends_in_a_line_break() {
        let sandbox = Sandbox::start(Options::default()).expect("a sandbox");
        let identity = sandbox.identity("admin").expect("an identity");
        let endpoint = Endpoint::Url(sandbox.endpoint().to_owned());
        let target = Target::new(sandbox.region(), endpoint);
        let right = Credentials::new(&identity.access_key_id, &identity.secret_access_key);
        let wrong = Credentials {
            access_key_id: AccessKeyId::new(format!("{}\r", identity.access_key_id)),
            ..right.clone()
        };
        let client = |credentials| sdk::Client::new(target.clone(), credentials).expect("a client");
        let reply = call(&client(wrong), &Operation::ListBuckets).await;
        let failure = reply.result.expect_err("a failure");
        assert_eq!(failure.stage, Stage::Panic);
        assert!(failure.display.starts_with("the SDK panicked: "), "{}", failure.display);
        assert!(failure.context.starts_with("the SDK panicked at aws-runtime-"), "{failure:?}");
        let after = call(&client(right), &Operation::ListBuckets).await;
        assert!(matches!(after.result, Ok(Answer::Buckets(_))), "the next call works");
    }
}
