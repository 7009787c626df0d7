//! Recorded exchanges, compared with what a plain socket sends and receives.

use std::io::Read as _;

use sandbox::recording::{RecordedExchange, RecordedResponse};
use sandbox::{Fault, Options, Recording, Sandbox};

use super::support::{EMPTY_SHA256, TestCall, sha256_hex, start};

fn recording(fault: Option<Fault>) -> Sandbox {
    Sandbox::start(Options { fault, recording: Recording::On, ..Options::default() }).unwrap()
}

#[test]
fn an_exchange_is_recorded_as_it_was_sent_and_received() {
    let sandbox = recording(None);
    let sent = TestCall::by(&sandbox, "admin", "/archive?list-type=2&max-keys=2").signed();
    let received = sent.send();
    let [RecordedExchange { request, response: Some(response) }] = &sandbox.exchanges()[..] else {
        panic!("one exchange with a response")
    };
    assert_eq!((request.method.as_str(), &request.target), ("GET", &sent.target));
    for header in &sent.headers {
        assert!(request.headers.contains(header), "{header:?}");
    }
    assert_eq!((request.body.length, request.body.sha256.as_str()), (0, EMPTY_SHA256));
    assert_eq!(response.status, 200);
    assert_eq!(response.body.start, received.body.as_bytes());
    assert!(response.body.is_whole());
    assert_eq!(response.body.sha256, sha256_hex(received.body.as_bytes()));
    let mut headers: Vec<_> = received.headers.into_iter().collect();
    headers.retain(|(name, _)| name != "connection"); // added by hyper
    let mut recorded = response.headers.clone();
    recorded.sort_unstable();
    assert_eq!(recorded, headers);
    assert!(sandbox.exchanges().is_empty(), "they are taken once");
}

#[test]
fn exchanges_keep_their_order_and_the_beginning_of_long_bodies() {
    let sandbox = recording(None);
    for keys in ["1", "1000"] {
        let target = format!("/archive?list-type=2&max-keys={keys}");
        let response = TestCall::by(&sandbox, "admin", &target).signed().send();
        assert_eq!(response.status, 200);
    }
    TestCall::by(&sandbox, "admin", "/").plain().send();
    let exchanges = sandbox.exchanges();
    let statuses: Vec<_> =
        exchanges.iter().map(|it| it.response.as_ref().unwrap().status).collect();
    assert_eq!(statuses, [200, 200, 403]);
    let RecordedResponse { body, headers, .. } = exchanges[1].response.as_ref().unwrap();
    let length = headers.iter().find(|(name, _)| name == "content-length").unwrap();
    assert_eq!((body.start.len(), &body.length.to_string()), (4096, &length.1));
}

#[test]
fn an_aborted_response_is_recorded_as_far_as_it_was_sent() {
    for fault in [Fault::CutBody, Fault::Stall] {
        let sandbox = recording(Some(fault));
        let mut stream = TestCall::by(&sandbox, "admin", "/").signed().connect();
        let mut bytes = vec![0; 1 << 16];
        let mut length = 0;
        // The head and half of the body may arrive in several pieces.
        while !bytes[..length].windows(4).any(|window| window == b"\r\n\r\n") {
            length += stream.read(&mut bytes[length..]).unwrap();
        }
        let RecordedResponse { status, headers, body } =
            sandbox.exchanges().remove(0).response.unwrap();
        let promised = headers.iter().find(|(name, _)| name == "content-length").unwrap();
        assert_eq!(status, 200);
        assert_eq!(body.length, promised.1.parse::<u64>().unwrap() / 2, "{fault:?}");
    }
    for fault in [Fault::NoAnswer, Fault::Silence] {
        let sandbox = recording(Some(fault));
        let stream = TestCall::by(&sandbox, "admin", "/").signed().connect();
        let exchange = std::iter::repeat_with(|| sandbox.exchanges()).find_map(|mut it| it.pop());
        drop(stream);
        assert_eq!(exchange.unwrap().response, None, "{fault:?}");
    }
}

#[test]
fn nothing_is_recorded_by_default() {
    let sandbox = start();
    TestCall::by(&sandbox, "admin", "/").signed().send();
    assert!(sandbox.exchanges().is_empty());
}
