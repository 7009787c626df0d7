//! Counts heap allocations. It is a binary of its own because counting takes a global allocator, which
//! would be in the way of the one that measures time.
//!
//! With `signing`: what each arm of the signing bench allocates per signature, as one JSON object,
//! workload → arm → allocations. With `parse`: what each side takes to parse each document, likewise
//! (see [`measure::bench::parse`]). With `raw OPERATION CALLS`, `sdk OPERATION CALLS` or `bare CALLS`:
//! what each warm call allocates, as a JSON list (see [`measure::call`]). Only what the calling
//! thread allocates is counted, and such a call has no other.

use std::{collections::BTreeMap, env, process::ExitCode};

use allocation_counter::{AllocationInfo, measure};
use compare::helper;
use findings::parse::Memory;
use measure::{bench::parse, call, error::ExitError};
use serde_json::json;

fn main() -> ExitCode {
    let mut words = env::args().skip(1);
    let subject = words.next();
    let mut counted = Vec::new();
    let mut around = |warm: &mut dyn FnMut()| {
        let counts = measure(warm);
        counted.push(json!({ "allocations": counts.count_total, "bytes": counts.bytes_total }));
    };
    let ended = match subject.as_deref() {
        Some("signing") => {
            count_signatures();
            return ExitCode::SUCCESS;
        }
        Some("parse") => return helper::exit(count_parsing()),
        Some("raw") => call::raw(words, &mut around),
        Some("sdk") => call::sdk(words, &mut around),
        Some("bare") => call::bare(words, &mut around),
        other => {
            let words = "signing, parse, raw, sdk, bare";
            Err(ExitError::usage(format!("`{}` is none of {words}", other.unwrap_or_default())))
        }
    };
    if ended.is_ok() {
        println!("{}", json!(counted));
    }
    helper::exit(ended)
}

fn count_signatures() {
    let counted = workloads::count_allocations(|signing| measure(signing).count_total);
    let by_workload: BTreeMap<_, BTreeMap<_, _>> = counted
        .into_iter()
        .map(|(workload, arms)| (workload, arms.into_iter().collect()))
        .collect();
    println!("{}", json!(by_workload));
}

fn count_parsing() -> Result<(), ExitError> {
    let counted = parse::count_allocations(|parse| {
        let AllocationInfo { count_total, bytes_total, bytes_max, .. } = measure(parse);
        Memory { allocations: count_total, allocated_bytes: bytes_total, peak_bytes: bytes_max }
    })?;
    println!("{}", json!(counted));
    Ok(())
}
