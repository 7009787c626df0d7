//! A client for AWS written by hand: `SigV4`, HTTP and XML, without an SDK.
//!
//! [`Client`] carries out an [`Operation`](contract::Operation) in four steps:
//!
//! | step | module | input → output |
//! |---|---|---|
//! | request | [`request`], with [`endpoint`] and [`encode`] | operation → method, URL, headers, body |
//! | sign | [`sigv4`] | request → `Authorization` header, or a presigned URL |
//! | send | [`send`] | signed request → status, headers, body |
//! | parse | [`parse`] | response → [`Answer`](contract::Answer), or the service's error |
//!
//! Start with `Client::attempt` in `client.rs`, which takes these steps one after the other, and then
//! read [`sigv4`]. A module uses only modules above it in this list:
//!
//! 1. `encode`: percent-encoding
//! 2. `redact`: removes secrets from texts
//! 3. `response`: status, headers and body as they were received
//! 4. `observe`: instrumentation
//! 5. `sigv4`: signatures
//! 6. `endpoint`: hosts
//! 7. `request`: operations as HTTP requests
//! 8. `usage`: the limits of a call
//! 9. `send`: one HTTP attempt
//! 10. `parse`: responses as answers
//! 11. `wait`: polling until instances run
//! 12. `error_kind`: which step of a call failed
//! 13. `retry`: pauses and retries
//! 14. `advice`: what to do about an error
//! 15. `error`: the error of a call, with its advice
//! 16. `client`: pages, retries and waits around the four steps
//!
//! Without the feature `client` the crate is its signer only, which needs no HTTP client and builds in
//! seconds.
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

#![cfg_attr(not(feature = "client"), allow(dead_code, reason = "only the client calls some of it"))]

pub mod encode;
#[cfg(feature = "client")]
pub mod endpoint;
pub mod observe;
#[cfg(feature = "client")]
pub mod parse;
pub mod redact;
#[cfg(feature = "client")]
pub mod request;
pub mod response;
#[cfg(feature = "client")]
pub mod send;
pub mod sigv4;

#[cfg(feature = "client")]
mod advice;
#[cfg(feature = "client")]
mod client;
#[cfg(feature = "client")]
mod error;
#[cfg(feature = "client")]
mod error_kind;
#[cfg(feature = "client")]
mod retry;
#[cfg(feature = "client")]
mod usage;
#[cfg(feature = "client")]
mod wait;

#[cfg(feature = "client")]
pub use advice::{aws_credential_warnings, credential_warnings};
#[cfg(feature = "client")]
pub use client::Client;
#[cfg(feature = "client")]
pub use error::Error;
#[cfg(feature = "client")]
pub use error_kind::{ErrorContext, ErrorKind};
#[cfg(feature = "client")]
pub use retry::Retries;
#[cfg(feature = "client")]
pub use usage::LimitError;
#[cfg(feature = "client")]
pub use wait::WaitError;
