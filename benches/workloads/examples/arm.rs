//! Runs one arm with one workload so many times, for profilers and other tools that watch a process:
//! `cargo run --release -p workloads --example arm -- W1 raw 1000`.

use std::process::ExitCode;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let run = |workload: &str, arm: &str, times: &str| {
        let (credentials, times) = (workloads::credentials(), times.parse().ok()?);
        let all = workloads::all();
        let workload = all.iter().find(|one| one.name == workload)?;
        let mut arms = workloads::arms(workload, &credentials);
        arms.iter_mut().find(|one| one.name() == arm)?.run(times);
        Some(ExitCode::SUCCESS)
    };
    let [workload, arm, times] = args.as_slice() else { return usage() };
    run(workload, arm, times).unwrap_or_else(usage)
}

fn usage() -> ExitCode {
    eprintln!("usage: arm WORKLOAD ARM TIMES, for example: arm W1 raw 1000");
    ExitCode::from(2)
}
