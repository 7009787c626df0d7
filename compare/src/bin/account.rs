//! `account PROGRAM [ARGUMENT…]` runs a program and prints, as one JSON object, what the operating system
//! charged for it and what it wrote. `compare bench startup` runs it.
//!
//! It is a process of its own because Linux includes the memory of the parent process in the peak memory of
//! a child. This parent is smaller than any program that makes a call.

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
    let mut arguments = env::args_os().skip(1);
    let program = arguments.next().ok_or("usage: account PROGRAM [ARGUMENT…]")?;
    let started = Instant::now();
    let mut child = Command::new(program).args(arguments).stdout(Stdio::piped()).spawn()?;
    let mut output = String::new();
    if let Some(stdout) = &mut child.stdout {
        stdout.read_to_string(&mut output)?;
    }
    let ResUse { status, rusage } = child.wait4()?;
    let wall = started.elapsed();
    let charge = Charge {
        wall_us: wall.as_secs_f64() * 1e6,
        cpu_us: (rusage.utime + rusage.stime).as_secs_f64() * 1e6,
        peak_bytes: as_f64(rusage.maxrss),
        page_faults: page_faults(),
    };
    println!("{}", serde_json::to_string(&Account { success: status.success(), output, charge })?);
    Ok(())
}

/// Minor and major page faults of the child: fields 11 and 13 of `proc_pid_stat(5)`, which only Linux has.
/// The second field, the program's name, may contain anything, so the fields after it are counted.
fn page_faults() -> Option<f64> {
    let text = fs::read_to_string("/proc/self/stat").ok()?;
    let (_, fields) = text.rsplit_once(')')?;
    let field = |number: usize| fields.split_whitespace().nth(number - 3)?.parse::<u64>().ok();
    Some(as_f64(field(11)? + field(13)?))
}

/// Bytes of memory are far below 2^53, up to which a double is exact.
#[allow(clippy::cast_precision_loss, reason = "see above")]
fn as_f64(count: u64) -> f64 {
    count as f64
}
