//! Each fault over a plain socket, byte by byte, in the words of the service that is called.

use std::io::{ErrorKind, Read as _};
use std::time::Duration;

use sandbox::{Fault, Options, Sandbox, facts};

use super::support::{Answer, Call, Wire};

fn sandbox(fault: Fault) -> Sandbox {
    Sandbox::start(Options { fault: Some(fault), ..Options::default() }).expect("a free port")
}

/// How a request is made for a sandbox.
type Ask = fn(&Sandbox) -> Wire;

fn list_objects(sandbox: &Sandbox) -> Wire {
    Call::by(sandbox, "admin", "/archive?list-type=2&max-keys=100").signed()
}

fn describe_images(sandbox: &Sandbox) -> Wire {
    let call = Call::by(sandbox, "admin", "/").with(|it| {
        (it.method, it.service) = ("POST", "ec2");
        it.body = "Action=DescribeImages&Version=2016-11-15".into();
        it.headers.push(("content-type".into(), "application/x-www-form-urlencoded".into()));
    });
    call.signed()
}

fn invoke(sandbox: &Sandbox) -> Wire {
    let url = sandbox.api_url();
    let path = url.strip_prefix(sandbox.endpoint()).unwrap();
    Call::by(sandbox, "admin", path).with(|it| it.service = "execute-api").signed()
}

/// What came of a connection: its bytes, and how it ended.
struct Ended {
    head: String,
    body: Vec<u8>,
    by: Option<ErrorKind>,
}

/// Sends a request, and reads until the connection ends or half a second is silent.
fn ended(wire: &Wire) -> Ended {
    let mut stream = wire.connect();
    stream.set_read_timeout(Some(Duration::from_millis(500))).unwrap();
    let (mut bytes, mut buffer) = (Vec::new(), [0; 4096]);
    let by = loop {
        match stream.read(&mut buffer) {
            Ok(0) => break None,
            Ok(count) => bytes.extend_from_slice(&buffer[..count]),
            Err(error) => break Some(error.kind()),
        }
    };
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n");
    let body = end.map_or(Vec::new(), |end| bytes.split_off(end + 4));
    Ended { head: String::from_utf8(bytes).unwrap(), body, by }
}

impl Ended {
    fn promised(&self) -> usize {
        let mut lines = self.head.lines();
        let length = lines.find_map(|line| line.strip_prefix("content-length: "));
        length.expect("a content-length").parse().unwrap()
    }
}

/// The answer to an unharmed sandbox's twin of the request.
fn unharmed(wire: Ask) -> Answer {
    let sandbox = Sandbox::start(Options::default()).unwrap();
    wire(&sandbox).send()
}

#[test]
fn throttling_and_internal_errors_have_the_form_of_their_service() {
    let cases: [(Ask, _, _); 3] = [
        (list_objects, "s3", ["SlowDown (throttled)", "InternalError"]),
        (describe_images, "ec2", ["RequestLimitExceeded, newer", "InternalError"]),
        (invoke, "execute-api", ["throttled", "integration failure"]),
    ];
    for (wire, service, [throttled, broken]) in cases {
        let filled = [("account", "111122223333"), ("action", "ec2:DescribeImages")];
        let answer = wire(&sandbox(Fault::Throttled)).send();
        super::refusals::assert_plays(&answer, service, throttled, &filled);
        let answer = wire(&sandbox(Fault::InternalError)).send();
        super::refusals::assert_plays(&answer, service, broken, &[]);
        let answer = wire(&sandbox(Fault::ErrorInSuccess)).send();
        let fact = facts::find(service, broken).unwrap();
        assert_eq!(answer.status, 200);
        assert!(answer.body.contains(fact.message.as_deref().unwrap()), "{}", answer.body);
    }
}

#[test]
fn what_stands_in_between_answers_in_its_own_words() {
    for wire in [list_objects, describe_images, invoke] {
        for (fault, status, content_type, begin) in [
            (Fault::GatewayPage, 502, "text/html", "<html>"),
            (Fault::NotXml, 503, "text/plain", "upstream connect error"),
            (Fault::EmptyError, 503, "", ""),
            (Fault::LoginPage, 200, "text/html; charset=utf-8", "<!DOCTYPE html>"),
        ] {
            let answer = wire(&sandbox(fault)).send();
            assert_eq!(answer.status, status, "{fault:?}");
            assert_eq!(answer.header("content-type"), content_type, "{fault:?}");
            assert!(answer.body.starts_with(begin), "{fault:?}: {}", answer.body);
            assert_eq!(answer.body.is_empty(), begin.is_empty(), "{fault:?}");
        }
    }
    let answer = list_objects(&sandbox(Fault::EmptySuccess)).send();
    assert_eq!((answer.status, answer.body.as_str()), (200, ""));
    assert_eq!((answer.header("content-length"), answer.header("server")), ("0", "AmazonS3"));
}

#[test]
fn a_cut_document_ends_behind_a_whole_item_and_has_the_length_it_says() {
    for (wire, item_end) in [(list_objects as Ask, "</Contents>"), (describe_images, "</item>")] {
        let whole = unharmed(wire).body;
        let ended = ended(&wire(&sandbox(Fault::CutDocument)));
        let body = String::from_utf8(ended.body.clone()).unwrap();
        assert!(ended.head.starts_with("HTTP/1.1 200 OK\r\n"), "{}", ended.head);
        assert_eq!((ended.promised(), ended.by), (body.len(), None));
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
fn a_body_is_cut_by_a_close_or_by_a_reset() {
    for (fault, by) in [(Fault::CutBody, None), (Fault::Reset, Some(ErrorKind::ConnectionReset))] {
        // Short bodies: what the receiving end has no room for is lost with a reset.
        for wire in [list_objects, invoke] {
            let ended = ended(&wire(&sandbox(fault)));
            assert!(ended.head.starts_with("HTTP/1.1 200 OK\r\n"), "{fault:?}: {}", ended.head);
            assert_eq!((ended.body.len(), ended.by), (ended.promised() / 2, by), "{fault:?}");
        }
    }
}

#[test]
fn a_connection_may_end_or_stay_without_an_answer() {
    for (fault, half, by) in [
        (Fault::NoAnswer, false, None),
        (Fault::Silence, false, Some(ErrorKind::WouldBlock)),
        (Fault::Stall, true, Some(ErrorKind::WouldBlock)),
    ] {
        let ended = ended(&list_objects(&sandbox(fault)));
        assert_eq!((ended.head.is_empty(), ended.by), (!half, by), "{fault:?}");
        if half {
            assert_eq!(ended.body.len(), ended.promised() / 2);
        }
    }
}

#[test]
fn one_byte_is_no_utf8() {
    for wire in [list_objects, describe_images, invoke] {
        let Ended { body, by, .. } = ended(&wire(&sandbox(Fault::BadUtf8)));
        let error = std::str::from_utf8(&body).expect_err("one byte is bad");
        assert_eq!((body[error.valid_up_to()], by), (0xE9, None));
        let rest = [&body[..error.valid_up_to()], &body[error.valid_up_to() + 1..]].concat();
        assert!(String::from_utf8(rest).is_ok());
    }
}

#[test]
fn a_huge_error_is_200_megabytes_of_a_well_formed_document() {
    for (wire, status, end) in [
        (list_objects as Ask, "500", "</Padding></Error>"),
        (describe_images, "500", "</RequestID></Response>"),
        (invoke, "502", "\"}"),
    ] {
        let sandbox = sandbox(Fault::HugeError);
        let mut stream = wire(&sandbox).connect();
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
fn an_endless_body_goes_on_past_any_right_answer_and_says_no_length() {
    for wire in [list_objects as Ask, describe_images, invoke] {
        let sandbox = sandbox(Fault::EndlessBody);
        let mut stream = wire(&sandbox).connect();
        let mut start = vec![0; 20_000_000];
        stream.read_exact(&mut start).expect("more than 20 MB");
        let head = String::from_utf8_lossy(&start[..1000]).to_lowercase();
        assert!(head.starts_with("http/1.1 200 ") && !head.contains("content-length"), "{head}");
    }
}

#[test]
fn nested_entities_are_small_on_the_wire() {
    let answer = describe_images(&sandbox(Fault::NestedEntities)).send();
    assert_eq!(answer.status, 500);
    assert!(answer.body.contains("<!ENTITY b \"&a;&a;") && answer.body.len() < 1024);
}

#[test]
fn a_sandbox_with_any_fault_starts_and_stops() {
    for fault in Fault::ALL {
        let sandbox = sandbox(fault);
        let mut stream = list_objects(&sandbox).connect();
        drop(sandbox);
        let mut rest = Vec::new();
        // What had come by then is the client's; a reset is as good an end as any.
        let _ = stream.read_to_end(&mut rest);
    }
}
