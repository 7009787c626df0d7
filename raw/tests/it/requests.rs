//! The requests of each operation, as they are sent.

use std::fmt::Write as _;
use std::time::Duration;

use contract::{
    Addressing, CreateTags, DescribeImages, DescribeInstances, DryRun, Endpoint, Filter, InvokeApi,
    ListObjects, Operation, Pages, PresignGet, RunInstances, Signing, Tag, TerminateInstances,
    WaitUntilRunning,
};
use proptest::prelude::*;
use raw::request::{BuildError, Request};

use crate::target;

#[test]
fn s3_requests_use_get() {
    let aws = Endpoint::Aws;
    assert_eq!(
        wire(&Operation::ListBuckets, &aws, None),
        "GET https://s3.eu-west-1.amazonaws.com/\n\n"
    );
    assert_eq!(
        wire(&Operation::ListBuckets, &aws, Some("a/b=")),
        "GET https://s3.eu-west-1.amazonaws.com/?continuation-token=a%2Fb%3D\n\n"
    );
    assert_eq!(
        wire(&list("bucket", None), &aws, None),
        "GET https://bucket.s3.eu-west-1.amazonaws.com/?encoding-type=url&list-type=2\n\n"
    );
    let all = Operation::ListObjects(ListObjects {
        bucket: "bucket".into(),
        prefix: Some("a b+c/é".into()),
        delimiter: Some("/".into()),
        page_size: Some(2),
        pages: Pages::All,
    });
    assert_eq!(
        wire(&all, &aws, Some("tok+en=")),
        "GET https://bucket.s3.eu-west-1.amazonaws.com/?continuation-token=tok%2Ben%3D&delimiter=%2F\
         &encoding-type=url&list-type=2&max-keys=2&prefix=a%20b%2Bc%2F%C3%A9\n\n"
    );
}

#[test]
fn the_bucket_is_in_the_host_or_in_the_path() {
    let local = Endpoint::Url("http://localhost:9000".into());
    let address = Endpoint::Url("http://127.0.0.1:9000".into());
    let address6 = Endpoint::Url("https://[::1]:9000".into());
    for (bucket, endpoint, addressing, expected) in [
        (
            "bucket",
            &Endpoint::Aws,
            Addressing::VirtualHosted,
            "https://bucket.s3.eu-west-1.amazonaws.com/",
        ),
        ("bucket", &Endpoint::Aws, Addressing::Path, "https://s3.eu-west-1.amazonaws.com/bucket"),
        // A wildcard certificate covers one label.
        (
            "a.bucket",
            &Endpoint::Aws,
            Addressing::VirtualHosted,
            "https://s3.eu-west-1.amazonaws.com/a.bucket",
        ),
        (
            "Old_Bucket",
            &Endpoint::Aws,
            Addressing::VirtualHosted,
            "https://s3.eu-west-1.amazonaws.com/Old_Bucket",
        ),
        ("a.bucket", &local, Addressing::VirtualHosted, "http://a.bucket.localhost:9000/"),
        ("bucket", &local, Addressing::Path, "http://localhost:9000/bucket"),
        ("bucket", &address, Addressing::VirtualHosted, "http://127.0.0.1:9000/bucket"),
        ("bucket", &address6, Addressing::VirtualHosted, "https://[::1]:9000/bucket"),
        ("a b", &address, Addressing::Path, "http://127.0.0.1:9000/a%20b"),
    ] {
        let request =
            Request::new(&list(bucket, None), &target(endpoint.clone(), addressing), None);
        assert_eq!(request.unwrap().url_without_query(), expected, "{bucket} at {endpoint:?}");
    }
}

#[test]
fn a_key_is_encoded_in_the_path_and_not_normalised() {
    for (key, path) in [
        ("photos/2026 é.jpg", "/photos/2026%20%C3%A9.jpg"),
        ("a//b", "/a//b"),
        ("/a", "//a"),
        ("../x", "/../x"),
        (".", "/."),
        ("%41", "/%2541"),
        ("a+b?c#d", "/a%2Bb%3Fc%23d"),
    ] {
        let get = presign("bucket", key);
        let request = |addressing| Request::new(&get, &target(Endpoint::Aws, addressing), None);
        assert_eq!(request(Addressing::VirtualHosted).unwrap().path, path);
        assert_eq!(request(Addressing::Path).unwrap().path, format!("/bucket{path}"));
    }
}

#[test]
fn each_partition_has_its_hosts() {
    for (region, host) in [
        ("us-east-1", "ec2.us-east-1.amazonaws.com"),
        ("cn-north-1", "ec2.cn-north-1.amazonaws.com.cn"),
        ("us-gov-west-1", "ec2.us-gov-west-1.amazonaws.com"),
        ("us-iso-east-1", "ec2.us-iso-east-1.c2s.ic.gov"),
        ("us-isob-east-1", "ec2.us-isob-east-1.sc2s.sgov.gov"),
        ("us-isof-south-1", "ec2.us-isof-south-1.csp.hci.ic.gov"),
        ("eu-isoe-west-1", "ec2.eu-isoe-west-1.cloud.adc-e.uk"),
        ("eusc-de-east-1", "ec2.eusc-de-east-1.amazonaws.eu"),
    ] {
        let mut target = target(Endpoint::Aws, Addressing::VirtualHosted);
        target.region = region.to_owned();
        let request = Request::new(&terminate(&["i-1"]), &target, None).unwrap();
        assert_eq!(request.origin.authority, host);
    }
}

#[test]
fn ec2_requests_are_forms() {
    let post = "POST https://ec2.eu-west-1.amazonaws.com/\n\
                content-type: application/x-www-form-urlencoded; charset=utf-8\n\n";
    let images = DescribeImages {
        owners: vec!["amazon".into(), "self".into()],
        filters: vec![
            Filter { name: "name".into(), values: vec!["al2023-*".into()] },
            Filter { name: "architecture".into(), values: vec!["x86_64".into(), "arm64".into()] },
        ],
    };
    let images_form = "Action=DescribeImages&Version=2016-11-15&Owner.1=amazon&Owner.2=self\
        &Filter.1.Name=name&Filter.1.Value.1=al2023-%2A\
        &Filter.2.Name=architecture&Filter.2.Value.1=x86_64&Filter.2.Value.2=arm64";
    let run = RunInstances {
        image_id: "ami-1".into(),
        instance_type: "t3.micro".into(),
        tags: vec![Tag { key: "Name".into(), value: "a b".into() }],
        client_token: "token".into(),
        dry_run: DryRun::Yes,
    };
    let plain_run = RunInstances { tags: Vec::new(), dry_run: DryRun::No, ..run.clone() };
    let wait =
        WaitUntilRunning { instance_ids: vec!["i-1".into()], at_most: Duration::from_secs(1) };
    let describe = DescribeInstances {
        instance_ids: vec!["i-1".into()],
        filters: vec![Filter { name: "tag:x".into(), values: vec!["é".into()] }],
    };
    let tags = CreateTags {
        resources: vec!["i-1".into(), "i-2".into()],
        tags: vec![
            Tag { key: "k".into(), value: "v&w".into() },
            Tag { key: "e".into(), value: String::new() },
        ],
    };
    for (operation, form) in [
        (Operation::DescribeImages(images.clone()), images_form),
        (Operation::LatestImage(images), images_form),
        (
            Operation::RunInstances(run),
            "Action=RunInstances&Version=2016-11-15&ImageId=ami-1&InstanceType=t3.micro\
             &MinCount=1&MaxCount=1&ClientToken=token&TagSpecification.1.ResourceType=instance\
             &TagSpecification.1.Tag.1.Key=Name&TagSpecification.1.Tag.1.Value=a%20b&DryRun=true",
        ),
        (
            Operation::RunInstances(plain_run),
            "Action=RunInstances&Version=2016-11-15&ImageId=ami-1&InstanceType=t3.micro\
             &MinCount=1&MaxCount=1&ClientToken=token",
        ),
        (
            Operation::WaitUntilRunning(wait),
            "Action=DescribeInstances&Version=2016-11-15&InstanceId.1=i-1",
        ),
        (
            Operation::DescribeInstances(describe),
            "Action=DescribeInstances&Version=2016-11-15&InstanceId.1=i-1\
             &Filter.1.Name=tag%3Ax&Filter.1.Value.1=%C3%A9",
        ),
        (
            Operation::CreateTags(tags),
            "Action=CreateTags&Version=2016-11-15&ResourceId.1=i-1&ResourceId.2=i-2\
             &Tag.1.Key=k&Tag.1.Value=v%26w&Tag.2.Key=e&Tag.2.Value=",
        ),
        (
            terminate(&["i-1", "i-2"]),
            "Action=TerminateInstances&Version=2016-11-15&InstanceId.1=i-1&InstanceId.2=i-2",
        ),
    ] {
        assert_eq!(wire(&operation, &Endpoint::Aws, None), format!("{post}{form}"));
    }
    let page = wire(&crate::documents::describe_images(), &Endpoint::Aws, Some("to ken"));
    assert!(page.ends_with("Version=2016-11-15&NextToken=to%20ken"), "{page}");
}

#[test]
fn a_routes_url_is_normalised_as_url_parsers_do() {
    for (url, sent, region) in [
        (
            "https://abc.execute-api.us-west-2.amazonaws.com/prod/a%2Fb?x=%7e&y",
            "https://abc.execute-api.us-west-2.amazonaws.com/prod/a%2Fb?x=%7e&y",
            "us-west-2",
        ),
        (
            "https://abc.execute-api.cn-north-1.amazonaws.com.cn/prod",
            "https://abc.execute-api.cn-north-1.amazonaws.com.cn/prod",
            "cn-north-1",
        ),
        (
            "https://abc-vpce-1.execute-api.us-west-2.vpce.amazonaws.com/prod",
            "https://abc-vpce-1.execute-api.us-west-2.vpce.amazonaws.com/prod",
            "us-west-2",
        ),
        (
            "HTTP://API.example:80/a/../b//é c?q=ä#part",
            "http://api.example/b//%C3%A9%20c?q=%C3%A4",
            "eu-west-1",
        ),
    ] {
        let request = invoke(url).unwrap();
        assert_eq!((request.url().as_str(), request.region.as_str()), (sent, region));
    }
}

#[test]
fn input_that_would_request_something_else_is_rejected() {
    let local = target(Endpoint::Url("http://127.0.0.1:1".into()), Addressing::Path);
    let message = |operation: &Operation| {
        Request::new(operation, &local, None).expect_err("no request").to_string()
    };
    assert!(message(&list("", None)).contains("it is empty"));
    assert!(message(&list("a/b", None)).contains("has a slash"));
    assert!(message(&list("..", None)).contains("resolve"));
    assert!(message(&presign("bucket", "")).contains("the key is empty"));
    assert!(message(&terminate(&[])).contains("no instance is named"));
    let wait = WaitUntilRunning { instance_ids: Vec::new(), at_most: Duration::ZERO };
    assert!(message(&Operation::WaitUntilRunning(wait)).contains("no instance is named"));
    assert!(invoke("not a url").unwrap_err().to_string().contains("is not a URL"));
    assert!(invoke("ftp://x/").unwrap_err().to_string().contains("neither http:// nor https://"));
}

#[test]
fn an_endpoint_is_scheme_host_and_port() {
    let build = |endpoint: &str| {
        let target = target(Endpoint::Url(endpoint.into()), Addressing::Path);
        Request::new(&Operation::ListBuckets, &target, None)
            .map(|request| request.url_without_query())
    };
    assert_eq!(build("http://h:80").unwrap(), "http://h/");
    assert_eq!(build("https://h:443/").unwrap(), "https://h/");
    assert_eq!(build("http://H:8080").unwrap(), "http://h:8080/");
    for (endpoint, message) in [
        ("127.0.0.1:5000", "is not a URL"),
        ("localhost:5000", "neither http:// nor https://"),
        ("http://h/path", "has a path"),
        ("http://h/?q", "has a query"),
        ("http://u:p@h", "has a user name"),
        ("http://h#f", "has a fragment"),
        ("", "is not a URL"),
    ] {
        let error = build(endpoint).expect_err(endpoint).to_string();
        assert!(error.contains(message), "{endpoint}: {error}");
    }
}

#[test]
fn a_region_that_would_change_the_host_is_rejected() {
    for region in ["", "evil.example/", "a b", "eu-west-1.evil.example#", "-x", "EU-WEST-1"] {
        let mut target = target(Endpoint::Aws, Addressing::Path);
        target.region = region.to_owned();
        let error = Request::new(&Operation::ListBuckets, &target, None).unwrap_err();
        assert!(matches!(error, BuildError::Endpoint(_)), "{region}: {error}");
    }
}

proptest! {
    /// A server's parser reads every value of a form and of a query back unchanged.
    #[test]
    fn every_value_is_read_back_unchanged(name in ".{0,20}", values in prop::collection::vec(".{0,20}", 1..3), prefix in ".{1,20}") {
        let filters = vec![Filter { name: name.clone(), values: values.clone() }];
        let images = Operation::DescribeImages(DescribeImages { owners: Vec::new(), filters });
        let request = Request::new(&images, &target(Endpoint::Aws, Addressing::Path), None).unwrap();
        let mut expected = vec![
            ("Action".to_owned(), "DescribeImages".to_owned()),
            ("Version".to_owned(), "2016-11-15".to_owned()),
            ("Filter.1.Name".to_owned(), name),
        ];
        expected.extend((1..).zip(values).map(|(n, value)| (format!("Filter.1.Value.{n}"), value)));
        prop_assert_eq!(pairs(std::str::from_utf8(&request.body).unwrap()), expected);

        let list = list("bucket", Some(&prefix));
        let request = Request::new(&list, &target(Endpoint::Aws, Addressing::Path), None).unwrap();
        prop_assert_eq!(pairs(&request.query).pop(), Some(("prefix".to_owned(), prefix)));
    }

    /// reqwest's URL type changes S3 paths with dot segments and nothing else.
    #[test]
    fn urls_are_sent_as_they_are_signed(key in ".{1,20}") {
        let request = Request::new(&presign("bucket", &key), &target(Endpoint::Aws, Addressing::Path), None).unwrap();
        let url = reqwest::Url::parse(&request.url()).unwrap();
        let has_dot_segments = key.split('/').any(|segment| matches!(segment, "." | ".."));
        prop_assert_eq!(url.as_str() == request.url(), !has_dot_segments);
    }
}

fn pairs(form: &str) -> Vec<(String, String)> {
    let url = reqwest::Url::parse(&format!("http://h/?{form}")).unwrap();
    url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}

/// The request as text: method and URL, headers, a blank line, the body.
fn wire(operation: &Operation, endpoint: &Endpoint, page: Option<&str>) -> String {
    let target = target(endpoint.clone(), Addressing::VirtualHosted);
    let request = Request::new(operation, &target, page).unwrap();
    let mut text = format!("{} {}\n", request.method, request.url());
    for (name, value) in &request.headers {
        writeln!(text, "{name}: {value}").unwrap();
    }
    text + "\n" + std::str::from_utf8(&request.body).unwrap()
}

fn list(bucket: &str, prefix: Option<&str>) -> Operation {
    Operation::ListObjects(ListObjects {
        bucket: bucket.into(),
        prefix: prefix.map(str::to_owned),
        delimiter: None,
        page_size: None,
        pages: Pages::All,
    })
}

fn presign(bucket: &str, key: &str) -> Operation {
    let expires = Duration::from_mins(1);
    Operation::PresignGet(PresignGet { bucket: bucket.into(), key: key.into(), expires })
}

fn terminate(ids: &[&str]) -> Operation {
    let instance_ids = ids.iter().map(|&id| id.to_owned()).collect();
    Operation::TerminateInstances(TerminateInstances { instance_ids })
}

fn invoke(url: &str) -> Result<Request, BuildError> {
    let operation = Operation::InvokeApi(InvokeApi { url: url.into(), signing: Signing::Signed });
    Request::new(&operation, &target(Endpoint::Aws, Addressing::Path), None)
}
