//! The latency bench: what is computed from samples, and how it is drawn.

use findings::{
    latency::{PhaseTime, RatioVerdict, Round, Samples, Series, analyse, compare},
    machine::{BuildKind, Machine},
    scenario::Scenario,
};

/// In nanoseconds: raw, sdk, bare, raw again.
fn samples(rounds: impl Iterator<Item = [u32; 4]>) -> Samples {
    Samples {
        machine: machine(),
        rtt_ms: 0.0,
        concurrency: 1,
        attempts: 1,
        series: vec![Series {
            operation: Scenario::S3ListBuckets,
            rounds: rounds.map(Round).collect(),
            waterfall: [("orchestrate", 0.0, 40.0), ("sign", 1.0, 10.0), ("transmit", 90.0, 90.0)]
                .map(|(phase, raw_us, sdk_us)| PhaseTime {
                    phase: phase.to_owned(),
                    raw_us,
                    sdk_us,
                })
                .into(),
        }],
    }
}

/// raw takes 100 µs, and a little more in each round. The SDK takes twice as long, and bare the same.
fn made_up() -> Samples {
    samples((0..101).map(|n| {
        let raw = 100_000 + n * 10;
        let wobble = if n % 2 == 0 { 5 } else { 0 };
        [raw, 2 * raw, raw + 5 - 2 * wobble, raw + 5 - 2 * wobble]
    }))
}

#[test]
fn differences_are_taken_within_a_round() {
    let latency = analyse(&made_up());
    let operation = &latency.operations[0];
    let ratio = operation.sdk_beside_raw.ratio;
    assert!((ratio.value - 2.0).abs() < 1e-9 && ratio.interval.low > 1.999);
    assert!((operation.sdk_beside_raw.difference_us.value - 100.5).abs() < 1e-9);
    assert_eq!(operation.sdk_beside_raw.verdict, RatioVerdict::Slower);
    assert_eq!(operation.raw_beside_bare.verdict, RatioVerdict::NoDifference);
    assert!(latency.a_a.holds);
}

#[test]
fn a_machine_that_fails_the_a_a_check_is_called_too_noisy() {
    let noisy = samples((0..1001).map(|n| [100_000, 200_000, 100_000, 101_000 + n % 7]));
    let latency = analyse(&noisy);
    assert!(!latency.a_a.holds);
    assert!(render::bench::latency::text(&latency).contains("too noisy"));
}

#[test]
fn a_change_between_two_measurements_is_found_in_its_arm() {
    let slower = samples((0..101).map(|n| {
        let raw = 100_000 + n * 10;
        [raw, 3 * raw, raw, raw]
    }));
    let changes = compare(&made_up(), &slower).changes;
    let verdicts: Vec<_> = changes.iter().map(|change| (change.arm, change.verdict)).collect();
    let same = RatioVerdict::NoDifference;
    assert_eq!(verdicts, [("raw", same), ("sdk", RatioVerdict::Slower), ("bare", same)]);
}

#[test]
fn what_a_reader_sees() {
    let latency = analyse(&made_up());
    insta::assert_snapshot!("bench_latency_text", render::bench::latency::text(&latency));
    insta::assert_snapshot!("bench_latency_markdown", render::bench::latency::markdown(&latency));
}

/// An invented machine.
pub(crate) fn machine() -> Machine {
    Machine {
        build: BuildKind::Optimised,
        platform: "linux x86_64".to_owned(),
        processor: None,
        processors: 2,
        date: "2026-01-01".to_owned(),
    }
}
