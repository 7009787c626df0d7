//! Requests that are refused, given headers that override, and what one signature leaves for the next.

use contract::{Credentials, SecretKey};
use raw::sigv4::{
    Buffers, ContentSha256, CredentialScope, Error, Expires, KeyCache, Params, Payload, Rules,
    SignableRequest, SigningKey, StringToSign, Timestamp, TokenSigning, presign, sign,
};

const URL: &str = "https://h.example/";

fn params(credentials: &Credentials) -> Params<'_> {
    Params {
        credentials,
        region: "us-east-1",
        service: "iam",
        time: "20150830T123600Z".parse().unwrap(),
        rules: Rules::GENERAL,
    }
}

fn credentials() -> Credentials {
    Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
}

fn request() -> SignableRequest<'static> {
    SignableRequest::new("GET", URL).unwrap()
}

fn canonical_request(request: &SignableRequest<'_>) -> String {
    let (credentials, mut buffers) = (credentials(), Buffers::default());
    let signed = sign(request, &params(&credentials), &KeyCache::new(), &mut buffers).unwrap();
    signed.canonical_request.as_str().to_owned()
}

fn refusal(request: &SignableRequest<'_>, params: &Params<'_>) -> Error {
    sign(request, params, &KeyCache::new(), &mut Buffers::default()).unwrap_err()
}

#[test]
fn a_header_on_two_lines_is_refused_without_showing_its_value() {
    let credentials = credentials();
    for value in ["hush\nX-Evil: 1", "hush\r", "hush\0"] {
        let request = SignableRequest { headers: &[("A", value)], ..request() };
        let message = refusal(&request, &params(&credentials)).to_string();
        assert!(message.contains("header A") && message.contains("one line"), "{message}");
        assert!(!message.contains("hush"), "{message}");
    }
}

#[test]
fn impossible_header_names_methods_and_paths_are_refused() {
    let credentials = credentials();
    for name in ["", "a b", "a:b", "é", "a\nb"] {
        let request = SignableRequest { headers: &[(name, "v")], ..request() };
        assert!(matches!(refusal(&request, &params(&credentials)), Error::HeaderName { .. }));
    }
    for method in ["", "GET /", "G\n"] {
        let request = SignableRequest { method, ..request() };
        assert!(matches!(refusal(&request, &params(&credentials)), Error::Method { .. }));
    }
    let request = SignableRequest { path: "key", ..request() };
    assert!(matches!(refusal(&request, &params(&credentials)), Error::RelativePath { .. }));
}

#[test]
fn impossible_regions_and_services_are_refused() {
    let credentials = credentials();
    for region in ["", "us east", "us/east", "us-east-1\n"] {
        let params = Params { region, ..params(&credentials) };
        assert!(matches!(refusal(&request(), &params), Error::Region { .. }), "{region:?}");
    }
    for service in ["", "s3/", "é"] {
        let params = Params { service, ..params(&credentials) };
        assert!(matches!(refusal(&request(), &params), Error::Service { .. }), "{service:?}");
    }
}

#[test]
fn an_empty_access_key_id_is_refused() {
    let nobody = Credentials::new("", "secret").with_session_token("token");
    let error = refusal(&request(), &params(&nobody));
    assert_eq!(error, Error::NoAccessKeyId);
    assert!(error.to_string().contains("access key id is empty"), "{error}");

    let (keys, mut buffers) = (KeyCache::new(), Buffers::default());
    let params = params(&nobody);
    let error = presign(&request(), &params, Expires::MAX, &keys, &mut buffers).unwrap_err();
    assert_eq!(error, Error::NoAccessKeyId);
}

#[test]
fn swapped_credentials_are_refused_without_showing_the_secret() {
    let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    let swapped = Credentials::new(secret, "AKIAIOSFODNN7EXAMPLE");
    let error = refusal(&request(), &params(&swapped));
    assert_eq!(error, Error::SwappedCredentials);
    assert!(!format!("{error} {error:?}").contains("wJalr"), "{error}");
}

#[test]
fn refused_credentials_are_refused_again() {
    let (keys, mut buffers) = (KeyCache::new(), Buffers::default());
    let spoiled = [
        Credentials::new("AKID EXAMPLE", "secret"),
        Credentials::new("AKIDEXAMPLE", "secret").with_session_token("token\n"),
    ];
    for credentials in &spoiled {
        for _ in 0..2 {
            let error = sign(&request(), &params(credentials), &keys, &mut buffers).unwrap_err();
            assert!(matches!(error, Error::Credentials { .. }), "{error}");
        }
    }
    let region = Params { region: "us east", ..params(&spoiled[0]) };
    assert!(sign(&request(), &region, &keys, &mut buffers).is_err());
    assert!(sign(&request(), &params(&credentials()), &keys, &mut buffers).is_ok());
}

#[test]
fn a_presigned_url_is_valid_for_a_second_to_a_week() {
    assert!(Expires::seconds(1).is_ok());
    assert_eq!(Expires::seconds(7 * 24 * 3600).unwrap(), Expires::MAX);
    let message = Expires::seconds(604_801).unwrap_err().to_string();
    assert!(message.contains("604801") && message.contains("7 days"), "{message}");
    assert!(Expires::seconds(0).is_err());
}

#[test]
fn a_presigned_query_is_not_presigned_again() {
    let credentials = credentials();
    for query in ["X-Amz-Signature=a", "a=b&X-Amz-Date=20150830T123600Z"] {
        let request = SignableRequest { query, ..request() };
        let params = params(&credentials);
        let (keys, mut buffers) = (KeyCache::new(), Buffers::default());
        let error = presign(&request, &params, Expires::MAX, &keys, &mut buffers).unwrap_err();
        assert!(matches!(error, Error::AlreadyPresigned { .. }), "{error}");
    }
}

#[test]
fn a_given_host_and_a_given_date_override_the_parameters() {
    let credentials = credentials();
    let headers = &[("HOST", "other.example"), ("X-Amz-Date", "20160101T000000Z")];
    let request = SignableRequest { headers, ..request() };
    let (keys, mut buffers) = (KeyCache::new(), Buffers::default());
    let signed = sign(&request, &params(&credentials), &keys, &mut buffers).unwrap();
    let canonical_request = signed.canonical_request.as_str();
    assert!(canonical_request.contains("\nhost:other.example\nx-amz-date:20160101T000000Z\n"));
    assert!(signed.string_to_sign.as_str().contains("\n20160101/us-east-1/iam/aws4_request\n"));
    assert_eq!(signed.headers().map(|(name, _)| name).collect::<Vec<_>>(), ["authorization"]);

    let headers = &[("X-Amz-Date", "yesterday")];
    let request = SignableRequest { headers, ..request };
    assert!(matches!(refusal(&request, &params(&credentials)), Error::TimeFormat { .. }));
}

#[test]
fn headers_that_may_change_on_the_way_are_not_signed() {
    let names = "Authorization User-Agent Expect Connection Keep-Alive TE Trailer Transfer-Encoding \
                 Upgrade Proxy-Authenticate Proxy-Authorization X-Amzn-Trace-Id Accept";
    let headers: Vec<_> = names.split(' ').map(|name| (name, "a")).collect();
    let text = canonical_request(&SignableRequest { headers: &headers, ..request() });
    assert!(text.contains("\n\naccept;host;x-amz-date\n"), "{text}");
}

#[test]
fn white_space_is_trimmed_around_a_value_and_collapsed_inside() {
    for value in ["my value", "my\tvalue", "my \t\t  value", "\tmy  value\t ", " my\tvalue"] {
        let text = canonical_request(&SignableRequest { headers: &[("A", value)], ..request() });
        assert!(text.contains("\na:my value\n"), "{value:?}");
    }
    let text = canonical_request(&SignableRequest { headers: &[("A", " \t ")], ..request() });
    assert!(text.contains("\na:\n"), "{text}");
}

#[test]
fn a_given_payload_hash_is_signed_as_given() {
    let credentials = credentials();
    let headers = &[("X-Amz-Content-Sha256", " UNSIGNED-PAYLOAD")];
    let request =
        SignableRequest { headers, body: b"hello", ..SignableRequest::new("PUT", URL).unwrap() };
    let (keys, mut buffers) = (KeyCache::new(), Buffers::default());
    for rules in [Rules::S3, Rules::GENERAL] {
        let params = Params { rules, ..params(&credentials) };
        let signed = sign(&request, &params, &keys, &mut buffers).unwrap();
        let canonical_request = signed.canonical_request.as_str();
        assert!(canonical_request.contains("\nx-amz-content-sha256:UNSIGNED-PAYLOAD\n"));
        assert!(canonical_request.ends_with("\nUNSIGNED-PAYLOAD"), "{canonical_request}");
        // The one that was given is sent.
        assert!(signed.headers().all(|(name, _)| name != "x-amz-content-sha256"));

        let presigned = presign(&request, &params, Expires::MAX, &keys, &mut buffers).unwrap();
        assert!(presigned.canonical_request.as_str().ends_with("\nUNSIGNED-PAYLOAD"));
    }
    for value in ["", "two words", "é"] {
        let headers = &[("x-amz-content-sha256", value)];
        let request = SignableRequest { headers, ..request };
        let error = refusal(&request, &params(&credentials));
        assert!(matches!(error, Error::ContentSha256 { .. }), "{error}");
    }
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html>
#[test]
fn the_documented_chunked_upload_gets_its_seed_signature() {
    let credentials =
        Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    let headers = &[
        ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
        ("Content-Encoding", "aws-chunked"),
        ("x-amz-decoded-content-length", "66560"),
        ("Content-Length", "66824"),
        ("x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"),
    ];
    let url = "https://s3.amazonaws.com/examplebucket/chunkObject.txt";
    let request = SignableRequest { headers, ..SignableRequest::new("PUT", url).unwrap() };
    let time = "20130524T000000Z".parse().unwrap();
    let params = Params { service: "s3", time, rules: Rules::S3, ..params(&credentials) };
    let mut buffers = Buffers::default();
    let signed = sign(&request, &params, &KeyCache::new(), &mut buffers).unwrap();
    let documented = "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9";
    assert_eq!(signed.signature.as_str(), documented);
}

#[test]
fn a_single_valued_header_may_not_be_given_twice() {
    let credentials = credentials();
    for (name, value) in [
        ("Host", "h.example"),
        ("X-Amz-Date", "20150830T123600Z"),
        ("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD"),
        ("X-Amz-Security-Token", "token"),
    ] {
        let headers = &[(name, value), (&*name.to_lowercase(), value)];
        let request = SignableRequest { headers, ..request() };
        let error = refusal(&request, &params(&credentials));
        assert!(matches!(error, Error::RepeatedHeader { .. }), "{error}");
    }
}

#[test]
fn an_empty_session_token_counts_as_no_token() {
    let (keys, mut buffers) = (KeyCache::new(), Buffers::default());
    let without = credentials();
    let empty = credentials().with_session_token("");
    let signature = |credentials| {
        sign(&request(), &params(credentials), &keys, &mut Buffers::default()).unwrap().signature
    };
    assert_eq!(signature(&empty), signature(&without));
    let params = params(&empty);
    let presigned = presign(&request(), &params, Expires::MAX, &keys, &mut buffers).unwrap();
    assert!(!presigned.url.as_str().contains("Token"), "{}", presigned.url.as_str());
}

#[test]
fn services_with_their_own_rules_get_them() {
    for service in ["s3", "s3express", "s3-object-lambda", "s3-outposts"] {
        assert_eq!(Rules::of(service), Rules::S3, "{service}");
        assert_eq!(Rules::of_presigned(service), Rules::S3_PRESIGNED, "{service}");
    }
    assert_eq!(Rules::of("aoss").content_sha256, ContentSha256::Sent);
    assert_eq!(Rules::of("aoss").payload, Payload::Signed);
    assert_eq!(Rules::of("vpc-lattice-svcs").payload, Payload::Unsigned);
    let iot = Rules::of_presigned("iotdevicegateway");
    assert_eq!(iot.session_token, TokenSigning::AddedAfterwards);
    assert_eq!(Rules::of("es"), Rules::GENERAL);
}

#[test]
fn a_rotated_secret_gets_a_new_signing_key() {
    let (keys, mut text) = (KeyCache::new(), Vec::new());
    let time: Timestamp = "20150830T123600Z".parse().unwrap();
    let scope = CredentialScope::new(&time, "us-east-1", "iam", &mut text).unwrap();
    let string_to_sign = StringToSign::from_text("anything");
    for secret in ["old", "new", "old"].map(SecretKey::new) {
        let fresh = SigningKey::derive(&secret, &scope).sign(&string_to_sign);
        assert_eq!(keys.signing_key(&secret, &scope).sign(&string_to_sign), fresh);
    }
}

#[test]
fn the_key_cache_serves_threads_at_once_and_more_scopes_than_it_holds() {
    let keys = KeyCache::new();
    let secret = SecretKey::new("secret");
    let time: Timestamp = "20150830T123600Z".parse().unwrap();
    let string_to_sign = StringToSign::from_text("anything");
    std::thread::scope(|threads| {
        for _ in 0..4 {
            threads.spawn(|| {
                for region in 0..2 * KeyCache::CAPACITY {
                    let (region, mut text) = (format!("region-{region}"), Vec::new());
                    let scope = CredentialScope::new(&time, &region, "s3", &mut text).unwrap();
                    let fresh = SigningKey::derive(&secret, &scope).sign(&string_to_sign);
                    assert_eq!(keys.signing_key(&secret, &scope).sign(&string_to_sign), fresh);
                }
            });
        }
    });
}

#[test]
fn debug_shows_no_secret() {
    let credentials = credentials().with_session_token("quiet");
    let (keys, mut buffers) = (KeyCache::new(), Buffers::default());
    let headers = &[("X-Secret", "hush")];
    let request = SignableRequest { headers, body: b"hush", ..request() };
    let params = params(&credentials);
    let inputs = format!("{request:?} {params:?}");
    let signed = format!("{:?}", sign(&request, &params, &keys, &mut buffers).unwrap());
    let presigned = presign(&request, &params, Expires::MAX, &keys, &mut buffers).unwrap();
    let presigned = format!("{presigned:?} {:?}", presigned.canonical_request);
    let shown = [inputs, signed, presigned, format!("{keys:?}")].concat();
    for secret in ["hush", "quiet", "wJalrXUtnFEMI"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}
