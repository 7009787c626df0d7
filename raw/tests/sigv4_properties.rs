//! Random requests, signed by this crate and by `aws-sigv4`: both must make the same signature and add the
//! same headers or parameters. The tests named `disagrees_…` show where the two differ, and which is right
//! according to AWS's documentation.

use aws_credential_types::Credentials as SdkCredentials;
use aws_sigv4::http_request::{
    self as sdk, PayloadChecksumKind, PercentEncodingMode, SessionTokenMode, SignableBody,
    SignatureLocation, SigningSettings, UriPathNormalizationMode,
};
use contract::Credentials;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestRunner};
use raw::encode;
use raw::sigv4::{
    Buffers, ContentSha256, Expires, KeyCache, Params, PathEncoding, PathNormalization, Payload,
    Rules, SignableRequest, Timestamp, TokenSigning, UNSIGNED_HEADERS, presign, sign,
};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

#[test]
fn agrees_with_aws_sigv4() {
    run(5_000, &case(url()));
}

#[test]
#[ignore = "a million cases take minutes; every test run has 5,000"]
fn agrees_with_aws_sigv4_a_million_times() {
    run(1_000_000, &case(url()));
}

/// A bare `+` in a query is the one character on which signers differ: `aws-sigv4` and Envoy sign a space,
/// as in a form; AWS's C runtime and botocore sign a literal plus. raw signs a space, because AWS's
/// services read the query like that before they check it. `%2B` is a plus for all of them.
#[test]
fn agrees_with_aws_sigv4_that_a_bare_plus_is_a_space() {
    let query = "[a-z+]{1,6}=[a-z+]{1,6}".prop_map(|query| format!("https://h.example/?{query}"));
    run(500, &case(query));
}

/// AWS: "`UriEncode()` must URI encode every byte except the unreserved characters". `aws-sigv4` replaces
/// bytes that are not UTF-8 with U+FFFD, so it signs a value other than the one sent.
#[test]
fn disagrees_on_escapes_that_are_not_utf8_where_ours_is_right() {
    let case = Case { url: "https://h.example/?a=%FF".into(), ..plain() };
    let (ours, canonical_request) = case.outcome();
    assert!(canonical_request.contains("\na=%FF\n"));
    assert_ne!(ours, case.sign_with_sdk());
}

/// AWS trims "white space" around a value, and HTTP removes tabs there before the service sees them
/// (RFC 9110, 5.5). `aws-sigv4` trims spaces only.
#[test]
fn disagrees_on_tabs_around_a_value_where_ours_is_right() {
    let case = Case { headers: vec![("a".into(), "\tv\t".into())], ..plain() };
    let (ours, canonical_request) = case.outcome();
    assert!(canonical_request.contains("\na:v\n"));
    assert_ne!(ours, case.sign_with_sdk());
}

/// S3, botocore, the SDK for Java and the C runtime treat any white space as a space (a user reported it in
/// aws/aws-sdk-net#1222). `aws-sigv4` keeps the tab, and S3 refuses its signature.
#[test]
fn disagrees_on_tabs_inside_a_value_where_ours_is_right() {
    let case = Case { headers: vec![("a".into(), "my\tvalue".into())], ..plain() };
    let (ours, canonical_request) = case.outcome();
    assert!(canonical_request.contains("\na:my value\n"));
    assert_ne!(ours, case.sign_with_sdk());
}

/// S3 decodes the path and encodes it again before it checks a signature. `aws-sigv4` signs the path as it
/// is, so S3 refuses its signature of a path that is not well encoded. curl had the same bug
/// (curl/curl#13754).
#[test]
fn disagrees_on_s3_paths_that_are_not_well_encoded_where_ours_is_right() {
    for path in
        ["asset_id=7", "v0/2:abc", "a(1).pdf", "Children's", "a%2bb", "%7Ea", "a+b", "a,b!*$&@c"]
    {
        let url = format!("https://h.example/{path}");
        let case = Case { url, rules: Rules::S3, ..plain() };
        let (ours, _) = case.outcome();
        let theirs = case.sign_with_sdk();
        assert!(ours.is_ok() && theirs.is_ok(), "{path}");
        assert_ne!(ours, theirs, "{path}");
    }
}

/// A payload hash given as a header goes into the last line on both sides, if `aws-sigv4` is given it as
/// the body too.
#[test]
fn agrees_with_aws_sigv4_on_a_given_payload_hash() {
    for rules in [Rules::S3, Rules::GENERAL] {
        for expires in [None, Some(60)] {
            let headers = vec![("x-amz-content-sha256".to_owned(), "UNSIGNED-PAYLOAD".to_owned())];
            let case = Case { headers, rules, expires, body: b"hello".to_vec(), ..plain() };
            let (ours, canonical_request) = case.outcome();
            let signature = |outcome: Outcome| outcome.unwrap().0;
            assert_eq!(signature(ours), signature(case.sign_with_sdk()), "{canonical_request}");
        }
    }
}

/// `aws-sigv4` does not sign these two headers in presigned URLs, because the URL's user may not send them.
/// AWS documents no exception for them and checks whatever `SignedHeaders` lists, so both are right.
#[test]
fn disagrees_on_two_headers_of_presigned_urls_where_both_are_right() {
    for name in ["x-amz-user-agent", "x-amz-checksum-mode"] {
        let headers = vec![(name.to_owned(), "v".to_owned())];
        let case = Case { headers, expires: Some(60), ..plain() };
        let (ours, canonical_request) = case.outcome();
        assert!(canonical_request.contains(&format!("\nhost;{name}\n")));
        assert_ne!(ours, case.sign_with_sdk());
    }
}

/// raw signs a given date, because it will be sent. `aws-sigv4` signs its own time instead and expects the
/// caller to replace the header, so both are right.
#[test]
fn disagrees_on_a_given_date_where_both_are_right() {
    let headers = vec![("X-Amz-Date".to_owned(), "20150830T123600Z".to_owned())];
    let case = Case { headers, ..plain() };
    let (ours, canonical_request) = case.outcome();
    assert!(canonical_request.contains("\nx-amz-date:20150830T123600Z\n"));
    assert_ne!(ours, case.sign_with_sdk());
}

/// One request, and how to sign it.
#[derive(Debug, Clone)]
struct Case {
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    access_key_id: String,
    secret: String,
    token: Option<String>,
    region: String,
    service: String,
    time: SystemTime,
    rules: Rules,
    expires: Option<u64>,
}

fn run(cases: u32, strategy: &impl Strategy<Value = Case>) {
    // All cases share a cache and buffers, so that the test finds what one case spoils for the next.
    let keys = KeyCache::new();
    let buffers = std::cell::RefCell::new(Buffers::default());
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let agree = |case: Case| {
        let theirs = case.sign_with_sdk();
        let ours = case.sign_with_raw(&keys, &mut buffers.borrow_mut());
        prop_assert!(theirs.is_ok(), "{theirs:?}");
        prop_assert_eq!(&ours.0, &theirs, "{}", ours.1);
        Ok(())
    };
    if let Err(error) = TestRunner::new(config).run(strategy, agree) {
        panic!("{error}");
    }
}

/// The signature, and the headers or parameters to add, sorted.
type Outcome = Result<(String, Vec<(String, String)>), String>;

/// A request on which both agree, to be changed into one on which they do not.
fn plain() -> Case {
    let case = Case {
        method: "GET".into(),
        url: "https://h.example/".into(),
        headers: vec![],
        body: vec![],
        access_key_id: "AKIDEXAMPLE".into(),
        secret: "secret".into(),
        token: None,
        region: "us-east-1".into(),
        service: "service".into(),
        time: UNIX_EPOCH,
        rules: Rules::GENERAL,
        expires: None,
    };
    assert_eq!(case.outcome().0, case.sign_with_sdk());
    case
}

impl Case {
    fn outcome(&self) -> (Outcome, String) {
        self.sign_with_raw(&KeyCache::new(), &mut Buffers::default())
    }

    /// The outcome, and the canonical request for the message of a failed assertion.
    fn sign_with_raw(&self, keys: &KeyCache, buffers: &mut Buffers) -> (Outcome, String) {
        let mut credentials = Credentials::new(&*self.access_key_id, &*self.secret);
        if let Some(token) = &self.token {
            credentials = credentials.with_session_token(&**token);
        }
        let params = Params {
            credentials: &credentials,
            region: &self.region,
            service: &self.service,
            time: Timestamp::new(self.time).unwrap(),
            rules: self.rules,
        };
        let headers: Vec<_> =
            self.headers.iter().map(|(name, value)| (&**name, &**value)).collect();
        let request = SignableRequest {
            headers: &headers,
            body: &self.body,
            ..SignableRequest::new(&self.method, &self.url).unwrap()
        };
        let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        let outcome = if let Some(seconds) = self.expires {
            let expires = Expires::seconds(seconds).unwrap();
            presign(&request, &params, expires, keys, buffers).map(|presigned| {
                let (_, query) = presigned.url.as_str().split_once('?').unwrap();
                let parameters = query.split('&').map(|pair| pair.split_once('=').unwrap());
                let added = parameters.filter(|(name, _)| name.starts_with("X-Amz-")).map(owned);
                let signature = presigned.signature.as_str().to_owned();
                (signature, added.collect(), presigned.canonical_request.as_str().to_owned())
            })
        } else {
            sign(&request, &params, keys, buffers).map(|signed| {
                let signature = signed.signature.as_str().to_owned();
                let added = signed.headers().map(|(name, value)| owned((name, value))).collect();
                (signature, added, signed.canonical_request.as_str().to_owned())
            })
        };
        match outcome {
            Ok((signature, added, canonical_request)) => {
                (Ok((signature, sorted(added))), canonical_request)
            }
            Err(error) => (Err(error.to_string()), String::new()),
        }
    }

    fn sign_with_sdk(&self) -> Outcome {
        let identity = SdkCredentials::new(
            &self.access_key_id,
            &self.secret,
            self.token.clone(),
            None,
            "test",
        )
        .into();
        let params = aws_sigv4::sign::v4::SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name(&self.service)
            .time(self.time)
            .settings(self.sdk_settings())
            .build()
            .unwrap()
            .into();
        let headers = self.headers.iter().map(|(name, value)| (&**name, &**value));
        let given = self.headers.iter().find(|(name, _)| name == "x-amz-content-sha256");
        let body = match self.rules.payload {
            _ if let Some((_, value)) = given => SignableBody::Precomputed(value.clone()),
            Payload::Signed => SignableBody::Bytes(&self.body),
            Payload::Unsigned => SignableBody::UnsignedPayload,
        };
        let request = sdk::SignableRequest::new(&self.method, &self.url, headers, body)
            .map_err(|error| error.to_string())?;
        let (instructions, signature) =
            sdk::sign(request, &params).map_err(|error| error.to_string())?.into_parts();
        let (headers, parameters) = instructions.into_parts();
        let headers =
            headers.iter().map(|header| (header.name().to_owned(), header.value().to_owned()));
        let parameters =
            parameters.iter().map(|(name, value)| ((*name).to_owned(), encode::query(value)));
        Ok((signature, sorted(headers.chain(parameters).collect())))
    }

    fn sdk_settings(&self) -> SigningSettings {
        let mut settings = SigningSettings::default();
        settings.percent_encoding_mode = match self.rules.encode_path {
            PathEncoding::Once => PercentEncodingMode::Single,
            PathEncoding::Twice => PercentEncodingMode::Double,
        };
        settings.uri_path_normalization_mode = match self.rules.path {
            PathNormalization::Normalized => UriPathNormalizationMode::Enabled,
            PathNormalization::AsIs => UriPathNormalizationMode::Disabled,
        };
        settings.payload_checksum_kind = match self.rules.content_sha256 {
            ContentSha256::Sent => PayloadChecksumKind::XAmzSha256,
            ContentSha256::Absent => PayloadChecksumKind::NoHeader,
        };
        settings.session_token_mode = match self.rules.session_token {
            TokenSigning::Signed => SessionTokenMode::Include,
            TokenSigning::AddedAfterwards => SessionTokenMode::Exclude,
        };
        if let Some(seconds) = self.expires {
            settings.signature_location = SignatureLocation::QueryParams;
            settings.expires_in = Some(Duration::from_secs(seconds));
        }
        // `aws-sigv4` signs some hop-by-hop headers unless they are excluded.
        settings.excluded_headers = Some(UNSIGNED_HEADERS.map(Into::into).into());
        settings
    }
}

fn sorted(mut pairs: Vec<(String, String)>) -> Vec<(String, String)> {
    pairs.sort();
    pairs
}

fn case(url: impl Strategy<Value = String>) -> impl Strategy<Value = Case> {
    let method = select(vec!["GET", "PUT", "POST", "DELETE", "HEAD", "PATCH", "OPTIONS", "PURGE"]);
    let keys = ("[A-Z0-9]{16,20}", "[A-Za-z0-9/+]{1,80}", option::of("[A-Za-z0-9/+=]{1,600}"));
    let services = select(vec!["s3", "ec2", "execute-api", "iam", "lambda", "service"]);
    let regions = select(vec!["us-east-1", "eu-central-1", "cn-north-1", "us-gov-west-1"]);
    let time = (0..253_402_300_800_u64).prop_map(|at| UNIX_EPOCH + Duration::from_secs(at));
    let expires = option::of(1..=604_800_u64);
    let body = vec(any::<u8>(), 0..200);
    let request = (method, url, vec(header(), 0..6), body);
    (request, keys, services, regions, time, rules(), expires).prop_map(
        |((method, url, headers, body), keys, service, region, time, rules, expires)| Case {
            method: method.to_owned(),
            url: if rules.encode_path == PathEncoding::Once { well_encoded(&url) } else { url },
            headers: with_one_of_each(headers),
            body,
            access_key_id: keys.0,
            secret: keys.1,
            token: keys.2,
            region: region.to_owned(),
            service: service.to_owned(),
            time,
            rules,
            expires,
        },
    )
}

/// `url` with its path encoded as S3 clients encode it. Only then do signers agree.
fn well_encoded(url: &str) -> String {
    let start = url.find("://").unwrap() + 3;
    let start = start + url[start..].find('/').unwrap_or(url.len() - start);
    let (origin, target) = url.split_at(start);
    let (path, query) = target.split_at(target.find('?').unwrap_or(target.len()));
    format!("{origin}{}{query}", encode::path(path))
}

/// Removes a second host and a second token, which raw refuses.
fn with_one_of_each(mut headers: Vec<(String, String)>) -> Vec<(String, String)> {
    let mut seen = Vec::new();
    headers.retain(|(name, _)| {
        let name = name.to_ascii_lowercase();
        let is_second = ["host", "x-amz-security-token"].contains(&&*name) && seen.contains(&name);
        seen.push(name);
        !is_second
    });
    headers
}

fn rules() -> impl Strategy<Value = Rules> {
    (
        select(vec![PathNormalization::Normalized, PathNormalization::AsIs]),
        select(vec![PathEncoding::Once, PathEncoding::Twice]),
        select(vec![Payload::Signed, Payload::Unsigned]),
        select(vec![ContentSha256::Sent, ContentSha256::Absent]),
        select(vec![TokenSigning::Signed, TokenSigning::Signed, TokenSigning::AddedAfterwards]),
    )
        .prop_map(|(path, encode_path, payload, content_sha256, session_token)| Rules {
            path,
            encode_path,
            payload,
            content_sha256,
            session_token,
        })
}

fn url() -> impl Strategy<Value = String> {
    let origin = select(vec![
        "https://bucket.s3.us-east-1.amazonaws.com",
        "https://h.example:443",
        "https://h.example:8443",
        "http://h.example:80",
        "http://127.0.0.1:9000",
    ]);
    // Only escapes of valid UTF-8, because `aws-sigv4` replaces others, and so no digits after a bare `%`.
    let piece = "[A-Za-z0-9._~!$'(),;:@*/?-]{1,4}|%[2-7][0-9A-Fa-f]|%[cC]3%[89AB][0-9A-F]|%[g-z]";
    let segment = prop_oneof![
        Just(String::new()),
        select(vec![".", "..", "...", "%2E", "%20"]).prop_map(String::from),
        vec("[A-Za-z0-9._~!$&'()*+,;=:@|-]{1,4}|%[0-9A-Fa-f]{2}|%", 1..4)
            .prop_map(|pieces| pieces.concat()),
    ];
    let path = vec(segment, 0..6).prop_map(|segments| {
        segments.into_iter().fold(String::new(), |path, segment| path + "/" + &segment)
    });
    let text = (vec(piece, 0..4), select(vec!["", "", "", "%"]))
        .prop_map(|(pieces, end)| pieces.concat() + end);
    let name = prop_oneof![
        text.clone(),
        select(vec!["a", "A", "a-b", "list-type"]).prop_map(String::from)
    ];
    let parameter = prop_oneof![
        4 => (name.clone(), text.clone()).prop_map(|(name, value)| name + "=" + &value),
        1 => name,
        1 => Just(String::new()),
        1 => text.prop_map(|value| String::from("a=b=") + &value),
    ];
    let query = option::of(vec(parameter, 0..7).prop_map(|parameters| parameters.join("&")));
    (origin, path, query).prop_map(|(origin, path, query)| {
        let query = query.map(|query| String::from("?") + &query).unwrap_or_default();
        format!("{origin}{path}{query}")
    })
}

fn header() -> impl Strategy<Value = (String, String)> {
    let known = select(vec![
        "Host",
        "Content-Type",
        "content-length",
        "X-Amz-Meta-A",
        "x-amz-meta-a",
        "X-Amz-Meta-a-b",
        "X-Amz-Target",
        "Range",
        "User-Agent",
        "Authorization",
        "Expect",
        "Connection",
        "Transfer-Encoding",
        "X-Amzn-Trace-Id",
        "TE",
        "Keep-Alive",
        "Upgrade",
        "Proxy-Authorization",
        "X-Amz-Security-Token",
    ])
    .prop_map(String::from);
    let name = prop_oneof![known, "[A-Za-z0-9!#$%&'*+.^_`|~-]{1,12}"];
    let value = "[ ]{0,2}([!-~é☂]{1,4}[ ]{0,3}){0,4}";
    (name, value)
}
