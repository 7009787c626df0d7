//! The binary, run as a user would. One test binary, because each one links all of EC2.

mod bad_credentials;
mod bad_endpoint;
mod bad_words;
mod bench_latency;
mod choices;
mod difference;
mod errors;
mod explain;
mod footprint;
mod house;
mod interrupt;
mod launch;
mod mistakes;
mod output;
mod paths;
mod program;
mod render;
mod run;
mod schema;
mod secrets;
mod server;
mod sign;
mod sign_jsonl;
mod target;
mod verify;
