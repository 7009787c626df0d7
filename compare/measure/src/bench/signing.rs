//! Measures signing: the arms of [`workloads`] take turns, and their allocations are counted.

use std::collections::HashMap;

use findings::{
    signing::{SignerResult, Signing, Workload},
    stats::Sorted,
};
use workloads::Effort;

use crate::{error::ExitError, helper_binaries, machine::this_machine};

/// Workload → arm → allocations.
type Counts = HashMap<String, HashMap<String, u64>>;

/// Counts the allocations of every arm in a process that does nothing else, and times every arm.
///
/// # Errors
/// Exit 3 if the counting program is missing.
pub fn measure(effort: Effort) -> Result<Signing, ExitError> {
    let counts: Counts = helper_binaries::allocations("signing")?;
    let allocations = |workload: &str, arm: &str| {
        counts.get(workload).and_then(|arms| arms.get(arm)).copied().ok_or_else(|| {
            ExitError::unavailable(format!("no allocations were counted for `{arm}` in {workload}"))
                .help("the counting program may be from another build: cargo build -p compare")
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
