//! Times every signer at every workload, those of other crates among them, and prints what it found as one
//! JSON list. `compare report --only peers` runs it: the crates of the peers are in no other program.

use serde_json::{Value, json};
use workloads::{ArmResult, Effort, WorkloadResult, measure};

fn main() {
    let measured = measure(Effort::Full);
    println!("{}", measured.iter().map(workload).collect::<Value>());
}

fn workload(measured: &WorkloadResult) -> Value {
    let arms: Value = measured.arms.iter().map(arm).collect();
    json!({ "name": measured.name, "title": measured.title, "arms": arms })
}

fn arm(arm: &ArmResult) -> Value {
    json!({ "name": arm.name, "ns": arm.ns, "over_floor": arm.over_floor })
}
