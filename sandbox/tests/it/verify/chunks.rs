//! Bodies in signed chunks: the two examples of the S3 API Reference, without and with a trailer. Both
//! have chunks of 65,536, 1,024 and 0 bytes of `a`.

use std::fmt::Write as _;

use sandbox::verify::{ReceivedRequest, Rules, StoredKey, Verification, verify};
use time::macros::datetime;

use super::{MISMATCH, REGION, assert_accepted, assert_refused};
use crate::support::owned;

/// An example with AWS's published signatures.
struct Example {
    content_sha256: &'static str,
    signed_headers: &'static str,
    /// The header that only this example has.
    own_header: (&'static str, &'static str),
    /// The signature of the request itself.
    seed: &'static str,
    chunks: [&'static str; 3],
    /// What follows the last chunk.
    end: &'static str,
}

const PLAIN: Example = Example {
    content_sha256: "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
    signed_headers: "content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;\
                     x-amz-decoded-content-length;x-amz-storage-class",
    own_header: ("content-length", "66824"),
    seed: "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
    chunks: [
        "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
        "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
        "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9",
    ],
    end: "\r\n",
};

const TRAILING: Example = Example {
    content_sha256: "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
    signed_headers: "content-encoding;host;x-amz-content-sha256;x-amz-date;\
                     x-amz-decoded-content-length;x-amz-storage-class;x-amz-trailer",
    own_header: ("x-amz-trailer", "x-amz-checksum-crc32c"),
    seed: "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e",
    chunks: [
        "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2",
        "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7",
        "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992",
    ],
    end: "x-amz-checksum-crc32c:sOO8/Q==\r\nx-amz-trailer-signature:\
          d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n\r\n",
};

impl Example {
    fn body(&self) -> String {
        let [large, small, empty] = self.chunks;
        let mut body = String::new();
        for (length, signature) in [(65_536, large), (1024, small)] {
            let data = "a".repeat(length);
            let _ = write!(body, "{length:x};chunk-signature={signature}\r\n{data}\r\n");
        }
        let _ = write!(body, "0;chunk-signature={empty}\r\n{}", self.end);
        body
    }

    fn verify(&self, body: &str) -> Verification {
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,\
             SignedHeaders={},Signature={}",
            self.signed_headers, self.seed
        );
        let headers = owned(&[
            ("host", "s3.amazonaws.com"),
            ("x-amz-date", "20130524T000000Z"),
            ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
            ("x-amz-content-sha256", self.content_sha256),
            ("content-encoding", "aws-chunked"),
            ("x-amz-decoded-content-length", "66560"),
            ("authorization", &authorization),
            self.own_header,
        ]);
        let received = ReceivedRequest {
            method: "PUT".into(),
            target: "/examplebucket/chunkObject.txt".into(),
            headers,
            body: body.into(),
        };
        let key = StoredKey {
            access_key_id: "AKIAIOSFODNN7EXAMPLE",
            secret_access_key: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            session_token: None,
        };
        verify(&received, &key, &Rules::of("s3", REGION), datetime!(2013-05-24 0:00 UTC))
    }

    #[track_caller]
    fn assert_refused(&self, body: &str, hint: &str) {
        assert_refused(&self.verify(body), MISMATCH, hint);
    }
}

#[test]
fn the_published_examples_are_accepted() {
    for example in [PLAIN, TRAILING] {
        assert_accepted(&example.verify(&example.body()));
    }
}

#[test]
fn the_signature_of_every_chunk_is_checked() {
    for example in [PLAIN, TRAILING] {
        let body = example.body();
        for at in [200, 65_536 + 200] {
            let mut changed = body.clone();
            changed.replace_range(at..=at, "b");
            example.assert_refused(&changed, "the signature of a chunk");
        }
    }
}

#[test]
fn a_body_must_consist_of_complete_chunks() {
    for example in [PLAIN, TRAILING] {
        let body = example.body();
        let after_the_first_chunk = body.match_indices("400;chunk").next().unwrap().0;
        for bad in [
            "garbage",
            "",
            &body[..after_the_first_chunk],
            &body[..body.len() - 2],
            &format!("{body}more"),
            &format!("+{body}"),
        ] {
            example.assert_refused(bad, "does not consist of signed chunks");
        }
    }
}

#[test]
fn the_signature_of_the_trailer_is_checked() {
    let body = TRAILING.body();
    let other = body.replace("sOO8/Q==", "AAAAAA==");
    TRAILING.assert_refused(&other, "of the trailer does not match");
    let more = body.replace("x-amz-checksum", "x-amz-other:1\r\nx-amz-checksum");
    TRAILING.assert_refused(&more, "of the trailer does not match");
    let none = body.replace(TRAILING.end, PLAIN.end);
    TRAILING.assert_refused(&none, "does not consist of signed chunks");
}
