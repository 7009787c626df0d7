//! Warns if there may not be enough memory to build aws-sdk-ec2. Without the warning, the system kills
//! rustc and gives no reason.

use std::{env, fs};

/// KiB: the compiler's peak for aws-sdk-ec2, and room for the rest.
const NEEDED_KIB: u64 = 9 << 20;
/// Environment variable that `cargo run -p slim` sets in cargo's configuration.
const PRUNED: &str = "SDK_IS_PRUNED";

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed={PRUNED}");
    if env::var_os(PRUNED).is_some() {
        return;
    }
    if let Some(available) = available_kib().filter(|available| *available < NEEDED_KIB) {
        // Tenths of a GB, rounded.
        let tenths = ((available << 10) + 50_000_000) / 100_000_000;
        println!(
            "cargo::warning=compiling aws-sdk-ec2 needs about 8 GB of memory, and only {}.{} GB are available; \
             run `cargo run -p slim` first, and it needs 1 GB",
            tenths / 10,
            tenths % 10
        );
    }
}

/// KiB of memory available without swapping; `None` without `/proc/meminfo`.
fn available_kib() -> Option<u64> {
    let text = fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    line.split_whitespace().next()?.parse().ok()
}
