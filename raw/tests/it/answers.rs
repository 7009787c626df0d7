//! Whole answers of each operation, and what becomes of them when they are damaged.

use contract::{
    Answer, ApiResponse, Bucket, CreateTags, DescribeImages, DescribeInstances, DryRun, Image,
    Instance, InvokeApi, Operation, RunInstances, Signing, StateChange, Tag, TerminateInstances,
};
use raw::parse::{Page, ParseError};

use crate::{parse, response};

#[test]
fn buckets_are_read_with_what_is_said_of_them() {
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
fn images_are_read_past_all_that_nobody_asked_for() {
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
    let bare = Image {
        id: "ami-1".into(),
        name: None,
        description: None,
        owner_id: None,
        owner_alias: None,
        created: None,
        architecture: None,
        state: None,
        platform: None,
        root_device_name: None,
        root_device_type: None,
        virtualization_type: None,
    };
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
fn tags_are_set_only_if_ec2_says_so() {
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
fn whatever_a_route_answers_with_a_success_is_its_answer() {
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
fn a_document_with_another_status_than_200_is_no_answer() {
    for (operation, document) in documents() {
        for status in [101, 201, 202, 204, 206, 301, 304, 412] {
            let error = raw::parse::parse(&operation, &response(status, &[], document));
            assert!(matches!(error, Err(ParseError::Refused(_))), "{status}: {error:?}");
        }
    }
}

#[test]
fn a_dry_run_succeeds_by_being_refused_and_fails_by_being_done() {
    let refused = "<Response><Errors><Error><Code>DryRunOperation</Code><Message>Request would have \
                   succeeded, but DryRun flag is set.</Message></Error></Errors>\
                   <RequestID>1</RequestID></Response>";
    let dry_run = run_instances(DryRun::Yes);
    let page = raw::parse::parse(&dry_run, &response(412, &[], refused)).unwrap();
    assert_eq!(page, Page { answer: Answer::WouldSucceed, next: None });

    let error = parse(&dry_run, LAUNCHED).unwrap_err();
    assert_eq!(error.to_string(), "the dry run was carried out: i-0abcdef1234567890 launched");
    // Unasked, the same code is a refusal like any other.
    let error =
        raw::parse::parse(&run_instances(DryRun::No), &response(412, &[], refused)).unwrap_err();
    assert!(matches!(error, ParseError::Refused(_)), "{error}");
}

#[test]
fn a_document_that_is_cut_anywhere_is_no_answer() {
    for (operation, document) in documents() {
        parse(&operation, document).expect("the whole document is one");
        for end in 0..document.len() {
            let Some(cut) = document.get(..end) else { continue };
            let answer = parse(&operation, cut);
            assert!(answer.is_err(), "{} cut to {cut:?} gave {answer:?}", operation.name());
        }
    }
}

#[test]
fn only_white_space_comments_and_instructions_may_follow_the_root() {
    for (operation, document) in documents() {
        for good in ["\n", " \r\n\t", "<!-- the end -->", "<?done?>"] {
            parse(&operation, &format!("{document}{good}")).expect(good);
        }
        for bad in ["x", "<a/>", "</a>", "<", "&amp;", "<![CDATA[]]>", "\u{feff}", document] {
            let error = parse(&operation, &format!("{document}{bad}")).expect_err(bad);
            assert!(matches!(error, ParseError::Unusable { .. }), "{bad}: {error}");
        }
    }
}

#[test]
fn a_document_of_another_kind_is_no_answer() {
    let all = documents();
    for (operation, expected) in &all {
        for (_, document) in &all {
            let is_same = root(document) == root(expected);
            assert_eq!(parse(operation, document).is_ok(), is_same, "{document}");
        }
        for other in ["", "OK", "{}", "<html></html>", "<!DOCTYPE html><html/>", "\u{feff}"] {
            parse(operation, other).expect_err(other);
        }
    }
    let error = parse(&Operation::ListBuckets, "<html></html>").unwrap_err().to_string();
    assert!(
        error.contains("the document is a <html>, not the expected <ListAllMyBucketsResult>"),
        "{error}"
    );
}

#[test]
fn whatever_form_xml_allows_is_read_the_same() {
    let plain = "<ListAllMyBucketsResult><Buckets><Bucket><Name>a&amp;b</Name></Bucket></Buckets>\
                 </ListAllMyBucketsResult>";
    let expected = parse(&Operation::ListBuckets, plain).unwrap();
    let namespaced = plain
        .replace("</", "</s3:")
        .replace("><", ">\n<")
        .replace("<L", "<s3:L")
        .replace("<B", "<s3:B")
        .replace("<N", "<s3:N")
        .replace("<s3:ListAllMyBucketsResult>", "<s3:ListAllMyBucketsResult xmlns:s3='x'>");
    let forms = [
        format!("\u{feff}{plain}"),
        format!("<?xml version='1.0'?><!-- hello --><!DOCTYPE x>\n{plain}"),
        namespaced,
        plain.replace("a&amp;b", "<![CDATA[a&b]]>"),
        plain.replace("a&amp;b", "&#97;&#x26;b"),
        plain.replace("a&amp;b", "a<!-- and --><![CDATA[&]]>b"),
        plain.replace("<Name>", "<Owner><ID/></Owner><Future a=\"&lt;\"><x>1</x></Future><Name >"),
    ];
    for form in forms {
        assert_eq!(parse(&Operation::ListBuckets, &form).expect(&form), expected, "{form}");
    }
}

#[test]
fn what_xml_forbids_is_not_read() {
    let name = |text: &str| {
        format!(
            "<ListAllMyBucketsResult><Buckets><Bucket><Name>{text}</Name></Bucket></Buckets>\
             </ListAllMyBucketsResult>"
        )
    };
    for (text, complaint) in [
        ("a&nbsp;b", "the entity &nbsp; is not one of XML"),
        ("a&b", "not well-formed"),
        ("&#x110000;", "not well-formed"),
        ("a<b/>", "<b> where only text belongs"),
        ("</Name><Name>", "not well-formed"),
    ] {
        let document = name(text).replace("</Name><Name></Name>", "</Bucket><Name></Name>");
        let error = parse(&Operation::ListBuckets, &document).expect_err(text).to_string();
        assert!(error.contains(complaint), "{text}: {error}");
    }
    let stray = name("a").replace("<Buckets>", "<Buckets>stray");
    let error = parse(&Operation::ListBuckets, &stray).unwrap_err().to_string();
    assert!(
        error.contains("text where only elements belong")
            && error.contains("in /ListAllMyBucketsResult/Buckets"),
        "{error}"
    );
    let mut latin1 = response(200, &[], &name("a"));
    latin1.body.iter_mut().filter(|byte| **byte == b'a').for_each(|byte| *byte = 0xE9);
    raw::parse::parse(&Operation::ListBuckets, &latin1).expect_err("0xE9 is no UTF-8");
}

#[test]
fn characters_that_xml_forbids_are_not_read() {
    for (operation, document) in documents() {
        let (content, end) = document.split_at(document.rfind("</").unwrap());
        for forbidden in ["\0", "\u{1b}", "\u{1}", "\u{fffe}", "&#0;", "&#x1B;", "&#xFFFF;"] {
            let spoilt = format!("{content}<Name>{forbidden}</Name>{end}");
            let error = parse(&operation, &spoilt).expect_err(forbidden).to_string();
            let is_named = error.contains("which XML forbids") || error.contains("not well-formed");
            assert!(is_named, "{forbidden:?}: {error}");
        }
    }
}

#[test]
fn a_refusal_may_repeat_a_key_with_any_character() {
    for (written, character) in [("&#x1;", "\u{1}"), ("\u{1b}", "\u{1b}")] {
        let body =
            format!("<Error><Code>NoSuchKey</Code><Key>a{written}</Key><HostId>H</HostId></Error>");
        match raw::parse::parse(&Operation::ListBuckets, &response(404, &[], &body)) {
            Err(ParseError::Refused(refusal)) => {
                assert_eq!(refusal.detail("Key"), Some(format!("a{character}").as_str()));
                assert_eq!(refusal.host_id.as_deref(), Some("H"));
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_declaration_stands_once_at_the_very_beginning() {
    let declaration = r#"<?xml version="1.0" encoding="UTF-8"?>"#;
    let root = "<ListAllMyBucketsResult><Buckets/></ListAllMyBucketsResult>";
    for good in [declaration, "<?xml version='1.0' encoding='utf-8'?>", "<?xml version='1.0'?>\n"] {
        parse(&Operation::ListBuckets, &format!("{good}{root}")).expect(good);
    }
    let doctype = "<!DOCTYPE x>";
    for bad in [
        format!("{declaration}{declaration}"),
        format!("{declaration}\n<?xml version='1.0'?>"),
        format!(" {declaration}"),
        format!("<!-- first -->{declaration}"),
        format!("{doctype}{doctype}"),
        format!("{doctype}{declaration}"),
        "<?xml version='1.0' encoding='ISO-8859-1'?>".to_owned(),
    ] {
        parse(&Operation::ListBuckets, &format!("{bad}{root}")).expect_err(&bad);
    }
}

#[test]
fn an_element_that_stands_once_may_not_stand_twice() {
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
fn a_launch_of_nothing_is_no_launch() {
    let none = "<RunInstancesResponse><instancesSet/></RunInstancesResponse>";
    let error = parse(&run_instances(DryRun::No), none).unwrap_err().to_string();
    assert!(error.contains("<item> is missing"), "{error}");
}

#[test]
fn what_ends_after_its_declaration_is_cut_and_not_empty() {
    let declaration = r#"<?xml version="1.0" encoding="UTF-8"?>"#;
    for (body, said) in [("", "the body is empty"), (declaration, "ends early, at byte 38")] {
        let error = parse(&Operation::ListBuckets, body).unwrap_err().to_string();
        assert!(error.contains(said), "{error}");
    }
}

#[test]
fn a_document_of_nothing_but_depth_is_an_error_of_few_words() {
    for depth in [50, 1_000, 1_000_000] {
        let error = parse(
            &Operation::ListBuckets,
            &("<ListAllMyBucketsResult>".to_owned() + &"<a>".repeat(depth)),
        );
        let error = error.unwrap_err().to_string();
        let complaint = if depth < 64 { "ends early" } else { "nested too deeply" };
        assert!(error.contains(complaint) && error.len() < 200, "{error}");
    }
}

#[test]
fn an_element_that_matters_may_not_be_missing() {
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
fn times_come_in_one_form() {
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

/// Every operation that is answered with a document, and one.
pub(crate) fn documents() -> Vec<(Operation, &'static str)> {
    vec![
        (Operation::ListBuckets, BUCKETS),
        (crate::listings::list_objects(), crate::listings::OBJECTS),
        (describe_images(), IMAGES),
        (run_instances(DryRun::No), LAUNCHED),
        (describe_instances(), INSTANCES),
        (create_tags(), TAGGED),
        (terminate_instances(), TERMINATED),
    ]
}

fn root(document: &str) -> &str {
    let from = document.rfind("</").unwrap();
    &document[from..]
}

fn empty_tag() -> Tag {
    Tag { key: "empty".into(), value: String::new() }
}

pub(crate) fn describe_images() -> Operation {
    Operation::DescribeImages(DescribeImages { owners: Vec::new(), filters: Vec::new() })
}

pub(crate) fn run_instances(dry_run: DryRun) -> Operation {
    Operation::RunInstances(RunInstances {
        image_id: "ami-1".into(),
        instance_type: "t3.micro".into(),
        tags: Vec::new(),
        client_token: "token".into(),
        dry_run,
    })
}

fn describe_instances() -> Operation {
    let (instance_ids, filters) = (Vec::new(), Vec::new());
    Operation::DescribeInstances(DescribeInstances { instance_ids, filters })
}

fn create_tags() -> Operation {
    Operation::CreateTags(CreateTags { resources: Vec::new(), tags: Vec::new() })
}

fn terminate_instances() -> Operation {
    Operation::TerminateInstances(TerminateInstances { instance_ids: vec!["i-1".into()] })
}

fn invoke() -> Operation {
    let url = "https://example.invalid/".to_owned();
    Operation::InvokeApi(InvokeApi { url, signing: Signing::Unsigned })
}

const BUCKETS: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<ListAllMyBucketsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Owner><ID>EXAMPLE</ID></Owner><Buckets><Bucket><Name>one</Name><CreationDate>2026-01-01T00:00:00.000Z</CreationDate><BucketRegion>eu-west-1</BucketRegion><BucketArn>arn:aws:s3:::one</BucketArn></Bucket><Bucket><Name>two&amp;3</Name></Bucket></Buckets><ContinuationToken>more</ContinuationToken></ListAllMyBucketsResult>"#;

const IMAGES: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<DescribeImagesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">
    <requestId>11111111-2222-4333-8444-555555555555</requestId>
    <imagesSet>
        <item>
            <imageId>ami-0abcdef1234567890</imageId>
            <imageState>available</imageState>
            <imageOwnerId>111122223333</imageOwnerId>
            <imageOwnerAlias>amazon</imageOwnerAlias>
            <creationDate>2026-01-01T00:00:00.000Z</creationDate>
            <isPublic>true</isPublic>
            <architecture>arm64</architecture>
            <platform>windows</platform>
            <name>example &lt;1&gt;</name>
            <description/>
            <rootDeviceType>ebs</rootDeviceType>
            <rootDeviceName>/dev/xvda</rootDeviceName>
            <blockDeviceMapping>
                <item>
                    <deviceName>/dev/xvda</deviceName>
                    <ebs>
                        <volumeSize>8</volumeSize>
                    </ebs>
                </item>
            </blockDeviceMapping>
            <tagSet>
                <item>
                    <key>name</key>
                    <value>not the image's name</value>
                </item>
            </tagSet>
            <virtualizationType>hvm</virtualizationType>
        </item>
        <item>
            <imageId>ami-1</imageId>
        </item>
    </imagesSet>
    <nextToken/>
</DescribeImagesResponse>"#;

const LAUNCHED: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<RunInstancesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">
    <requestId>11111111-2222-4333-8444-555555555555</requestId>
    <reservationId>r-0abcdef1234567890</reservationId>
    <groupSet/>
    <instancesSet>
        <item>
            <instanceId>i-0abcdef1234567890</instanceId>
            <imageId>ami-0abcdef1234567890</imageId>
            <instanceState>
                <code>0</code>
                <name>pending</name>
            </instanceState>
            <instanceType>t4g.micro</instanceType>
            <launchTime>2026-01-01T00:00:00.000Z</launchTime>
            <placement>
                <availabilityZone>eu-west-1a</availabilityZone>
                <groupName/>
            </placement>
            <privateIpAddress>10.0.0.10</privateIpAddress>
            <clientToken>example-token</clientToken>
            <tagSet>
                <item>
                    <key>Name</key>
                    <value>a &amp; b</value>
                </item>
                <item>
                    <key>empty</key>
                    <value/>
                </item>
            </tagSet>
        </item>
    </instancesSet>
</RunInstancesResponse>"#;

const INSTANCES: &str = r#"<DescribeInstancesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">
    <reservationSet>
        <item>
            <instancesSet>
                <item><instanceId>i-1</instanceId><instanceState><code>16</code><name>running</name></instanceState></item>
                <item><instanceId>i-2</instanceId><instanceState><name>pending</name></instanceState></item>
            </instancesSet>
        </item>
        <item>
            <instancesSet>
                <item><instanceId>i-3</instanceId><instanceState><name>stopped</name></instanceState></item>
            </instancesSet>
        </item>
    </reservationSet>
    <nextToken>page-2</nextToken>
</DescribeInstancesResponse>"#;

const TAGGED: &str = r#"<CreateTagsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">
    <requestId>11111111-2222-4333-8444-555555555555</requestId>
    <return>true</return>
</CreateTagsResponse>"#;

const TERMINATED: &str = r#"<TerminateInstancesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">
    <instancesSet>
        <item>
            <instanceId>i-1</instanceId>
            <currentState>
                <code>32</code>
                <name>shutting-down</name>
            </currentState>
            <previousState>
                <code>16</code>
                <name>running</name>
            </previousState>
        </item>
    </instancesSet>
</TerminateInstancesResponse>"#;
