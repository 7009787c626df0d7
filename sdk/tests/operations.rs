//! Every operation against the sandbox, which checks each signature from the bytes that arrive, and
//! what the SDK makes of answers that are not whole.

use std::{
    io::{Read as _, Write as _},
    net::TcpListener,
    thread,
    time::Duration,
};

use contract::{
    Addressing, Answer, CallLimits, Client as _, Clock, CreateTags, Credentials, DescribeImages,
    DescribeInstances, DryRun, Endpoint, Failure, Filter, InvokeApi, ListObjects, Operation, Pages,
    PresignGet, Reply, RunInstances, Signing, Stage, Tag, Target, TerminateInstances, Timeouts,
    WaitPace, WaitUntilRunning,
};
use sandbox::{Options, Sandbox};
use sdk::Client;

#[tokio::test]
async fn buckets_and_every_page_of_keys_are_listed() {
    let sandbox = start();
    let client = client(&sandbox, "temporary");
    let reply = client.call(&Operation::ListBuckets).await;
    let Ok(Answer::Buckets(buckets)) = reply.result else { panic!("{reply:?}") };
    let names: Vec<_> = buckets.into_iter().map(|bucket| bucket.name).collect();
    assert_eq!((names, reply.requests), (sandbox.bucket_names(), 1));

    let reply = client.call(&list(Some(1000), Pages::All)).await;
    let Ok(Answer::Objects(listing)) = reply.result else { panic!("{reply:?}") };
    assert_eq!((listing.objects.len(), listing.truncated, reply.requests), (2500, false, 3));

    let reply = client.call(&list(Some(7), Pages::First)).await;
    let Ok(Answer::Objects(first)) = reply.result else { panic!("{reply:?}") };
    assert_eq!((&first.objects[..], first.truncated), (&listing.objects[..7], true));
}

#[tokio::test]
async fn presigning_sends_nothing() {
    let sandbox = start();
    let operation = Operation::PresignGet(PresignGet {
        bucket: "archive".into(),
        key: "about.txt".into(),
        expires: Duration::from_mins(1),
    });
    let reply = client(&sandbox, "admin").call(&operation).await;
    let Ok(Answer::Presigned(presigned)) = reply.result else { panic!("{reply:?}") };
    assert!(presigned.url.contains("X-Amz-Signature="), "{}", presigned.url);
    assert_eq!(reply.requests, 0);
}

#[tokio::test]
async fn an_instance_is_found_an_image_launched_awaited_tagged_and_ended() {
    let sandbox = start();
    let client = client(&sandbox, "admin");
    let images = DescribeImages {
        owners: vec!["amazon".into()],
        filters: vec![filter("name", "al2023-ami-2023.*-x86_64"), filter("state", "available")],
    };
    let Answer::Images(all) = answer(&client, Operation::DescribeImages(images.clone())).await
    else {
        panic!("images")
    };
    let Answer::LatestImage(Some(latest)) = answer(&client, Operation::LatestImage(images)).await
    else {
        panic!("an image")
    };
    assert!(all.iter().all(|image| image.created <= latest.created), "{latest:?}");

    let run = |dry_run| RunInstances {
        image_id: latest.id.clone(),
        instance_type: "t3.micro".into(),
        tags: vec![tag("Name", "a & b")],
        client_token: "one".into(),
        dry_run,
    };
    let dry = answer(&client, Operation::RunInstances(run(DryRun::Yes))).await;
    assert_eq!(dry, Answer::WouldSucceed);
    assert_eq!(sandbox.instance_states(), []);

    let launched = answer(&client, Operation::RunInstances(run(DryRun::No))).await;
    let Answer::Instances(launched) = launched else { panic!("{launched:?}") };
    let ids = vec![launched[0].id.clone()];
    let at_most = Duration::from_mins(10);
    let wait = WaitUntilRunning { instance_ids: ids.clone(), at_most };
    let running = answer(&client, Operation::WaitUntilRunning(wait)).await;
    let Answer::Instances(running) = running else { panic!("{running:?}") };
    assert_eq!(running[0].state.as_deref(), Some("running"));

    let tags = vec![tag("stage", "ü")];
    let tagging = CreateTags { resources: ids.clone(), tags };
    assert_eq!(answer(&client, Operation::CreateTags(tagging)).await, Answer::Tagged);
    let describe = DescribeInstances { instance_ids: ids.clone(), filters: Vec::new() };
    let described = answer(&client, Operation::DescribeInstances(describe)).await;
    let Answer::Instances(described) = described else { panic!("{described:?}") };
    assert_eq!(described[0].tags, [tag("Name", "a & b"), tag("stage", "ü")]);

    let end = TerminateInstances { instance_ids: ids };
    let ended = answer(&client, Operation::TerminateInstances(end)).await;
    let Answer::StateChanges(ended) = ended else { panic!("{ended:?}") };
    assert_eq!(ended[0].previous.as_deref(), Some("running"));
}

#[tokio::test]
async fn a_route_is_invoked_signed_and_refused_unsigned() {
    let sandbox = start();
    let client = client(&sandbox, "invoker");
    let invoke = |signing| Operation::InvokeApi(InvokeApi { url: sandbox.api_url(), signing });
    let Answer::Api(response) = answer(&client, invoke(Signing::Signed)).await else {
        panic!("a response")
    };
    assert_eq!(response.status, 200);
    let failure = failure(&client, invoke(Signing::Unsigned)).await;
    assert_eq!(
        (failure.stage, failure.status, failure.code.as_deref()),
        (Stage::Service, Some(403), Some("MissingAuthenticationTokenException"))
    );
}

#[tokio::test]
async fn a_refusal_prints_one_phrase_and_keeps_code_and_message() {
    let sandbox = start();
    let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wrong");
    let client = Client::new(target(sandbox.endpoint()), credentials).unwrap();
    let failure = failure(&client, Operation::ListBuckets).await;
    assert_eq!(failure.display, "service error");
    assert_eq!(failure.code.as_deref(), Some("InvalidAccessKeyId"));
    assert!(failure.request_id.is_some() && failure.host_id.is_some(), "{failure:?}");
    assert!(failure.context.contains("InvalidAccessKeyId"), "{}", failure.context);
}

#[tokio::test]
async fn a_closed_port_is_tried_three_times() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let client =
        Client::new(target(&format!("http://{closed}")), Credentials::new("AKID", "s")).unwrap();
    let reply = client.call(&Operation::ListBuckets).await;
    let failure = reply.result.unwrap_err();
    assert_eq!((failure.stage, reply.requests), (Stage::Dispatch, 3));
    assert_eq!(failure.display, "dispatch failure");
}

/// The report's claim: a listing that was cut short, under a content-length that fits, is no error
/// to the SDK. What betrays the cut is a field that a bucket cannot be without; where it falls
/// between two buckets, nothing does.
#[tokio::test]
async fn a_listing_cut_short_is_a_shorter_list_to_the_sdk() {
    const BUCKET: &str =
        "<Bucket><Name>one</Name><CreationDate>2026-01-01T00:00:00.000Z</CreationDate></Bucket>";
    let head = "<?xml version=\"1.0\"?><ListAllMyBucketsResult><Buckets>";
    let between = format!("{head}{BUCKET}<Bucke");
    let inside = format!("{head}{BUCKET}<Bucket><Na");
    for (document, expected) in [(between, Some(1)), (inside, None)] {
        let endpoint = serve(document);
        let client = Client::new(target(&endpoint), Credentials::new("AKID", "s")).unwrap();
        let counted = match client.call(&Operation::ListBuckets).await.result {
            Ok(Answer::Buckets(buckets)) => Some(buckets.len()),
            other => {
                let failure = other.unwrap_err();
                assert!(failure.display.contains("a bucket without a name"), "{failure:?}");
                None
            }
        };
        assert_eq!(counted, expected);
    }
}

#[tokio::test]
async fn a_listing_whose_every_token_is_new_ends_at_the_limit_of_pages_or_of_time() {
    let objects: fn(usize) -> String = |number| {
        format!(
            "<ListBucketResult><IsTruncated>true</IsTruncated>\
             <NextContinuationToken>t{number}</NextContinuationToken></ListBucketResult>"
        )
    };
    let images: fn(usize) -> String = |number| {
        format!(
            "<DescribeImagesResponse><imagesSet/><nextToken>t{number}</nextToken>\
             </DescribeImagesResponse>"
        )
    };
    let describe = DescribeImages { owners: Vec::new(), filters: Vec::new() };
    for (operation, page) in [
        (list(None, Pages::All), objects),
        (Operation::DescribeImages(describe.clone()), images),
        (Operation::LatestImage(describe), images),
    ] {
        let few = CallLimits { pages: 5, ..CallLimits::default() };
        let reply = call_within(few, &serve_each(page), &operation).await;
        let failure = reply.result.unwrap_err();
        assert_eq!((failure.stage, reply.requests), (Stage::Response, 5), "{failure:?}");
        assert!(failure.display.contains("more after 5 pages"), "{failure:?}");

        let time = std::time::Duration::from_millis(300);
        let short = CallLimits { pages: u32::MAX, time, ..CallLimits::default() };
        let reply = call_within(short, &serve_each(page), &operation).await;
        let failure = reply.result.unwrap_err();
        assert_eq!(failure.stage, Stage::Timeout, "{failure:?}");
        assert!(failure.display.contains("did not end within 300ms"), "{failure:?}");
    }
}

#[tokio::test]
async fn a_route_is_read_to_the_limit_and_no_further() {
    let limits = CallLimits { bytes: 1_000_000, ..CallLimits::default() };
    let url = serve("x".repeat(5_000_000));
    let invoke = Operation::InvokeApi(InvokeApi { url: url.clone(), signing: Signing::Signed });
    let failure = call_within(limits, &url, &invoke).await.result.unwrap_err();
    assert_eq!((failure.stage, failure.status), (Stage::Response, Some(200)));
    assert!(failure.display.contains("longer than the 1000000 bytes"), "{failure:?}");
}

#[tokio::test]
async fn a_redirect_of_a_route_is_no_answer() {
    let url = serve_with("301 Moved Permanently", |_| "elsewhere".to_owned());
    let invoke = Operation::InvokeApi(InvokeApi { url: url.clone(), signing: Signing::Signed });
    let failure = call_within(CallLimits::default(), &url, &invoke).await.result.unwrap_err();
    assert_eq!((failure.stage, failure.status), (Stage::Response, Some(301)));
}

#[tokio::test]
async fn a_secret_in_the_place_of_the_id_is_not_sent_and_no_url_is_made_with_a_line_break() {
    let secret = "abcdEFGHijklMNOPqrstUVWXyz0123456789/+AB";
    let target = target("http://127.0.0.1:1");
    let swapped = Credentials::new(secret, "AKIAABCDEFGHIJKLMNOP");
    let failure = Client::new(target.clone(), swapped).unwrap_err();
    assert_eq!(failure.stage, Stage::Build);
    assert!(failure.display.contains("swapped"), "{}", failure.display);
    assert!(!format!("{failure:?}").contains(&secret[..8]), "{failure:?}");

    let client = Client::new(target, Credentials::new("AKIDEXAMPLE\r", secret)).unwrap();
    let presign = Operation::PresignGet(PresignGet {
        bucket: "archive".into(),
        key: "about.txt".into(),
        expires: Duration::from_mins(1),
    });
    let failure = self::failure(&client, presign).await;
    assert!(failure.display.contains("ends with a line break"), "{}", failure.display);
}

async fn call_within(limits: CallLimits, endpoint: &str, operation: &Operation) -> Reply {
    let target = Target { limits, ..target(endpoint) };
    Client::new(target, Credentials::new("AKID", "s")).unwrap().call(operation).await
}

/// Answers every request with 200 and `document`.
fn serve(document: String) -> String {
    serve_each(move |_| document.clone())
}

/// Answers every request with 200 and the document of its number, from 0.
fn serve_each(document: impl Fn(usize) -> String + Send + 'static) -> String {
    serve_with("200 OK", document)
}

/// Answers every request with `status` and the document of its number, from 0.
fn serve_with(status: &'static str, document: impl Fn(usize) -> String + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for (number, stream) in listener.incoming().enumerate() {
            let document = document(number);
            let mut stream = stream.unwrap();
            let mut request = [0; 8192];
            let read = stream.read(&mut request).unwrap();
            assert!(read > 0);
            let length = document.len();
            // A client that has read enough may be gone.
            let _ = write!(
                stream,
                "HTTP/1.1 {status}\r\ncontent-type: application/xml\r\ncontent-length: {length}\r\n\
                 connection: close\r\n\r\n{document}"
            );
        }
    });
    endpoint
}

fn start() -> Sandbox {
    Sandbox::start(Options::default()).unwrap()
}

fn client(sandbox: &Sandbox, name: &str) -> Client {
    let identity = sandbox.identity(name).unwrap();
    let mut credentials = Credentials::new(&identity.access_key_id, &identity.secret_access_key);
    if let Some(token) = &identity.session_token {
        credentials = credentials.with_session_token(token);
    }
    Client::new(target(sandbox.endpoint()), credentials).unwrap()
}

fn target(endpoint: &str) -> Target {
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

async fn answer(client: &Client, operation: Operation) -> Answer {
    client.call(&operation).await.result.unwrap()
}

async fn failure(client: &Client, operation: Operation) -> Failure {
    client.call(&operation).await.result.unwrap_err()
}

fn list(page_size: Option<u32>, pages: Pages) -> Operation {
    Operation::ListObjects(ListObjects {
        bucket: "archive".into(),
        prefix: None,
        delimiter: None,
        page_size,
        pages,
    })
}

fn filter(name: &str, value: &str) -> Filter {
    Filter { name: name.into(), values: vec![value.into()] }
}

fn tag(key: &str, value: &str) -> Tag {
    Tag { key: key.into(), value: value.into() }
}
