//! Signs with every mistake of the table: what it breaks is broken, and nothing else.

use std::time::SystemTime;

use contract::{
    Addressing, CallLimits, Clock, Credentials, DescribeInstances, Endpoint, InvokeApi,
    ListObjects, Operation, Pages, Signing, Target, Timeouts, WaitPace,
};
use diagnose::{Configuration, Draft, Sent, Tampering, mistakes, sign};
use sandbox::{
    Sandbox,
    verify::{Decision, ReceivedRequest, Rules, StoredKey, verify},
};

fn sandbox() -> Sandbox {
    Sandbox::start(sandbox::Options::default()).expect("a sandbox")
}

fn target(sandbox: &Sandbox) -> Target {
    Target {
        region: sandbox.region().to_owned(),
        endpoint: Endpoint::Url(sandbox.endpoint().to_owned()),
        addressing: Addressing::Path,
        clock: Clock::System,
        timeouts: Timeouts::default(),
        limits: CallLimits::default(),
        proxy: None,
        ca_bundle: None,
        wait_pace: WaitPace::AsOnAws,
    }
}

/// Temporary credentials, so that there is a token to lose.
fn credentials(sandbox: &Sandbox) -> Credentials {
    let caller = sandbox.identity("temporary").expect("an identity");
    Credentials::new(&caller.access_key_id, &caller.secret_access_key)
        .with_session_token(caller.session_token.as_ref().expect("a token"))
}

/// A request that `service` accepts.
fn right(sandbox: &Sandbox, service: &str) -> Draft {
    let operation = match service {
        "s3" => Operation::ListObjects(ListObjects {
            bucket: "notes".to_owned(),
            prefix: None,
            delimiter: None,
            page_size: None,
            pages: Pages::First,
        }),
        "ec2" => Operation::DescribeInstances(DescribeInstances {
            instance_ids: Vec::new(),
            filters: Vec::new(),
        }),
        _ => Operation::InvokeApi(InvokeApi { url: sandbox.api_url(), signing: Signing::Signed }),
    };
    let target = target(sandbox);
    let request = raw::request::Request::new(&operation, &target, None).expect("a request");
    let (credentials, region, now) = (credentials(sandbox), target.region, SystemTime::now());
    Draft::of(&request, Configuration { credentials, region, now })
}

/// Whether the sandbox's verifier refuses the signature of `sent`.
fn is_refused(draft: &Draft, sent: &Sent) -> bool {
    let mut headers = sent.headers.clone();
    headers.push(("host".to_owned(), draft.host.clone()));
    let received = ReceivedRequest {
        method: sent.method.clone(),
        target: ReceivedRequest::target_of(&sent.url).into_owned(),
        headers,
        body: sent.body.clone(),
    };
    let Credentials { access_key_id, secret_key, session_token } = &draft.configuration.credentials;
    let key = StoredKey {
        access_key_id: access_key_id.as_str(),
        secret_access_key: secret_key.expose(),
        session_token: session_token.as_ref().map(contract::SessionToken::expose),
    };
    let rules = Rules::of(&draft.service, &draft.configuration.region);
    match verify(&received, &key, &rules, draft.configuration.now.into()).outcome {
        Decision::Accepted => false,
        Decision::Refused { .. } => true,
    }
}

/// The status with which the sandbox answers `sent`. S3 checks more of a request than its signature.
async fn status(sent: &Sent) -> u16 {
    let method = sent.method.parse().expect("a method");
    let client =
        reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).referer(false);
    let client = client.build().expect("a client");
    let mut request = client.request(method, &sent.url).body(sent.body.clone());
    for (name, value) in &sent.headers {
        request = request.header(name, value);
    }
    request.send().await.expect("an answer").status().as_u16()
}

#[tokio::test]
async fn every_mistake_is_refused_where_it_says_so_and_the_same_request_without_it_is_accepted() {
    let sandbox = sandbox();
    // raw installs the TLS provider, without which reqwest makes no client.
    raw::Client::new(target(&sandbox), credentials(&sandbox)).expect("a client");
    for mistake in mistakes::all() {
        for service in mistake.refused_by {
            let draft = mistake.set_up(right(&sandbox, service));
            let right = sign(&draft).expect("a signature");
            assert!(!is_refused(&draft, &right), "{} at {service}, without it", mistake.id);
            let wrong = mistake.sign(&draft).expect("a signature");
            assert_ne!(wrong, right, "{} at {service}", mistake.id);
            if !is_refused(&draft, &wrong) {
                assert_eq!(status(&right).await, 200, "{} at {service}, without it", mistake.id);
                assert!(status(&wrong).await >= 400, "{} at {service}", mistake.id);
            }
        }
    }
}

/// A mistake changes one part of the canonical request, or the headers together with the list of their
/// names, or the empty line between them, or the end.
#[test]
fn a_mistake_changes_one_part_of_the_canonical_request() {
    let sandbox = sandbox();
    let is_in_canonical_request = |tampering| matches!(tampering, Tampering::CanonicalRequest(_));
    for mistake in mistakes::all().filter(|mistake| is_in_canonical_request(mistake.tampering)) {
        for service in mistake.refused_by {
            let draft = mistake.set_up(right(&sandbox, service));
            let right = sign(&draft).expect("a signature").steps.canonical_request;
            let wrong = mistake.sign(&draft).expect("a signature").steps.canonical_request;
            let case = format!("{} at {service}: {wrong:?}", mistake.id);
            match mistake.id {
                "blank-line-missing" => {
                    let mut lines: Vec<_> = right.split('\n').collect();
                    let blank = lines.remove(lines.len() - 3);
                    assert_eq!((blank, lines.join("\n")), ("", wrong), "{case}");
                }
                "canonical-request-with-newline" => assert_eq!(right + "\n", wrong, "{case}"),
                _ => {
                    let pairs = parts(&right).into_iter().zip(parts(&wrong));
                    let differ: Vec<_> = pairs.map(|(right, wrong)| right != wrong).collect();
                    let count = differ.iter().filter(|differs| **differs).count();
                    let are_headers_and_names = differ[3] && differ[4] && count == 2;
                    assert!(count == 1 || are_headers_and_names, "{case}");
                }
            }
        }
    }
}

/// Method, path, query, headers, their names, hash.
fn parts(canonical_request: &str) -> [String; 6] {
    let lines: Vec<_> = canonical_request.split('\n').collect();
    let [method, path, query, headers @ .., _blank, names, hash] = &lines[..] else {
        panic!("{canonical_request:?}")
    };
    [*method, *path, *query, &headers.join("\n"), *names, *hash].map(str::to_owned)
}

#[test]
fn every_mistake_has_a_name_of_its_own_and_says_what_to_do() {
    for mistake in mistakes::all() {
        let same_name = mistakes::all().filter(|other| other.id == mistake.id);
        assert_eq!(same_name.count(), 1, "{}", mistake.id);
        assert!(mistake.what.ends_with('.') && mistake.fix.ends_with('.'), "{}", mistake.id);
        assert!(!mistake.refused_by.is_empty(), "{}", mistake.id);
        assert_eq!(mistakes::find(mistake.id).map(|found| found.id), Some(mistake.id));
    }
}

#[test]
fn debug_output_of_a_draft_and_of_a_sent_request_has_no_secret() {
    let sandbox = sandbox();
    let draft = right(&sandbox, "s3");
    let caller = sandbox.identity("temporary").expect("an identity");
    let secrets = [&caller.secret_access_key, caller.session_token.as_ref().expect("a token")];
    let sent = sign(&draft).expect("a signature");
    let shown = format!("{draft:?} {sent:?} {:?}", sent.steps);
    assert!(secrets.iter().all(|secret| !shown.contains(secret.as_str())), "{shown}");
}
