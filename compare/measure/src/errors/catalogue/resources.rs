//! What is asked for and is not there, or not possible.

use contract::{CreateTags, DryRun, Operation, RunInstances, Tag, TerminateInstances};
use findings::errors::Cause;
use raw::endpoint::Service::{self, Ec2, S3};

use super::{
    Basis, Before, Case, Grounds, Play, Presigned, describe_instance, launch, list,
    signatures::presigned_get,
};

pub(super) const ALL: &[Case] = &[
    refused("s3-no-such-bucket", S3, "There is no bucket of that name.", "NoSuchBucket")
        .asking(|_| list("no-such-bucket-111122223333")),
    refused(
        "s3-invalid-bucket-name",
        S3,
        "The name cannot be a bucket's: it has capitals.",
        "InvalidBucketName",
    )
    .asking(|_| list("Example_Bucket")),
    refused(
        "s3-permanent-redirect",
        S3,
        "The bucket is in another region than the endpoint.",
        "PermanentRedirect (bucket in another region)",
    )
    .asking(|_| list("europe")),
    Case {
        play: Play::Presigned(Presigned::Fresh),
        ..refused(
            "s3-no-such-key",
            S3,
            "There is no object under the key of a presigned URL.",
            "NoSuchKey",
        )
    }
    .asking(|_| presigned_get("no/such/key")),
    refused(
        "ec2-dry-run-operation",
        Ec2,
        "A dry run would have succeeded: EC2 says so by refusing.",
        "DryRunOperation",
    )
    .asking(|grounds| with(grounds, |launch| launch.dry_run = DryRun::Yes)),
    refused(
        "ec2-invalid-ami-id-not-found",
        Ec2,
        "There is no image of that id in this region.",
        "InvalidAMIID.NotFound",
    )
    .asking(|grounds| {
        with(grounds, |launch| "ami-0abcdef1234567890".clone_into(&mut launch.image_id))
    }),
    refused(
        "ec2-invalid-ami-id-malformed",
        Ec2,
        "What should be an image's id is none.",
        "InvalidAMIID.Malformed",
    )
    .asking(|grounds| with(grounds, |launch| "al2023".clone_into(&mut launch.image_id))),
    refused(
        "ec2-invalid-instance-type",
        Ec2,
        "There is no such instance type.",
        "InvalidParameterValue, instance type",
    )
    .asking(|grounds| with(grounds, |launch| "t3.enormous".clone_into(&mut launch.instance_type))),
    refused(
        "ec2-vcpu-limit-exceeded",
        Ec2,
        "The launch is larger than the account's limit.",
        "VcpuLimitExceeded",
    )
    .asking(|grounds| {
        with(grounds, |launch| "u7i-12tb.224xlarge".clone_into(&mut launch.instance_type))
    }),
    Case {
        play: Play::AskingAfter(Before::Launch),
        ..refused(
            "ec2-idempotent-parameter-mismatch",
            Ec2,
            "The client token was used before, for another launch.",
            "IdempotentParameterMismatch",
        )
    }
    .asking(|grounds| with(grounds, |launch| "t3.small".clone_into(&mut launch.instance_type))),
    Case {
        play: Play::AskingAfter(Before::LaunchAndEnd),
        ..refused(
            "ec2-idempotent-instance-terminated",
            Ec2,
            "The client token was used before, for an instance that has ended.",
            "IdempotentInstanceTerminated",
        )
    }
    .asking(|grounds| with(grounds, |_| {})),
    refused(
        "ec2-invalid-instance-id-not-found",
        Ec2,
        "There is no instance of that id.",
        "InvalidInstanceID.NotFound",
    )
    .asking(|_| describe_instance("i-0abcdef1234567890")),
    refused(
        "ec2-invalid-instance-id-malformed",
        Ec2,
        "What should be an instance's id is none.",
        "InvalidInstanceID.Malformed",
    )
    .asking(|_| {
        let instance_ids = vec!["my-server".to_owned()];
        Operation::TerminateInstances(TerminateInstances { instance_ids })
    }),
    refused(
        "ec2-tag-limit-exceeded",
        Ec2,
        "A resource gets more tags than it can have.",
        "TagLimitExceeded",
    )
    .asking(|grounds| {
        let tag = |number| Tag { key: format!("key-{number}"), value: "value".to_owned() };
        Operation::CreateTags(CreateTags {
            resources: vec![grounds.image.clone()],
            tags: (0..51).map(tag).collect(),
        })
    }),
];

const fn refused(
    id: &'static str,
    service: Service,
    what: &'static str,
    fact: &'static str,
) -> Case {
    Case::new(id, service, Cause::Resource, what, Basis::Fact(fact), Play::Asking)
}

fn with(grounds: &Grounds, change: impl FnOnce(&mut RunInstances)) -> Operation {
    let mut launch = launch(grounds);
    change(&mut launch);
    Operation::RunInstances(launch)
}
