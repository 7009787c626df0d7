//! What signing costs: the arms of [`workloads`], timed by turns, and what they allocate.

use std::collections::HashMap;

use findings::{
    signing::{SignerResult, Signing, Workload},
    stats::Sorted,
};
use workloads::Effort;

use crate::{error::ExitError, helper_binaries, machine::this_machine};

/// Workload → arm → allocations.
type Counts = HashMap<String, HashMap<String, u64>>;

/// Times every arm, then counts what it allocates, in a process that does nothing else.
///
/// # Errors
/// Exit 3 where the counting binary cannot be had.
pub fn measure(effort: Effort) -> Result<Signing, ExitError> {
    let counts: Counts = helper_binaries::allocations("signing")?;
    let allocations = |workload: &str, arm: &str| {
        counts.get(workload).and_then(|arms| arms.get(arm)).copied().ok_or_else(|| {
            ExitError::unavailable(format!("no allocations were counted of `{arm}` at {workload}"))
                .help("it is of another build: cargo build -p compare")
        })
    };
    let workloads = workloads::measure(effort)
        .into_iter()
        .map(|measured| {
            let raw = measured.arms.iter().find(|arm| arm.name == "raw");
            let raw = raw.map_or_else(Vec::new, |raw| raw.batches.clone());
            let arms = measured.arms.into_iter().map(|arm| {
                let allocations = allocations(measured.name, arm.name)?;
                let over_raw = arm.batches.iter().zip(&raw).map(|(arm, raw)| arm / raw);
                Ok(SignerResult {
                    name: arm.name.into(),
                    ns: arm.ns,
                    ns_interval: Sorted::new(arm.batches.iter().copied())
                        .median_estimate()
                        .interval,
                    over_raw: Sorted::new(over_raw).median_estimate(),
                    over_floor: arm.over_floor,
                    allocations,
                })
            });
            Ok(Workload {
                name: measured.name.into(),
                title: measured.title.into(),
                compressions: measured.compressions,
                arms: arms.collect::<Result<_, ExitError>>()?,
            })
        })
        .collect::<Result<_, ExitError>>()?;
    Ok(Signing { machine: this_machine(), token_length: workloads::TOKEN_LENGTH, workloads })
}
