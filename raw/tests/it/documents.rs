//! A complete answer to each operation that is answered with a document.

use contract::{
    CreateTags, DescribeImages, DescribeInstances, DryRun, Operation, RunInstances,
    TerminateInstances,
};

/// Every operation that is answered with a document, with an example.
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

pub(crate) fn describe_instances() -> Operation {
    let (instance_ids, filters) = (Vec::new(), Vec::new());
    Operation::DescribeInstances(DescribeInstances { instance_ids, filters })
}

pub(crate) fn create_tags() -> Operation {
    Operation::CreateTags(CreateTags { resources: Vec::new(), tags: Vec::new() })
}

pub(crate) fn terminate_instances() -> Operation {
    Operation::TerminateInstances(TerminateInstances { instance_ids: vec!["i-1".into()] })
}

pub(crate) const BUCKETS: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<ListAllMyBucketsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Owner><ID>EXAMPLE</ID></Owner><Buckets><Bucket><Name>one</Name><CreationDate>2026-01-01T00:00:00.000Z</CreationDate><BucketRegion>eu-west-1</BucketRegion><BucketArn>arn:aws:s3:::one</BucketArn></Bucket><Bucket><Name>two&amp;3</Name></Bucket></Buckets><ContinuationToken>more</ContinuationToken></ListAllMyBucketsResult>"#;

pub(crate) const IMAGES: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
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

pub(crate) const LAUNCHED: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
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

pub(crate) const INSTANCES: &str = r#"<DescribeInstancesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">
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

pub(crate) const TAGGED: &str = r#"<CreateTagsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">
    <requestId>11111111-2222-4333-8444-555555555555</requestId>
    <return>true</return>
</CreateTagsResponse>"#;

pub(crate) const TERMINATED: &str = r#"<TerminateInstancesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">
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
