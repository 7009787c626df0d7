//! What each arm of the signing bench allocates per signature, as one JSON object: workload → arm →
//! allocations. It is a binary of its own because counting takes a global allocator, which would be
//! in the way of the one that measures time; `compare bench signing` runs it.

use std::collections::BTreeMap;

fn main() {
    let counted =
        workloads::count_allocations(|signing| allocation_counter::measure(signing).count_total);
    let by_workload: BTreeMap<_, BTreeMap<_, _>> = counted
        .into_iter()
        .map(|(workload, arms)| (workload, arms.into_iter().collect()))
        .collect();
    println!("{}", serde_json::json!(by_workload));
}
