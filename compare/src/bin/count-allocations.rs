//! Counts heap allocations. It is a binary of its own because counting takes a global allocator, which
//! would be in the way of the one that measures time.
//!
//! With `signing`, or no words at all: what each arm of the signing bench allocates per signature, as
//! one JSON object, workload → arm → allocations. With `raw OPERATION CALLS`, `sdk OPERATION CALLS` or `bare CALLS`:
//! what each warm call allocates, as a JSON list (see [`compare::call`]). Only what the calling
//! thread allocates is counted, and such a call has no other.

use std::{collections::BTreeMap, env, process::ExitCode};

use allocation_counter::measure;
use compare::{call, error::Stop};
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
        None | Some("signing") => {
            count_signatures();
            return ExitCode::SUCCESS;
        }
        Some("raw") => call::raw(words, &mut around),
        Some("sdk") => call::sdk(words, &mut around),
        Some("bare") => call::bare(words, &mut around),
        Some(other) => Err(Stop::usage(format!("`{other}` is none of signing, raw, sdk, bare"))),
    };
    if ended.is_ok() {
        println!("{}", json!(counted));
    }
    call::exit(ended)
}

fn count_signatures() {
    let counted = workloads::count_allocations(|signing| measure(signing).count_total);
    let by_workload: BTreeMap<_, BTreeMap<_, _>> = counted
        .into_iter()
        .map(|(workload, arms)| (workload, arms.into_iter().collect()))
        .collect();
    println!("{}", json!(by_workload));
}
