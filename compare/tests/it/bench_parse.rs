//! `compare bench parse`. In an unoptimised build times mean nothing, but the documents and the allocations
//! are the same in every build.

use crate::{program::Program, schema::holds};

#[test]
fn raw_allocates_less_than_the_sdk_for_a_list_of_images() {
    let answer = Program::new(["bench", "parse", "--quick", "--format", "json"]).json(0);
    holds("bench-parse", &answer);
    let documents = answer["documents"].as_array().expect("documents");
    let names: Vec<_> = documents.iter().map(|document| &document["name"]).collect();
    assert_eq!(names, ["ListObjectsV2-1000", "DescribeImages-1300", "DescribeImages-10000"]);
    for images in &documents[1..] {
        let number = |of: &serde_json::Value| of.as_u64().expect("a number");
        let each = number(&images["bytes"]) / number(&images["entries"]);
        assert!((1_500..3_000).contains(&each), "an image is about as long as EC2's: {each}");
        for what in ["allocations", "allocated_bytes", "peak_bytes"] {
            let [raw, sdk] = [0, 1].map(|arm| number(&images["arms"][arm][what]));
            assert!(raw < sdk, "{what}, {images}");
        }
    }
}
