//! `DescribeInstances`
//! (<https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html>).

use std::sync::Arc;

use super::authorization;
use super::call::Ec2Call;
use super::filter::Filters;
use super::instance::{InstanceView, Reservation};
use super::page::PageRequest;
use super::parameters::QueryParameters;
use super::region::Region;
use super::xml_writer::XmlWriter;
use crate::refusal::Refusal;

const PARAMETERS: &str = "
    DryRun Filter.N.Name Filter.N.Value.N IncludeManagedResources InstanceId.N MaxResults
    NextToken
";

/// The documented minimum of `MaxResults`.
const SMALLEST_PAGE: i64 = 5;

pub(super) fn handle(region: &Region, call: &Ec2Call<'_>) -> Result<String, Refusal> {
    authorization::may_read(call)?;
    let parameters = QueryParameters::of(call);
    parameters.check_names(&[PARAMETERS])?;
    let ids = parameters.list("InstanceId");
    let filters = Filters::read(&parameters)?;
    let page = PageRequest::read(&parameters, SMALLEST_PAGE, ("InstanceId", "instancesSet"))?;
    let resources = region.resources();
    resources.check_instances(&ids)?;
    parameters.end_dry_run()?;

    let matching = (0..)
        .zip(resources.views(&region.settings, call.now))
        .filter(|(_, it)| ids.is_empty() || ids.contains(&it.instance.id.as_str()))
        .filter(|(_, it)| filters.match_all(it));
    let (instances, next_token) = page.cut(matching);
    Ok(XmlWriter::response(call.action, call.request_id, |document| {
        document.list("reservationSet", instances.chunk_by(same_reservation), |item, instances| {
            if let [first, ..] = instances {
                write_reservation(item, &first.instance.reservation, instances);
            }
        });
        document.optional("nextToken", next_token);
    }))
}

/// Writes a reservation with the given instances of it, also for `RunInstances`.
pub(super) fn write_reservation(
    document: &mut XmlWriter,
    reservation: &Reservation,
    instances: &[InstanceView<'_>],
) {
    document.text("reservationId", &reservation.id);
    if let [first, ..] = instances {
        document.text("ownerId", &first.settings.account_id);
    }
    // The groups of EC2-Classic, which no longer exists.
    document.element("groupSet", |_| ());
    document.list("instancesSet", instances, |item, instance| instance.write(item));
}

fn same_reservation(one: &InstanceView<'_>, other: &InstanceView<'_>) -> bool {
    Arc::ptr_eq(&one.instance.reservation, &other.instance.reservation)
}
