//! The functions that the record of a call lists. Each function records itself when it runs, so a step
//! that is removed from the client is missing here.

use ::sandbox::{Options, Sandbox};
use contract::{
    Addressing, Clock, Credentials, Endpoint, InvokeApi, ListObjects, Operation, Pages, PresignGet,
    Signing, Target,
};
use raw::Client;
use std::time::Duration;

/// The functions of an attempt that is signed with the cached key and answered.
const ATTEMPT: [(usize, &str); 10] = [
    (0, "raw::client::Client::attempt"),
    (1, "raw::request::Request::at"),
    (1, "raw::client::Client::sign"),
    (2, "raw::sigv4::sign"),
    (3, "raw::sigv4::CanonicalRequest::new"),
    (3, "raw::sigv4::StringToSign::new"),
    (3, "raw::sigv4::SigningKey::sign"),
    (3, "raw::sigv4::Authorization::new"),
    (2, "raw::send::assemble::assemble"),
    (1, "raw::send::Sender::send"),
];
const DERIVE: (usize, &str) = (3, "raw::sigv4::SigningKey::derive");
const PARSE: (usize, &str) = (1, "raw::parse::parse");

#[tokio::test]
async fn a_record_lists_the_functions_that_ran_and_the_key_is_derived_once() {
    let sandbox = Sandbox::start(Options::default()).unwrap();
    let client = client(&sandbox, sandbox.endpoint());
    let with_cached_key = [&ATTEMPT[..], &[PARSE]].concat();
    let mut with_new_key = with_cached_key.clone();
    with_new_key.insert(6, DERIVE);
    for expected in [with_new_key, with_cached_key] {
        let (_, observed) = client.call_observed(&Operation::ListBuckets).await;
        let ran = observed.functions.iter().map(|one| (one.depth, one.name.as_str()));
        assert_eq!(ran.collect::<Vec<_>>(), expected);
    }
}

#[tokio::test]
async fn every_page_lists_its_own_functions() {
    let sandbox = Sandbox::start(Options::default()).unwrap();
    let operation = Operation::ListObjects(ListObjects {
        bucket: sandbox.bucket_names()[0].clone(),
        prefix: None,
        delimiter: None,
        page_size: Some(1000),
        pages: Pages::All,
    });
    let (reply, observed) = client(&sandbox, sandbox.endpoint()).call_observed(&operation).await;
    let parsed = observed.functions.iter().filter(|one| one.name == PARSE.1).count();
    assert!(reply.requests > 1, "{reply:?}");
    assert_eq!(parsed, reply.requests as usize);
    assert_eq!(parsed, observed.exchanges.len());
}

#[tokio::test]
async fn a_function_that_did_not_run_is_not_listed() {
    let sandbox = Sandbox::start(Options::default()).unwrap();
    let presign = Operation::PresignGet(PresignGet {
        bucket: sandbox.bucket_names()[0].clone(),
        key: "a".to_owned(),
        expires: Duration::from_mins(1),
    });
    let here = client(&sandbox, sandbox.endpoint());
    let presigned = functions(&here, &presign).await;
    assert!(presigned.iter().any(|name| name == "raw::sigv4::PresignedUrl::new"), "{presigned:?}");
    for absent in ["raw::sigv4::sign", "raw::send::Sender::send", PARSE.1] {
        assert!(presigned.iter().all(|name| name != absent), "{presigned:?}");
    }

    let unsigned = InvokeApi { url: sandbox.api_url(), signing: Signing::Unsigned };
    let unsigned = functions(&here, &Operation::InvokeApi(unsigned)).await;
    assert!(unsigned.iter().any(|name| name == PARSE.1), "{unsigned:?}");
    assert!(!unsigned.iter().any(|name| name.starts_with("raw::sigv4::")), "{unsigned:?}");

    let offline = client(&sandbox, "http://127.0.0.1:1");
    let unanswered = functions(&offline, &Operation::ListBuckets).await;
    assert!(unanswered.iter().any(|name| name == "raw::send::Sender::send"), "{unanswered:?}");
    assert!(unanswered.iter().all(|name| name != PARSE.1), "{unanswered:?}");
}

async fn functions(client: &Client, operation: &Operation) -> Vec<String> {
    let (_, observed) = client.call_observed(operation).await;
    observed.functions.into_iter().map(|one| one.name).collect()
}

fn client(sandbox: &Sandbox, endpoint: &str) -> Client {
    let admin = sandbox.identity("admin").unwrap();
    let target = crate::target(Endpoint::Url(endpoint.to_owned()), Addressing::Path);
    let target = Target { region: sandbox.region().to_owned(), clock: Clock::System, ..target };
    Client::new(target, Credentials::new(&admin.access_key_id, &admin.secret_access_key)).unwrap()
}
