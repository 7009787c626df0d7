//! What was measured → text, a file for each subject.

pub mod latency;
pub mod parse;
pub mod selfcheck;
pub mod signing;
pub mod startup;
