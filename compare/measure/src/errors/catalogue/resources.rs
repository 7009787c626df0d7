//! What the caller asks for does not exist, or is not possible.

use contract::{CreateTags, DryRun, Operation, RunInstances, Tag, TerminateInstances};
use findings::errors::Cause;
use raw::endpoint::Service::{self, Ec2, S3};

use super::{
    Basis, Case, CaseInput, Play, Preparation, Presigned, describe_instance, launch, list,
    signatures::presigned_get,
};

pub(super) const ALL: &[Case] = &[
    refused("s3-no-such-bucket", S3, "There is no bucket with that name.", "NoSuchBucket")
        .calling(|_| list("no-such-bucket-111122223333")),
    refused(
        "s3-invalid-bucket-name",
        S3,
        "The bucket name is invalid: it has capital letters.",
        "InvalidBucketName",
    )
    .calling(|_| list("Example_Bucket")),
    refused(
        "s3-permanent-redirect",
        S3,
        "The bucket is in another region than the endpoint.",
        "PermanentRedirect (bucket in another region)",
    )
    .calling(|_| list("europe")),
    Case {
        play: Play::Presigned(Presigned::Fresh),
        ..refused(
            "s3-no-such-key",
            S3,
            "There is no object with the key of the presigned URL.",
            "NoSuchKey",
        )
    }
    .calling(|_| presigned_get("no/such/key")),
    refused(
        "ec2-dry-run-operation",
        Ec2,
        "A dry run would succeed, which EC2 reports as an error.",
        "DryRunOperation",
    )
    .calling(|input| with(input, |launch| launch.dry_run = DryRun::Yes)),
    refused(
        "ec2-invalid-ami-id-not-found",
        Ec2,
        "There is no image with that id in this region.",
        "InvalidAMIID.NotFound",
    )
    .calling(|input| {
        with(input, |launch| "ami-0abcdef1234567890".clone_into(&mut launch.image_id))
    }),
    refused(
        "ec2-invalid-ami-id-malformed",
        Ec2,
        "The image id is malformed.",
        "InvalidAMIID.Malformed",
    )
    .calling(|input| with(input, |launch| "al2023".clone_into(&mut launch.image_id))),
    refused(
        "ec2-invalid-instance-type",
        Ec2,
        "There is no such instance type.",
        "InvalidParameterValue, instance type",
    )
    .calling(|input| with(input, |launch| "t3.enormous".clone_into(&mut launch.instance_type))),
    refused(
        "ec2-vcpu-limit-exceeded",
        Ec2,
        "The launch exceeds the account's vCPU limit.",
        "VcpuLimitExceeded",
    )
    .calling(|input| {
        with(input, |launch| "u7i-12tb.224xlarge".clone_into(&mut launch.instance_type))
    }),
    Case {
        play: Play::CallAfter(Preparation::Launch),
        ..refused(
            "ec2-idempotent-parameter-mismatch",
            Ec2,
            "The client token was already used for a different launch.",
            "IdempotentParameterMismatch",
        )
    }
    .calling(|input| with(input, |launch| "t3.small".clone_into(&mut launch.instance_type))),
    Case {
        play: Play::CallAfter(Preparation::LaunchAndTerminate),
        ..refused(
            "ec2-idempotent-instance-terminated",
            Ec2,
            "The client token was already used for an instance that is terminated.",
            "IdempotentInstanceTerminated",
        )
    }
    .calling(|input| with(input, |_| {})),
    refused(
        "ec2-invalid-instance-id-not-found",
        Ec2,
        "There is no instance with that id.",
        "InvalidInstanceID.NotFound",
    )
    .calling(|_| describe_instance("i-0abcdef1234567890")),
    refused(
        "ec2-invalid-instance-id-malformed",
        Ec2,
        "The instance id is malformed.",
        "InvalidInstanceID.Malformed",
    )
    .calling(|_| {
        let instance_ids = vec!["my-server".to_owned()];
        Operation::TerminateInstances(TerminateInstances { instance_ids })
    }),
    refused(
        "ec2-tag-limit-exceeded",
        Ec2,
        "A resource gets more tags than are allowed.",
        "TagLimitExceeded",
    )
    .calling(|input| {
        let tag = |number| Tag { key: format!("key-{number}"), value: "value".to_owned() };
        Operation::CreateTags(CreateTags {
            resources: vec![input.image.clone()],
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
    Case::new(id, service, Cause::Resource, what, Basis::Fact(fact), Play::Call)
}

fn with(input: &CaseInput, change: impl FnOnce(&mut RunInstances)) -> Operation {
    let mut launch = launch(input);
    change(&mut launch);
    Operation::RunInstances(launch)
}
