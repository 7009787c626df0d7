//! What the server serves, and its robustness.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use super::support::{HttpResponse, TestCall, encode, exchange, start};
use sandbox::{Options, Sandbox, StartError};

fn connect(sandbox: &Sandbox) -> TcpStream {
    TcpStream::connect(sandbox.endpoint().trim_start_matches("http://")).unwrap()
}

fn get(sandbox: &Sandbox, target: &str) -> HttpResponse {
    TestCall::by(sandbox, "admin", target).signed().send()
}

#[test]
fn buckets_are_listed_completely_and_in_pages() {
    let sandbox = start();
    let all = get(&sandbox, "/");
    assert_eq!(all.elements("Name"), sandbox.bucket_names());
    assert_eq!(all.element("BucketRegion"), None);

    let mut names = Vec::new();
    let mut target = "/?max-buckets=3".to_owned();
    loop {
        let page = get(&sandbox, &target);
        names.extend(page.elements("Name"));
        assert_eq!(page.elements("BucketArn").len(), page.elements("Name").len());
        match page.element("ContinuationToken") {
            Some(token) => {
                target = format!("/?continuation-token={}&max-buckets=3", encode(&token));
            }
            None => break,
        }
    }
    assert_eq!(names, sandbox.bucket_names());
    assert_eq!(get(&sandbox, "/?bucket-region=eu-west-1").elements("Name"), ["europe"]);
    assert_eq!(get(&sandbox, "/?prefix=e").elements("Name"), ["empty", "europe"]);
    let wrong = get(&sandbox, "/?bucket-region=eu-east-1");
    assert_eq!(
        wrong.element("Message").unwrap(),
        "Argument value eu-east-1 is not a valid AWS Region"
    );
}

#[test]
fn objects_are_listed_in_pages_of_a_thousand() {
    let sandbox = start();
    let (mut keys, mut counts) = (Vec::new(), Vec::new());
    let mut target = "/archive?list-type=2".to_owned();
    loop {
        let page = get(&sandbox, &target);
        counts.push(page.element("KeyCount").unwrap());
        keys.extend(page.elements("Key"));
        match page.element("NextContinuationToken") {
            None => break,
            Some(token) => {
                target = format!("/archive?continuation-token={}&list-type=2", encode(&token));
            }
        }
    }
    assert_eq!(counts, ["1000", "1000", "500"]);
    assert!(keys.is_sorted(), "by their UTF-8 bytes");
    for key in
        ["awkward/line\nfeed", "awkward/carriage\rreturn", "awkward/<tag>", "awkward/this & that"]
    {
        assert!(keys.iter().any(|it| it == key), "{key:?}");
    }
}

#[test]
fn every_awkward_key_can_be_fetched_and_presigned() {
    let sandbox = start();
    let page = get(&sandbox, "/archive?list-type=2&prefix=awkward%2F");
    let keys = page.elements("Key");
    assert!(keys.len() > 30);
    for key in keys {
        let path: Vec<_> = key.split('/').map(encode).collect();
        let target = format!("/archive/{}", path.join("/"));
        for request in [
            TestCall::by(&sandbox, "reader", &target).signed(),
            TestCall::by(&sandbox, "temporary", &target).presigned("60"),
        ] {
            let response = request.send();
            assert_eq!(
                response.body,
                format!("The key of this object is {key:?}.\n"),
                "{response:?}"
            );
        }
    }
}

#[test]
fn a_listing_can_be_restricted() {
    let sandbox = start();
    let page = get(&sandbox, "/archive?delimiter=%2F&list-type=2");
    assert_eq!(page.elements("Key"), ["about.txt"]);
    assert_eq!(page.elements("Prefix"), ["", "awkward/", "data/"]);
    assert_eq!(page.element("KeyCount").unwrap(), "3");

    let page =
        get(&sandbox, "/archive?encoding-type=url&list-type=2&max-keys=1&prefix=awkward%2Fa%2B");
    assert_eq!(page.elements("Key"), ["awkward/a%2Bb=c"]);
    assert_eq!(page.element("Prefix").unwrap(), "awkward/a%2B");
    assert_eq!(page.element("EncodingType").unwrap(), "url");

    let page = get(&sandbox, "/notes?fetch-owner=true&list-type=2&start-after=bytes.bin");
    assert_eq!(page.elements("Key"), ["greeting.txt", "nothing"]);
    assert_eq!(page.element("StartAfter").unwrap(), "bytes.bin");
    assert_eq!(page.elements("Owner").len(), 2);

    let page = get(&sandbox, "/notes?list-type=2&max-keys=0");
    assert_eq!(page.element("KeyCount").unwrap(), "0");
    assert_eq!(page.element("IsTruncated").unwrap(), "false");
    assert_eq!(get(&sandbox, "/empty?list-type=2").element("KeyCount").unwrap(), "0");
}

#[test]
fn the_first_version_of_the_listing_pages_by_marker() {
    let sandbox = start();
    let page = get(&sandbox, "/notes?max-keys=2");
    assert_eq!(page.elements("Key"), ["bytes.bin", "greeting.txt"]);
    assert_eq!(page.element("Marker").unwrap(), "");
    assert_eq!(page.element("NextMarker"), None);
    let page = get(&sandbox, "/notes?marker=greeting.txt&max-keys=2");
    assert_eq!(page.elements("Key"), ["nothing"]);
    let page = get(&sandbox, "/archive?delimiter=%2F&max-keys=2");
    assert_eq!(page.element("NextMarker").unwrap(), "awkward/");
    let page = get(&sandbox, "/archive?delimiter=%2F&marker=awkward%2F&max-keys=2");
    assert_eq!(page.elements("Prefix"), ["", "data/"]);
}

#[test]
fn objects_are_returned_completely_or_in_ranges() {
    let sandbox = start();
    let whole = get(&sandbox, "/notes/greeting.txt");
    assert_eq!((whole.status, whole.body.as_str()), (200, "Nothing to report"));
    assert_eq!(whole.header("content-type"), "text/plain");
    assert_eq!(whole.header("etag"), "\"e3c822904cc63c368d85495f967ad7a4\"");
    assert_eq!(whole.header("last-modified"), "Mon, 30 Jun 2025 23:59:59 GMT");

    let range = |range: &str| {
        let call = TestCall::by(&sandbox, "admin", "/notes/greeting.txt");
        call.with(|it| it.push("range", range)).signed().send()
    };
    let part = range("bytes=8-9");
    assert_eq!((part.status, part.body.as_str()), (206, "to"));
    assert_eq!(part.header("content-range"), "bytes 8-9/17");
    let beyond = range("bytes=99-");
    assert_eq!((beyond.status, beyond.element("Code").unwrap().as_str()), (416, "InvalidRange"));
    assert_eq!(beyond.element("ActualObjectSize").unwrap(), "17");

    let named =
        "/notes/greeting.txt?response-content-disposition=attachment%3B%20filename%3D%22a%20b%22";
    assert_eq!(get(&sandbox, named).header("content-disposition"), "attachment; filename=\"a b\"");

    let missing = get(&sandbox, "/notes/nobody");
    assert_eq!((missing.status, missing.element("Key").unwrap().as_str()), (404, "nobody"));
}

#[test]
fn responses_to_head_have_no_body() {
    let sandbox = start();
    let head = |target: &str, region| {
        let call = TestCall::by(&sandbox, "admin", target);
        let response = call.with(|it| (it.method, it.region) = ("HEAD", region)).signed().send();
        assert_eq!(response.body, "", "{target}");
        response
    };
    let object = head("/notes/greeting.txt", "us-east-1");
    assert_eq!((object.status, object.header("content-length")), (200, "17"));
    let bucket = head("/europe", "eu-west-1");
    assert_eq!((bucket.status, bucket.header("x-amz-bucket-region")), (200, "eu-west-1"));
    let elsewhere = head("/europe", "us-east-1");
    assert_eq!((elsewhere.status, elsewhere.header("x-amz-bucket-region")), (301, "eu-west-1"));
    assert_eq!(head("/europe", "us-west-2").status, 400);
    assert_eq!(head("/notes/nobody", "us-east-1").status, 404);
    assert_eq!(head("/nobody", "us-east-1").status, 404);
}

#[test]
fn buckets_are_found_by_host_name_and_have_a_location() {
    let sandbox = start();
    let by_host = |host: &str, target: &str, region| {
        let call = TestCall::by(&sandbox, "admin", target);
        call.with(|it| {
            it.push("host", host);
            it.region = region;
        })
        .signed()
        .send()
    };
    for host in ["notes.localhost:1", "notes.s3.localhost", "notes.s3.us-east-1.amazonaws.com"] {
        let response = by_host(host, "/greeting.txt", "us-east-1");
        assert_eq!(response.body, "Nothing to report", "{host}");
    }
    let there = by_host("s3.eu-west-1.amazonaws.com", "/", "eu-west-1");
    assert_eq!(there.elements("Name"), sandbox.bucket_names());
    let location = by_host("europe.s3.eu-west-1.amazonaws.com", "/?location=", "eu-west-1");
    assert!(location.body.contains(">eu-west-1</LocationConstraint>"), "{}", location.body);
    assert!(get(&sandbox, "/notes?location").body.contains("<LocationConstraint xmlns="));
}

#[test]
fn invalid_requests_are_refused() {
    let sandbox = start();
    for (method, target, status, code) in [
        ("GET", "/nobody", 404, "NoSuchBucket"),
        ("GET", "/No_Body", 400, "InvalidBucketName"),
        ("GET", "/notes?acl=", 501, "NotImplemented"),
        ("PUT", "/notes/new", 501, "NotImplemented"),
        ("DELETE", "/notes/nothing", 501, "NotImplemented"),
        ("PATCH", "/notes/nothing", 405, "MethodNotAllowed"),
        ("DELETE", "/", 405, "MethodNotAllowed"),
        ("GET", "/notes?list-type=2&max-keys=blah", 400, "InvalidArgument"),
        ("GET", "/notes?list-type=2&max-keys=-2", 400, "InvalidArgument"),
        ("GET", "/notes?encoding-type=value&list-type=2", 400, "InvalidArgument"),
        ("GET", "/notes?continuation-token=bogus&list-type=2", 400, "InvalidArgument"),
        ("GET", "/?max-buckets=0", 400, "InvalidArgument"),
        ("GET", "/?max-buckets=10001", 400, "InvalidArgument"),
        ("GET", "/?max-buckets=x", 400, "InvalidArgument"),
        ("GET", "/?bucket-region=eu-east-1", 400, "InvalidArgument"),
    ] {
        let call = TestCall::by(&sandbox, "admin", target).with(|it| it.method = method);
        let response = call.signed().send();
        let actual = (response.status, response.element("Code").unwrap());
        assert_eq!(actual, (status, code.to_owned()), "{method} {target}");
    }
}

#[test]
fn a_connection_serves_many_requests() {
    let sandbox = start();
    let mut stream = connect(&sandbox);
    for _ in 0..3 {
        stream.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
        let mut response = Vec::new();
        while !response.ends_with(b"</Error>") {
            let mut byte = [0];
            stream.read_exact(&mut byte).unwrap();
            response.push(byte[0]);
        }
        assert!(response.starts_with(b"HTTP/1.1 403 "));
    }
}

#[test]
fn garbage_does_not_stop_the_server() {
    let sandbox = start();
    let long = format!("GET / HTTP/1.1\r\nx: {}\r\n\r\n", "y".repeat(1 << 20));
    for garbage in [
        "\0\0\0\r\n\r\n",
        "GET\r\n\r\n",
        "GET /<> HTTP/1.1\r\nhost: x\r\n\r\n",
        "GET / HTTP/1.1\r\nno colon\r\n\r\n",
        "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000000\r\nconnection: close\r\n\r\n",
        &long,
    ] {
        let mut stream = connect(&sandbox);
        let _ = stream.write_all(garbage.as_bytes());
        let _ = stream.shutdown(std::net::Shutdown::Write);
        let _ = stream.read_to_end(&mut Vec::new());
    }
    for target in ["/%", "/%zz?%", "/%ff%fe?a=%ff", "/archive/%00", "//", "/?&&=&=", "/?a=1&a=1"] {
        let request = format!("GET {target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        assert!(exchange(sandbox.endpoint(), request.as_bytes()).status < 500, "{target}");
    }
    assert_eq!(get(&sandbox, "/").status, 200);
}

#[test]
fn a_body_that_is_too_large_is_refused() {
    let sandbox = start();
    let head = "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 5000000\r\n\r\n";
    let mut stream = connect(&sandbox);
    stream.write_all(head.as_bytes()).unwrap();
    // The server may respond and close the connection before it has read everything.
    let _ = stream.write_all(&vec![b'x'; 5_000_000]);
    let mut response = Vec::new();
    let _ = stream.read_to_end(&mut response);
    assert!(response.is_empty() || response.starts_with(b"HTTP/1.1 400"), "{response:?}");
    assert_eq!(get(&sandbox, "/").status, 200);
}

#[test]
fn a_stalled_request_times_out() {
    let request_timeout = std::time::Duration::from_millis(200);
    let sandbox = Sandbox::start(Options { request_timeout, ..Options::default() }).unwrap();
    let length = "content-length: 4000";
    for (request, expected) in [
        ("GET / HT".to_owned(), ""),
        ("GET / HTTP/1.1\r\nhost: x\r\n".to_owned(), ""),
        (format!("POST / HTTP/1.1\r\nhost: x\r\n{length}\r\n\r\n"), "HTTP/1.1 400"),
        (format!("POST / HTTP/1.1\r\nhost: x\r\n{length}\r\n\r\nAction="), "HTTP/1.1 400"),
    ] {
        let mut stream = connect(&sandbox);
        stream.set_read_timeout(Some(std::time::Duration::from_secs(10))).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).expect("the connection is closed");
        assert!(response.starts_with(expected), "{request}: {response}");
        let is_named = response.contains("<Code>RequestTimeout</Code>");
        assert_eq!(is_named, !expected.is_empty(), "{request}: {response}");
    }
    assert_eq!(get(&sandbox, "/").status, 200);
}

#[test]
fn a_port_is_used_once_and_released() {
    let first = start();
    let port = first.endpoint().rsplit(':').next().unwrap().parse().unwrap();
    let again = || Sandbox::start(Options { port, ..Options::default() });
    let refused = again().unwrap_err();
    assert!(matches!(refused, StartError::Listen { port: p, .. } if p == port), "{refused}");
    drop(first);
    assert_eq!(get(&again().expect("the port is free again"), "/").status, 200);
}
