//! Every operation with the sandbox, which checks each signature by the bytes that arrive.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use ::sandbox::{Options, Sandbox};
use contract::{
    Addressing, Answer, Client as _, Clock, CreateTags, Credentials, DescribeImages,
    DescribeInstances, DryRun, Endpoint, Failure, Filter, InvokeApi, ListObjects, Operation, Pages,
    PresignGet, Reply, RunInstances, Signing, Stage, Tag, Target, TerminateInstances,
    WaitUntilRunning,
};
use raw::Client;

const ALL_KEYS: usize = 2500;

#[tokio::test]
async fn buckets_are_listed_in_every_region() {
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
    let (first, requests) = keys(client.call(&list(None, Some(7), Pages::First)).await);
    assert_eq!((first.as_slice(), requests), (&whole[..7], 1));
}

#[tokio::test]
async fn a_delimiter_rolls_keys_into_prefixes() {
    let sandbox = start();
    let reply = client(&sandbox, "reader").call(&list(Some("awkward/"), None, Pages::All)).await;
    let Ok(Answer::Objects(listing)) = reply.result else { panic!("{reply:?}") };
    assert_eq!(
        listing.common_prefixes,
        ["awkward/../", "awkward/./", "awkward//", "awkward/trailing/"]
    );
    assert!(listing.objects.iter().any(|object| object.key == "awkward/line\nfeed"));
    assert!(listing.objects.iter().any(|object| object.key == "awkward/a+b=c"));
}

/// The URLs are fetched over a plain connection, because HTTP clients resolve dots in paths.
#[tokio::test]
async fn a_presigned_url_fetches_an_object_of_any_name() {
    let sandbox = start();
    for identity in ["admin", "temporary"] {
        let client = client(&sandbox, identity);
        let (keys, _) = keys(client.call(&list(None, Some(50), Pages::First)).await);
        assert!(
            keys.iter().any(|key| key.contains("/../"))
                && keys.iter().any(|key| key.contains("//"))
        );
        for key in keys {
            let (bucket, expires) = ("archive".to_owned(), Duration::from_mins(1));
            let operation = Operation::PresignGet(PresignGet { bucket, key: key.clone(), expires });
            let reply = client.call(&operation).await;
            let Ok(Answer::Presigned(presigned)) = reply.result else { panic!("{reply:?}") };
            assert_eq!(reply.requests, 0);
            let answer = fetch(&sandbox, &presigned.url);
            assert!(answer.starts_with("HTTP/1.1 200 "), "{key}: {answer}");
        }
    }
}

#[tokio::test]
async fn an_instance_is_launched_awaited_tagged_described_and_terminated() {
    let sandbox = start();
    let client = client(&sandbox, "admin");
    let images = DescribeImages {
        owners: vec!["amazon".into()],
        filters: vec![
            filter("name", "al2023-ami-2023.*"),
            filter("architecture", "x86_64"),
            filter("state", "available"),
        ],
    };
    let reply = client.call(&Operation::DescribeImages(images.clone())).await;
    let Ok(Answer::Images(found)) = reply.result else { panic!("{reply:?}") };
    assert!(found.len() > 1 && found.is_sorted_by_key(|image| image.id.clone()));
    let reply = client.call(&Operation::LatestImage(images)).await;
    let Ok(Answer::LatestImage(Some(image))) = reply.result else { panic!("{reply:?}") };
    assert_eq!(found.iter().map(|image| &image.created).max(), Some(&image.created));

    let launch = |dry_run| {
        Operation::RunInstances(RunInstances {
            image_id: image.id.clone(),
            instance_type: "t3.micro".into(),
            tags: vec![tag("Name", "raw & ready")],
            client_token: "one-and-only".into(),
            dry_run,
        })
    };
    assert_eq!(client.call(&launch(DryRun::Yes)).await.result, Ok(Answer::WouldSucceed));
    assert!(sandbox.instance_states().is_empty());
    let id = match client.call(&launch(DryRun::No)).await.result {
        Ok(Answer::Instances(launched)) if launched.len() == 1 => launched[0].id.clone(),
        other => panic!("{other:?}"),
    };

    let wait =
        WaitUntilRunning { instance_ids: vec![id.clone()], at_most: Duration::from_mins(10) };
    let reply = client.call(&Operation::WaitUntilRunning(wait)).await;
    let Ok(Answer::Instances(running)) = &reply.result else { panic!("{reply:?}") };
    assert_eq!(running[0].state.as_deref(), Some("running"));
    assert!(reply.requests > 1, "the sandbox boots in 150 ms");

    let tags = CreateTags { resources: vec![id.clone()], tags: vec![tag("stage", "test=1+1")] };
    assert_eq!(client.call(&Operation::CreateTags(tags)).await.result, Ok(Answer::Tagged));
    let describe = DescribeInstances { instance_ids: vec![id.clone()], filters: Vec::new() };
    let reply = client.call(&Operation::DescribeInstances(describe)).await;
    let Ok(Answer::Instances(described)) = reply.result else { panic!("{reply:?}") };
    assert_eq!(described[0].tags, [tag("Name", "raw & ready"), tag("stage", "test=1+1")]);
    assert_eq!(described[0].image_id.as_ref(), Some(&image.id));
    assert_eq!(described[0].client_token.as_deref(), Some("one-and-only"));

    let terminate = TerminateInstances { instance_ids: vec![id.clone()] };
    let reply = client.call(&Operation::TerminateInstances(terminate)).await;
    let Ok(Answer::StateChanges(changes)) = reply.result else { panic!("{reply:?}") };
    assert_eq!(changes[0].previous.as_deref(), Some("running"));
    assert_eq!(changes[0].current.as_deref(), Some("shutting-down"));

    let wait = WaitUntilRunning { instance_ids: vec![id], at_most: Duration::from_mins(10) };
    let failure = client.call(&Operation::WaitUntilRunning(wait)).await.result.unwrap_err();
    assert_eq!(failure.stage, Stage::Wait);
}

#[tokio::test]
async fn a_route_accepts_a_signed_call_and_refuses_an_unsigned_one() {
    let sandbox = start();
    let client = client(&sandbox, "invoker");
    let invoke = |signing, query: &str| {
        Operation::InvokeApi(InvokeApi { url: sandbox.api_url() + query, signing })
    };
    for query in ["", "?b=2&a=1&a=%20x&empty&%C3%A9=%7E"] {
        let reply = client.call(&invoke(Signing::Signed, query)).await;
        assert!(matches!(&reply.result, Ok(Answer::Api(api)) if api.status == 200), "{reply:?}");
    }
    let failure = client.call(&invoke(Signing::Unsigned, "")).await.result.unwrap_err();
    assert_eq!((failure.stage, failure.status), (Stage::Service, Some(403)));
    assert_eq!(failure.code.as_deref(), Some("MissingAuthenticationTokenException"));
    assert!(failure.request_id.is_some());
}

#[tokio::test]
async fn other_callers_and_regions_are_refused() {
    let sandbox = start();
    let failure = refused(&client(&sandbox, "expired"), &Operation::ListBuckets).await;
    assert_eq!(failure.code.as_deref(), Some("ExpiredToken"));
    assert!(failure.request_id.is_some() && failure.host_id.is_some());
    let token = sandbox.identity("expired").unwrap().session_token.clone().unwrap();
    assert!(!format!("{failure:?}").contains(&token), "{failure:?}");

    let failure = refused(&client(&sandbox, "invoker"), &Operation::ListBuckets).await;
    assert_eq!(failure.code.as_deref(), Some("AccessDenied"));

    let mut elsewhere = list(None, None, Pages::All);
    if let Operation::ListObjects(input) = &mut elsewhere {
        input.bucket = "europe".into();
    }
    let failure = refused(&client(&sandbox, "admin"), &elsewhere).await;
    assert_eq!((failure.status, failure.code.as_deref()), (Some(301), Some("PermanentRedirect")));
    assert!(failure.advice.unwrap().contains("Use the region eu-west-1"));
}

fn start() -> Sandbox {
    Sandbox::start(Options::default()).unwrap()
}

fn target(sandbox: &Sandbox) -> Target {
    let endpoint = Endpoint::Url(sandbox.endpoint().to_owned());
    let target = crate::target(endpoint, Addressing::Path);
    Target { region: sandbox.region().to_owned(), clock: Clock::System, ..target }
}

fn client(sandbox: &Sandbox, name: &str) -> Client {
    Client::new(target(sandbox), credentials(sandbox, name)).unwrap()
}

/// The credentials of an identity of the sandbox.
pub(crate) fn credentials(sandbox: &Sandbox, name: &str) -> Credentials {
    let identity = sandbox.identity(name).unwrap();
    let credentials = Credentials::new(&identity.access_key_id, &identity.secret_access_key);
    match &identity.session_token {
        Some(token) => credentials.with_session_token(token),
        None => credentials,
    }
}

async fn refused(client: &Client, operation: &Operation) -> Failure {
    let failure = client.call(operation).await.result.unwrap_err();
    assert_eq!(failure.stage, Stage::Service, "{failure}");
    failure
}

fn list(prefix: Option<&str>, page_size: Option<u32>, pages: Pages) -> Operation {
    Operation::ListObjects(ListObjects {
        bucket: "archive".into(),
        prefix: prefix.map(str::to_owned),
        delimiter: prefix.map(|_| "/".to_owned()),
        page_size,
        pages,
    })
}

fn keys(reply: Reply) -> (Vec<String>, u32) {
    match reply.result {
        Ok(Answer::Objects(listing)) => {
            (listing.objects.into_iter().map(|object| object.key).collect(), reply.requests)
        }
        other => panic!("{other:?}"),
    }
}

fn filter(name: &str, value: &str) -> Filter {
    Filter { name: name.into(), values: vec![value.into()] }
}

fn tag(key: &str, value: &str) -> Tag {
    Tag { key: key.into(), value: value.into() }
}

fn fetch(sandbox: &Sandbox, url: &str) -> String {
    let host = sandbox.endpoint().trim_start_matches("http://");
    let path = url.strip_prefix(sandbox.endpoint()).unwrap();
    let mut connection = TcpStream::connect(host).unwrap();
    write!(connection, "GET {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).unwrap();
    answer
}
