//! The server as a whole: what it serves to those who may, and that nothing brings it down.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use super::support::{Answer, Call, encode, exchange};
use sandbox::{Options, Sandbox, StartError};

fn sandbox() -> Sandbox {
    Sandbox::start(Options::default()).expect("a free port")
}

fn get(sandbox: &Sandbox, target: &str) -> Answer {
    Call::by(sandbox, "admin", target).signed().send()
}

#[test]
fn buckets_are_listed_whole_and_in_pages() {
    let sandbox = sandbox();
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
    for most in ["0", "10001", "x"] {
        assert_eq!(get(&sandbox, &format!("/?max-buckets={most}")).status, 400);
    }
}

#[test]
fn objects_are_listed_in_pages_of_a_thousand() {
    let sandbox = sandbox();
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
    let sandbox = sandbox();
    let page = get(&sandbox, "/archive?list-type=2&prefix=awkward%2F");
    let keys = page.elements("Key");
    assert!(keys.len() > 30);
    for key in keys {
        let path: Vec<_> = key.split('/').map(encode).collect();
        let target = format!("/archive/{}", path.join("/"));
        for wire in [
            Call::by(&sandbox, "reader", &target).signed(),
            Call::by(&sandbox, "temporary", &target).presigned("60"),
        ] {
            let answer = wire.send();
            assert_eq!(answer.body, format!("The key of this object is {key:?}.\n"), "{answer:?}");
        }
    }
}

#[test]
fn a_listing_can_be_narrowed_down() {
    let sandbox = sandbox();
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

    for (query, code) in [
        ("list-type=2&max-keys=blah", "InvalidArgument"),
        ("list-type=2&max-keys=-2", "InvalidArgument"),
        ("encoding-type=value&list-type=2", "InvalidArgument"),
        ("continuation-token=bogus&list-type=2", "InvalidArgument"),
        ("acl=", "NotImplemented"),
    ] {
        assert_eq!(get(&sandbox, &format!("/notes?{query}")).element("Code").unwrap(), code);
    }
}

#[test]
fn the_first_version_of_the_listing_pages_by_marker() {
    let sandbox = sandbox();
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
fn objects_come_whole_or_in_part() {
    let sandbox = sandbox();
    let whole = get(&sandbox, "/notes/greeting.txt");
    assert_eq!((whole.status, whole.body.as_str()), (200, "Nothing to report"));
    assert_eq!(whole.header("content-type"), "text/plain");
    assert_eq!(whole.header("etag"), "\"e3c822904cc63c368d85495f967ad7a4\"");
    assert_eq!(whole.header("last-modified"), "Mon, 30 Jun 2025 23:59:59 GMT");

    let range = |range: &str| {
        let call = Call::by(&sandbox, "admin", "/notes/greeting.txt");
        call.with(|it| it.headers.push(("range".into(), range.into()))).signed().send()
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
fn head_answers_without_a_body() {
    let sandbox = sandbox();
    let head = |target: &str, region| {
        let call = Call::by(&sandbox, "admin", target);
        let answer = call.with(|it| (it.method, it.region) = ("HEAD", region)).signed().send();
        assert_eq!(answer.body, "", "{target}");
        answer
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
fn buckets_are_found_by_host_name_and_say_where_they_live() {
    let sandbox = sandbox();
    let by_host = |host: &str, target: &str, region| {
        let call = Call::by(&sandbox, "admin", target);
        call.with(|it| {
            it.headers.push(("host".into(), host.into()));
            it.region = region;
        })
        .signed()
        .send()
    };
    for host in ["notes.localhost:1", "notes.s3.localhost", "notes.s3.us-east-1.amazonaws.com"] {
        let answer = by_host(host, "/greeting.txt", "us-east-1");
        assert_eq!(answer.body, "Nothing to report", "{host}");
    }
    let there = by_host("s3.eu-west-1.amazonaws.com", "/", "eu-west-1");
    assert_eq!(there.elements("Name"), sandbox.bucket_names());
    let location = by_host("europe.s3.eu-west-1.amazonaws.com", "/?location=", "eu-west-1");
    assert!(location.body.contains(">eu-west-1</LocationConstraint>"), "{}", location.body);
    assert!(get(&sandbox, "/notes?location").body.contains("<LocationConstraint xmlns="));
}

#[test]
fn what_is_not_there_or_not_offered_is_refused_in_s3s_words() {
    let sandbox = sandbox();
    let call = |method, target: &str| {
        let answer =
            Call::by(&sandbox, "admin", target).with(|it| it.method = method).signed().send();
        (answer.status, answer.element("Code").unwrap())
    };
    assert_eq!(call("GET", "/nobody"), (404, "NoSuchBucket".into()));
    assert_eq!(call("GET", "/No_Body"), (400, "InvalidBucketName".into()));
    assert_eq!(call("PUT", "/notes/new"), (501, "NotImplemented".into()));
    assert_eq!(call("DELETE", "/notes/nothing"), (501, "NotImplemented".into()));
    assert_eq!(call("PATCH", "/notes/nothing"), (405, "MethodNotAllowed".into()));
    assert_eq!(call("DELETE", "/"), (405, "MethodNotAllowed".into()));
}

#[test]
fn a_connection_serves_many_requests() {
    let sandbox = sandbox();
    let mut stream = TcpStream::connect(sandbox.endpoint().trim_start_matches("http://")).unwrap();
    for _ in 0..3 {
        stream.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
        let mut answer = Vec::new();
        while !answer.ends_with(b"</Error>") {
            let mut byte = [0];
            stream.read_exact(&mut byte).unwrap();
            answer.push(byte[0]);
        }
        assert!(answer.starts_with(b"HTTP/1.1 403 "));
    }
}

#[test]
fn nothing_a_client_sends_brings_it_down() {
    let sandbox = sandbox();
    let long = format!("GET / HTTP/1.1\r\nx: {}\r\n\r\n", "y".repeat(1 << 20));
    for garbage in [
        "\0\0\0\r\n\r\n",
        "GET\r\n\r\n",
        "GET /<> HTTP/1.1\r\nhost: x\r\n\r\n",
        "GET / HTTP/1.1\r\nno colon\r\n\r\n",
        "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000000\r\nconnection: close\r\n\r\n",
        &long,
    ] {
        let mut stream =
            TcpStream::connect(sandbox.endpoint().trim_start_matches("http://")).unwrap();
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
    let sandbox = sandbox();
    let head = "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 5000000\r\n\r\n";
    let mut stream = TcpStream::connect(sandbox.endpoint().trim_start_matches("http://")).unwrap();
    stream.write_all(head.as_bytes()).unwrap();
    // The server may answer and hang up before it has seen it all.
    let _ = stream.write_all(&vec![b'x'; 5_000_000]);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    assert!(answer.is_empty() || answer.starts_with(b"HTTP/1.1 400"), "{answer:?}");
    assert_eq!(get(&sandbox, "/").status, 200);
}

#[test]
fn a_request_that_stalls_ends_when_the_time_is_up() {
    let request_timeout = std::time::Duration::from_millis(200);
    let sandbox = Sandbox::start(Options { request_timeout, ..Options::default() }).unwrap();
    let length = "content-length: 4000";
    for (request, answered) in [
        ("GET / HT".to_owned(), ""),
        ("GET / HTTP/1.1\r\nhost: x\r\n".to_owned(), ""),
        (format!("POST / HTTP/1.1\r\nhost: x\r\n{length}\r\n\r\n"), "HTTP/1.1 400"),
        (format!("POST / HTTP/1.1\r\nhost: x\r\n{length}\r\n\r\nAction="), "HTTP/1.1 400"),
    ] {
        let mut stream =
            TcpStream::connect(sandbox.endpoint().trim_start_matches("http://")).unwrap();
        stream.set_read_timeout(Some(std::time::Duration::from_secs(10))).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("the connection ends");
        assert!(answer.starts_with(answered), "{request}: {answer}");
        let is_named = answer.contains("<Code>RequestTimeout</Code>");
        assert_eq!(is_named, !answered.is_empty(), "{request}: {answer}");
    }
    assert_eq!(get(&sandbox, "/").status, 200);
}

#[test]
fn a_port_is_taken_once_and_given_back() {
    let first = sandbox();
    let port = first.endpoint().rsplit(':').next().unwrap().parse().unwrap();
    let again = || Sandbox::start(Options { port, ..Options::default() });
    let refused = again().unwrap_err();
    assert!(matches!(refused, StartError::Listen { port: p, .. } if p == port), "{refused}");
    drop(first);
    assert_eq!(get(&again().expect("the port is free again"), "/").status, 200);
}
