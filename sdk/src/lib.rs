//! A client of AWS on aws-sdk-rust, written as the SDK's own guide recommends.
//!
//! A file that does the same job as in `raw` has the same name, so what is missing here is what the
//! SDK does for its user: there is no signer, no encoder, no retry loop and no XML parser. The one
//! exception is `execute_api.rs`: no service client exists for a route of API Gateway, so the SDK's
//! user signs and sends that call.
//!
//! Start with `client.rs`. Below it are `request.rs` and `execute_api.rs` (the operations), `config.rs`
//! and [`credentials`] (settings), `parse.rs` and `error.rs` (results). [`observe`] and [`deserialise`]
//! are instrumentation: an ordinary client has neither.

pub mod credentials;
pub mod deserialise;
pub mod observe;

mod client;
mod config;
mod connector;
mod error;
mod execute_api;
mod parse;
mod request;
mod send;

pub use client::Client;
