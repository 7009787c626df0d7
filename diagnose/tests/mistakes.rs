//! Signs with every mistake of the table: what it breaks is broken, and nothing else.

use std::{
    fmt::Write as _,
    io::{BufRead as _, BufReader, Write as _},
    net::TcpStream,
    time::SystemTime,
};

use contract::Credentials;
use diagnose::{Configuration, Draft, Sent, Tampering, draft::ScopeDay, mistakes, sign};
use raw::sigv4::Scheme;
use sandbox::{
    Sandbox,
    verify::{Decision, ReceivedRequest, Rules, StoredKey, verify},
};

fn sandbox() -> Sandbox {
    Sandbox::start(sandbox::Options::default()).expect("a sandbox")
}

/// Temporary credentials, so that there is a token to lose.
fn credentials(sandbox: &Sandbox) -> Credentials {
    let caller = sandbox.identity("temporary").expect("an identity");
    Credentials::new(&caller.access_key_id, &caller.secret_access_key)
        .with_session_token(caller.session_token.as_ref().expect("a token"))
}

/// A request that `service` accepts.
fn right(sandbox: &Sandbox, service: &str) -> Draft {
    const FORM: &str = "application/x-www-form-urlencoded; charset=utf-8";
    let authority = sandbox.endpoint().trim_start_matches("http://").to_owned();
    let api_url = sandbox.api_url();
    let route = api_url.strip_prefix(sandbox.endpoint()).expect("a path");
    let content_type = ("content-type".to_owned(), FORM.to_owned());
    let (method, path, query, headers, body) = match service {
        "s3" => ("GET", "/notes", "encoding-type=url&list-type=2", Vec::new(), ""),
        "ec2" => {
            ("POST", "/", "", vec![content_type], "Action=DescribeInstances&Version=2016-11-15")
        }
        _ => ("GET", route, "", Vec::new(), ""),
    };
    Draft {
        method: method.to_owned(),
        scheme: Scheme::Http,
        host: authority,
        path: path.to_owned(),
        query: query.to_owned(),
        headers,
        body: body.as_bytes().to_vec(),
        configuration: Configuration {
            credentials: credentials(sandbox),
            region: sandbox.region().to_owned(),
            now: SystemTime::now(),
        },
        service: service.to_owned(),
        scope_day: ScopeDay::OfSignature,
        rules: raw::sigv4::Rules::of(service),
    }
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
fn status(sent: &Sent, authority: &str) -> u16 {
    let target = ReceivedRequest::target_of(&sent.url);
    let mut request = format!("{} {target} HTTP/1.1\r\nhost: {authority}\r\n", sent.method);
    for (name, value) in &sent.headers {
        let _ = write!(request, "{name}: {value}\r\n");
    }
    let _ = write!(request, "content-length: {}\r\nconnection: close\r\n\r\n", sent.body.len());
    let mut stream = TcpStream::connect(authority).expect("a connection");
    stream.write_all(&[request.as_bytes(), &sent.body].concat()).expect("sent");
    let mut answer = String::new();
    BufReader::new(stream).read_line(&mut answer).expect("a status line");
    answer.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status")
}

#[test]
fn every_mistake_is_refused_where_it_says_so_and_the_same_request_without_it_is_accepted() {
    let sandbox = sandbox();
    for mistake in mistakes::all() {
        for service in mistake.refused_by {
            let draft = mistake.set_up(right(&sandbox, service));
            let right = sign(&draft).expect("a signature");
            assert!(!is_refused(&draft, &right), "{} at {service}, without it", mistake.id);
            let wrong = mistake.sign(&draft).expect("a signature");
            assert_ne!(wrong, right, "{} at {service}", mistake.id);
            if !is_refused(&draft, &wrong) {
                assert_eq!(
                    status(&right, &draft.host),
                    200,
                    "{} at {service}, without it",
                    mistake.id
                );
                assert!(status(&wrong, &draft.host) >= 400, "{} at {service}", mistake.id);
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
