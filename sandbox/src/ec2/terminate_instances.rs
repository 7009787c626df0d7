//! `TerminateInstances`
//! (<https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_TerminateInstances.html>).

use super::call::Ec2Call;
use super::instance::InstanceState;
use super::parameters::QueryParameters;
use super::region::Region;
use super::xml_writer::XmlWriter;
use super::{authorization, refusal};
use crate::refusal::Refusal;

const PARAMETERS: &str = "DryRun Force InstanceId.N SkipOsShutdown";

/// Terminates all the instances, or none if one of the ids does not exist.
pub(super) fn handle(region: &Region, call: &Ec2Call<'_>) -> Result<String, Refusal> {
    let parameters = QueryParameters::of(call);
    let ids = parameters.list("InstanceId");
    let resource = format!("instance/{}", ids.first().unwrap_or(&"*"));
    authorization::may_change(call, &region.settings, "ec2:TerminateInstances", &resource)?;
    parameters.check_names(&[PARAMETERS])?;
    if ids.is_empty() {
        return Err(refusal::missing_parameter("InstanceId"));
    }
    let mut resources = region.resources();
    resources.check_instances(&ids)?;
    parameters.end_dry_run()?;

    let mut changes = Vec::new();
    for instance in resources.instances.iter_mut().filter(|it| ids.contains(&it.id.as_str())) {
        let previous = InstanceState::at(call.now, instance, &region.settings);
        instance.terminated_at.get_or_insert(call.now);
        let current = InstanceState::at(call.now, instance, &region.settings);
        // The response to the first call is always `shutting-down`, even with a shutdown time of 0.
        let current = if previous.is_up() { InstanceState::ShuttingDown } else { current };
        changes.push((instance.id.clone(), previous, current));
    }
    Ok(XmlWriter::response(call.action, call.request_id, |document| {
        document.list("instancesSet", changes, |item, (id, previous, current)| {
            item.text("instanceId", id);
            current.write("currentState", item);
            previous.write("previousState", item);
        });
    }))
}
