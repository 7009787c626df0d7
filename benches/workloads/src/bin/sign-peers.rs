//! Times every signer with every workload, including the signers of other crates, and prints the results as
//! a JSON list. `compare report --only peers` runs it. No other program links the peers' crates.

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
