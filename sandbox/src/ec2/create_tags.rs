//! `CreateTags` (<https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateTags.html>).

use super::document::Document;
use super::parameters::Parameters;
use super::state::State;
use super::{Call, Ec2, Ec2Error, authorization, identifier, network, refusal, tag};

const PARAMETERS: &[&str] = &["DryRun", "ResourceId.N", "Tag.N.Key", "Tag.N.Value"];

/// All the resources or none: one that refuses its tags leaves the others as they were.
pub(super) fn answer(ec2: &Ec2, call: &Call<'_>) -> Result<String, Ec2Error> {
    let parameters = Parameters::of(call);
    let ids = parameters.list("ResourceId");
    let resource = resource_path(ids.first().copied());
    authorization::may_change(call, &ec2.settings, "ec2:CreateTags", &resource)?;
    parameters.check_names(PARAMETERS)?;
    if ids.is_empty() {
        return Err(refusal::missing_parameter("resourceIdSet"));
    }
    let tags = tag::read(&parameters)?;
    if tags.is_empty() {
        return Err(refusal::missing_parameter("tagSet"));
    }
    let mut state = ec2.state();
    let mut tagged = Vec::new();
    for id in ids {
        check_resource(ec2, &state, id)?;
        tagged.push((id.to_owned(), tag::merge(state.tags(id), &tags)?));
    }
    parameters.end_dry_run()?;

    state.tags.extend(tagged);
    Ok(Document::response(call.action, call.request_id, |document| {
        document.text("return", true);
    }))
}

/// `instance/i-…`: how the ARN of a resource ends, by the kind that its id tells.
fn resource_path(id: Option<&str>) -> String {
    let kind = match id.and_then(|id| id.split_once('-')).map(|(prefix, _)| prefix) {
        Some("i") => "instance",
        Some("ami") => "image",
        Some("vol") => "volume",
        Some("subnet") => "subnet",
        Some("sg") => "security-group",
        Some("vpc") => "vpc",
        _ => "*",
    };
    format!("{kind}/{}", id.unwrap_or("*"))
}

fn check_resource(ec2: &Ec2, state: &State, id: &str) -> Result<(), Ec2Error> {
    let prefix = id.split_once('-').map_or("", |(prefix, _)| prefix);
    if !identifier::is_well_formed(prefix, id) {
        return Err(refusal::invalid_id(id));
    }
    let region = &ec2.settings.region;
    let mut subnets = network::zones(region).map(|zone| network::subnet_id(&zone));
    match prefix {
        "i" => state.check_instances(&[id]),
        "ami" if ec2.image(id).is_none() => Err(refusal::images_not_found(&[id])),
        "vol" if !state.instances.iter().any(|instance| instance.volume_id == id) => {
            Err(refusal::volume_not_found(id))
        }
        "ami" | "vol" => Ok(()),
        "vpc" if network::vpc_id(region) == id => Ok(()),
        "sg" if network::default_security_group(region).id == id => Ok(()),
        "subnet" if subnets.any(|subnet| subnet == id) => Ok(()),
        _ => Err(refusal::invalid_id(id)),
    }
}
