//! Counts heap allocations. It is a program of its own because counting takes a global allocator, which
//! would disturb measurements of time.
//!
//! | arguments | prints as JSON |
//! |---|---|
//! | `signing` | allocations per signature: workload → arm → number |
//! | `parse` | memory per document: document → side → memory (see [`measure::bench::parse`]) |
//! | `raw OPERATION CALLS`, `sdk OPERATION CALLS`, `bare CALLS` | a list of what each warm call allocates (see [`measure::call`]) |
//!
//! Only the allocations of the calling thread are counted; these calls use no other.

use std::{collections::BTreeMap, env, process::ExitCode};

use allocation_counter::{AllocationInfo, measure};
use compare::helper;
use findings::parse::Memory;
use measure::{bench::parse, call, error::ExitError};
use serde_json::json;

fn main() -> ExitCode {
    let mut arguments = env::args().skip(1);
    let subject = arguments.next();
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
        Some("raw") => call::raw(arguments, &mut around),
        Some("sdk") => call::sdk(arguments, &mut around),
        Some("bare") => call::bare(arguments, &mut around),
        other => {
            let unknown = other.unwrap_or_default();
            let known = "signing, parse, raw, sdk, bare";
            Err(ExitError::usage(format!("unknown subject `{unknown}`: use one of {known}")))
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
