//! `compare bench parse`. Its times say nothing in a build without optimisation; what is parsed, and
//! what it takes from the heap, is the same in any.

use crate::{program::Program, schema::holds};

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
