//! The faults as seen through a plain socket.

use std::io::{ErrorKind, Read as _};
use std::time::Duration;

use sandbox::{Fault, Options, Sandbox, facts};

use super::refusals::assert_matches_fact;
use super::support::{HttpRequest, TestCall, api_call, ec2_call, start};

fn start_with(fault: Fault) -> Sandbox {
    Sandbox::start(Options { fault: Some(fault), ..Options::default() }).expect("a free port")
}

/// Makes a request to a sandbox.
type MakeRequest = fn(&Sandbox) -> HttpRequest;

fn list_objects(sandbox: &Sandbox) -> HttpRequest {
    TestCall::by(sandbox, "admin", "/archive?list-type=2&max-keys=100").signed()
}

fn describe_images(sandbox: &Sandbox) -> HttpRequest {
    ec2_call(sandbox, "admin", "Action=DescribeImages").signed()
}

fn invoke(sandbox: &Sandbox) -> HttpRequest {
    api_call(sandbox, "admin").signed()
}

/// The bytes received on a connection, and how it response.
struct RawResponse {
    head: String,
    body: Vec<u8>,
    error: Option<ErrorKind>,
}

/// Sends a request and reads until the connection ends or is silent for half a second.
fn receive(request: &HttpRequest) -> RawResponse {
    let mut stream = request.connect();
    stream.set_read_timeout(Some(Duration::from_millis(500))).unwrap();
    let (mut bytes, mut buffer) = (Vec::new(), [0; 4096]);
    let error = loop {
        match stream.read(&mut buffer) {
            Ok(0) => break None,
            Ok(count) => bytes.extend_from_slice(&buffer[..count]),
            Err(error) => break Some(error.kind()),
        }
    };
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n");
    let body = end.map_or(Vec::new(), |end| bytes.split_off(end + 4));
    RawResponse { head: String::from_utf8(bytes).unwrap(), body, error }
}

impl RawResponse {
    fn content_length(&self) -> usize {
        let mut lines = self.head.lines();
        let length = lines.find_map(|line| line.strip_prefix("content-length: "));
        length.expect("a content-length").parse().unwrap()
    }
}

#[test]
fn throttling_and_internal_errors_are_those_of_the_service() {
    let cases: [(MakeRequest, _, _); 3] = [
        (list_objects, "s3", ["SlowDown (throttled)", "InternalError"]),
        (describe_images, "ec2", ["RequestLimitExceeded, newer", "InternalError"]),
        (invoke, "execute-api", ["throttled", "integration failure"]),
    ];
    for (request, service, [throttled, internal_error]) in cases {
        let values: &[&str] =
            if service == "ec2" { &["111122223333", "ec2:DescribeImages"] } else { &[] };
        let response = request(&start_with(Fault::Throttled)).send();
        assert_matches_fact(&response, service, throttled, values);
        let response = request(&start_with(Fault::InternalError)).send();
        assert_matches_fact(&response, service, internal_error, &[]);
        let response = request(&start_with(Fault::ErrorInSuccess)).send();
        let fact = facts::find(service, internal_error).unwrap();
        assert_eq!(response.status, 200);
        assert!(response.body.contains(fact.message.as_deref().unwrap()), "{}", response.body);
    }
}

#[test]
fn proxies_send_their_own_responses() {
    for request in [list_objects, describe_images, invoke] {
        for (fault, status, content_type, begin) in [
            (Fault::GatewayPage, 502, "text/html", "<html>"),
            (Fault::NotXml, 503, "text/plain", "upstream connect error"),
            (Fault::EmptyError, 503, "", ""),
            (Fault::LoginPage, 200, "text/html; charset=utf-8", "<!DOCTYPE html>"),
        ] {
            let response = request(&start_with(fault)).send();
            assert_eq!(response.status, status, "{fault:?}");
            assert_eq!(response.header("content-type"), content_type, "{fault:?}");
            assert!(response.body.starts_with(begin), "{fault:?}: {}", response.body);
            assert_eq!(response.body.is_empty(), begin.is_empty(), "{fault:?}");
        }
    }
    let response = list_objects(&start_with(Fault::EmptySuccess)).send();
    assert_eq!((response.status, response.body.as_str()), (200, ""));
    assert_eq!((response.header("content-length"), response.header("server")), ("0", "AmazonS3"));
}

#[test]
fn a_cut_document_ends_after_an_item_and_has_a_correct_length() {
    for (request, item_end) in
        [(list_objects as MakeRequest, "</Contents>"), (describe_images, "</item>")]
    {
        let whole = request(&start()).send().body;
        let response = receive(&request(&start_with(Fault::CutDocument)));
        let body = String::from_utf8(response.body.clone()).unwrap();
        assert!(response.head.starts_with("HTTP/1.1 200 OK\r\n"), "{}", response.head);
        assert_eq!((response.content_length(), response.error), (body.len(), None));
        assert!(body.ends_with(item_end) && body.len() < whole.len(), "{body}");
        let count = |text: &str| text.matches(item_end).count();
        assert!(
            count(&body) > 1 && count(&body) < count(&whole),
            "{} of {}",
            count(&body),
            count(&whole)
        );
    }
}

#[test]
fn a_body_is_cut_by_closing_or_resetting_the_connection() {
    for (fault, error) in [(Fault::CutBody, None), (Fault::Reset, Some(ErrorKind::ConnectionReset))]
    {
        // Short bodies only: a reset discards what does not fit into the receive buffer.
        for request in [list_objects, invoke] {
            let response = receive(&request(&start_with(fault)));
            assert!(
                response.head.starts_with("HTTP/1.1 200 OK\r\n"),
                "{fault:?}: {}",
                response.head
            );
            assert_eq!(
                (response.body.len(), response.error),
                (response.content_length() / 2, error),
                "{fault:?}"
            );
        }
    }
}

#[test]
fn a_connection_may_end_or_hang_without_a_response() {
    for (fault, half, error) in [
        (Fault::NoAnswer, false, None),
        (Fault::Silence, false, Some(ErrorKind::WouldBlock)),
        (Fault::Stall, true, Some(ErrorKind::WouldBlock)),
    ] {
        let response = receive(&list_objects(&start_with(fault)));
        assert_eq!((response.head.is_empty(), response.error), (!half, error), "{fault:?}");
        if half {
            assert_eq!(response.body.len(), response.content_length() / 2);
        }
    }
}

#[test]
fn one_byte_is_invalid_utf8() {
    for request in [list_objects, describe_images, invoke] {
        let RawResponse { body, error: end, .. } = receive(&request(&start_with(Fault::BadUtf8)));
        let error = std::str::from_utf8(&body).expect_err("one byte is bad");
        assert_eq!((body[error.valid_up_to()], end), (0xE9, None));
        let rest = [&body[..error.valid_up_to()], &body[error.valid_up_to() + 1..]].concat();
        assert!(String::from_utf8(rest).is_ok());
    }
}

#[test]
fn a_huge_error_is_a_well_formed_document_of_200_megabytes() {
    for (request, status, end) in [
        (list_objects as MakeRequest, "500", "</Padding></Error>"),
        (describe_images, "500", "</RequestID></Response>"),
        (invoke, "502", "\"}"),
    ] {
        let sandbox = start_with(Fault::HugeError);
        let mut stream = request(&sandbox).connect();
        let (mut start, mut last) = (Vec::new(), Vec::new());
        let (mut length, mut buffer) = (0, vec![0; 1 << 20]);
        loop {
            let count = stream.read(&mut buffer).unwrap();
            if count == 0 {
                break;
            }
            start.extend_from_slice(&buffer[..count.min(2048_usize.saturating_sub(start.len()))]);
            last.extend_from_slice(&buffer[..count]);
            last.drain(..last.len().saturating_sub(64));
            length += count;
        }
        let start = String::from_utf8(start).unwrap();
        assert!(start.starts_with(&format!("HTTP/1.1 {status} ")), "{start}");
        assert!(length > 200_000_000, "{length}");
        assert!(String::from_utf8(last).unwrap().ends_with(end));
    }
}

#[test]
fn an_endless_body_continues_without_a_content_length() {
    for request in [list_objects as MakeRequest, describe_images, invoke] {
        let sandbox = start_with(Fault::EndlessBody);
        let mut stream = request(&sandbox).connect();
        let mut start = vec![0; 20_000_000];
        stream.read_exact(&mut start).expect("more than 20 MB");
        let head = String::from_utf8_lossy(&start[..1000]).to_lowercase();
        assert!(head.starts_with("http/1.1 200 ") && !head.contains("content-length"), "{head}");
    }
}

#[test]
fn nested_entities_are_small_on_the_wire() {
    let response = describe_images(&start_with(Fault::NestedEntities)).send();
    assert_eq!(response.status, 500);
    assert!(response.body.contains("<!ENTITY b \"&a;&a;") && response.body.len() < 1024);
}

#[test]
fn a_sandbox_with_any_fault_starts_and_stops() {
    for fault in Fault::ALL {
        let sandbox = start_with(fault);
        let mut stream = list_objects(&sandbox).connect();
        drop(sandbox);
        let mut rest = Vec::new();
        // The response may be complete, cut or reset, depending on timing.
        let _ = stream.read_to_end(&mut rest);
    }
}
