//! Every mistake of the list, committed: what it claims to break is broken, and nothing else was.

use std::time::SystemTime;

use contract::{
    Addressing, CallLimits, Clock, Credentials, DescribeInstances, Endpoint, InvokeApi,
    ListObjects, Operation, Pages, Signing, Target, Timeouts, WaitPace,
};
use diagnose::mistakes::{self, Configuration, Draft, Mistake, Sent, Tampering};
use sandbox::{
    Sandbox,
    verify::{Decision, ReceivedRequest, Rules, StoredKey, verify},
};

/// The right request of a service, as temporary credentials sign it: their token is there to be lost.
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
    let target = Target {
        region: sandbox.region().to_owned(),
        endpoint: Endpoint::Url(sandbox.endpoint().to_owned()),
        addressing: Addressing::Path,
        clock: Clock::System,
        timeouts: Timeouts::default(),
        limits: CallLimits::default(),
        proxy: None,
        ca_bundle: None,
        wait_pace: WaitPace::AsOnAws,
    };
    let caller = sandbox.identity("temporary").expect("an identity");
    let credentials = Credentials::new(&caller.access_key_id, &caller.secret_access_key)
        .with_session_token(caller.session_token.clone().expect("a token"));
    let request = raw::request::Request::new(&operation, &target, None).expect("a request");
    let (region, now) = (target.region, SystemTime::now());
    Draft::of(&request, Configuration { credentials, region, now })
}

/// The verdict of the sandbox's verifier on what was sent, `None` where it is accepted.
fn refused(draft: &Draft, sent: &Sent) -> Option<String> {
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
        Decision::Accepted => None,
        Decision::Refused { code, message } => Some(format!("{code}: {message}")),
    }
}

/// The status that S3 itself has for it: it demands more of a request than a signature.
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

fn with_occasion(mistake: &Mistake, mut draft: Draft) -> Draft {
    if let Some(arrange) = mistake.setup {
        arrange(&mut draft);
    }
    draft
}

#[tokio::test]
async fn every_mistake_is_refused_where_it_says_so_and_the_same_request_without_it_is_accepted() {
    // Whoever makes a client of reqwest's first decides whose cryptography it has.
    let sandbox = Sandbox::start(sandbox::Options::default()).expect("a sandbox");
    drop(raw_client(&sandbox));
    for mistake in mistakes::ALL {
        for service in mistake.refused_by {
            let draft = with_occasion(mistake, right(&sandbox, service));
            let right = mistakes::compose(&draft).expect("a signature");
            assert_eq!(refused(&draft, &right), None, "{} at {service}, without it", mistake.id);
            let wrong = mistake.commit(&draft).expect("a signature");
            assert_ne!(wrong, right, "{} at {service}", mistake.id);
            if refused(&draft, &wrong).is_none() {
                assert_eq!(status(&right).await, 200, "{} at {service}, without it", mistake.id);
                assert!(status(&wrong).await >= 400, "{} at {service}", mistake.id);
            }
        }
    }
}

fn raw_client(sandbox: &Sandbox) -> raw::Client {
    let draft = right(sandbox, "s3");
    let target = Target {
        region: draft.configuration.region,
        endpoint: Endpoint::Url(sandbox.endpoint().to_owned()),
        addressing: Addressing::Path,
        clock: Clock::System,
        timeouts: Timeouts::default(),
        limits: CallLimits::default(),
        proxy: None,
        ca_bundle: None,
        wait_pace: WaitPace::AsOnAws,
    };
    raw::Client::new(target, draft.configuration.credentials).expect("a client")
}

#[test]
fn without_a_mistake_the_steps_are_those_of_raws_signer() {
    let sandbox = Sandbox::start(sandbox::Options::default()).expect("a sandbox");
    for service in ["s3", "ec2", "execute-api"] {
        let draft = right(&sandbox, service);
        let sent = mistakes::compose(&draft).expect("a signature");
        assert_eq!(refused(&draft, &sent), None, "{service}");
    }
}

/// A mistake in the canonical request is one mistake: in one part of it, or in the headers and so in
/// their names, or between two parts.
#[test]
fn a_canonical_request_is_spoilt_in_one_place() {
    let sandbox = Sandbox::start(sandbox::Options::default()).expect("a sandbox");
    let applied = mistakes::ALL
        .iter()
        .filter(|mistake| matches!(mistake.slip, Tampering::CanonicalRequest(_)));
    for mistake in applied {
        for service in mistake.refused_by {
            let draft = with_occasion(mistake, right(&sandbox, service));
            let right = mistakes::compose(&draft).expect("a signature").steps.canonical_request;
            let wrong = mistake.steps(&draft).expect("a signature").canonical_request;
            let place = format!("{} at {service}: {wrong:?}", mistake.id);
            match mistake.id {
                "blank-line-missing" => {
                    let mut lines: Vec<_> = right.split('\n').collect();
                    let blank = lines.remove(lines.len() - 3);
                    assert_eq!((blank, lines.join("\n")), ("", wrong), "{place}");
                }
                "canonical-request-with-newline" => assert_eq!(right + "\n", wrong, "{place}"),
                _ => {
                    let differ = parts(&right)
                        .into_iter()
                        .zip(parts(&wrong))
                        .map(|(right, wrong)| right != wrong);
                    let differ = differ.collect::<Vec<_>>();
                    let count = differ.iter().filter(|differs| **differs).count();
                    let are_headers_and_names = differ[3] && differ[4] && count == 2;
                    assert!(count == 1 || are_headers_and_names, "{place}");
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
fn every_mistake_has_a_name_of_its_own_and_says_what_it_is() {
    for (place, mistake) in mistakes::ALL.iter().enumerate() {
        let is_twin = |other: &&Mistake| other.id == mistake.id;
        assert!(!mistakes::ALL[..place].iter().any(|it| is_twin(&it)), "{}", mistake.id);
        assert!(mistake.what.ends_with('.') && mistake.fix.ends_with('.'), "{}", mistake.id);
        assert!(!mistake.refused_by.is_empty(), "{}", mistake.id);
        assert_eq!(mistakes::find(mistake.id).map(|found| found.id), Some(mistake.id));
    }
}

#[test]
fn neither_a_draft_nor_what_is_sent_shows_a_secret() {
    let sandbox = Sandbox::start(sandbox::Options::default()).expect("a sandbox");
    let draft = right(&sandbox, "s3");
    let caller = sandbox.identity("temporary").expect("an identity");
    let secrets = [&caller.secret_access_key, caller.session_token.as_ref().expect("a token")];
    let sent = mistakes::compose(&draft).expect("a signature");
    let steps = mistakes::ALL[0].steps(&draft).expect("a signature");
    for shown in [format!("{draft:?}"), format!("{sent:?}"), format!("{steps:?}")] {
        assert!(secrets.iter().all(|secret| !shown.contains(secret.as_str())), "{shown}");
    }
}
