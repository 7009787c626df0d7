//! A client that panics has failed, and its user is told so: the program goes on, and the other side's
//! answer stands.

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

/// What a panic said, and where: `aws-runtime-1.7.6/src/auth.rs:154`.
struct Panic {
    message: String,
    place: Option<String>,
}

/// [`Client::call`]. A panic in it is a failure of stage [`Stage::Panic`], and is not printed. How many
/// requests were sent before it is not known: they count as 0.
pub(crate) async fn call(client: &impl Client, operation: &Operation) -> Reply {
    // Boxed, because each layer around a call of the SDK would copy hundreds of kilobytes on the stack
    // of a build without optimisation.
    match unless_it_panics(Box::pin(client.call(operation))).await {
        Ok(reply) => reply,
        Err(panic) => Reply { result: Err(panic.failure_of(client.name())), requests: 0 },
    }
}

async fn unless_it_panics<T>(future: impl Future<Output = T>) -> Result<T, Panic> {
    keep_quiet_about_guarded_panics();
    let mut future = pin!(future);
    poll_fn(|context| {
        let outer = IS_GUARDED.replace(true);
        // After a panic the future is dropped, and not looked at again.
        let polled = panic::catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context)));
        IS_GUARDED.set(outer);
        match polled {
            Ok(polled) => polled.map(Ok),
            Err(payload) => Poll::Ready(Err(Panic::caught(&*payload))),
        }
    })
    .await
}

/// Panics that nobody catches are printed as ever.
fn keep_quiet_about_guarded_panics() {
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
            place: info.location().map(|place| {
                let file = place.file();
                // A crate's file stands in a folder of the registry, which differs by machine.
                let file = match file.split_once("/registry/src/") {
                    Some((_, file)) => file.split_once('/').map_or(file, |(_, file)| file),
                    None => file,
                };
                format!("{file}:{}", place.line())
            }),
        }
    }

    /// What the hook has seen. `resume_unwind` calls no hook.
    fn caught(payload: &(dyn Any + Send)) -> Self {
        CAUGHT.take().unwrap_or_else(|| Self { message: message(payload), place: None })
    }

    fn failure_of(self, side: &str) -> Failure {
        let Self { message, place } = self;
        let who = if side == "sdk" { "the SDK" } else { side };
        let place = place.map(|place| format!(" at {place}")).unwrap_or_default();
        let said = format!("{who} panicked: {message}");
        let context = format!("{who} panicked{place}: {message}");
        Failure { context: context.clone(), debug: context, ..Failure::new(Stage::Panic, said) }
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
        AccessKeyId, Addressing, Answer, CallLimits, Client, Clock, Credentials, Endpoint,
        Operation, Reply, Stage, Target, Timeouts, WaitPace,
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
    async fn a_panic_is_a_failure_with_its_words_and_its_place() {
        let failure = call(&Panics, &Operation::ListBuckets).await.result.expect_err("a failure");
        assert_eq!(failure.stage, Stage::Panic);
        assert!(!failure.is_refusal());
        assert_eq!(failure.display, "raw panicked: no 1");
        assert!(
            failure.context.starts_with("raw panicked at compare/measure/src/guard.rs:"),
            "{failure:?}"
        );
    }

    /// aws-runtime unwraps the header that it makes of the access key id.
    #[tokio::test]
    async fn the_sdk_panics_at_an_access_key_id_that_ends_in_a_line_break() {
        let sandbox = Sandbox::start(Options::default()).expect("a sandbox");
        let identity = sandbox.identity("admin").expect("an identity");
        let target = Target {
            region: sandbox.region().to_owned(),
            endpoint: Endpoint::Url(sandbox.endpoint().to_owned()),
            addressing: Addressing::Path,
            clock: Clock::System,
            timeouts: Timeouts::default(),
            proxy: None,
            ca_bundle: None,
            wait_pace: WaitPace::AsOnAws,
            limits: CallLimits::default(),
        };
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
        assert!(matches!(after.result, Ok(Answer::Buckets(_))), "the next call is as ever");
    }
}
