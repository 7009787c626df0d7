//! Code that the programs share. `compare footprint` measures the programs, and builds each with only the
//! feature that it needs.

#[cfg(any(feature = "raw", feature = "sdk"))]
mod env;
#[cfg(any(feature = "raw", feature = "sdk"))]
mod scenarios;

#[cfg(any(feature = "raw", feature = "sdk"))]
pub use env::target_from_env;
#[cfg(any(feature = "raw", feature = "sdk"))]
pub use scenarios::play_all;
