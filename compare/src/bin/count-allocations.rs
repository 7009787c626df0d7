//! Counts heap allocations. It is a binary of its own because counting takes a global allocator, which
//! would be in the way of the one that measures time; `compare bench` and `compare paths` run it.
//!
//! `signing` and `parse`: what each arm of that bench takes from the heap, as one JSON object. `raw
//! OPERATION CALLS`, `sdk OPERATION CALLS` or `bare CALLS`: what each warm call takes, as a JSON list
//! (see [`compare::call`]). Only what the calling thread allocates is counted, and such a call has no
//! other.

use std::{collections::BTreeMap, env, process::ExitCode};

use allocation_counter::{AllocationInfo, measure};
use compare::{
    bench::parse::{self, Memory},
    call,
    error::Stop,
};
use serde_json::{Value, json};

fn main() -> ExitCode {
    let mut words = env::args().skip(1);
    let subject = words.next();
    let mut calls = Vec::new();
    let mut around = |warm: &mut dyn FnMut()| {
        let counts = measure(warm);
        calls.push(json!({ "allocations": counts.count_total, "bytes": counts.bytes_total }));
    };
    let counted = match subject.as_deref() {
        Some("signing") => Ok(Some(signing())),
        Some("parse") => parsing().map(Some),
        Some("raw") => call::raw(words, &mut around).map(|()| None),
        Some("sdk") => call::sdk(words, &mut around).map(|()| None),
        Some("bare") => call::bare(words, &mut around).map(|()| None),
        other => Err(Stop::usage(format!(
            "`{}` is none of signing, parse, raw, sdk, bare",
            other.unwrap_or_default()
        ))),
    };
    call::exit(counted.map(|counted| println!("{}", counted.unwrap_or_else(|| json!(calls)))))
}

/// Workload → arm → allocations per signature.
fn signing() -> Value {
    let counted = workloads::count_allocations(|signing| measure(signing).count_total);
    let by_workload: BTreeMap<_, BTreeMap<_, _>> = counted
        .into_iter()
        .map(|(workload, arms)| (workload, arms.into_iter().collect()))
        .collect();
    json!(by_workload)
}

/// Document → arm → what one parse takes.
fn parsing() -> Result<Value, Stop> {
    let counted = parse::count_allocations(|parse| {
        let AllocationInfo { count_total, bytes_total, bytes_max, .. } = measure(parse);
        Memory { allocations: count_total, allocated_bytes: bytes_total, peak_bytes: bytes_max }
    })?;
    Ok(json!(counted))
}
