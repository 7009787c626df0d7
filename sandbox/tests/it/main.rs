//! The endpoint from outside: what it refuses, in which words, and what it serves.

mod chunks;
mod coverage;
mod faults;
mod recording;
mod refusals;
mod server;
mod support;
mod verdicts;
