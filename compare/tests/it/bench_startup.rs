//! `compare bench startup`: in an unoptimised build the figures say little, but their order still holds.

use crate::{program::Program, schema::holds};

#[test]
fn a_process_that_makes_a_call_costs_more_than_one_that_does_nothing() {
    let answer = Program::new(["bench", "startup", "--quick", "--format", "json"]).json(0);
    holds("bench-startup", &answer);
    let arms = answer["arms"].as_array().expect("arms");
    let names: Vec<_> = arms.iter().map(|arm| &arm["name"]).collect();
    assert_eq!(names, ["raw", "sdk", "sdk without tls", "nothing"]);
    let median = |arm: usize, of: &str| arms[arm][of]["value"].as_f64().expect("a number");
    for arm in 0..3 {
        for of in ["wall_us", "cpu_us", "peak_bytes", "page_faults"] {
            assert!(median(3, of) < median(arm, of), "a call costs something: {of}, {answer:#}");
        }
        // A Rust process holds at least a megabyte. Less would mean that the unit is wrong.
        assert!((1e6..1e9).contains(&median(arm, "peak_bytes")), "{answer:#}");
        // None of these programs has more than two threads.
        assert!(median(arm, "cpu_us") < 2.0 * median(arm, "wall_us"), "{answer:#}");
    }
}

#[test]
fn a_missing_helper_program_is_named() {
    // A copy of the binary in an empty folder.
    let folder = tempfile::tempdir().expect("a folder");
    let alone = folder.path().join("compare");
    std::fs::copy(env!("CARGO_BIN_EXE_compare"), &alone).expect("a copy");
    let output = std::process::Command::new(alone)
        .args(["bench", "startup", "--quick"])
        .env_clear()
        .output()
        .expect("it runs");
    assert_eq!(output.status.code(), Some(3));
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(stderr.contains("account") && stderr.contains("cargo build"), "{stderr}");
}
