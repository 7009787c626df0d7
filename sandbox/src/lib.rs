//! A local endpoint that responds like AWS and verifies signatures.
//!
//! It serves S3 (read only), EC2 (some operations of its Query API) and one REST API of API Gateway
//! on one port of 127.0.0.1. It takes its error responses from a table of facts about AWS ([`facts`])
//! and shares no code with any signer, so that its verdict on a signature is independent. Any AWS
//! client can use it:
//!
//! ```
//! let sandbox = sandbox::Sandbox::start(sandbox::Options::default())?;
//! let admin = sandbox.identity("admin").expect("there is always an admin");
//! println!("AWS_ENDPOINT_URL={} AWS_ACCESS_KEY_ID={}", sandbox.endpoint(), admin.access_key_id);
//! # Ok::<(), sandbox::StartError>(())
//! ```
//!
//! It can also inject a [`Fault`] of the service or the network, and record requests and responses
//! ([`Sandbox::exchanges`]).
//!
//! It differs from AWS on purpose in three ways: one host serves all services and regions; bodies
//! have a Content-Length where S3 and EC2 send chunks; and connections stay open after errors, where
//! AWS often closes them, so that a measured client needs no new connection after a refusal.

mod authenticate;
mod delivery;
mod ec2;
mod execute_api;
pub mod facts;
pub mod fault;
mod identity;
mod query_api;
pub mod recording;
mod refusal;
pub mod regions;
mod request_id;
mod response;
mod router;
mod s3;
mod server;
mod store;
pub mod verify;
mod xml;

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tokio::sync::oneshot;

pub use fault::Fault;
pub use identity::Identity;
pub use recording::{RecordedExchange, Recording};

use query_api::QueryApi;
use request_id::RequestIds;
use router::Router;
use s3::S3;
use server::Server;

/// The settings of a sandbox.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// The port on 127.0.0.1; 0 for any free port.
    pub port: u16,
    /// How long a launched instance is `pending`.
    pub boot_time: Duration,
    /// How long a terminated instance is `shutting-down`.
    pub shutdown_time: Duration,
    /// The delay before every response, to simulate the round trip of a network. The timer rounds up
    /// to whole milliseconds.
    pub delay: Duration,
    /// How long a client may take to send the head of a request, and then to send its body.
    pub request_timeout: Duration,
    /// The fault that is injected into every response, if any.
    pub fault: Option<Fault>,
    /// Whether requests and responses are recorded for [`Sandbox::exchanges`].
    pub recording: Recording,
}

impl Default for Options {
    /// Any free port, a boot time of 150 ms, a shutdown time of 100 ms, no delay, a request timeout
    /// of 30 s, no fault and no recording.
    fn default() -> Self {
        Options {
            port: 0,
            boot_time: Duration::from_millis(150),
            shutdown_time: Duration::from_millis(100),
            delay: Duration::ZERO,
            request_timeout: Duration::from_secs(30),
            fault: None,
            recording: Recording::Off,
        }
    }
}

/// The reason why a sandbox could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The port is taken or reserved.
    #[error("cannot listen on 127.0.0.1:{port}; choose another port, or 0 for any")]
    Listen {
        /// The requested port.
        port: u16,
        /// The system's error.
        source: io::Error,
    },
    /// The server thread or its runtime could not be started.
    #[error("cannot start the server thread")]
    Thread(#[source] io::Error),
    /// The system provided no random bytes.
    #[error("cannot make credentials: the system's source of random bytes failed ({0})")]
    Random(getrandom::Error),
}

/// A running endpoint, which stops when it is dropped.
pub struct Sandbox {
    endpoint: String,
    server: Arc<Server>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sandbox").field("endpoint", &self.endpoint).finish_non_exhaustive()
    }
}

impl Sandbox {
    /// Starts an endpoint on its own thread with its own runtime, so that it does not share a runtime
    /// with the clients measured against it and can be started from sync and async code.
    ///
    /// # Errors
    /// If the port is taken, or if the system provides no thread or no random bytes.
    pub fn start(options: Options) -> Result<Sandbox, StartError> {
        let listen = |source| StartError::Listen { port: options.port, source };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port)).map_err(listen)?;
        listener.set_nonblocking(true).map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        let server = Arc::new(Server {
            router: Router {
                identities: Identity::all().map_err(StartError::Random)?,
                ids: RequestIds::new().map_err(StartError::Random)?,
                s3: S3::new(),
                ec2: QueryApi::new(options.boot_time, options.shutdown_time),
            },
            delay: options.delay,
            request_timeout: options.request_timeout,
            fault: options.fault,
            log: match options.recording {
                Recording::Off => None,
                Recording::On => Some(Arc::default()),
            },
        });
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(StartError::Thread)?;
        let (stop, stopped) = oneshot::channel();
        let serve = server::serve(listener, Arc::clone(&server), stopped);
        let thread = thread::Builder::new()
            .name("sandbox".to_owned())
            .spawn(move || runtime.block_on(serve))
            .map_err(StartError::Thread)?;
        Ok(Sandbox {
            endpoint: format!("http://{address}"),
            server,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// `http://127.0.0.1:PORT`
    #[must_use]
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// The region of the endpoint. One bucket lives in another region.
    #[must_use]
    pub fn region(&self) -> &str {
        store::HOME_REGION
    }

    /// The URL of a GET method of a REST API that IAM protects.
    #[must_use]
    pub fn api_url(&self) -> String {
        format!("{}{}", self.endpoint, execute_api::path())
    }

    /// The identities that may call: `admin`, `temporary`, `expired`, `reader` and `invoker`.
    #[must_use]
    pub fn identities(&self) -> &[Identity] {
        &self.server.router.identities
    }

    /// Finds an identity by its name.
    #[must_use]
    pub fn identity(&self, name: &str) -> Option<&Identity> {
        self.identities().iter().find(|identity| identity.name == name)
    }

    /// The names of the buckets, in the order of `ListBuckets`.
    #[must_use]
    pub fn bucket_names(&self) -> Vec<String> {
        self.server.router.s3.bucket_names()
    }

    /// Takes the exchanges recorded since the last call, in the order of their requests: at most the
    /// latest 1,024, and none without [`Recording::On`]. An exchange is recorded before its client
    /// can read the end of the response.
    #[must_use]
    pub fn exchanges(&self) -> Vec<RecordedExchange> {
        self.server.log.as_ref().map(|log| log.drain()).unwrap_or_default()
    }

    /// The id and state of every instance launched so far.
    #[must_use]
    pub fn instance_states(&self) -> Vec<(String, String)> {
        self.server.router.ec2.instance_states()
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic on the server thread has already been printed.
            let _ = thread.join();
        }
    }
}
