//! `compare bench startup`: what a process costs says little in a build without optimisation, but not
//! nothing, for the same is started by the same.

use crate::{program::Program, schema::holds};

#[test]
fn every_program_is_accounted_for() {
    let answer =
        Program::new(["bench", "startup", "--quick", "--format", "json"]).run().expect(0).json();
    holds("bench-startup", &answer);
    let arms = answer["arms"].as_array().expect("arms");
    let names: Vec<_> = arms.iter().map(|arm| &arm["name"]).collect();
    assert_eq!(names, ["raw", "sdk", "sdk without tls", "nothing"]);
    let median = |arm: usize, of: &str| arms[arm][of]["value"].as_f64().expect("a number");
    for arm in 0..3 {
        for of in ["wall_us", "cpu_us", "peak_bytes", "page_faults"] {
            assert!(median(3, of) < median(arm, of), "a call costs something: {of}, {answer:#}");
        }
        // A megabyte and more is what a process of Rust's holds; kilobytes would be another unit.
        assert!((1e6..1e9).contains(&median(arm, "peak_bytes")), "{answer:#}");
        // A call waits for its answer; and none of these programs has more threads than two.
        assert!(median(arm, "cpu_us") < 2.0 * median(arm, "wall_us"), "{answer:#}");
    }
}

#[test]
fn a_program_that_is_not_there_is_named() {
    // A copy of the binary, alone in its folder.
    let folder = tempfile::tempdir().expect("a folder");
    let alone = folder.path().join("compare");
    std::fs::copy(env!("CARGO_BIN_EXE_compare"), &alone).expect("a copy");
    let output = std::process::Command::new(alone)
        .args(["bench", "startup", "--quick"])
        .env_clear()
        .output()
        .expect("it runs");
    assert_eq!(output.status.code(), Some(3));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("account") && said.contains("cargo build"), "{said}");
}
