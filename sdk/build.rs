//! Says before the compiler runs out of memory that it may. Nothing else of a build can: rustc needs
//! that much for aws-sdk-ec2, and is killed without saying why.

use std::{env, fs};

/// The compiler's peak on aws-sdk-ec2, with room for the rest. In KiB, as `/proc/meminfo` has it.
const NEEDED_KIB: u64 = 9 << 20;
/// Set by the configuration that `cargo run -p slim` writes.
const PRUNED: &str = "SDK_IS_PRUNED";

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed={PRUNED}");
    if env::var_os(PRUNED).is_some() {
        return;
    }
    if let Some(available) = available_kib().filter(|available| *available < NEEDED_KIB) {
        // In tenths of a GB, rounded.
        let tenths = ((available << 10) + 50_000_000) / 100_000_000;
        println!(
            "cargo::warning=building aws-sdk-ec2 takes the compiler about 8 GB, and {}.{} GB are free; \
             run `cargo run -p slim` first, and it takes 1 GB",
            tenths / 10,
            tenths % 10
        );
    }
}

/// What the system can give without swapping; unknown where there is no `/proc/meminfo`.
fn available_kib() -> Option<u64> {
    let text = fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    line.split_whitespace().next()?.parse().ok()
}
