//! `DescribeImages`
//! (<https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeImages.html>).

use super::call::Ec2Call;
use super::filter::Filters;
use super::image::{Image, TaggedImage};
use super::page::PageRequest;
use super::parameters::QueryParameters;
use super::region::Region;
use super::xml_writer::XmlWriter;
use super::{authorization, identifier, refusal};
use crate::refusal::Refusal;

const PARAMETERS: &str = "
    DryRun ExecutableBy.N Filter.N.Name Filter.N.Value.N ImageId.N IncludeDeprecated
    IncludeDisabled MaxResults NextToken Owner.N
";

pub(super) fn handle(region: &Region, call: &Ec2Call<'_>) -> Result<String, Refusal> {
    authorization::may_read(call)?;
    let parameters = QueryParameters::of(call);
    parameters.check_names(&[PARAMETERS])?;
    let ids = parameters.list("ImageId");
    let owners = parameters.list("Owner");
    check_owners(&owners)?;
    let filters = Filters::read(&parameters)?;
    let page = PageRequest::read(&parameters, 1, ("ImageId", "imageIdsSet"))?;
    let include_deprecated = parameters.is_set("IncludeDeprecated")?;
    let executable_by = parameters.list("ExecutableBy");
    check_exist(region, call, &ids)?;
    parameters.end_dry_run()?;

    let resources = region.resources();
    let chosen = (0..).zip(&region.images).filter(|(_, image)| {
        (ids.is_empty() || ids.contains(&image.id.as_str()))
            && image.is_visible_to(call.caller.account_id)
            && is_of(image, &owners, call.caller.account_id)
            // No image here grants launch permission to individual accounts.
            && (executable_by.is_empty() || executable_by.contains(&"all") && image.is_public())
            // Assumed: a deprecated image is returned if its id is requested.
            && (include_deprecated
                || !ids.is_empty()
                || call.now < image.deprecated
                || image.owner_id == call.caller.account_id)
    });
    let matching = chosen
        .map(|(place, image)| (place, TaggedImage { image, tags: resources.tags(&image.id) }))
        .filter(|(_, image)| filters.match_all(image));
    let (images, next_token) = page.cut(matching);
    Ok(XmlWriter::response(call.action, call.request_id, |document| {
        document.list("imagesSet", images, |item, image| image.write(item));
        document.optional("nextToken", next_token);
    }))
}

/// An owner is a 12-digit account id or one of AWS's aliases.
fn check_owners(owners: &[&str]) -> Result<(), Refusal> {
    const ALIASES: [&str; 4] = ["self", "amazon", "aws-backup-vault", "aws-marketplace"];
    let is_account =
        |owner: &str| owner.len() == 12 && owner.bytes().all(|byte| byte.is_ascii_digit());
    match owners.iter().find(|owner| !ALIASES.contains(owner) && !is_account(owner)) {
        Some(owner) => Err(refusal::malformed_user_id(owner)),
        None => Ok(()),
    }
}

fn check_exist(region: &Region, call: &Ec2Call<'_>, ids: &[&str]) -> Result<(), Refusal> {
    if let Some(id) = ids.iter().find(|id| !identifier::is_well_formed("ami", id)) {
        return Err(refusal::malformed_image_id(id));
    }
    let missing: Vec<_> = ids.iter().copied().filter(|id| region.image(id).is_none()).collect();
    if !missing.is_empty() {
        return Err(refusal::images_not_found(&missing));
    }
    let private = |id: &&&str| {
        region.image(id).is_some_and(|image| !image.is_visible_to(call.caller.account_id))
    };
    match ids.iter().find(private) {
        Some(id) => Err(refusal::not_authorized_for_image(id)),
        None => Ok(()),
    }
}

fn is_of(image: &Image, owners: &[&str], account_id: &str) -> bool {
    owners.is_empty()
        || owners.iter().any(|owner| match *owner {
            "self" => image.owner_id == account_id,
            owner => image.owner_id == owner || image.owner_alias == Some(owner),
        })
}
