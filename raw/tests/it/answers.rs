//! How the answer to each operation is read.

use contract::{
    Answer, ApiResponse, Bucket, DryRun, Image, Instance, InvokeApi, Operation, Signing,
    StateChange, Tag,
};
use raw::parse::{Page, ParseError};

use crate::documents::{
    BUCKETS, IMAGES, INSTANCES, LAUNCHED, TAGGED, TERMINATED, create_tags, describe_images,
    describe_instances, documents, run_instances, terminate_instances,
};
use crate::{parse, response};

#[test]
fn buckets_are_read_with_time_and_region() {
    let page = parse(&Operation::ListBuckets, BUCKETS).unwrap();
    let answer = Answer::Buckets(vec![
        Bucket {
            name: "one".into(),
            created: Some("2026-01-01T00:00:00.000Z".into()),
            region: Some("eu-west-1".into()),
        },
        Bucket { name: "two&3".into(), created: None, region: None },
    ]);
    assert_eq!(page, Page { answer, next: Some("more".into()) });
}

#[test]
fn images_are_read_and_other_elements_skipped() {
    let page = parse(&describe_images(), IMAGES).unwrap();
    let whole = Image {
        id: "ami-0abcdef1234567890".into(),
        name: Some("example <1>".into()),
        description: Some(String::new()),
        owner_id: Some("111122223333".into()),
        owner_alias: Some("amazon".into()),
        created: Some("2026-01-01T00:00:00.000Z".into()),
        architecture: Some("arm64".into()),
        state: Some("available".into()),
        platform: Some("windows".into()),
        root_device_name: Some("/dev/xvda".into()),
        root_device_type: Some("ebs".into()),
        virtualization_type: Some("hvm".into()),
    };
    let bare = Image { id: "ami-1".into(), ..Image::default() };
    assert_eq!(page, Page { answer: Answer::Images(vec![whole, bare]), next: None });
}

#[test]
fn a_launched_instance_is_read_with_its_placement_and_tags() {
    let page = parse(&run_instances(DryRun::No), LAUNCHED).unwrap();
    let instance = Instance {
        id: "i-0abcdef1234567890".into(),
        image_id: Some("ami-0abcdef1234567890".into()),
        instance_type: Some("t4g.micro".into()),
        state: Some("pending".into()),
        launched: Some("2026-01-01T00:00:00.000Z".into()),
        availability_zone: Some("eu-west-1a".into()),
        private_ip: Some("10.0.0.10".into()),
        client_token: Some("example-token".into()),
        tags: vec![Tag { key: "Name".into(), value: "a & b".into() }, empty_tag()],
    };
    assert_eq!(page, Page { answer: Answer::Instances(vec![instance]), next: None });
}

#[test]
fn the_instances_of_all_reservations_are_one_list() {
    let page = parse(&describe_instances(), INSTANCES).unwrap();
    let Page { answer: Answer::Instances(instances), next } = page else { panic!("{page:?}") };
    let shown: Vec<_> =
        instances.iter().map(|i| (i.id.as_str(), i.state.as_deref().unwrap())).collect();
    assert_eq!(shown, [("i-1", "running"), ("i-2", "pending"), ("i-3", "stopped")]);
    assert_eq!(next.as_deref(), Some("page-2"));
}

#[test]
fn tags_are_set_only_if_ec2_returns_true() {
    let page = parse(&create_tags(), TAGGED).unwrap();
    assert_eq!(page, Page { answer: Answer::Tagged, next: None });
    let denied = TAGGED.replace("true", "false");
    let error = parse(&create_tags(), &denied).unwrap_err().to_string();
    assert!(error.contains("<return> holds \"false\""), "{error}");
}

#[test]
fn state_changes_are_read_with_both_states() {
    let page = parse(&terminate_instances(), TERMINATED).unwrap();
    let change = StateChange {
        id: "i-1".into(),
        previous: Some("running".into()),
        current: Some("shutting-down".into()),
    };
    assert_eq!(page, Page { answer: Answer::StateChanges(vec![change]), next: None });
}

#[test]
fn any_successful_response_of_a_route_is_its_answer() {
    let operation = invoke();
    let headers = [("content-type", "text/plain")];
    for status in [200, 202, 204, 299] {
        let answer = raw::parse::parse(&operation, &response(status, &headers, "héllo"));
        let content_type = Some("text/plain".into());
        let api = ApiResponse { status, content_type, body: "héllo".into() };
        assert_eq!(answer.unwrap(), Page { answer: Answer::Api(api), next: None });
    }
    for status in [101, 300, 301, 302, 304, 307, 308, 399, 400, 500] {
        let error = raw::parse::parse(&operation, &response(status, &headers, "héllo"));
        assert!(matches!(error, Err(ParseError::Refused(_))), "{status}: {error:?}");
    }
}

#[test]
fn a_dry_run_succeeds_if_it_is_refused_and_fails_if_it_is_carried_out() {
    let refused = "<Response><Errors><Error><Code>DryRunOperation</Code><Message>Request would have \
                   succeeded, but DryRun flag is set.</Message></Error></Errors>\
                   <RequestID>1</RequestID></Response>";
    let dry_run = run_instances(DryRun::Yes);
    let page = raw::parse::parse(&dry_run, &response(412, &[], refused)).unwrap();
    assert_eq!(page, Page { answer: Answer::WouldSucceed, next: None });

    let error = parse(&dry_run, LAUNCHED).unwrap_err();
    assert_eq!(error.to_string(), "the dry run was carried out: i-0abcdef1234567890 launched");
    // Without DryRun, the same code is an error like any other.
    let error =
        raw::parse::parse(&run_instances(DryRun::No), &response(412, &[], refused)).unwrap_err();
    assert!(matches!(error, ParseError::Refused(_)), "{error}");
}

#[test]
fn a_launch_without_an_instance_is_an_error() {
    let none = "<RunInstancesResponse><instancesSet/></RunInstancesResponse>";
    let error = parse(&run_instances(DryRun::No), none).unwrap_err().to_string();
    assert!(error.contains("<item> is missing"), "{error}");
}

#[test]
fn a_document_with_another_status_than_200_is_an_error() {
    for (operation, document) in documents() {
        for status in [101, 201, 202, 204, 206, 301, 304, 412] {
            let error = raw::parse::parse(&operation, &response(status, &[], document));
            assert!(matches!(error, Err(ParseError::Refused(_))), "{status}: {error:?}");
        }
    }
}

#[test]
fn a_required_element_may_not_be_missing() {
    for (operation, document, element) in [
        (Operation::ListBuckets, BUCKETS, "Name"),
        (Operation::ListBuckets, BUCKETS, "Buckets"),
        (describe_images(), IMAGES, "imageId"),
        (describe_images(), IMAGES, "imagesSet"),
        (run_instances(DryRun::No), LAUNCHED, "instanceId"),
        (run_instances(DryRun::No), LAUNCHED, "instancesSet"),
        (run_instances(DryRun::No), LAUNCHED, "key"),
        (describe_instances(), INSTANCES, "reservationSet"),
        (describe_instances(), INSTANCES, "instancesSet"),
        (describe_instances(), INSTANCES, "instanceId"),
        (terminate_instances(), TERMINATED, "instancesSet"),
    ] {
        let renamed = document
            .replace(&format!("<{element}>"), "<other>")
            .replace(&format!("</{element}>"), "</other>");
        let error = parse(&operation, &renamed).expect_err(element).to_string();
        assert!(error.contains(&format!("<{element}> is missing")), "{error}");
    }
}

#[test]
fn an_element_may_not_appear_twice() {
    for (operation, document, element) in [
        (Operation::ListBuckets, BUCKETS, "Buckets"),
        (Operation::ListBuckets, BUCKETS, "Name"),
        (describe_images(), IMAGES, "imagesSet"),
        (describe_images(), IMAGES, "imageId"),
        (describe_images(), IMAGES, "creationDate"),
        (run_instances(DryRun::No), LAUNCHED, "instancesSet"),
        (run_instances(DryRun::No), LAUNCHED, "instanceState"),
        (describe_instances(), INSTANCES, "reservationSet"),
        (describe_instances(), INSTANCES, "nextToken"),
        (create_tags(), TAGGED, "return"),
        (terminate_instances(), TERMINATED, "instancesSet"),
        (terminate_instances(), TERMINATED, "currentState"),
    ] {
        let (open, close) = (format!("<{element}>"), format!("</{element}>"));
        let begin = document.find(&open).expect(element);
        let end = begin + document[begin..].find(&close).unwrap() + close.len();
        let twice = format!("{}{}", &document[..end], &document[begin..]);
        let error = parse(&operation, &twice).expect_err(element).to_string();
        assert!(error.contains(&format!("<{element}> appears twice")), "{error}");
    }
}

#[test]
fn times_are_normalised() {
    let created = |sent: &str| {
        let document = BUCKETS.replace("2026-01-01T00:00:00.000Z", sent);
        match parse(&Operation::ListBuckets, &document).map(|page| page.answer) {
            Ok(Answer::Buckets(buckets)) => Ok(buckets[0].created.clone().unwrap()),
            Ok(other) => panic!("{other:?}"),
            Err(error) => Err(error.to_string()),
        }
    };
    for (sent, kept) in [
        ("2026-01-01T00:00:00.000Z", "2026-01-01T00:00:00.000Z"),
        ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00.000Z"),
        ("2026-01-01T02:00:00.5+02:00", "2026-01-01T00:00:00.500Z"),
        ("2026-01-01T00:00:00.123456Z", "2026-01-01T00:00:00.123Z"),
        ("2026-01-01T01:00:00.0+01:00", "2026-01-01T00:00:00.000Z"),
    ] {
        assert_eq!(created(sent).as_deref(), Ok(kept), "{sent}");
    }
    for sent in ["2026-01-", "yesterday", "", "2026-13-01T00:00:00.000Z", "1767225600"] {
        let error = created(sent).expect_err(sent);
        assert!(error.contains("<CreationDate> holds") && error.contains("not a time"), "{error}");
    }
}

fn empty_tag() -> Tag {
    Tag { key: "empty".into(), value: String::new() }
}

fn invoke() -> Operation {
    let url = "https://example.invalid/".to_owned();
    Operation::InvokeApi(InvokeApi { url, signing: Signing::Unsigned })
}
