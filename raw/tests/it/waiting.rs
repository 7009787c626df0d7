//! Waits for instances that start, fail or hang.

use std::time::{Duration, Instant};

use contract::{Answer, CallLimits, Client as _, Failure, Operation, Stage, WaitUntilRunning};
use raw::Client;

use crate::script::{Act, Server, answer, ok};
use crate::{call, credentials, failure, local};

#[tokio::test]
async fn a_wait_outlasts_an_unknown_instance_and_ends_when_it_runs() {
    let server =
        Server::start(vec![not_found(), instances(""), instances("pending"), instances("running")]);
    let reply = call(&server.endpoint, &wait(Duration::from_mins(10))).await;
    let Ok(Answer::Instances(instances)) = &reply.result else { panic!("{reply:?}") };
    assert_eq!((instances[0].state.as_deref(), reply.requests), (Some("running"), 4));
}

#[tokio::test]
async fn a_wait_ends_at_a_state_that_never_leads_to_running() {
    let server = Server::start(vec![instances("pending"), instances("shutting-down")]);
    let failure = failure(&server.endpoint, &wait(Duration::from_mins(10))).await;
    assert_eq!(failure.stage, Stage::Wait);
    assert!(failure.display.ends_with("i-1 is shutting-down and will not run"), "{failure}");
    assert_eq!(failure.details, [("i-1".to_owned(), "shutting-down".to_owned())]);
}

#[tokio::test]
async fn a_wait_ends_at_any_other_error() {
    let body = "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>No.</Message></Error>\
                </Errors><RequestID>R</RequestID></Response>";
    let server = Server::start(vec![answer(403, "", body)]);
    let failure = failure(&server.endpoint, &wait(Duration::from_mins(10))).await;
    assert_eq!(
        (failure.stage, failure.code.as_deref()),
        (Stage::Service, Some("UnauthorizedOperation"))
    );
}

#[tokio::test]
async fn a_wait_times_out() {
    let endpoint = Server::forever(|_| instances("pending"));
    let failure = failure(&endpoint, &wait(Duration::from_secs(200))).await;
    assert_eq!(failure.stage, Stage::Wait);
    assert!(
        failure.display.contains("not every instance runs after 200s: i-1 is pending"),
        "{failure}"
    );
}

#[tokio::test]
async fn a_wait_times_out_during_a_poll() {
    let head = b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n<";
    let endpoint = Server::forever(|_| Act::Stall(head.into()));
    let started = Instant::now();
    let failure = patient_failure(&endpoint).await;
    assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
    assert_eq!(failure.stage, Stage::Wait, "{failure}");
    assert!(failure.display.contains("i-1 is not asked about yet"), "{failure}");
}

#[tokio::test]
async fn a_wait_times_out_though_a_poll_has_endless_pages() {
    let endpoint = Server::forever(|number| ok(&crate::suite::instances_page(number)));
    let failure = patient_failure(&endpoint).await;
    assert_eq!(failure.stage, Stage::Wait, "{failure}");
}

/// The failure of a wait of 200 ms in which nothing else times out.
async fn patient_failure(endpoint: &str) -> Failure {
    let mut target = local(endpoint);
    target.limits = CallLimits { pages: u32::MAX, ..CallLimits::default() };
    target.timeouts.attempt = Duration::from_mins(5);
    let client = Client::new(target, credentials()).unwrap();
    client.call(&wait(Duration::from_secs(200))).await.result.unwrap_err()
}

fn not_found() -> Act {
    answer(
        400,
        "",
        "<Response><Errors><Error><Code>InvalidInstanceID.NotFound</Code><Message>The instance \
        ID 'i-1' does not exist</Message></Error></Errors><RequestID>R</RequestID></Response>",
    )
}

/// An answer with one instance in `state`, or with none if that is empty.
fn instances(state: &str) -> Act {
    let item = format!(
        "<item><instancesSet><item><instanceId>i-1</instanceId><instanceState><name>{state}</name>\
         </instanceState></item></instancesSet></item>"
    );
    let items = if state.is_empty() { String::new() } else { item };
    ok(&format!(
        "<DescribeInstancesResponse><reservationSet>{items}</reservationSet></DescribeInstancesResponse>"
    ))
}

/// A wait at the pace of these tests, a thousandth of AWS's.
fn wait(at_most: Duration) -> Operation {
    Operation::WaitUntilRunning(WaitUntilRunning { instance_ids: vec!["i-1".into()], at_most })
}
