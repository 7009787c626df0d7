//! The parse bench, as a reader sees it.

use findings::{
    parse::{DocumentResult, Memory, ParserResult, Parsing},
    stats::{Estimate, Interval},
};

use crate::bench_latency::machine;

#[test]
fn what_a_reader_sees() {
    let arm = |name: &'static str, median, allocations| ParserResult {
        name: name.into(),
        median_us: Estimate {
            value: median,
            interval: Interval { low: 0.9 * median, high: 1.1 * median },
        },
        mb_per_s: 20e6 / median,
        memory: Memory { allocations, allocated_bytes: 1_234_567, peak_bytes: 12_345_678 },
    };
    let parsing = Parsing {
        machine: machine(),
        documents: vec![DocumentResult {
            name: "DescribeImages-10000".to_owned(),
            entries: 10_000,
            bytes: 20_000_000,
            rounds: 30,
            arms: vec![arm("raw", 50_000.0, 110_000), arm("sdk", 150_000.0, 200_000)],
            sdk_over_raw: Estimate { value: 3.0, interval: Interval { low: 2.9, high: 3.1 } },
        }],
    };
    insta::assert_snapshot!("bench_parse_text", render::bench::parse::text(&parsing));
    insta::assert_snapshot!("bench_parse_markdown", render::bench::parse::markdown(&parsing));
}
