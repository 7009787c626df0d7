//! What the programs share that are built on the contract: who calls whom, and every scenario in one
//! function. `compare footprint` measures the programs, each with nothing but what it needs.

#[cfg(any(feature = "raw", feature = "sdk"))]
mod env;
#[cfg(any(feature = "raw", feature = "sdk"))]
mod scenarios;

#[cfg(any(feature = "raw", feature = "sdk"))]
pub use env::target_from_env;
#[cfg(any(feature = "raw", feature = "sdk"))]
pub use scenarios::play_all;
