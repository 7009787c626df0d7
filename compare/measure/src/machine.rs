//! The machine that this process runs on, and how it was built.

use findings::machine::{BuildKind, Machine};
use time::OffsetDateTime;

/// This machine, this build, today.
#[must_use]
pub fn this_machine() -> Machine {
    Machine {
        build: this_build(),
        platform: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
        processor: processor(),
        processors: std::thread::available_parallelism().map_or(1, usize::from),
        date: OffsetDateTime::now_utc().date().to_string(),
    }
}

/// How this program was built.
#[must_use]
pub const fn this_build() -> BuildKind {
    if cfg!(debug_assertions) { BuildKind::Unoptimised } else { BuildKind::Optimised }
}

/// The processor's name from `/proc/cpuinfo`. Only Linux has this file.
fn processor() -> Option<String> {
    let text = std::fs::read_to_string("/proc/cpuinfo").ok()?;
    let (_, rest) = text.split_once("model name")?;
    let name = rest.split('\n').next()?.trim_start_matches([' ', '\t', ':']).trim();
    (!name.is_empty()).then(|| name.to_owned())
}
