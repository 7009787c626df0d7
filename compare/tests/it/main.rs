//! The binary, run as a user would. One test binary, because each one links all of EC2.

mod bad_credentials;
mod bad_endpoint;
mod bench_latency;
mod bench_parse;
mod bench_startup;
mod choices;
mod dependencies;
mod difference;
mod errors;
mod evidence;
mod explain;
mod fetch;

mod footprint;
mod hostile;
mod interrupt;
mod launch;

mod output;

mod paths;

mod program;

mod report;
mod run;
mod schema;
mod secrets;
mod server;
mod sign;
mod sign_jsonl;
mod target;
mod usage_errors;
mod verify;
