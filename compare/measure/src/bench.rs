//! What both sides cost, measured: each subject by itself, as plain data.

pub mod latency;
pub mod parse;
pub mod selfcheck;
pub mod signing;
pub mod startup;
