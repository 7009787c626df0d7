//! Plays scenarios and errors on both sides and measures what they cost. The results are types of the
//! crate `findings`.
//!
//! [`session`] decides where calls go and whose keys sign them. [`run`] plays scenarios; [`launch`]
//! terminates every instance that a run launched. [`errors`], [`explain`], [`paths`], [`mod@bench`] and
//! [`footprint`] each serve the verb of the same name, and [`evidence`] runs them all for the write-up.
//! Nothing here prints or ends the process: see [`notices`] and [`interrupt`].

// A run's future contains a call's, which contains about a hundred nested futures of the SDK.
#![recursion_limit = "256"]

pub mod bench;
pub mod call;
mod capture;
pub mod environment;
pub mod error;
pub mod errors;
pub mod evidence;
pub mod explain;
pub mod footprint;
mod guard;
mod helper_binaries;
mod http_client;
pub mod interrupt;
pub mod launch;
pub mod machine;
pub mod masking;
pub mod notices;
mod observe;
pub mod paths;
pub mod profiles;
mod proof;
pub mod region;
pub mod run;
pub mod runtime;
pub mod session;
pub mod sign;
pub mod verify;
