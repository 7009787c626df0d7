//! `TerminateInstances`
//! (<https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_TerminateInstances.html>).

use super::document::Document;
use super::instance::InstanceState;
use super::parameters::Parameters;
use super::{Call, Ec2, Ec2Error, authorization, refusal};

const PARAMETERS: &[&str] = &["DryRun", "Force", "InstanceId.N", "SkipOsShutdown"];

/// All the instances or none: one id that does not exist keeps the others up.
pub(super) fn answer(ec2: &Ec2, call: &Call<'_>) -> Result<String, Ec2Error> {
    let parameters = Parameters::of(call);
    let ids = parameters.list("InstanceId");
    let resource = format!("instance/{}", ids.first().unwrap_or(&"*"));
    authorization::may_change(call, &ec2.settings, "ec2:TerminateInstances", &resource)?;
    parameters.check_names(PARAMETERS)?;
    if ids.is_empty() {
        return Err(refusal::missing_parameter("InstanceId"));
    }
    let mut state = ec2.state();
    state.check_instances(&ids)?;
    parameters.end_dry_run()?;

    let mut changes = Vec::new();
    for instance in state.instances.iter_mut().filter(|it| ids.contains(&it.id.as_str())) {
        let previous = InstanceState::at(call.now, instance, &ec2.settings);
        instance.ended.get_or_insert(call.now);
        let current = InstanceState::at(call.now, instance, &ec2.settings);
        // Even with no time to shut down, the answer to the first call is that it began.
        let current = if previous.is_up() { InstanceState::ShuttingDown } else { current };
        changes.push((instance.id.clone(), previous, current));
    }
    Ok(Document::response(call.action, call.request_id, |document| {
        document.list("instancesSet", changes, |item, (id, previous, current)| {
            item.text("instanceId", id);
            current.write("currentState", item);
            previous.write("previousState", item);
        });
    }))
}
