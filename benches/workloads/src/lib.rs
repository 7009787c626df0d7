//! The signing workloads, and every signer that runs them: the arms of the signing benches.
//!
//! Workloads and arms are defined only here, so the criterion bench and `compare bench signing` measure
//! the same thing. Every arm proves that its signature is right before it is timed. It starts from what
//! its own interface takes: method, headers, body, and the URL as one text or in parts. Building its own
//! type of request from those is timed for every arm; building credentials and settings, which a client
//! does once, is not.
//!
//! This crate does not depend on the SDK's clients, so a bench builds in a minute.

mod arm;
mod floor;
mod measure;
#[cfg(feature = "peers")]
mod peers;
mod raw_signer;
mod sdk;
mod workload;

pub use arm::{Arm, Proof, arms};
pub use floor::{Compressions, compressions};
pub use measure::{ArmResult, Effort, WorkloadResult, count_allocations, measure};
pub use workload::{
    ACCESS_KEY_ID, EXPIRES, Location, REGION, SECRET, TOKEN_LENGTH, Workload, all, credentials,
    time,
};
