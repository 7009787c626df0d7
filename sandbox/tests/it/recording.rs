//! What a sandbox keeps of its exchanges, against the bytes that a plain socket sees.

use std::io::Read as _;

use sandbox::recording::{RecordedExchange, RecordedResponse};
use sandbox::{Fault, Options, Recording, Sandbox};

use super::support::{Call, EMPTY, sha256_hex};

fn recording(fault: Option<Fault>) -> Sandbox {
    Sandbox::start(Options { fault, recording: Recording::On, ..Options::default() }).unwrap()
}

#[test]
fn an_exchange_is_what_went_over_the_wire() {
    let sandbox = recording(None);
    let call = Call::by(&sandbox, "admin", "/archive?list-type=2&max-keys=2");
    let wire = call.signed();
    let answer = wire.send();
    let [RecordedExchange { request, response: Some(kept) }] = &sandbox.exchanges()[..] else {
        panic!("one exchange, answered")
    };
    assert_eq!((request.method.as_str(), &request.target), ("GET", &wire.target));
    for header in &wire.headers {
        assert!(request.headers.contains(header), "{header:?}");
    }
    assert_eq!((request.body.length, request.body.sha256.as_str()), (0, EMPTY));
    assert_eq!(kept.status, 200);
    assert_eq!(kept.body.start, answer.body.as_bytes());
    assert!(kept.body.is_whole());
    assert_eq!(kept.body.sha256, sha256_hex(answer.body.as_bytes()));
    let mut headers: Vec<_> = answer.headers.clone().into_iter().collect();
    // HTTP's own, of the one connection.
    headers.retain(|(name, _)| name != "connection");
    let mut kept = kept.headers.clone();
    kept.sort_unstable();
    assert_eq!(kept, headers);
    assert!(sandbox.exchanges().is_empty(), "they are handed out once");
}

#[test]
fn exchanges_come_in_the_order_of_their_requests_with_the_beginning_of_long_bodies() {
    let sandbox = recording(None);
    for keys in ["1", "1000"] {
        let target = format!("/archive?list-type=2&max-keys={keys}");
        let answer = Call::by(&sandbox, "admin", &target).signed().send();
        assert_eq!(answer.status, 200);
    }
    Call::by(&sandbox, "admin", "/").plain().send();
    let exchanges = sandbox.exchanges();
    let statuses: Vec<_> =
        exchanges.iter().map(|it| it.response.as_ref().unwrap().status).collect();
    assert_eq!(statuses, [200, 200, 403]);
    let RecordedResponse { body, headers, .. } = exchanges[1].response.as_ref().unwrap();
    let length = headers.iter().find(|(name, _)| name == "content-length").unwrap();
    assert_eq!((body.start.len(), &body.length.to_string()), (4096, &length.1));
}

#[test]
fn of_a_broken_answer_there_is_what_was_sent_of_it() {
    for fault in [Fault::CutBody, Fault::Stall] {
        let sandbox = recording(Some(fault));
        let mut stream = Call::by(&sandbox, "admin", "/").signed().connect();
        let mut bytes = vec![0; 1 << 16];
        let mut length = 0;
        // Head and half the body may come in several pieces; half of ListBuckets is over 200 bytes.
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
        let stream = Call::by(&sandbox, "admin", "/").signed().connect();
        let exchange = std::iter::repeat_with(|| sandbox.exchanges()).find_map(|mut it| it.pop());
        drop(stream);
        assert_eq!(exchange.unwrap().response, None, "{fault:?}");
    }
}

#[test]
fn nothing_is_kept_unasked() {
    let sandbox = Sandbox::start(Options::default()).unwrap();
    Call::by(&sandbox, "admin", "/").signed().send();
    assert!(sandbox.exchanges().is_empty());
}
