//! AWS called through aws-sdk-rust, as the SDK's own guide would have it written.
//!
//! The files carry the names that they have in `raw`, where the job is the same, so that what is
//! missing here is what the SDK does for its user: there is no signer, no encoder, no retry loop
//! and no parser. The one exception is `execute_api.rs`: no service client exists for a route that
//! somebody made in API Gateway, so the SDK's user signs that call alone.

pub mod credentials;
pub mod deserialise;
pub mod observe;

mod client;
mod config;
mod error;
mod execute_api;
mod parse;
mod request;

pub use client::Client;
