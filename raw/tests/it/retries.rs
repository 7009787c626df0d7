//! Retries, and which errors they apply to.

use std::time::{Duration, SystemTime};

use contract::{Answer, Client as _, Clock, DryRun, Operation, RunInstances};
use raw::{Client, Retries};

use crate::documents::run_instances;
use crate::script::{Act, Server, answer, ok};
use crate::{call, credentials, local};

const BUCKETS: &str = "<ListAllMyBucketsResult><Buckets/></ListAllMyBucketsResult>";

#[tokio::test]
async fn there_are_no_retries_by_default() {
    let server = Server::start(vec![slow_down()]);
    let reply = call(&server.endpoint, &Operation::ListBuckets).await;
    assert_eq!((reply.result.unwrap_err().code.as_deref(), reply.requests), (Some("SlowDown"), 1));
}

#[tokio::test]
async fn transient_errors_are_retried() {
    let cut = Act::Answer(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n<".to_vec());
    let server = Server::start(vec![slow_down(), Act::HangUp, cut, ok(BUCKETS)]);
    let reply = with_retries(&server.endpoint, 4).call(&Operation::ListBuckets).await;
    assert_eq!(reply.result.unwrap(), Answer::Buckets(Vec::new()));
    assert_eq!(reply.requests, 4);

    let server = Server::start(vec![slow_down(), slow_down()]);
    let reply = with_retries(&server.endpoint, 2).call(&Operation::ListBuckets).await;
    assert_eq!((reply.result.unwrap_err().code.as_deref(), reply.requests), (Some("SlowDown"), 2));
}

#[tokio::test]
async fn permanent_errors_and_operations_that_may_not_repeat_are_not_retried() {
    let denied = "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>";
    let server = Server::start(vec![answer(403, "", denied)]);
    let reply = with_retries(&server.endpoint, 3).call(&Operation::ListBuckets).await;
    assert_eq!(reply.requests, 1);

    let Operation::RunInstances(run) = run_instances(DryRun::No) else { unreachable!() };
    let without_token = RunInstances { client_token: String::new(), ..run };
    let server = Server::start(vec![slow_down()]);
    let reply =
        with_retries(&server.endpoint, 3).call(&Operation::RunInstances(without_token)).await;
    assert_eq!(reply.requests, 1);
}

#[tokio::test]
async fn each_attempt_is_signed_at_its_own_time() {
    let server = Server::start(vec![slow_down(), ok(BUCKETS)]);
    let mut target = local(&server.endpoint);
    target.clock = Clock::System;
    let pause = Retries { attempts: 2, base: Duration::from_secs(4), cap: Duration::from_secs(4) };
    let client = Client::new(target, credentials()).unwrap().with_retries(pause);
    let started = SystemTime::now();
    client.call(&Operation::ListBuckets).await.result.unwrap();
    let took = started.elapsed().unwrap();
    let dates: Vec<String> = server
        .requests()
        .iter()
        .map(|request| {
            let header = request.lines().find_map(|line| line.strip_prefix("x-amz-date: "));
            header.unwrap().to_owned()
        })
        .collect();
    // Jitter may make the pause shorter than a second, and the second date the same.
    assert!(dates[0] < dates[1] || took < Duration::from_secs(1), "{dates:?} {took:?}");
}

fn with_retries(endpoint: &str, attempts: u32) -> Client {
    let pause = Duration::from_millis(1);
    let retries = Retries { attempts, base: pause, cap: pause };
    Client::new(local(endpoint), credentials()).unwrap().with_retries(retries)
}

fn slow_down() -> Act {
    let body =
        "<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>";
    answer(503, "", body)
}
