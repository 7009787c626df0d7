//! AWS's documented example, step by step: the expected text of each step is the input of the next.

use contract::Credentials;
use raw::sigv4::{
    Buffers, CanonicalRequest, CredentialScope, Expires, KeyCache, Params, Rules, SignableRequest,
    SigningKey, StringToSign, Timestamp, TokenSigning, presign, sign,
};

const CANONICAL_REQUEST: &str = "GET
/
Action=ListUsers&Version=2010-05-08
content-type:application/x-www-form-urlencoded; charset=utf-8
host:iam.amazonaws.com
x-amz-date:20150830T123600Z

content-type;host;x-amz-date
e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

const STRING_TO_SIGN: &str = "AWS4-HMAC-SHA256
20150830T123600Z
20150830/us-east-1/iam/aws4_request
f536975d06c0309214f805bb90ccff089219ecd68b2577efef23edd43b7e1a59";

const SIGNATURE: &str = "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7";

const AUTHORIZATION: &str = "AWS4-HMAC-SHA256 \
     Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, \
     SignedHeaders=content-type;host;x-amz-date, \
     Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7";

fn time() -> Timestamp {
    "20150830T123600Z".parse().unwrap()
}

fn credentials() -> Credentials {
    Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
}

fn params<'a>(credentials: &'a Credentials, service: &'a str) -> Params<'a> {
    let rules = Rules::of(service);
    Params { credentials, region: "us-east-1", service, time: time(), rules }
}

fn list_users() -> SignableRequest<'static> {
    let url = "https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08";
    let headers = &[("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")];
    SignableRequest { headers, ..SignableRequest::new("GET", url).unwrap() }
}

#[test]
fn the_request_becomes_the_canonical_request() {
    let (credentials, mut buffers) = (credentials(), Buffers::default());
    let params = params(&credentials, "iam");
    let signed = sign(&list_users(), &params, &KeyCache::new(), &mut buffers).unwrap();
    assert_eq!(signed.canonical_request.as_str(), CANONICAL_REQUEST);
}

#[test]
fn the_canonical_request_becomes_the_string_to_sign() {
    let canonical_request = CanonicalRequest::from_text(CANONICAL_REQUEST);
    let (mut scope, mut text) = (Vec::new(), Vec::new());
    let scope = CredentialScope::new(&time(), "us-east-1", "iam", &mut scope).unwrap();
    let string_to_sign = StringToSign::new(&canonical_request, &time(), &scope, &mut text);
    assert_eq!(string_to_sign.as_str(), STRING_TO_SIGN);
}

#[test]
fn the_secret_and_the_scope_give_the_signing_key() {
    let mut scope = Vec::new();
    let scope = CredentialScope::new(&time(), "us-east-1", "iam", &mut scope).unwrap();
    let [.., (name, key)] = SigningKey::derivation(&credentials().secret_key, &scope);
    let hex = key.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
    assert_eq!(name, "SigningKey");
    assert_eq!(hex, "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9");
}

#[test]
fn the_key_and_the_string_to_sign_give_the_signature() {
    let mut scope = Vec::new();
    let scope = CredentialScope::new(&time(), "us-east-1", "iam", &mut scope).unwrap();
    let key = SigningKey::derive(&credentials().secret_key, &scope);
    assert_eq!(key.sign(&StringToSign::from_text(STRING_TO_SIGN)).as_str(), SIGNATURE);
}

#[test]
fn the_signature_ends_the_authorization_header() {
    let (credentials, mut buffers) = (credentials(), Buffers::default());
    let params = params(&credentials, "iam");
    let signed = sign(&list_users(), &params, &KeyCache::new(), &mut buffers).unwrap();
    assert_eq!(signed.signature.as_str(), SIGNATURE);
    assert_eq!(signed.authorization.as_str(), AUTHORIZATION);
    assert_eq!(
        signed.headers().collect::<Vec<_>>(),
        [("x-amz-date", "20150830T123600Z"), ("authorization", AUTHORIZATION)]
    );
}

#[test]
fn s3_is_sent_the_payload_hash_and_every_added_header_is_signed() {
    let credentials = credentials().with_session_token("token");
    let mut buffers = Buffers::default();
    let request = SignableRequest::new("GET", "https://s3.us-east-1.amazonaws.com/").unwrap();
    let params = params(&credentials, "s3");
    let signed = sign(&request, &params, &KeyCache::new(), &mut buffers).unwrap();
    let names: Vec<_> = signed.headers().map(|(name, _)| name).collect();
    assert_eq!(
        names,
        ["x-amz-content-sha256", "x-amz-date", "x-amz-security-token", "authorization"]
    );
    let signed_headers = "SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token,";
    assert!(signed.authorization.as_str().contains(signed_headers));
}

#[test]
fn a_token_added_after_signing_is_sent_and_not_signed() {
    let credentials = credentials().with_session_token("to/ken");
    let rules = Rules { session_token: TokenSigning::AddedAfterwards, ..Rules::GENERAL };
    let params = Params { rules, ..params(&credentials, "iam") };
    let (keys, mut buffers) = (KeyCache::new(), Buffers::default());
    let signed = sign(&list_users(), &params, &keys, &mut buffers).unwrap();
    assert_eq!(signed.signature.as_str(), SIGNATURE);
    assert!(signed.headers().any(|header| header == ("x-amz-security-token", "to/ken")));
    let presigned = presign(&list_users(), &params, Expires::MAX, &keys, &mut buffers).unwrap();
    assert!(!presigned.canonical_request.as_str().contains("Token"));
    assert!(
        presigned.url.as_str().contains("&X-Amz-Security-Token=to%2Fken"),
        "{}",
        presigned.url.as_str()
    );
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html>
#[test]
fn the_s3_documentation_presigns_the_same_url() {
    let credentials =
        Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    let params = Params {
        time: "20130524T000000Z".parse().unwrap(),
        rules: Rules::of_presigned("s3"),
        ..params(&credentials, "s3")
    };
    let request =
        SignableRequest::new("GET", "https://examplebucket.s3.amazonaws.com/test.txt").unwrap();
    let (keys, mut buffers) = (KeyCache::new(), Buffers::default());
    let expires = Expires::seconds(86400).unwrap();
    let presigned = presign(&request, &params, expires, &keys, &mut buffers).unwrap();
    assert_eq!(
        presigned.url.as_str(),
        "https://examplebucket.s3.amazonaws.com/test.txt\
         ?X-Amz-Algorithm=AWS4-HMAC-SHA256\
         &X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request\
         &X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host\
         &X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
    );
}
