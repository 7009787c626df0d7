//! How requests are sent and responses received: connections, TLS, timeouts, proxies.

use std::net::TcpListener;
use std::time::Duration;

use contract::{
    Addressing, Answer, CaBundle, Client as _, Endpoint, InvokeApi, Operation, PresignGet, Proxies,
    Signing, Stage,
};
use raw::Client;

use crate::listings::list_objects;
use crate::script::{Act, Server, answer, ok};
use crate::{call, credentials, failure, local, target};

const BUCKETS: &str = "<ListAllMyBucketsResult><Buckets/></ListAllMyBucketsResult>";

#[tokio::test]
async fn a_request_is_sent_as_it_was_signed() {
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
async fn an_unsigned_call_carries_no_credentials() {
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
async fn a_presigned_url_needs_no_request() {
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

    let too_long = PresignGet { expires: Duration::from_secs(604_801), ..input };
    let failure = failure("http://127.0.0.1:9", &Operation::PresignGet(too_long)).await;
    assert_eq!(failure.stage, Stage::Sign);
    assert!(failure.display.contains("604801"), "{}", failure.display);
}

#[tokio::test]
async fn a_url_that_the_http_client_would_change_is_not_sent() {
    let endpoint = Endpoint::Url("http://localhost:9".into());
    let client = Client::new(target(endpoint, Addressing::VirtualHosted), credentials()).unwrap();
    let mut odd = list_objects();
    if let Operation::ListObjects(input) = &mut odd {
        // A valid label in DNS, and invalid Punycode for the HTTP client's URLs.
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
async fn a_refused_connection_is_reported_with_the_systems_error() {
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
async fn a_host_without_an_address_is_reported() {
    let failure = failure("http://nowhere.invalid", &Operation::ListBuckets).await;
    assert_eq!(failure.stage, Stage::Dispatch);
    assert!(
        failure.display.contains("the host of http://nowhere.invalid is not found"),
        "{failure}"
    );
}

#[tokio::test]
async fn a_failed_tls_handshake_differs_from_a_failed_connection() {
    let plain = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("https://{}", plain.local_addr().unwrap());
    let answering = std::thread::spawn(move || {
        use std::io::Write as _;
        plain.accept().unwrap().0.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").unwrap();
    });
    let failure = failure(&endpoint, &Operation::ListBuckets).await;
    answering.join().unwrap();
    assert_eq!(failure.stage, Stage::Dispatch);
    assert!(failure.display.contains("no TLS session with https://127.0.0.1"), "{failure}");
}

#[tokio::test]
async fn a_connection_closed_without_an_answer_is_a_dispatch_failure() {
    for act in [Act::HangUp, Act::Answer(b"HTTP/1.1 200".to_vec())] {
        let server = Server::start(vec![act]);
        let failure = failure(&server.endpoint, &Operation::ListBuckets).await;
        assert_eq!(failure.stage, Stage::Dispatch);
        assert!(failure.display.contains("ended the connection without an answer"), "{failure}");
    }
}

#[tokio::test]
async fn an_answer_that_is_not_http_is_an_error() {
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
async fn a_body_shorter_than_promised_is_an_error_and_keeps_its_ids() {
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
async fn an_attempt_times_out_whenever_the_server_falls_silent() {
    for (sent, message) in [
        (&b""[..], "no answer from"),
        (b"HTTP/1.1 200 OK\r\n", "no answer from"),
        (
            b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n123",
            "did not end within 200ms: 3 of 10 bytes",
        ),
    ] {
        let server = Server::start(vec![Act::Stall(sent.to_vec())]);
        let mut target = local(&server.endpoint);
        target.timeouts.attempt = Duration::from_millis(200);
        let client = Client::new(target, credentials()).unwrap();
        let reply = client.call(&Operation::ListBuckets).await;
        let failure = reply.result.unwrap_err();
        assert_eq!((failure.stage, reply.requests), (Stage::Timeout, 1));
        assert!(failure.display.contains(message), "{failure}");
    }
}

#[tokio::test]
async fn a_connection_that_is_never_accepted_times_out() {
    // A listener that accepts nothing: when its queue is full, further connections hang.
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
async fn requests_go_through_the_proxy_and_its_password_is_not_shown() {
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
async fn a_host_in_no_proxy_is_called_directly() {
    let server = Server::start(vec![ok(BUCKETS)]);
    let mut target = local(&server.endpoint);
    // Nothing listens there.
    let http = Some("http://127.0.0.1:1".to_owned());
    let no_proxy = "10.0.0.0/8, 127.0.0.0/8".to_owned();
    target.proxy = Some(Proxies { http, no_proxy, ..Proxies::default() });
    let client = Client::new(target, credentials()).unwrap();
    client.call(&Operation::ListBuckets).await.result.unwrap();
    assert!(server.requests().remove(0).starts_with("GET / HTTP/1.1\r\n"));
}

#[tokio::test]
async fn an_invalid_ca_bundle_is_reported_when_tls_is_needed() {
    let mut target = local("https://127.0.0.1:1");
    let pem = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"[..].into();
    target.ca_bundle = Some(CaBundle { path: "bundle.pem".into(), pem });
    let client = Client::new(target, credentials()).unwrap();
    let failure = client.call(&Operation::ListBuckets).await.result.unwrap_err();
    assert_eq!(failure.stage, Stage::Build);
    assert!(failure.display.contains("cannot be set up"), "{failure}");
}

#[test]
fn an_endpoint_that_is_not_a_url_is_rejected() {
    let target = target(Endpoint::Url("127.0.0.1:5000".into()), Addressing::Path);
    let error = Client::new(target, credentials()).unwrap_err();
    assert!(error.to_string().contains("127.0.0.1:5000\" is not a URL"), "{error}");
}
