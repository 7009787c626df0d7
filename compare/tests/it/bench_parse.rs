//! `compare bench parse`. Its times say nothing in a build without optimisation; what is parsed, and
//! what it takes from the heap, is the same in any.

use compare::{
    bench::parse::{ArmResult, DocumentResult, Memory, Parsing},
    report,
    stats::{Estimate, Interval},
};

use crate::{bench_latency::machine, program::Program, schema::holds};

#[test]
fn both_sides_parse_a_page_of_keys_and_two_lists_of_images() {
    let answer =
        Program::new(["bench", "parse", "--quick", "--format", "json"]).run().expect(0).json();
    holds("bench-parse", &answer);
    let documents = answer["documents"].as_array().expect("documents");
    let names: Vec<_> = documents.iter().map(|document| &document["name"]).collect();
    assert_eq!(names, ["ListObjectsV2-1000", "DescribeImages-1300", "DescribeImages-10000"]);
    for images in &documents[1..] {
        let number = |of: &serde_json::Value| of.as_u64().expect("a number");
        let each = number(&images["bytes"]) / number(&images["entries"]);
        assert!((1_500..3_000).contains(&each), "an image is as long as EC2 writes it: {each}");
        for what in ["allocations", "allocated_bytes", "peak_bytes"] {
            let [raw, sdk] = [0, 1].map(|arm| number(&images["arms"][arm][what]));
            assert!(raw < sdk, "raw keeps a part of what the SDK keeps: {what}, {images}");
        }
    }
}

#[test]
fn what_a_reader_sees() {
    let arm = |name: &'static str, median, allocations| ArmResult {
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
    insta::assert_snapshot!("bench_parse_text", report::bench::parse::text(&parsing));
    insta::assert_snapshot!("bench_parse_markdown", report::bench::parse::markdown(&parsing));
}
