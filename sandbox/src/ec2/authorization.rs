//! What the caller's policies allow. EC2 explains a refused change and keeps silent on a refused
//! read.

use super::{Call, Ec2Error, Ec2Settings, refusal};

/// For the actions that only describe.
pub(super) fn may_read(call: &Call<'_>) -> Result<(), Ec2Error> {
    let action = format!("ec2:{}", call.action);
    if (call.caller.may)(&action) { Ok(()) } else { Err(refusal::unauthorized()) }
}

/// For `action` on a resource such as `instance/*`, which the refusal names by its ARN.
pub(super) fn may_change(
    call: &Call<'_>,
    settings: &Ec2Settings,
    action: &str,
    resource: &str,
) -> Result<(), Ec2Error> {
    if (call.caller.may)(action) {
        return Ok(());
    }
    let resource = arn(call, settings, resource);
    Err(refusal::unauthorized_to_change(call.caller.arn, action, &resource, call.request_id))
}

fn arn(call: &Call<'_>, settings: &Ec2Settings, resource: &str) -> String {
    // The partition of the caller is that of the region: credentials do not cross partitions.
    let partition = call.caller.arn.split(':').nth(1).unwrap_or("aws");
    // An image has no account in its ARN.
    let owner = if resource.starts_with("image/") { "" } else { &settings.account_id };
    format!("arn:{partition}:ec2:{}:{owner}:{resource}", settings.region)
}
