//! Every operation against the sandbox, which verifies each signature from the bytes that arrive, and
//! against servers that never end a listing. `raw` and `sdk` include this file in their tests and define
//! `crate::connect`, which makes the client.

use std::{
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    thread,
    time::{Duration, Instant},
};

use contract::{
    Addressing, Answer, CallLimits, Client, Clock, CreateTags, Credentials, DescribeImages,
    DescribeInstances, DryRun, Endpoint, Failure, Filter, InvokeApi, ListObjects, Operation, Pages,
    PresignGet, Reply, RunInstances, Signing, Stage, Tag, Target, TerminateInstances, Timeouts,
    WaitPace, WaitUntilRunning,
};
use sandbox::{Options, Sandbox};

use crate::connect;

const ALL_KEYS: usize = 2500;

#[tokio::test]
async fn buckets_of_every_region_are_listed() {
    let sandbox = start();
    let reply = client(&sandbox, "admin").call(&Operation::ListBuckets).await;
    let Ok(Answer::Buckets(buckets)) = reply.result else { panic!("{reply:?}") };
    let names: Vec<_> = buckets.into_iter().map(|bucket| bucket.name).collect();
    assert_eq!((names, reply.requests), (sandbox.bucket_names(), 1));
}

#[tokio::test]
async fn a_listing_is_the_same_in_pages_of_any_size() {
    let sandbox = start();
    let client = client(&sandbox, "temporary");
    let (whole, requests) = keys(client.call(&list(None, None, Pages::All)).await);
    assert_eq!((whole.len(), requests), (ALL_KEYS, 3));
    let (paged, requests) = keys(client.call(&list(None, Some(100), Pages::All)).await);
    assert_eq!((paged, requests), (whole.clone(), 25));
    let reply = client.call(&list(None, Some(7), Pages::First)).await;
    assert!(matches!(&reply.result, Ok(Answer::Objects(listing)) if listing.truncated));
    assert_eq!(keys(reply), (whole[..7].to_vec(), 1));
}

#[tokio::test]
async fn a_delimiter_groups_keys_into_prefixes() {
    let sandbox = start();
    let reply = client(&sandbox, "reader").call(&list(Some("awkward/"), None, Pages::All)).await;
    let Ok(Answer::Objects(listing)) = reply.result else { panic!("{reply:?}") };
    assert_eq!(
        listing.common_prefixes,
        ["awkward/../", "awkward/./", "awkward//", "awkward/trailing/"]
    );
    for key in ["awkward/line\nfeed", "awkward/a+b=c"] {
        assert!(listing.objects.iter().any(|object| object.key == key), "{key:?}");
    }
}

#[tokio::test]
async fn a_presigned_url_fetches_an_object_with_any_key() {
    let sandbox = start();
    for identity in ["admin", "temporary"] {
        let client = client(&sandbox, identity);
        let (keys, _) = keys(client.call(&list(None, Some(50), Pages::First)).await);
        for part in ["/../", "//"] {
            assert!(keys.iter().any(|key| key.contains(part)), "no key has {part}");
        }
        for key in keys {
            let (bucket, expires) = ("archive".to_owned(), Duration::from_mins(1));
            let operation = Operation::PresignGet(PresignGet { bucket, key: key.clone(), expires });
            let reply = client.call(&operation).await;
            let Ok(Answer::Presigned(presigned)) = reply.result else { panic!("{reply:?}") };
            assert_eq!(reply.requests, 0);
            let response = fetch(&sandbox, &presigned.url);
            assert!(response.starts_with("HTTP/1.1 200 "), "{key}: {response}");
        }
    }
}

#[tokio::test]
async fn the_newest_image_is_one_of_the_images() {
    let sandbox = start();
    let client = client(&sandbox, "admin");
    let Answer::Images(found) = answer(&client, describe_images()).await else {
        panic!("not a list of images")
    };
    assert!(found.len() > 1 && found.is_sorted_by_key(|image| image.id.clone()));
    let Answer::LatestImage(Some(image)) = answer(&client, latest_image()).await else {
        panic!("not an image")
    };
    assert_eq!(found.iter().map(|image| &image.created).max(), Some(&image.created));
    assert!(found.contains(&image));
}

#[tokio::test]
async fn an_instance_is_launched_awaited_tagged_and_terminated() {
    let sandbox = start();
    let client = client(&sandbox, "admin");
    let Answer::LatestImage(Some(image)) = answer(&client, latest_image()).await else {
        panic!("not an image")
    };
    let launch = |dry_run| {
        Operation::RunInstances(RunInstances {
            image_id: image.id.clone(),
            instance_type: "t3.micro".into(),
            tags: vec![tag("Name", "a & b")],
            client_token: "one-and-only".into(),
            dry_run,
        })
    };
    assert_eq!(answer(&client, launch(DryRun::Yes)).await, Answer::WouldSucceed);
    assert!(sandbox.instance_states().is_empty());
    let launched = instances(answer(&client, launch(DryRun::No)).await);
    let [id] = &launched.iter().map(|instance| instance.id.clone()).collect::<Vec<_>>()[..] else {
        panic!("{launched:?}")
    };

    let wait =
        WaitUntilRunning { instance_ids: vec![id.clone()], at_most: Duration::from_mins(10) };
    let reply = client.call(&Operation::WaitUntilRunning(wait.clone())).await;
    assert!(reply.requests > 1, "the sandbox boots in 150 ms");
    let running = instances(reply.result.expect("a running instance"));
    assert_eq!(running[0].state.as_deref(), Some("running"));

    let tags = CreateTags { resources: vec![id.clone()], tags: vec![tag("stage", "ü=1+1")] };
    assert_eq!(answer(&client, Operation::CreateTags(tags)).await, Answer::Tagged);
    let describe = DescribeInstances { instance_ids: vec![id.clone()], filters: Vec::new() };
    let described = instances(answer(&client, Operation::DescribeInstances(describe)).await);
    assert_eq!(described[0].tags, [tag("Name", "a & b"), tag("stage", "ü=1+1")]);
    assert_eq!(described[0].image_id.as_ref(), Some(&image.id));
    assert_eq!(described[0].client_token.as_deref(), Some("one-and-only"));

    let terminate = TerminateInstances { instance_ids: vec![id.clone()] };
    let terminated = answer(&client, Operation::TerminateInstances(terminate)).await;
    let Answer::StateChanges(changes) = terminated else { panic!("{terminated:?}") };
    assert_eq!(changes[0].previous.as_deref(), Some("running"));
    assert_eq!(changes[0].current.as_deref(), Some("shutting-down"));

    let failure = failure(&client, Operation::WaitUntilRunning(wait)).await;
    assert_eq!(failure.stage, Stage::Wait, "a terminated instance never runs");
}

#[tokio::test]
async fn a_route_accepts_a_signed_request_and_refuses_an_unsigned_one() {
    let sandbox = start();
    let client = client(&sandbox, "invoker");
    let invoke = |signing, query: &str| {
        Operation::InvokeApi(InvokeApi { url: sandbox.api_url() + query, signing })
    };
    for query in ["", "?b=2&a=1&a=%20x&empty&%C3%A9=%7E"] {
        let accepted = answer(&client, invoke(Signing::Signed, query)).await;
        assert!(matches!(&accepted, Answer::Api(api) if api.status == 200), "{accepted:?}");
    }
    let failure = failure(&client, invoke(Signing::Unsigned, "")).await;
    assert_refusal(&failure, 403, "MissingAuthenticationTokenException");
}

#[tokio::test]
async fn a_refusal_keeps_status_code_and_request_id() {
    let sandbox = start();
    let admin = sandbox.identity("admin").expect("an identity");
    let wrong_secret = Credentials::new(&admin.access_key_id, "wrong");
    let client_of = |credentials| connect(target(sandbox.endpoint()), credentials);
    for (credentials, operation, status, code) in [
        (wrong_secret.clone(), Operation::ListBuckets, 403, "SignatureDoesNotMatch"),
        (wrong_secret, describe_images(), 401, "AuthFailure"),
        (
            Credentials::new("AKIAIOSFODNN7EXAMPLE", "wrong"),
            Operation::ListBuckets,
            403,
            "InvalidAccessKeyId",
        ),
        (credentials(&sandbox, "expired"), Operation::ListBuckets, 400, "ExpiredToken"),
        (credentials(&sandbox, "invoker"), Operation::ListBuckets, 403, "AccessDenied"),
        (credentials(&sandbox, "admin"), list_bucket("europe"), 301, "PermanentRedirect"),
    ] {
        let token = credentials.session_token.clone();
        let failure = failure(&client_of(credentials), operation).await;
        assert_refusal(&failure, status, code);
        assert_eq!(failure.host_id.is_some(), code != "AuthFailure", "S3 sends a second id");
        let shown = failure.display;
        assert!(token.is_none_or(|token| !shown.contains(token.expose())), "{shown}");
    }
}

#[tokio::test]
async fn a_listing_without_end_stops_at_the_limit_of_pages_or_of_time() {
    let few_pages = CallLimits { pages: 5, ..CallLimits::default() };
    let short =
        CallLimits { pages: u32::MAX, time: Duration::from_millis(300), ..CallLimits::default() };
    for (operation, page) in endless_listings() {
        let reply = call_within(few_pages, &serve("200 OK", page), &operation).await;
        let failure = reply.result.expect_err("a listing without end");
        assert_eq!((failure.stage, reply.requests), (Stage::Response, 5), "{failure:?}");
        assert!(failure.display.contains("more after 5 "), "{failure:?}");

        let start = Instant::now();
        let reply = call_within(short, &serve("200 OK", page), &operation).await;
        let failure = reply.result.expect_err("a listing without end");
        assert_eq!(failure.stage, Stage::Timeout, "{failure:?}");
        assert!(failure.display.contains("did not end within 300ms"), "{failure:?}");
        assert!(reply.requests > 1 && start.elapsed() < Duration::from_secs(10), "{failure:?}");
    }
}

#[tokio::test]
async fn a_response_of_a_route_is_read_up_to_the_limit() {
    let limits = CallLimits { bytes: 1_000_000, ..CallLimits::default() };
    let failure = invoke_within(limits, "200 OK", |_| "x".repeat(5_000_000)).await;
    assert_eq!((failure.stage, failure.status), (Stage::Response, Some(200)));
    assert!(failure.display.contains("1000000 bytes"), "{failure:?}");
}

#[tokio::test]
async fn a_redirect_of_a_route_is_an_error() {
    let limits = CallLimits::default();
    let failure = invoke_within(limits, "301 Moved Permanently", |_| "elsewhere".to_owned()).await;
    assert_eq!((failure.stage, failure.status), (Stage::Response, Some(301)));
}

async fn invoke_within(limits: CallLimits, status: &'static str, document: Page) -> Failure {
    let url = serve(status, document);
    let invoke = Operation::InvokeApi(InvokeApi { url: url.clone(), signing: Signing::Signed });
    call_within(limits, &url, &invoke).await.result.expect_err("not an answer")
}

async fn call_within(limits: CallLimits, endpoint: &str, operation: &Operation) -> Reply {
    let target = Target { limits, ..target(endpoint) };
    connect(target, Credentials::new("AKIDEXAMPLE", "secret")).call(operation).await
}

/// Makes the page of a number, from 0.
type Page = fn(usize) -> String;

/// The operations that follow tokens, each with pages that always promise another.
pub(crate) fn endless_listings() -> [(Operation, Page); 5] {
    let images: Page = |number| {
        format!(
            "<DescribeImagesResponse><imagesSet/><nextToken>t{number}</nextToken>\
             </DescribeImagesResponse>"
        )
    };
    let all = DescribeInstances { instance_ids: Vec::new(), filters: Vec::new() };
    [
        (Operation::ListBuckets, |number| {
            format!(
                "<ListAllMyBucketsResult><Buckets/><ContinuationToken>t{number}\
                 </ContinuationToken></ListAllMyBucketsResult>"
            )
        }),
        (list(None, None, Pages::All), |number| {
            format!(
                "<ListBucketResult><IsTruncated>true</IsTruncated>\
                 <NextContinuationToken>t{number}</NextContinuationToken></ListBucketResult>"
            )
        }),
        (describe_images(), images),
        (latest_image(), images),
        (Operation::DescribeInstances(all), instances_page),
    ]
}

/// A page of instances that promises another.
pub(crate) fn instances_page(number: usize) -> String {
    format!(
        "<DescribeInstancesResponse><reservationSet/><nextToken>t{number}</nextToken>\
         </DescribeInstancesResponse>"
    )
}

/// A server that answers every request with `status` and the document of its number, from 0.
pub(crate) fn serve(status: &'static str, document: Page) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
    thread::spawn(move || {
        for (number, stream) in listener.incoming().enumerate() {
            let (mut stream, document) = (stream.expect("a connection"), document(number));
            assert!(stream.read(&mut [0; 8192]).expect("a request") > 0);
            // A client that has read enough may have hung up.
            let _ = write!(
                stream,
                "HTTP/1.1 {status}\r\ncontent-type: application/xml\r\ncontent-length: {}\r\n\
                 connection: close\r\n\r\n{document}",
                document.len()
            );
        }
    });
    endpoint
}

fn assert_refusal(failure: &Failure, status: u16, code: &str) {
    let facts = (failure.stage, failure.status, failure.code.as_deref());
    assert_eq!(facts, (Stage::Service, Some(status), Some(code)), "{failure:?}");
    assert!(failure.request_id.is_some(), "{failure:?}");
}

async fn answer(client: &impl Client, operation: Operation) -> Answer {
    client.call(&operation).await.result.unwrap_or_else(|failure| panic!("{failure:?}"))
}

async fn failure(client: &impl Client, operation: Operation) -> Failure {
    client.call(&operation).await.result.expect_err("not an answer")
}

fn instances(answer: Answer) -> Vec<contract::Instance> {
    let Answer::Instances(instances) = answer else { panic!("{answer:?}") };
    instances
}

fn keys(reply: Reply) -> (Vec<String>, u32) {
    let Ok(Answer::Objects(listing)) = reply.result else { panic!("{reply:?}") };
    (listing.objects.into_iter().map(|object| object.key).collect(), reply.requests)
}

/// Sends the URL as it is: an HTTP client might normalise its path.
fn fetch(sandbox: &Sandbox, url: &str) -> String {
    let host = sandbox.endpoint().trim_start_matches("http://");
    let path = url.strip_prefix(sandbox.endpoint()).expect("a URL of the sandbox");
    let mut connection = TcpStream::connect(host).expect("a connection");
    write!(connection, "GET {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n")
        .expect("sent");
    let mut response = String::new();
    connection.read_to_string(&mut response).expect("a response");
    response
}

pub(crate) fn start() -> Sandbox {
    Sandbox::start(Options::default()).expect("a sandbox")
}

pub(crate) fn client(sandbox: &Sandbox, identity: &str) -> impl Client {
    connect(target(sandbox.endpoint()), credentials(sandbox, identity))
}

pub(crate) fn credentials(sandbox: &Sandbox, identity: &str) -> Credentials {
    let identity = sandbox.identity(identity).expect("an identity");
    Credentials::new(&identity.access_key_id, &identity.secret_access_key)
        .with_session_token(identity.session_token.clone().unwrap_or_default())
}

pub(crate) fn target(endpoint: &str) -> Target {
    Target {
        region: "us-east-1".into(),
        endpoint: Endpoint::Url(endpoint.into()),
        addressing: Addressing::Path,
        clock: Clock::System,
        timeouts: Timeouts::default(),
        limits: CallLimits::default(),
        proxy: None,
        ca_bundle: None,
        wait_pace: WaitPace::DividedBy(200),
    }
}

fn list(prefix: Option<&str>, page_size: Option<u32>, pages: Pages) -> Operation {
    let prefix = prefix.map(str::to_owned);
    let delimiter = prefix.as_ref().map(|_| "/".to_owned());
    let bucket = "archive".to_owned();
    Operation::ListObjects(ListObjects { bucket, prefix, delimiter, page_size, pages })
}

pub(crate) fn list_bucket(bucket: &str) -> Operation {
    let (bucket, pages) = (bucket.to_owned(), Pages::All);
    let (prefix, delimiter, page_size) = (None, None, None);
    Operation::ListObjects(ListObjects { bucket, prefix, delimiter, page_size, pages })
}

pub(crate) fn describe_images() -> Operation {
    Operation::DescribeImages(amazon_linux())
}

fn latest_image() -> Operation {
    Operation::LatestImage(amazon_linux())
}

fn amazon_linux() -> DescribeImages {
    let filter = |name: &str, value: &str| Filter { name: name.into(), values: vec![value.into()] };
    DescribeImages {
        owners: vec!["amazon".into()],
        filters: vec![
            filter("name", "al2023-ami-2023.*"),
            filter("architecture", "x86_64"),
            filter("state", "available"),
        ],
    }
}

fn tag(key: &str, value: &str) -> Tag {
    Tag { key: key.into(), value: value.into() }
}
