//! `account PROGRAM [ARGUMENT…]`: runs it and prints, as one JSON object, what the operating system
//! charged it for, and what it wrote. `compare bench startup` runs it.
//!
//! It is a process of its own because Linux reckons the peak memory of whoever starts a process among
//! that process's own: this one is smaller than any that makes a call.

use std::{
    env,
    error::Error,
    fs,
    io::Read as _,
    process::{Command, Stdio},
    time::Instant,
};

use measure::bench::startup::{Account, Charge};
use wait4::{ResUse, Wait4 as _};

fn main() -> Result<(), Box<dyn Error>> {
    let mut words = env::args_os().skip(1);
    let program = words.next().ok_or("usage: account PROGRAM [ARGUMENT…]")?;
    let begun = Instant::now();
    let mut child = Command::new(program).args(words).stdout(Stdio::piped()).spawn()?;
    let mut output = String::new();
    if let Some(stdout) = &mut child.stdout {
        stdout.read_to_string(&mut output)?;
    }
    let ResUse { status, rusage } = child.wait4()?;
    let wall = begun.elapsed();
    let charge = Charge {
        wall_us: wall.as_secs_f64() * 1e6,
        cpu_us: (rusage.utime + rusage.stime).as_secs_f64() * 1e6,
        peak_bytes: as_f64(rusage.maxrss),
        page_faults: page_faults(),
    };
    println!("{}", serde_json::to_string(&Account { success: status.success(), output, charge })?);
    Ok(())
}

/// Of the one child, minor and major ones. Only Linux has this file: fields 11 and 13 of
/// `proc_pid_stat(5)`, counted from behind the program's name, which is the second and may hold
/// anything.
fn page_faults() -> Option<f64> {
    let text = fs::read_to_string("/proc/self/stat").ok()?;
    let (_, fields) = text.rsplit_once(')')?;
    let field = |number: usize| fields.split_whitespace().nth(number - 3)?.parse::<u64>().ok();
    Some(as_f64(field(11)? + field(13)?))
}

/// Bytes of memory are far below the 2^52 that a double holds exactly.
#[allow(clippy::cast_precision_loss, reason = "see above")]
fn as_f64(count: u64) -> f64 {
    count as f64
}
