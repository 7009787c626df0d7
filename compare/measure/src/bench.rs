//! Measures what both sides cost, one subject per module.

pub mod latency;
pub mod parse;
pub mod selfcheck;
pub mod signing;
pub mod startup;
