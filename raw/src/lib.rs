//! AWS called by hand: `SigV4`, HTTP and XML, with no SDK below. [`Client`] does for an
//! [`Operation`](contract::Operation) what is in these files, in this order:
//!
//! | step | file | from, to |
//! |---|---|---|
//! | request | [`request`], with [`endpoint`] and [`encode`] | operation → method, URL, headers, body |
//! | sign | [`sigv4`] | request → `Authorization` header, or a presigned URL |
//! | send | [`send`] | signed request → status, headers, body |
//! | parse | [`parse`] | answer → [`Answer`](contract::Answer), or what the service said instead |
//!
//! Around them: following pages (`client.rs`), waiting (`wait.rs`), [`Retries`] if asked for, and
//! [`Error`], which keeps every fact and says what to do next (`advice.rs`).
//!
//! ```no_run
//! use contract::{Addressing, Client as _, Clock, Credentials, Endpoint, Operation, CallLimits, Target, Timeouts, WaitPace};
//!
//! # async fn example() -> Result<(), raw::Error> {
//! let target = Target {
//!     region: "eu-west-1".to_owned(),
//!     endpoint: Endpoint::Aws,
//!     addressing: Addressing::VirtualHosted,
//!     clock: Clock::System,
//!     timeouts: Timeouts::default(),
//!     limits: CallLimits::default(),
//!     proxy: None,
//!     ca_bundle: None,
//!     wait_pace: WaitPace::AsOnAws,
//! };
//! let client = raw::Client::new(target, Credentials::new("AKIDEXAMPLE", "the secret"))?;
//! println!("{:?}", client.call(&Operation::ListBuckets).await.result);
//! # Ok(())
//! # }
//! ```

pub mod encode;
pub mod endpoint;
pub mod observe;
pub mod parse;
pub mod redact;
pub mod request;
pub mod send;
pub mod sigv4;

mod advice;
mod client;
mod error;
mod retry;
mod spent;
mod wait;

pub use advice::{aws_credential_warnings, credential_warnings};
pub use client::Client;
pub use error::{Error, ErrorContext, ErrorKind};
pub use retry::Retries;
pub use spent::LimitError;
pub use wait::WaitError;
