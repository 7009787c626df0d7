//! Checks the caller's permissions. EC2 explains the refusal of a change, but not of a read.

use super::call::Ec2Call;
use super::refusal;
use super::settings::Ec2Settings;
use crate::refusal::Refusal;

/// Checks the permission for an action that only describes resources.
pub(super) fn may_read(call: &Ec2Call<'_>) -> Result<(), Refusal> {
    let action = format!("ec2:{}", call.action);
    if (call.caller.may)(&action) { Ok(()) } else { Err(refusal::unauthorized()) }
}

/// Checks the permission for `action` on a resource such as `instance/*`.
pub(super) fn may_change(
    call: &Ec2Call<'_>,
    settings: &Ec2Settings,
    action: &str,
    resource: &str,
) -> Result<(), Refusal> {
    if (call.caller.may)(action) {
        return Ok(());
    }
    let resource = arn(call, settings, resource);
    Err(refusal::unauthorized_to_change(call.caller.arn, action, &resource, call.request_id))
}

fn arn(call: &Ec2Call<'_>, settings: &Ec2Settings, resource: &str) -> String {
    // Credentials do not cross partitions, so the region's partition is the caller's.
    let partition = call.caller.arn.split(':').nth(1).unwrap_or("aws");
    // An image has no account in its ARN.
    let owner = if resource.starts_with("image/") { "" } else { &settings.account_id };
    format!("arn:{partition}:ec2:{}:{owner}:{resource}", settings.region)
}
