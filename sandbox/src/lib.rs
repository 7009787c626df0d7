//! An endpoint on loopback that answers as AWS does and really checks signatures.
//!
//! S3 (to read from), EC2 (a few operations of its Query API) and one REST API of API Gateway on
//! one port of 127.0.0.1. It knows HTTP and AWS's wire facts ([`facts`]), and shares no code with
//! any signer, so that agreement with it means something. Any AWS client works against it:
//!
//! ```
//! let sandbox = sandbox::Sandbox::start(sandbox::Options::default())?;
//! let admin = sandbox.identity("admin").expect("there is always an admin");
//! println!("AWS_ENDPOINT_URL={} AWS_ACCESS_KEY_ID={}", sandbox.endpoint(), admin.access_key_id);
//! # Ok::<(), sandbox::StartError>(())
//! ```
//!
//! Asked to, it plays a [`Fault`] of the service or of the way to it, and keeps what went over the
//! wire ([`Sandbox::exchanges`]).
//!
//! What differs from AWS, on purpose: one host serves all services and regions; bodies have a
//! Content-Length where S3 and EC2 send chunks; and connections stay open after errors, where AWS
//! often closes them, so that a measured client pays no new connection for a refusal.

mod answer;
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
mod s3;
mod server;
mod store;
pub mod verify;

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

// The former names, until `compare` uses the present ones.
#[doc(hidden)]
pub use recording::RecordedExchange as Exchange;
#[doc(hidden)]
pub mod record {
    pub use crate::recording::RecordedResponse as Answer;
}

/// How a sandbox is set up.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// The port on 127.0.0.1; 0 for any that is free.
    pub port: u16,
    /// How long a launched instance is `pending`.
    pub boot_time: Duration,
    /// How long a terminated instance is `shutting-down`.
    pub shutdown_time: Duration,
    /// How long every answer is held back, as a network's round trip would. The timer counts whole
    /// milliseconds, and rounds up.
    pub delay: Duration,
    /// How long a client may take over the head of a request, and again over its body.
    pub patience: Duration,
    /// The fault that every answer suffers; none where the services are well.
    pub fault: Option<Fault>,
    /// Whether to keep what goes over the wire, for [`Sandbox::exchanges`].
    pub recording: Recording,
}

impl Default for Options {
    /// Any free port; instances boot in 150 ms and shut down in 100 ms; answers at once; requests may
    /// take half a minute; no fault, and no recording.
    fn default() -> Self {
        Options {
            port: 0,
            boot_time: Duration::from_millis(150),
            shutdown_time: Duration::from_millis(100),
            delay: Duration::ZERO,
            patience: Duration::from_secs(30),
            fault: None,
            recording: Recording::Off,
        }
    }
}

/// A sandbox could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The port is taken, or not for us.
    #[error("cannot listen on 127.0.0.1:{port}; choose another port, or 0 for any")]
    Listen {
        /// The port that was asked for.
        port: u16,
        /// What the system said.
        source: io::Error,
    },
    /// The system gave no thread, or no means to wait for sockets.
    #[error("cannot start the thread that serves")]
    Thread(#[source] io::Error),
    /// The system gave no random bytes.
    #[error("cannot make credentials: the system's source of random bytes failed ({0})")]
    Random(getrandom::Error),
}

/// A running endpoint. It stops when it is dropped.
pub struct Sandbox {
    endpoint: String,
    services: Arc<server::Services>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sandbox").field("endpoint", &self.endpoint).finish_non_exhaustive()
    }
}

impl Sandbox {
    /// Starts an endpoint on a thread of its own, with its own runtime: it shares none with the
    /// clients that are measured against it, and works from sync and async callers alike.
    ///
    /// # Errors
    /// If the port is taken, or the system gives no thread or no random bytes.
    pub fn start(options: Options) -> Result<Sandbox, StartError> {
        let listen = |source| StartError::Listen { port: options.port, source };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port)).map_err(listen)?;
        listener.set_nonblocking(true).map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        let services = Arc::new(server::Services {
            identities: Identity::all().map_err(StartError::Random)?,
            ids: answer::RequestIds::new().map_err(StartError::Random)?,
            s3: s3::S3::new(),
            ec2: query_api::QueryApi::new(&options),
            delay: options.delay,
            patience: options.patience,
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
        let serve = server::serve(listener, Arc::clone(&services), stopped);
        let thread = thread::Builder::new()
            .name("sandbox".to_owned())
            .spawn(move || runtime.block_on(serve))
            .map_err(StartError::Thread)?;
        Ok(Sandbox {
            endpoint: format!("http://{address}"),
            services,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// `http://127.0.0.1:PORT`
    #[must_use]
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// The region of the endpoint; one bucket lives in another.
    #[must_use]
    pub fn region(&self) -> &str {
        store::HOME_REGION
    }

    /// The URL of a GET method of a REST API that IAM protects.
    #[must_use]
    pub fn api_url(&self) -> String {
        format!("{}{}", self.endpoint, execute_api::path())
    }

    /// Who may call: `admin`, `temporary`, `expired`, `reader` and `invoker`.
    #[must_use]
    pub fn identities(&self) -> &[Identity] {
        &self.services.identities
    }

    /// The identity of that name.
    #[must_use]
    pub fn identity(&self, name: &str) -> Option<&Identity> {
        self.identities().iter().find(|identity| identity.name == name)
    }

    /// The buckets, in the order in which `ListBuckets` has them.
    #[must_use]
    pub fn bucket_names(&self) -> Vec<String> {
        self.services.s3.bucket_names()
    }

    /// What went over the wire since the last time, in the order in which the requests came: at most
    /// the latest 1,024, and nothing without [`Recording::On`]. An answer stands here before its
    /// client can have read it to its end.
    #[must_use]
    pub fn exchanges(&self) -> Vec<RecordedExchange> {
        self.services.log.as_ref().map(|log| log.drain()).unwrap_or_default()
    }

    /// Id and state of every instance launched so far.
    #[must_use]
    pub fn instance_states(&self) -> Vec<(String, String)> {
        self.services.ec2.instance_states()
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // It ends by itself; a panic of its own has been printed where it happened.
            let _ = thread.join();
        }
    }
}
