//! `CreateTags` (<https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateTags.html>).

use super::call::Ec2Call;
use super::parameters::QueryParameters;
use super::region::Region;
use super::resources::Resources;
use super::xml_writer::XmlWriter;
use super::{authorization, identifier, network, refusal, tag};
use crate::refusal::Refusal;

const PARAMETERS: &str = "DryRun ResourceId.N Tag.N.Key Tag.N.Value";

/// Tags all the resources or none.
pub(super) fn handle(region: &Region, call: &Ec2Call<'_>) -> Result<String, Refusal> {
    let parameters = QueryParameters::of(call);
    let ids = parameters.list("ResourceId");
    let resource = resource_path(ids.first().copied());
    authorization::may_change(call, &region.settings, "ec2:CreateTags", &resource)?;
    parameters.check_names(&[PARAMETERS])?;
    if ids.is_empty() {
        return Err(refusal::missing_parameter("resourceIdSet"));
    }
    let tags = tag::read(&parameters)?;
    if tags.is_empty() {
        return Err(refusal::missing_parameter("tagSet"));
    }
    let mut resources = region.resources();
    let mut tagged = Vec::new();
    for id in ids {
        check_resource(region, &resources, id)?;
        tagged.push((id.to_owned(), tag::merge(resources.tags(id), &tags)?));
    }
    parameters.end_dry_run()?;

    resources.tags.extend(tagged);
    Ok(XmlWriter::response(call.action, call.request_id, |document| {
        document.text("return", true);
    }))
}

/// The last part of a resource's ARN, such as `instance/i-…`. The prefix of the id tells its type.
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

fn check_resource(region: &Region, resources: &Resources, id: &str) -> Result<(), Refusal> {
    let prefix = id.split_once('-').map_or("", |(prefix, _)| prefix);
    if !identifier::is_well_formed(prefix, id) {
        return Err(refusal::invalid_id(id));
    }
    let region_name = &region.settings.region;
    let mut subnets = network::zones(region_name).map(|zone| network::subnet_id(&zone));
    match prefix {
        "i" => resources.check_instances(&[id]),
        "ami" if region.image(id).is_none() => Err(refusal::images_not_found(&[id])),
        "vol" if !resources.instances.iter().any(|instance| instance.volume_id == id) => {
            Err(refusal::volume_not_found(id))
        }
        "ami" | "vol" => Ok(()),
        "vpc" if network::vpc_id(region_name) == id => Ok(()),
        "sg" if network::default_security_group(region_name).id == id => Ok(()),
        "subnet" if subnets.any(|subnet| subnet == id) => Ok(()),
        _ => Err(refusal::invalid_id(id)),
    }
}
