//! What users see of findings, without a call, a measurement or the SDK.

mod bench_latency;
mod bench_parse;
mod bench_startup;
mod comparison;
mod evidence;
mod explain;
mod figures;
mod footprint;
mod page;
mod paths;
mod plots;
mod report;
