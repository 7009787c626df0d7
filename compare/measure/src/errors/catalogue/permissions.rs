//! What the caller may not do. The signature is good in all of these.

use contract::Operation;
use findings::errors::Cause;
use raw::endpoint::Service::{self, Ec2, ExecuteApi, S3};

use super::{Basis, Case, Play, launch};

/// An image that a stranger has shared with nobody.
const ANOTHERS_IMAGE: &str = "ami-0fee1dead0fee1dea";

pub(super) const ALL: &[Case] = &[
    denied(
        "s3-access-denied",
        S3,
        "No policy of the caller's allows it to list the bucket.",
        "AccessDenied new style, no identity-based policy",
    )
    .by("invoker"),
    denied(
        "ec2-unauthorized-to-read",
        Ec2,
        "No policy of the caller's allows it to read; EC2 does not say which one is missing.",
        "UnauthorizedOperation, short form",
    )
    .by("invoker"),
    denied(
        "ec2-unauthorized-to-change",
        Ec2,
        "No policy of the caller's allows it to launch; the reason is encoded in the message.",
        "UnauthorizedOperation, with the encoded message",
    )
    .by("reader")
    .asking(|grounds| Operation::RunInstances(launch(grounds))),
    denied(
        "ec2-image-of-somebody-else",
        Ec2,
        "The image is another account's, and not shared with the caller.",
        "AuthFailure, not your image",
    )
    .asking(|grounds| {
        let image_id = ANOTHERS_IMAGE.to_owned();
        Operation::RunInstances(contract::RunInstances { image_id, ..launch(grounds) })
    }),
    denied(
        "api-access-denied",
        ExecuteApi,
        "No policy of the caller's allows it to call the route.",
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
    Case::new(id, service, Cause::Permission, what, Basis::Fact(fact), Play::Asking)
}
