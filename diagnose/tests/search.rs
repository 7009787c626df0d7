//! The search explains what is explained, finds the mistake that was made, and never one that was not.

use std::time::{Duration, UNIX_EPOCH};

use contract::Credentials;
use diagnose::{
    Configuration, Draft, Mistake, Sent, mistakes,
    request::SignedRequest,
    search::Keys,
    verdict::{Diagnosis, Expected, Verdict, diagnose},
};
use raw::sigv4::{Rules, Scheme};
use sandbox::verify::{Decision, ReceivedRequest, StoredKey, verify};

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

#[allow(clippy::too_many_lines, reason = "a table, formatted one field a line")]
/// Requests of every kind: services, methods, bodies, odd paths, queries with all that is odd in queries.
fn drafts() -> Vec<Draft> {
    let draft = |method: &str,
                 service: &str,
                 host: &str,
                 path: &str,
                 query: &str,
                 headers: &[(&str, &str)],
                 body: &str| {
        let headers = headers.iter().map(|&(name, value)| (name.to_owned(), value.to_owned()));
        Draft {
            method: method.to_owned(),
            scheme: Scheme::Https,
            host: host.to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            headers: headers.collect(),
            body: body.as_bytes().to_vec(),
            configuration: Configuration {
                credentials: Credentials::new("AKIDEXAMPLE", SECRET),
                region: "us-east-1".to_owned(),
                now: UNIX_EPOCH + Duration::from_hours(490_932),
            },
            service: service.to_owned(),
            scope_day: diagnose::draft::ScopeDay::OfSignature,
            rules: Rules::of(service),
        }
    };
    vec![
        draft(
            "GET",
            "s3",
            "notes.s3.us-east-1.amazonaws.com",
            "/a%20b/c%2Bd.txt",
            "list-type=2&acl&prefix=a%2Fb%20c",
            &[],
            "",
        ),
        draft(
            "PUT",
            "s3",
            "s3.us-east-1.amazonaws.com",
            "/notes//k~1.txt",
            "",
            &[("content-type", "text/plain; charset=utf-8"), ("x-amz-meta-note", "a b")],
            "{\"b\": 1, \"a\": [2]}",
        ),
        draft(
            "GET",
            "ec2",
            "ec2.us-east-1.amazonaws.com",
            "/",
            "Version=2016-11-15&Action=DescribeInstances&Filter.1.Name=a/b",
            &[],
            "",
        ),
        draft(
            "POST",
            "ec2",
            "ec2.us-east-1.amazonaws.com",
            "/",
            "",
            &[("content-type", "application/x-www-form-urlencoded; charset=utf-8")],
            "Action=DescribeImages&Owner.1=amazon",
        ),
        draft(
            "GET",
            "execute-api",
            "abc.execute-api.us-east-1.amazonaws.com",
            "/prod//items/a%3Db%20c/",
            "a=2&z=1&a=1&B=x+y",
            &[],
            "",
        ),
        draft(
            "GET",
            "iam",
            "iam.amazonaws.com",
            "/",
            "Action=ListUsers&Version=2010-05-08",
            &[],
            "",
        ),
        draft(
            "POST",
            "dynamodb",
            "dynamodb.us-east-1.amazonaws.com:8000",
            "/",
            "",
            &[
                ("content-type", "application/x-amz-json-1.0"),
                ("x-amz-target", "DynamoDB_20120810.ListTables"),
            ],
            "{\"Limit\":10}",
        ),
        draft(
            "POST",
            "es",
            "search-demo.us-east-1.es.amazonaws.com",
            "/logs/_search",
            "sort=_doc&size=50",
            &[("content-type", "application/json")],
            "{\"query\":{\"match_all\":{}}}",
        ),
    ]
}

/// As it goes over the wire.
fn request(sent: &Sent, host: &str) -> SignedRequest {
    let target = ReceivedRequest::target_of(&sent.url).into_owned();
    let mut headers = vec![("Host".to_owned(), host.to_owned())];
    headers.extend(sent.headers.clone());
    SignedRequest { method: sent.method.clone(), target, headers, body: sent.body.clone() }
}

fn diagnosed(request: &SignedRequest, secret: &str, service: &str) -> Diagnosis {
    let keys = Keys { secret, token: None };
    let expected = Expected { region: Some("us-east-1"), service: Some(service) };
    diagnose(request, None, Some(keys), expected)
}

fn names(diagnosis: &Diagnosis) -> Vec<Vec<&'static str>> {
    let all = std::iter::once(&diagnosis.mistakes).chain(&diagnosis.alternatives);
    all.map(|mistakes| mistakes.iter().map(|mistake| mistake.id).collect()).collect()
}

/// The verifier is written by others, from the server's end: both must compute the same.
#[test]
fn a_right_request_is_valid_and_its_steps_are_the_verifiers() {
    for draft in drafts() {
        let request = request(&diagnose::sign(&draft).expect("signed"), &draft.host);
        let diagnosis = diagnosed(&request, SECRET, &draft.service);
        let right = diagnosis.right.as_ref().expect("steps");
        let received = ReceivedRequest {
            method: request.method.clone(),
            target: request.target.clone(),
            headers: request.headers.clone(),
            body: request.body.clone(),
        };
        let key = StoredKey {
            access_key_id: "AKIDEXAMPLE",
            secret_access_key: SECRET,
            session_token: None,
        };
        let rules = sandbox::verify::Rules::of(&draft.service, "us-east-1");
        let verified = verify(&received, &key, &rules, draft.configuration.now.into());
        assert_eq!(Some(&right.canonical_request), verified.canonical_request.as_ref());
        assert_eq!(Some(&right.string_to_sign), verified.string_to_sign.as_ref());
        assert_eq!(verified.outcome, Decision::Accepted);
        assert_eq!(diagnosis.verdict, Verdict::Valid, "{}", right.canonical_request);
    }
}

#[test]
fn no_signature_by_another_secret_is_explained() {
    let mut state = 7_u64;
    for draft in drafts() {
        for _ in 0..4 {
            let mut wrong = draft.clone();
            let secret: String = (0..40)
                .map(|_| {
                    state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    char::from(b'A' + u8::try_from(state >> 60).unwrap_or_default())
                })
                .collect();
            wrong.configuration.credentials = Credentials::new("AKIDEXAMPLE", secret);
            let request = request(&diagnose::sign(&wrong).expect("signed"), &draft.host);
            let diagnosis = diagnosed(&request, SECRET, &draft.service);
            assert_eq!(diagnosis.verdict, Verdict::SecretUnrelated, "{:?}", diagnosis.mistakes);
        }
    }
}

/// How a mistake of the list comes out.
enum Found {
    /// By its name.
    ByName,
    /// By the name of what was signed, where the list says whose host it was.
    As(&'static str),
    /// Not at all: a value was signed that nobody can guess.
    Unrelated,
    /// As a right signature: the mistake is in who calls or when, which the signature does not show.
    Valid,
}

fn expected(mistake: &Mistake, service: &str) -> Found {
    match (mistake.id, service) {
        ("host-of-another", "s3" | "execute-api") => Found::As("host-without-first-label"),
        ("header-changed-on-the-way" | "secret-of-another-key" | "key-of-another-day", _) => {
            Found::Unrelated
        }
        // S3's x-amz-content-sha256 shows it; elsewhere the other body is unknown.
        ("body-of-another-request", "ec2" | "execute-api") => Found::Unrelated,
        (id, _) if id.starts_with("secret-") || id == "region-wrong" => Found::ByName,
        _ if mistake.is_of_configuration() => Found::Valid,
        _ => Found::ByName,
    }
}

#[test]
fn every_mistake_of_the_list_is_found_by_its_name() {
    for mistake in mistakes::all() {
        let is_refused = |draft: &Draft| mistake.refused_by.contains(&draft.service.as_str());
        for draft in drafts().into_iter().filter(is_refused) {
            let draft = mistake.set_up(draft);
            let secret = draft.configuration.credentials.secret_key.expose().to_owned();
            let right = diagnose::sign(&draft).expect("signed");
            let wrong = mistake.sign(&draft).expect("signed");
            if right == wrong {
                continue;
            }
            let diagnosis = diagnosed(&request(&wrong, &draft.host), &secret, &draft.service);
            let is_named = |id: &str| names(&diagnosis).iter().any(|names| names.contains(&id));
            let is_as_expected = match expected(mistake, &draft.service) {
                Found::ByName => is_named(mistake.id),
                Found::As(id) => is_named(id),
                Found::Unrelated => diagnosis.verdict == Verdict::SecretUnrelated,
                Found::Valid => diagnosis.verdict == Verdict::Valid,
            };
            let place = format!("{} at {}", mistake.id, draft.service);
            assert!(is_as_expected, "{place}: {:?} {:?}", diagnosis.verdict, names(&diagnosis));
        }
    }
}

#[test]
fn every_mistake_that_the_search_names_is_described() {
    for described in diagnose::known::all() {
        assert!(
            described.what.ends_with('.') && described.fix.ends_with(['.', ':']),
            "{}",
            described.id
        );
        let same = diagnose::known::all().filter(|other| other.id == described.id).count();
        assert_eq!(same, 1, "{}", described.id);
    }
    // A name that nobody described would come out with empty sentences.
    let sources = [
        "claim.rs",
        "search.rs",
        "search/headers.rs",
        "search/key.rs",
        "search/path.rs",
        "search/payload.rs",
        "search/query.rs",
        "search/text.rs",
    ];
    for source in sources {
        let text = std::fs::read_to_string(format!("{}/src/{source}", env!("CARGO_MANIFEST_DIR")))
            .expect("a file");
        for call in text.split("Found::new(\"").skip(1).chain(text.split("defect(\"").skip(1)) {
            let id = call.split('"').next().expect("a name");
            assert!(diagnose::known::describe(id).is_some(), "{source}: {id}");
        }
    }
}
