//! The client against servers that behave badly, and what its user is told.

use std::net::TcpListener;
use std::time::{Duration, SystemTime};

use contract::{
    Addressing, Answer, CaBundle, Client as _, Clock, DryRun, Endpoint, Failure, InvokeApi,
    Operation, Pages, PresignGet, Proxies, Reply, RunInstances, Signing, Stage, Target,
    WaitUntilRunning,
};
use raw::{Client, Retries};

use crate::answers::{describe_images, documents, run_instances};
use crate::listings::list_objects;
use crate::script::{Act, Server, answer, ok};
use crate::{credentials, target};

const BUCKETS: &str = "<ListAllMyBucketsResult><Buckets/></ListAllMyBucketsResult>";

#[tokio::test]
async fn what_is_sent_is_what_was_signed() {
    let server = Server::start(vec![ok(
        "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>",
    )]);
    let endpoint = server.endpoint.clone();
    let token = credentials().with_session_token("FwoGZXIvYXdzEXAMPLETOKEN");
    let client = Client::new(local(&endpoint), token).unwrap();
    let mut input = match list_objects() {
        Operation::ListObjects(input) => input,
        other => panic!("{other:?}"),
    };
    input.prefix = Some("a b".into());
    let reply = client.call(&Operation::ListObjects(input)).await;
    assert!(reply.result.is_ok(), "{reply:?}");
    let requests = server.requests();
    let (line, headers) = requests[0].split_once("\r\n").unwrap();
    assert_eq!(line, "GET /bucket?encoding-type=url&list-type=2&prefix=a%20b HTTP/1.1");
    let mut headers: Vec<_> = headers.trim_end().lines().collect();
    headers.sort_unstable();
    let host = endpoint.trim_start_matches("http://");
    let [accept, authorization, rest @ ..] = &headers[..] else { panic!("{headers:?}") };
    assert_eq!(*accept, "accept: */*");
    assert!(
        authorization.starts_with(
            "authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260101/eu-west-1/s3/aws4_request, \
             SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token, Signature="
        ),
        "{authorization}"
    );
    assert_eq!(
        rest,
        [
            format!("host: {host}").as_str(),
            "x-amz-content-sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "x-amz-date: 20260101T000000Z",
            "x-amz-security-token: FwoGZXIvYXdzEXAMPLETOKEN",
        ]
    );
}

#[tokio::test]
async fn an_unsigned_call_carries_nothing_of_the_callers() {
    let server = Server::start(vec![answer(200, "", "hello")]);
    let url = format!("{}/stage/route?x=1", server.endpoint);
    let invoke = Operation::InvokeApi(InvokeApi { url, signing: Signing::Unsigned });
    let reply = call(&server.endpoint, &invoke).await;
    assert!(matches!(&reply.result, Ok(Answer::Api(api)) if api.body == "hello"), "{reply:?}");
    let request = server.requests().remove(0);
    assert!(request.starts_with("GET /stage/route?x=1 HTTP/1.1\r\n"), "{request}");
    assert!(!request.contains("authorization") && !request.contains("x-amz"), "{request}");
}

#[tokio::test]
async fn a_presigned_url_is_made_without_a_call() {
    let input = PresignGet {
        bucket: "bucket".into(),
        key: "../a//b %41".into(),
        expires: Duration::from_mins(15),
    };
    let reply = call("http://127.0.0.1:9", &Operation::PresignGet(input.clone())).await;
    let Ok(Answer::Presigned(presigned)) = reply.result else { panic!("{reply:?}") };
    assert_eq!(reply.requests, 0);
    assert!(
        presigned.url.starts_with(
            "http://127.0.0.1:9/bucket/../a//b%20%2541?X-Amz-Algorithm=AWS4-HMAC-SHA256&"
        ),
        "{}",
        presigned.url
    );
    assert!(presigned.url.contains("&X-Amz-Expires=900&"), "{}", presigned.url);

    let week_and_more = PresignGet { expires: Duration::from_secs(604_801), ..input };
    let failure = failure("http://127.0.0.1:9", &Operation::PresignGet(week_and_more)).await;
    assert_eq!(failure.stage, Stage::Sign);
    assert!(failure.display.contains("604801"), "{}", failure.display);
}

#[tokio::test]
async fn nobody_listening_is_said_with_the_systems_word_for_it() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let failure = failure(&endpoint, &Operation::ListBuckets).await;
    assert_eq!(failure.stage, Stage::Dispatch);
    assert!(
        failure.display.starts_with(&format!(
            "ListBuckets at {endpoint}/: no connection to {endpoint}: Connection refused"
        )),
        "{}",
        failure.display
    );
    assert!(failure.advice.unwrap().contains("listening"));
    assert!(failure.context.contains("\n  caused by: "), "{}", failure.context);
}

#[tokio::test]
async fn a_name_without_an_address_is_said() {
    let failure = failure("http://nowhere.invalid", &Operation::ListBuckets).await;
    assert_eq!(failure.stage, Stage::Dispatch);
    assert!(
        failure.display.contains("the host of http://nowhere.invalid is not found"),
        "{failure}"
    );
}

#[tokio::test]
async fn no_tls_is_told_from_no_connection() {
    let server = Server::start(Vec::new());
    let plain = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("https://{}", plain.local_addr().unwrap());
    let answering = std::thread::spawn(move || {
        use std::io::Write as _;
        plain.accept().unwrap().0.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").unwrap();
    });
    let failure = failure(&endpoint, &Operation::ListBuckets).await;
    answering.join().unwrap();
    server.requests();
    assert_eq!(failure.stage, Stage::Dispatch);
    assert!(failure.display.contains("no TLS session with https://127.0.0.1"), "{failure}");
}

#[tokio::test]
async fn a_closed_connection_is_a_failure_to_dispatch() {
    for begun in [Act::HangUp, Act::Answer(b"HTTP/1.1 200".to_vec())] {
        let server = Server::start(vec![begun]);
        let failure = failure(&server.endpoint, &Operation::ListBuckets).await;
        assert_eq!(failure.stage, Stage::Dispatch);
        assert!(failure.display.contains("ended the connection without an answer"), "{failure}");
    }
}

#[tokio::test]
async fn what_is_not_http_is_no_answer() {
    for bytes in [
        &b"SSH-2.0-OpenSSH_9.6\r\n\r\n"[..],
        b"HTTP/1.1 200 OK\r\ncontent-length: 99999999999999999999999\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n",
    ] {
        let server = Server::start(vec![Act::Answer(bytes.to_vec())]);
        let failure = failure(&server.endpoint, &Operation::ListBuckets).await;
        assert_eq!(failure.stage, Stage::Response, "{failure}");
        assert!(failure.display.contains("is not HTTP"), "{failure}");
    }
}

#[tokio::test]
async fn a_body_shorter_than_promised_is_no_answer_and_keeps_its_ids() {
    for (bytes, received) in [
        (format!("content-length: 9999999999\r\n\r\n{BUCKETS}"), "9999999999 bytes"),
        (
            format!("transfer-encoding: chunked\r\n\r\n{:x}\r\n{BUCKETS}\r\n", BUCKETS.len()),
            "59 bytes",
        ),
    ] {
        let bytes = format!("HTTP/1.1 200 OK\r\nx-amz-request-id: R1\r\nx-amz-id-2: H1\r\n{bytes}");
        let server = Server::start(vec![Act::Answer(bytes.into_bytes())]);
        let failure = failure(&server.endpoint, &Operation::ListBuckets).await;
        assert_eq!((failure.stage, failure.status), (Stage::Response, Some(200)));
        assert_eq!(failure.request_id.as_deref(), Some("R1"));
        assert_eq!(failure.host_id.as_deref(), Some("H1"));
        assert!(
            failure.display.contains("broke off after 59") && failure.display.contains(received),
            "{failure}"
        );
    }
}

#[tokio::test]
async fn silence_ends_when_the_time_is_up() {
    for (begun, complaint) in [
        (&b""[..], "no answer from"),
        (b"HTTP/1.1 200 OK\r\n", "no answer from"),
        (
            b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n123",
            "did not end within 200ms: 3 of 10 bytes",
        ),
    ] {
        let server = Server::start(vec![Act::Stall(begun.to_vec())]);
        let mut target = local(&server.endpoint);
        target.timeouts.attempt = Duration::from_millis(200);
        let client = Client::new(target, credentials()).unwrap();
        let reply = client.call(&Operation::ListBuckets).await;
        let failure = reply.result.unwrap_err();
        assert_eq!((failure.stage, reply.requests), (Stage::Timeout, 1));
        assert!(failure.display.contains(complaint), "{failure}");
    }
}

#[tokio::test]
async fn a_connection_that_is_never_taken_ends_when_the_time_is_up() {
    // A listener that accepts nothing, its queue full: further connections hang in the system.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut held = Vec::new();
    let address = listener.local_addr().unwrap();
    while let Ok(connection) =
        std::net::TcpStream::connect_timeout(&address, Duration::from_millis(100))
    {
        held.push(connection);
    }
    let mut target = local(&format!("http://{address}"));
    target.timeouts.connect = Duration::from_millis(200);
    let client = Client::new(target, credentials()).unwrap();
    let failure = client.call(&Operation::ListBuckets).await.result.unwrap_err();
    assert_eq!(failure.stage, Stage::Timeout);
    assert!(
        failure.display.contains(&format!("no connection to http://{address} within 200ms")),
        "{failure}"
    );
}

#[tokio::test]
async fn a_cut_document_of_the_promised_length_is_no_answer() {
    for (operation, document) in documents() {
        let cut = &document[..document.len() - 3];
        let server = Server::start(vec![answer(200, "x-amzn-requestid: R1\r\n", cut)]);
        let failure = failure(&server.endpoint, &operation).await;
        assert_eq!(failure.stage, Stage::Response);
        assert_eq!(failure.request_id.as_deref(), Some("R1"));
        assert!(failure.display.contains("the answer (200) cannot be used"), "{failure}");
        server.requests();
    }
}

#[tokio::test]
async fn a_redirect_is_a_refusal_that_says_where_to() {
    let body = "<Error><Code>PermanentRedirect</Code><Message>Use the endpoint.</Message>\
                <Endpoint>bucket.s3-eu-central-1.amazonaws.com</Endpoint><Bucket>bucket</Bucket>\
                <RequestId>R</RequestId><HostId>H</HostId></Error>";
    let headers = "x-amz-bucket-region: eu-central-1\r\nlocation: http://127.0.0.1:9/\r\n";
    let server = Server::start(vec![answer(301, headers, body)]);
    let failure = failure(&server.endpoint, &list_objects()).await;
    assert_eq!((failure.stage, failure.status), (Stage::Service, Some(301)));
    assert_eq!(failure.code.as_deref(), Some("PermanentRedirect"));
    assert!(failure.advice.unwrap().contains("Use the region eu-central-1"));
    assert!(failure.details.contains(&("Bucket".into(), "bucket".into())));
}

#[tokio::test]
async fn every_page_is_asked_for_and_only_once() {
    let page = |key: &str, next: Option<&str>| {
        let next = next.map_or("<IsTruncated>false</IsTruncated>".to_owned(), |token| {
            format!("<IsTruncated>true</IsTruncated><NextContinuationToken>{token}</NextContinuationToken>")
        });
        ok(&format!(
            "<ListBucketResult>{next}<Contents><Key>{key}</Key></Contents></ListBucketResult>"
        ))
    };
    let server =
        Server::start(vec![page("a", Some("t+1")), page("b", Some("t2")), page("c", None)]);
    let reply = call(&server.endpoint, &list_objects()).await;
    assert_eq!((keys(&reply), reply.requests), (vec!["a", "b", "c"], 3));
    let requests = server.requests();
    assert!(
        requests[1]
            .starts_with("GET /bucket?continuation-token=t%2B1&encoding-type=url&list-type=2 ")
    );
    assert!(requests[2].starts_with("GET /bucket?continuation-token=t2&"));

    let server = Server::start(vec![page("a", Some("t1"))]);
    let mut first = list_objects();
    if let Operation::ListObjects(input) = &mut first {
        input.pages = Pages::First;
    }
    let reply = call(&server.endpoint, &first).await;
    assert_eq!((keys(&reply), reply.requests), (vec!["a"], 1));

    let server =
        Server::start(vec![page("a", Some("t1")), page("b", Some("t2")), page("a", Some("t1"))]);
    let failure = failure(&server.endpoint, &list_objects()).await;
    assert_eq!(failure.stage, Stage::Response);
    assert!(failure.display.contains("the continuation token \"t1\" twice"), "{failure}");
}

#[tokio::test]
async fn the_newest_image_is_found_across_pages() {
    let page = |id: &str, created: &str, next: &str| {
        ok(&format!(
            "<DescribeImagesResponse><imagesSet><item><imageId>{id}</imageId>\
             <creationDate>{created}</creationDate></item></imagesSet><nextToken>{next}</nextToken>\
             </DescribeImagesResponse>"
        ))
    };
    let server = Server::start(vec![
        page("ami-1", "2026-01-02T00:00:00.000Z", "more"),
        page("ami-2", "2026-01-01T00:00:00.000Z", ""),
    ]);
    let Operation::DescribeImages(input) = describe_images() else { unreachable!() };
    let reply = call(&server.endpoint, &Operation::LatestImage(input)).await;
    let Ok(Answer::LatestImage(Some(image))) = &reply.result else { panic!("{reply:?}") };
    assert_eq!((image.id.as_str(), reply.requests), ("ami-1", 2));
}

#[tokio::test]
async fn a_wait_outlasts_ignorance_and_ends_at_running() {
    let server =
        Server::start(vec![not_found(), instances(""), instances("pending"), instances("running")]);
    let reply = call(&server.endpoint, &wait(Duration::from_mins(10))).await;
    let Ok(Answer::Instances(instances)) = &reply.result else { panic!("{reply:?}") };
    assert_eq!((instances[0].state.as_deref(), reply.requests), (Some("running"), 4));
}

#[tokio::test]
async fn a_wait_ends_at_a_dead_end() {
    let server = Server::start(vec![instances("pending"), instances("shutting-down")]);
    let failure = failure(&server.endpoint, &wait(Duration::from_mins(10))).await;
    assert_eq!(failure.stage, Stage::Wait);
    assert!(failure.display.ends_with("i-1 is shutting-down and will not run"), "{failure}");
    assert_eq!(failure.details, [("i-1".to_owned(), "shutting-down".to_owned())]);
}

#[tokio::test]
async fn a_wait_ends_when_its_time_is_up() {
    let endpoint = Server::forever(|_| instances("pending"));
    let failure = failure(&endpoint, &wait(Duration::from_secs(200))).await;
    assert_eq!(failure.stage, Stage::Wait);
    assert!(
        failure.display.contains("not every instance runs after 200s: i-1 is pending"),
        "{failure}"
    );
}

#[tokio::test]
async fn a_wait_ends_at_any_other_refusal() {
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
async fn secrets_that_come_back_are_not_shown() {
    let token = "FwoGZXIvYXdzEXAMPLE+TOKEN/==";
    let hex: Vec<String> = token.bytes().map(|byte| format!("{byte:02x}")).collect();
    let body = format!(
        "<Error><Code>InvalidToken</Code><Message>Bad: {token}</Message><Token-0>{token}</Token-0>\
         <CanonicalRequest>x-amz-security-token:{token}</CanonicalRequest>\
         <CanonicalRequestBytes>3a {}</CanonicalRequestBytes>\
         <Query>X-Amz-Security-Token={}</Query></Error>",
        hex.join(" "),
        raw::encode::query(token),
    );
    let page = format!("<html>{token} wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY</html>");
    // Where the excerpt of a body ends, and where a document breaks off, in the midst of the token.
    let (cut, entity) =
        (format!("{}{token}", " ".repeat(180)), format!("<Error>&{token};</Error>"));
    for body in [body, page, cut, entity] {
        let server = Server::start(vec![answer(400, "", &body)]);
        let credentials = credentials().with_session_token(token);
        let client = Client::new(local(&server.endpoint), credentials).unwrap();
        let failure = client.call(&Operation::ListBuckets).await.result.unwrap_err();
        let shown = format!("{failure:?} {client:?}");
        for secret in [token, "EXAMPLE+TOKEN", "EXAMPLE%2BTOKEN", &hex.join(" "), "wJalrXUtnFEMI"] {
            assert!(!shown.contains(secret), "{secret} in {shown}");
        }
        assert!(shown.contains("** redacted **"));
    }
}

#[tokio::test]
async fn a_wrong_clock_is_measured() {
    let skewed = |ours: &str, theirs: &str| {
        answer(
            403,
            "",
            &format!(
                "<Error><Code>RequestTimeTooSkewed</Code><Message>The difference is too large.</Message>\
             <RequestTime>{ours}</RequestTime><ServerTime>{theirs}</ServerTime></Error>"
            ),
        )
    };
    for (act, expected) in [
        (skewed("20260101T000000Z", "2026-01-01T00:15:43Z"), "15 min 43 s behind"),
        (skewed("20260101T010000Z", "2026-01-01T00:00:00Z"), "1 h 0 min ahead of"),
        // EC2 says nothing, but its answer has a date.
        (mute("date: Thu, 01 Jan 2026 00:20:00 GMT\r\n"), "20 min 0 s behind"),
        (mute("date: Thu, 01 Jan 2026 00:00:30 GMT\r\n"), "Ruled out here: the clock (30 s off"),
    ] {
        let server = Server::start(vec![act]);
        let failure = failure(&server.endpoint, &describe_images()).await;
        let advice = failure.advice.unwrap();
        assert!(advice.contains(expected), "{advice}");
        assert!(failure.display.ends_with(&advice), "{}", failure.display);
    }
}

#[tokio::test]
async fn api_gateways_two_uses_of_one_code_are_told_apart() {
    let headers =
        "x-amzn-errortype: InvalidSignatureException\r\ndate: Thu, 01 Jan 2026 00:07:00 GMT\r\n";
    for (message, expected) in [
        (
            "Signature expired: 20260101T000000Z is now earlier than 20260101T000200Z",
            "7 min 0 s behind",
        ),
        ("The request signature we calculated does not match", "Compare what was signed"),
    ] {
        let server =
            Server::start(vec![answer(403, headers, &format!("{{\"message\":\"{message}\"}}"))]);
        let url = format!("{}/stage/route", server.endpoint);
        let invoke = Operation::InvokeApi(InvokeApi { url, signing: Signing::Signed });
        let failure = failure(&server.endpoint, &invoke).await;
        assert_eq!(failure.code.as_deref(), Some("InvalidSignatureException"));
        assert!(failure.advice.as_deref().unwrap().contains(expected), "{failure}");
    }
}

#[tokio::test]
async fn what_would_be_sent_otherwise_than_signed_is_not_sent() {
    let endpoint = Endpoint::Url("http://localhost:9".into());
    let client = Client::new(target(endpoint, Addressing::VirtualHosted), credentials()).unwrap();
    let mut odd = list_objects();
    if let Operation::ListObjects(input) = &mut odd {
        // To DNS a label like others; to the HTTP client's URLs broken Punycode.
        input.bucket = "xn--999999999".into();
    }
    let reply = client.call(&odd).await;
    let failure = reply.result.unwrap_err();
    assert_eq!((failure.stage, reply.requests), (Stage::Build, 0));
    assert!(
        failure.display.contains("cannot send \"http://xn--999999999.localhost:9/"),
        "{failure}"
    );
}

#[tokio::test]
async fn nothing_is_tried_twice_unless_asked_for() {
    let server = Server::start(vec![slow_down()]);
    let reply = call(&server.endpoint, &Operation::ListBuckets).await;
    assert_eq!((reply.result.unwrap_err().code.as_deref(), reply.requests), (Some("SlowDown"), 1));
}

#[tokio::test]
async fn what_passes_is_tried_again() {
    let cut = Act::Answer(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n<".to_vec());
    let server = Server::start(vec![slow_down(), Act::HangUp, cut, ok(BUCKETS)]);
    let reply = patient(&server.endpoint, 4).call(&Operation::ListBuckets).await;
    assert_eq!(reply.result.unwrap(), Answer::Buckets(Vec::new()));
    assert_eq!(reply.requests, 4);

    let server = Server::start(vec![slow_down(), slow_down()]);
    let reply = patient(&server.endpoint, 2).call(&Operation::ListBuckets).await;
    assert_eq!((reply.result.unwrap_err().code.as_deref(), reply.requests), (Some("SlowDown"), 2));
}

#[tokio::test]
async fn what_stays_or_could_be_done_twice_is_not_tried_again() {
    let denied = "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>";
    let server = Server::start(vec![answer(403, "", denied)]);
    let reply = patient(&server.endpoint, 3).call(&Operation::ListBuckets).await;
    assert_eq!(reply.requests, 1);

    let Operation::RunInstances(run) = run_instances(DryRun::No) else { unreachable!() };
    let without_token = RunInstances { client_token: String::new(), ..run };
    let server = Server::start(vec![slow_down()]);
    let reply = patient(&server.endpoint, 3).call(&Operation::RunInstances(without_token)).await;
    assert_eq!(reply.requests, 1);
}

#[tokio::test]
async fn each_attempt_is_signed_at_its_own_time() {
    let server = Server::start(vec![slow_down(), ok(BUCKETS)]);
    let mut target = local(&server.endpoint);
    target.clock = Clock::System;
    let pause = Retries { attempts: 2, base: Duration::from_secs(4), cap: Duration::from_secs(4) };
    let client = Client::new(target, credentials()).unwrap().with_retries(pause);
    let begun = SystemTime::now();
    client.call(&Operation::ListBuckets).await.result.unwrap();
    let took = begun.elapsed().unwrap();
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

#[tokio::test]
async fn a_proxy_gets_every_request_and_its_password_is_not_shown() {
    let server = Server::start(vec![ok(BUCKETS)]);
    let mut target = local("http://service.invalid");
    let proxy = server.endpoint.replace("http://", "http://me:hush@");
    target.proxy = Some(Proxies { http: Some(proxy), ..Proxies::default() });
    let client = Client::new(target.clone(), credentials()).unwrap();
    client.call(&Operation::ListBuckets).await.result.unwrap();
    let request = server.requests().remove(0);
    assert!(request.starts_with("GET http://service.invalid/ HTTP/1.1\r\n"), "{request}");
    assert!(request.contains("\r\nhost: service.invalid\r\n"), "{request}");

    let failure = client.call(&Operation::ListBuckets).await.result.unwrap_err();
    assert!(failure.display.contains("through the proxy http://127.0.0.1"), "{failure}");
    assert!(!format!("{failure:?} {client:?}").contains("hush"), "{failure:?} {client:?}");

    target.proxy = Some(Proxies { https: Some("::".to_owned()), ..Proxies::default() });
    let error = Client::new(target, credentials()).unwrap_err();
    assert_eq!(error.stage(), Stage::Build);
    assert!(error.to_string().contains("cannot be set up"), "{error}");
}

#[tokio::test]
async fn a_host_that_is_exempt_is_called_without_the_proxy() {
    let server = Server::start(vec![ok(BUCKETS)]);
    let mut target = local(&server.endpoint);
    // Nobody listens there.
    let http = Some("http://127.0.0.1:1".to_owned());
    let no_proxy = "10.0.0.0/8, 127.0.0.0/8".to_owned();
    target.proxy = Some(Proxies { http, no_proxy, ..Proxies::default() });
    let client = Client::new(target, credentials()).unwrap();
    client.call(&Operation::ListBuckets).await.result.unwrap();
    assert!(server.requests().remove(0).starts_with("GET / HTTP/1.1\r\n"));
}

#[tokio::test]
async fn a_ca_bundle_without_a_certificate_is_named_where_tls_is_needed() {
    let mut target = local("https://127.0.0.1:1");
    let pem = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"[..].into();
    target.ca_bundle = Some(CaBundle { path: "bundle.pem".into(), pem });
    let client = Client::new(target, credentials()).unwrap();
    let failure = client.call(&Operation::ListBuckets).await.result.unwrap_err();
    assert_eq!(failure.stage, Stage::Build);
    assert!(failure.display.contains("cannot be set up"), "{failure}");
}

#[test]
fn a_client_for_nobody_is_not_made() {
    let target = target(Endpoint::Url("127.0.0.1:5000".into()), Addressing::Path);
    let error = Client::new(target, credentials()).unwrap_err();
    assert!(error.to_string().contains("127.0.0.1:5000\" is not a URL"), "{error}");
}

fn local(endpoint: &str) -> Target {
    target(Endpoint::Url(endpoint.to_owned()), Addressing::Path)
}

async fn call(endpoint: &str, operation: &Operation) -> Reply {
    Client::new(local(endpoint), credentials()).unwrap().call(operation).await
}

async fn failure(endpoint: &str, operation: &Operation) -> Failure {
    call(endpoint, operation).await.result.expect_err("no answer")
}

fn patient(endpoint: &str, attempts: u32) -> Client {
    let pause = Duration::from_millis(1);
    let retries = Retries { attempts, base: pause, cap: pause };
    Client::new(local(endpoint), credentials()).unwrap().with_retries(retries)
}

fn slow_down() -> Act {
    let body =
        "<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>";
    answer(503, "", body)
}

fn mute(headers: &str) -> Act {
    answer(
        401,
        headers,
        "<Response><Errors><Error><Code>AuthFailure</Code><Message>AWS was not able to \
        validate the provided access credentials</Message></Error></Errors><RequestID>R</RequestID></Response>",
    )
}

fn not_found() -> Act {
    answer(
        400,
        "",
        "<Response><Errors><Error><Code>InvalidInstanceID.NotFound</Code><Message>The instance \
        ID 'i-1' does not exist</Message></Error></Errors><RequestID>R</RequestID></Response>",
    )
}

/// An answer with one instance in that state, or none where it is empty.
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

fn wait(at_most: Duration) -> Operation {
    Operation::WaitUntilRunning(WaitUntilRunning { instance_ids: vec!["i-1".into()], at_most })
}

fn keys(reply: &Reply) -> Vec<&str> {
    match &reply.result {
        Ok(Answer::Objects(listing)) => {
            listing.objects.iter().map(|object| object.key.as_str()).collect()
        }
        other => panic!("{other:?}"),
    }
}
