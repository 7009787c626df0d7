//! The signing workloads, and every signer that runs them.
//!
//! Each workload and each arm is defined once, here. The criterion bench and `compare bench signing`
//! both run them, so they cannot come to measure two things. An arm proves that its signature is the
//! right one before it is timed, and starts from what its own interface takes: method, headers, body,
//! and the URL as one text or in its parts. Making its own type of request from those is inside the
//! timed part for all alike; credentials and settings, which a client makes once, are outside.
//!
//! Neither SDK client is below this crate, so that a bench builds in a minute.

mod arm;
mod floor;
mod measure;
mod ours;
#[cfg(feature = "peers")]
mod peers;
mod sdk;
mod workload;

pub use arm::{Arm, Proof, arms};
pub use floor::{Compressions, compressions};
pub use measure::{ArmResult, Effort, WorkloadResult, count_allocations, measure};
pub use workload::{
    ACCESS_KEY_ID, EXPIRES, Location, REGION, SECRET, TOKEN_LENGTH, Workload, all, credentials,
    time,
};
