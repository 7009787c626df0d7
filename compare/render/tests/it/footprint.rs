//! What a side costs to own, as a reader sees it.

use findings::{
    footprint::{BuildCost, CrateLines, Footprint, Program as Measured, Task},
    machine::Machine,
    side::Side,
};

#[test]
fn snapshots_with_and_without_builds() {
    let mut footprint = example();
    insta::assert_snapshot!("footprint_80", render::footprint::text(&footprint, 80));
    insta::assert_snapshot!("footprint_markdown", render::footprint::markdown(&footprint));
    footprint.programs.iter_mut().for_each(|program| program.dev.clone_from(&program.release));
    let text = render::footprint::text(&footprint, 80);
    assert!(!text.contains("Missing"), "{text}");
    let widest = text.lines().map(|line| line.chars().count()).max().expect("lines");
    assert!(widest <= 80, "{widest}\n{text}");
}

/// Invented numbers.
fn example() -> Footprint {
    let program = |task, side, crates, seconds| Measured {
        task,
        side,
        crates,
        building_c: vec!["ring".to_owned()],
        lines_by_hand: vec![CrateLines { name: "programs".to_owned(), lines: 20 }],
        lines_of_dependencies: 1_234_567,
        dev: None,
        release: Some(BuildCost {
            seconds,
            peak_memory_bytes: 1_400_000_000,
            binary_bytes: 3_200_000,
            shared_libraries: vec!["libc.so.6".to_owned(), "libgcc_s.so.1".to_owned()],
            date: "2026-01-01".to_owned(),
            processors: 2,
        }),
    };
    Footprint {
        machine: Machine {
            build: findings::machine::BuildKind::Optimised,
            platform: "linux x86_64".to_owned(),
            processor: None,
            processors: 2,
            date: "2026-01-01".to_owned(),
        },
        toolchain: "rustc 1.95.0 (0123456789 2026-01-01)".to_owned(),
        lock_sha256: "0123456789abcdef".repeat(4),
        programs: vec![
            program(Task::ListBuckets, Side::Raw, 100, 45.5),
            program(Task::ListBuckets, Side::Sdk, 150, 91.0),
            program(Task::AllScenarios, Side::Raw, 100, 45.5),
            program(Task::AllScenarios, Side::Sdk, 160, 910.0),
        ],
    }
}
