//! What the caller is not allowed to do. The signature is right in all of these cases.

use contract::Operation;
use findings::errors::Cause;
use raw::endpoint::Service::{self, Ec2, ExecuteApi, S3};

use super::{Basis, Case, Play, launch};

/// An image of another account, shared with nobody.
const ANOTHERS_IMAGE: &str = "ami-0fee1dead0fee1dea";

pub(super) const ALL: &[Case] = &[
    denied(
        "s3-access-denied",
        S3,
        "No policy allows the caller to list the bucket.",
        "AccessDenied new style, no identity-based policy",
    )
    .by("invoker"),
    denied(
        "ec2-unauthorized-to-read",
        Ec2,
        "No policy allows the caller to read, and EC2 does not say which permission is missing.",
        "UnauthorizedOperation, short form",
    )
    .by("invoker"),
    denied(
        "ec2-unauthorized-to-change",
        Ec2,
        "No policy allows the caller to launch, and the message has the reason in encoded form.",
        "UnauthorizedOperation, with the encoded message",
    )
    .by("reader")
    .calling(|input| Operation::RunInstances(launch(input))),
    denied(
        "ec2-image-of-somebody-else",
        Ec2,
        "The image belongs to another account, which has not shared it with the caller.",
        "AuthFailure, not your image",
    )
    .calling(|input| {
        let image_id = ANOTHERS_IMAGE.to_owned();
        Operation::RunInstances(contract::RunInstances { image_id, ..launch(input) })
    }),
    denied(
        "api-access-denied",
        ExecuteApi,
        "No policy allows the caller to call the route.",
        "not authorized (IAM)",
    )
    .by("reader"),
];

const fn denied(
    id: &'static str,
    service: Service,
    what: &'static str,
    fact: &'static str,
) -> Case {
    Case::new(id, service, Cause::Permission, what, Basis::Fact(fact), Play::Call)
}
