//! What a signature does not cover must not change what is done: requests whose signature is right
//! as far as it goes, and which `verify` has to judge as the services do.

use std::fmt::Write as _;

use sandbox::verify::{Decision, ReceivedRequest, Rules, StoredKey, Verification, verify};
use time::macros::datetime;

use crate::support::{encode, signature};

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const KEY_ID: &str = "AKIDEXAMPLE";
const STAMP: &str = "20150830T123600Z";
const HOST: &str = "example.amazonaws.com";
const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const S3_LIKE: [&str; 4] = ["s3", "s3express", "s3-object-lambda", "s3-outposts"];

/// A request, and the canonical request that its signature is made of, part by part.
#[derive(Clone)]
struct Signed {
    service: &'static str,
    key_id: &'static str,
    token: Option<&'static str>,
    method: &'static str,
    path: String,
    query: String,
    canonical_path: String,
    canonical_query: String,
    headers: Vec<(String, String)>,
    /// As they stand in the canonical request.
    canonical_headers: Vec<(String, String)>,
    body: Vec<u8>,
    payload: String,
}

impl Signed {
    /// `GET /`, signed for a service, with host and date, and for S3 with the hash of the body.
    fn of(service: &'static str) -> Self {
        let mut headers = owned(&[("host", HOST), ("x-amz-date", STAMP)]);
        if S3_LIKE.contains(&service) {
            headers.insert(1, ("x-amz-content-sha256".into(), EMPTY.into()));
        }
        Signed {
            service,
            key_id: KEY_ID,
            token: None,
            method: "GET",
            path: "/".into(),
            query: String::new(),
            canonical_path: "/".into(),
            canonical_query: String::new(),
            canonical_headers: headers.clone(),
            headers,
            body: Vec::new(),
            payload: EMPTY.into(),
        }
    }

    fn with(mut self, change: impl FnOnce(&mut Signed)) -> Self {
        change(&mut self);
        self
    }

    /// Sends a header that is not signed.
    fn sending(self, name: &str, value: &str) -> Self {
        self.with(|it| it.headers.push((name.into(), value.into())))
    }

    fn scope(&self) -> String {
        format!("{}/us-east-1/{}/aws4_request", &STAMP[..8], self.service)
    }

    fn signed_headers(&self) -> String {
        let names: Vec<_> = self.canonical_headers.iter().map(|(name, _)| name.as_str()).collect();
        names.join(";")
    }

    fn signature(&self, canonical_query: &str) -> String {
        let mut lines = String::new();
        for (name, value) in &self.canonical_headers {
            let _ = writeln!(lines, "{name}:{value}");
        }
        let canonical = format!(
            "{}\n{}\n{canonical_query}\n{lines}\n{}\n{}",
            self.method,
            self.canonical_path,
            self.signed_headers(),
            self.payload
        );
        signature(SECRET, STAMP, "us-east-1", self.service, &canonical)
    }

    fn authorization(&self) -> String {
        format!(
            "AWS4-HMAC-SHA256 Credential={}/{}, SignedHeaders={}, Signature={}",
            self.key_id,
            self.scope(),
            self.signed_headers(),
            self.signature(&self.canonical_query)
        )
    }

    fn received(&self, query: &str) -> ReceivedRequest {
        let mark = if query.is_empty() { "" } else { "?" };
        ReceivedRequest {
            method: self.method.into(),
            target: format!("{}{mark}{query}", self.path),
            headers: self.headers.clone(),
            body: self.body.clone(),
        }
    }

    fn in_header(&self) -> ReceivedRequest {
        let mut received = self.received(&self.query);
        received.headers.push(("authorization".into(), self.authorization()));
        received
    }

    /// Presigned, host alone signed, with these further parameters as they are written.
    fn in_query(&self, expires: &str, more: &str) -> ReceivedRequest {
        let mut it = self.clone();
        it.headers.retain(|(name, _)| !["x-amz-date", "x-amz-content-sha256"].contains(&&**name));
        it.canonical_headers = owned(&[("host", HOST)]);
        if S3_LIKE.contains(&it.service) {
            it.payload = "UNSIGNED-PAYLOAD".into();
        }
        let credential = encode(&format!("{}/{}", it.key_id, it.scope()));
        let query = format!(
            "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={credential}&X-Amz-Date={STAMP}\
             &X-Amz-Expires={}&X-Amz-SignedHeaders=host{more}",
            encode(expires)
        );
        let mut pairs: Vec<_> = query.split('&').collect();
        pairs.sort_unstable();
        let signature = it.signature(&pairs.join("&"));
        it.received(&format!("{query}&X-Amz-Signature={signature}"))
    }

    fn judge(&self, received: &ReceivedRequest) -> Verification {
        let key = StoredKey {
            access_key_id: self.key_id,
            secret_access_key: SECRET,
            session_token: self.token,
        };
        let rules = Rules::of(self.service, "us-east-1");
        verify(received, &key, &rules, datetime!(2015-08-30 12:36 UTC))
    }
}

fn owned(headers: &[(&str, &str)]) -> Vec<(String, String)> {
    headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[track_caller]
fn accepted(verdict: &Verification) {
    assert_eq!(verdict.outcome, Decision::Accepted, "{verdict:#?}");
}

#[track_caller]
fn refused(verdict: &Verification, code: &str, hint: &str) {
    match &verdict.outcome {
        Decision::Refused { code: said, message } if said == code && message.contains(hint) => {}
        other => panic!("expected {code} with {hint:?}, got {other:?}"),
    }
}

#[track_caller]
fn header_accepted(signed: &Signed) {
    accepted(&signed.judge(&signed.in_header()));
}

#[track_caller]
fn header_refused(signed: &Signed, code: &str, hint: &str) {
    refused(&signed.judge(&signed.in_header()), code, hint);
}

#[test]
fn what_is_signed_right_is_accepted() {
    for service in ["ec2", "execute-api", "iam"].into_iter().chain(S3_LIKE) {
        let signed = Signed::of(service);
        header_accepted(&signed);
        accepted(&signed.judge(&signed.in_query("300", "")));
    }
}

#[test]
fn other_services_than_s3_hash_the_body_whatever_a_header_says() {
    for word in ["UNSIGNED-PAYLOAD", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "anything"] {
        for service in ["ec2", "execute-api", "iam"] {
            let as_sent = Signed::of(service).with(|it| it.payload = word.into());
            let unsigned = as_sent.sending("x-amz-content-sha256", word);
            header_refused(&unsigned, "SignatureDoesNotMatch", "does not match");
            let signed = unsigned.with(|it| it.canonical_headers = sorted(&it.headers));
            header_refused(&signed, "SignatureDoesNotMatch", "does not match");
            // Junk beside a good signature does no harm.
            header_accepted(&Signed::of(service).sending("x-amz-content-sha256", word));
            let signed = Signed::of(service).sending("x-amz-content-sha256", word);
            header_accepted(&signed.with(|it| it.canonical_headers = sorted(&it.headers)));
        }
    }
}

fn sorted(headers: &[(String, String)]) -> Vec<(String, String)> {
    let mut headers = headers.to_vec();
    headers.sort();
    headers
}

#[test]
fn the_payload_rule_comes_from_the_claim_and_not_from_the_text_of_the_url() {
    for target in ["/?x=X-Amz-Signature=1", "/?X-Amz-Signature%3D=1"] {
        let (_, query) = target.split_once('?').unwrap();
        let signed = Signed::of("s3").with(|it| {
            it.query = query.into();
            it.canonical_query = query.replacen("=X-Amz-Signature=1", "=X-Amz-Signature%3D1", 1);
            it.headers.retain(|(name, _)| name != "x-amz-content-sha256");
            it.canonical_headers = it.headers.clone();
            it.payload = "UNSIGNED-PAYLOAD".into();
        });
        header_refused(&signed, "SignatureDoesNotMatch", "does not match");
        header_accepted(&signed.with(|it| it.payload = EMPTY.into()));
    }
}

#[test]
fn a_token_beside_a_presigned_url_has_to_be_signed_for_s3() {
    let token = |service| {
        let signed = Signed::of(service).with(|it| it.token = Some("token"));
        let mut received = signed.in_query("300", "");
        received.headers.push(("x-amz-security-token".into(), "token".into()));
        signed.judge(&received)
    };
    refused(&token("s3"), "SignatureDoesNotMatch", "'x-amz-security-token' must be");
    accepted(&token("iam"));
    let signed = Signed::of("s3").with(|it| it.token = Some("token"));
    accepted(&signed.judge(&signed.in_query("300", "&X-Amz-Security-Token=token")));
}

#[test]
fn a_presigned_url_lives_for_a_second_to_a_week() {
    for service in ["s3", "execute-api"] {
        let with = |expires| {
            let signed = Signed::of(service);
            signed.judge(&signed.in_query(expires, ""))
        };
        for good in ["1", "604800"] {
            accepted(&with(good));
        }
        for (bad, hint) in [
            ("0", "the minimum is 1"),
            ("+300", "not a number"),
            ("", "not a number"),
            ("3e2", "not a number"),
            ("-1", "negative"),
            ("604801", "more than a week"),
        ] {
            refused(&with(bad), "IncompleteSignature", hint);
        }
    }
}

#[test]
fn a_request_is_signed_once() {
    for service in ["s3", "ec2", "execute-api"] {
        let signed = Signed::of(service);
        let with = |name: &str, value: &str| {
            let mut received = signed.in_header();
            received.headers.push((name.into(), value.into()));
            signed.judge(&received)
        };
        for second in [&*signed.authorization(), "Bearer x", ""] {
            refused(&with("Authorization", second), "IncompleteSignature", "more than once");
        }
        let beside = |query: &str| {
            let query = query.to_owned();
            signed.clone().with(|it| (it.query, it.canonical_query) = (query.clone(), query))
        };
        let version_2 = beside("AWSAccessKeyId=x&Expires=1&Signature=y");
        header_refused(&version_2, "IncompleteSignature", "more than once");
        let both = signed.in_query("300", "&AWSAccessKeyId=x&Signature=y");
        refused(&signed.judge(&both), "IncompleteSignature", "more than once");
        let alone = signed.received("AWSAccessKeyId=x&Expires=1&Signature=y");
        refused(&signed.judge(&alone), "IncompleteSignature", "old Signature Version 2");
    }
    let own = "Signature=y".to_owned();
    let with_own =
        Signed::of("execute-api").with(|it| (it.query, it.canonical_query) = (own.clone(), own));
    header_accepted(&with_own); // a parameter of the operation
}

#[test]
fn no_part_of_a_claim_stands_there_twice() {
    for service in ["s3", "iam"] {
        let signed = Signed::of(service);
        for part in ["Credential", "SignedHeaders", "Signature"] {
            let mut received = signed.in_header();
            let authorization = &mut received.headers.last_mut().unwrap().1;
            let (_, rest) = authorization.split_once(&format!("{part}=")).unwrap();
            let value = rest.split(',').next().unwrap().to_owned();
            let _ = write!(authorization, ", {part}={value}");
            let hint = format!("more than one '{part}'");
            refused(&signed.judge(&received), "IncompleteSignature", &hint);
        }
        for parameter in
            ["X-Amz-Expires=300", "x-amz-expires=1", "X-Amz-Signature=0", "X-Amz-Date="]
        {
            let received = signed.in_query("300", &format!("&{parameter}"));
            refused(&signed.judge(&received), "IncompleteSignature", "more than once");
        }
        let received = signed.in_query("300", "&X-Amz-Meta-A=1&X-Amz-Meta-A=2");
        refused(&signed.judge(&received), "IncompleteSignature", "'X-Amz-Meta-A' more than once");
        accepted(&signed.judge(&signed.in_query("300", "&a=1&a=2")));
    }
}

#[test]
fn a_header_that_is_read_once_comes_once() {
    for (service, name) in [
        ("s3", "host"),
        ("s3", "x-amz-date"),
        ("s3", "x-amz-content-sha256"),
        ("iam", "host"),
        ("iam", "x-amz-date"),
    ] {
        let signed = Signed::of(service).with(|it| {
            let (name, value) = it.headers.iter().find(|(n, _)| n == name).unwrap().clone();
            it.headers.push((name.clone(), value.clone()));
            let mut lines = it.canonical_headers.iter_mut();
            lines.find(|(n, _)| *n == name).unwrap().1 = format!("{value},{value}");
        });
        header_refused(&signed, "IncompleteSignature", &format!("'{name}' more than once"));
    }
    let token = Signed::of("iam").with(|it| it.token = Some("token"));
    let token = token.sending("x-amz-security-token", "token");
    header_accepted(&token);
    header_refused(
        &token.sending("x-amz-security-token", "another"),
        "IncompleteSignature",
        "'x-amz-security-token' more than once",
    );
    let twice = Signed::of("iam").with(|it| {
        it.headers.push(("my-header".into(), "a".into()));
        it.headers.push(("my-header".into(), "b".into()));
        it.canonical_headers.insert(1, ("my-header".into(), "a,b".into()));
    });
    header_accepted(&twice);
}

#[test]
fn the_date_is_of_the_compact_form() {
    for service in ["s3", "iam"] {
        for date in ["Sun, 30 Aug 2015 12:36:00 GMT", "+20150830T123600Z", "2015-08-30T12:36:00Z"] {
            let signed = Signed::of(service).with(|it| {
                for headers in [&mut it.headers, &mut it.canonical_headers] {
                    headers.iter_mut().find(|(n, _)| n == "x-amz-date").unwrap().1 = date.into();
                }
            });
            header_refused(&signed, "IncompleteSignature", "Date");
        }
        // The HTTP form is that of another header.
        header_accepted(&Signed::of(service).with(|it| {
            for headers in [&mut it.headers, &mut it.canonical_headers] {
                headers.retain(|(name, _)| name != "x-amz-date");
                headers.insert(0, ("date".into(), "Sun, 30 Aug 2015 12:36:00 GMT".into()));
            }
        }));
    }
}

#[test]
fn there_is_a_host_and_it_is_signed() {
    for service in ["s3", "iam"] {
        let nowhere = Signed::of(service).with(|it| {
            for headers in [&mut it.headers, &mut it.canonical_headers] {
                headers.retain(|(name, _)| name != "host");
            }
        });
        header_refused(&nowhere, "IncompleteSignature", "no Host");
        let absent = Signed::of(service).with(|it| {
            it.headers.retain(|(name, _)| name != "host");
            it.canonical_headers[0].1.clear();
        });
        header_refused(&absent, "IncompleteSignature", "no Host");
        header_refused(&absent.sending("host", " "), "IncompleteSignature", "no Host");
    }
}

#[test]
fn a_signed_header_that_never_came_is_empty_to_s3_alone() {
    let absent = |service, name: &str| {
        Signed::of(service).with(|it| {
            it.canonical_headers.push((name.into(), String::new()));
            it.canonical_headers.sort();
        })
    };
    header_accepted(&absent("s3", "transfer-encoding"));
    for service in ["execute-api", "ec2", "iam"] {
        header_refused(
            &absent(service, "connection"),
            "IncompleteSignature",
            "'connection' is named as a SignedHeader, but it does not exist in the HTTP request.",
        );
        header_accepted(&absent(service, "content-length"));
    }
}

#[test]
fn white_space_in_a_credential_cuts_it_but_for_s3() {
    let spoiled = |service, from: &str, to: &str| {
        let signed = Signed::of(service);
        let mut received = signed.in_header();
        let value = &mut received.headers.last_mut().unwrap().1;
        *value = value.replacen(from, to, 1);
        signed.judge(&received)
    };
    for blank in [" ", "\t", "  "] {
        let behind = format!("{KEY_ID}{blank}");
        refused(
            &spoiled("execute-api", KEY_ID, &behind),
            "IncompleteSignature",
            "'/20150830/us-east-1/execute-api/aws4_request' not a valid key=value pair (missing \
             equal-sign) in Authorization header",
        );
        let before = format!("{blank}{KEY_ID}");
        refused(&spoiled("iam", KEY_ID, &before), "IncompleteSignature", "equal-sign");
    }
    refused(&spoiled("s3", KEY_ID, "AKIDEXAMPLE "), "InvalidClientTokenId", "AKIDEXAMPLE ");
    accepted(&spoiled("iam", ", Signature", ",Signature"));
    accepted(&spoiled("iam", ", Signature", "  Signature"));
}

#[test]
fn an_access_key_may_hold_a_slash_by_the_rules_of_s3_alone() {
    let with = |service| Signed::of(service).with(|it| it.key_id = "team/one/key");
    let s3 = with("s3");
    header_accepted(&s3);
    accepted(&s3.judge(&s3.in_query("300", "")));
    let iam = with("iam");
    let words = "Credential must have exactly 5 slash-delimited elements, e.g. \
                 keyid/date/region/service/term, got \
                 'team/one/key/20150830/us-east-1/iam/aws4_request'";
    header_refused(&iam, "IncompleteSignature", words);
    refused(&iam.judge(&iam.in_query("300", "")), "IncompleteSignature", words);
}

#[test]
fn the_kin_of_s3_follows_its_rules() {
    for service in S3_LIKE {
        let signed = Signed::of(service).with(|it| {
            it.path = "/a%20b//c/.".into();
            it.canonical_path = "/a%20b//c/.".into();
        });
        header_accepted(&signed);
        accepted(&signed.judge(&signed.in_query("300", "")));
    }
    let simplified = Signed::of("s3-outposts-other").with(|it| {
        it.path = "/a%20b//c".into();
        it.canonical_path = "/a%2520b/c".into();
    });
    header_accepted(&simplified);
}

#[test]
fn every_spelling_of_aws_signers_is_taken_where_they_disagree() {
    for (service, path, canonical) in [
        ("iam", "/a/.", "/a/"),
        ("iam", "/a/.", "/a"),
        ("iam", "/a/b/..", "/a/"),
        ("iam", "/a/b/..", "/a"),
        ("s3", "/100%", "/100%25"),
        ("s3", "/100%", "/100%"),
        ("s3", "/a%2Fb", "/a%2Fb"),
        ("iam", "/100%", "/100%25"),
    ] {
        header_accepted(&Signed::of(service).with(|it| {
            (it.path, it.canonical_path) = (path.into(), canonical.into());
        }));
    }
    for (query, canonical) in
        [("a=1+2", "a=1%202"), ("a=100%", "a=100%25"), ("a=100%", "a=100%"), ("a=%2", "a=%2")]
    {
        header_accepted(&Signed::of("iam").with(|it| {
            (it.query, it.canonical_query) = (query.into(), canonical.into());
        }));
    }
    let tab = Signed::of("iam").sending("my-header", "my\tvalue");
    header_accepted(&tab.with(|it| {
        it.canonical_headers.insert(1, ("my-header".into(), "my value".into()));
    }));
}

#[test]
fn no_spelling_makes_a_signature_good_for_another_request() {
    for (query, canonical) in [
        ("a=1+2", "a=1%2B2"),
        ("a=%2541", "a=%41"),
        ("a=%%32F", "a=%2F"),
        ("a=%252F", "a=%2F"),
        ("a=100%25", "a=100%"),
    ] {
        let signed = Signed::of("iam").with(|it| {
            (it.query, it.canonical_query) = (query.into(), canonical.into());
        });
        header_refused(&signed, "SignatureDoesNotMatch", "does not match");
    }
    let injected = Signed::of("s3").with(|it| {
        (it.path, it.canonical_path) = ("/%\nx".into(), "/%\nx".into());
    });
    header_refused(&injected, "SignatureDoesNotMatch", "does not match");
}
