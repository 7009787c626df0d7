//! The startup bench, as a reader sees it.

use findings::{
    startup::{ProgramResult, Ratios, Startup},
    stats::{Estimate, Interval},
};

use crate::bench_latency::machine;

#[test]
fn what_a_reader_sees() {
    let near =
        |value: f64| Estimate { value, interval: Interval { low: 0.9 * value, high: 1.1 * value } };
    let arm = |name: &'static str, times: f64, page_faults: Option<f64>| ProgramResult {
        name: name.into(),
        wall_us: near(2_000.0 * times),
        cpu_us: near(1_500.0 * times),
        peak_bytes: near(5.6e6 * times),
        page_faults: page_faults.map(near),
        binary_bytes: 6_543_210,
        over_raw: Ratios { wall: near(times), cpu: near(times), peak: near(times) },
    };
    let startup = Startup {
        machine: machine(),
        rounds: 500,
        arms: vec![arm("raw", 1.0, Some(200.0)), arm("sdk", 3.0, None)],
    };
    insta::assert_snapshot!("bench_startup_text", render::bench::startup::text(&startup));
    insta::assert_snapshot!("bench_startup_markdown", render::bench::startup::markdown(&startup));
}
