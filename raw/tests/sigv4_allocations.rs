//! Signing again allocates nothing: the texts live in buffers, and the signing key in its cache.

use contract::Credentials;
use raw::sigv4::{Buffers, Expires, KeyCache, Params, Rules, SignableRequest, presign, sign};

const QUERY: &str = "?prefix=a%2Fb&list-type=2&delimiter=/&start-after=%C3%A9&empty&max-keys=10";

#[test]
fn the_second_signature_allocates_nothing() {
    let long_token = "t/".repeat(256);
    let credentials = Credentials::new("AKIDEXAMPLE", "secret").with_session_token(long_token);
    let general = Params {
        credentials: &credentials,
        region: "us-east-1",
        service: "ec2",
        time: "20150830T123600Z".parse().unwrap(),
        rules: Rules::GENERAL,
    };
    let s3 = Params { service: "s3", rules: Rules::S3, ..general };
    let s3_presigned = Params { rules: Rules::S3_PRESIGNED, ..s3 };

    let body = "x".repeat(64 * 1024);
    let url = format!("https://h.example/a/../b//c{QUERY}");
    let request = SignableRequest {
        headers: &[("Content-Type", "text/plain"), ("A", "  1   2 "), ("a", "3")],
        body: body.as_bytes(),
        ..SignableRequest::new("POST", &url).unwrap()
    };
    let keys = KeyCache::new();
    let mut buffers = Buffers::default();
    let mut all = || {
        let signatures = [
            sign(&request, &general, &keys, &mut buffers).unwrap().signature,
            sign(&request, &s3, &keys, &mut buffers).unwrap().signature,
            presign(&request, &s3_presigned, Expires::MAX, &keys, &mut buffers).unwrap().signature,
        ];
        signatures.iter().all(|signature| signature.as_str().len() == 64)
    };

    let first = allocation_counter::measure(|| assert!(all()));
    assert!(first.count_total > 0, "allocations are not counted");
    let second = allocation_counter::measure(|| assert!(all()));
    assert_eq!(second.count_total, 0);
}
