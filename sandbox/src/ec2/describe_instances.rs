//! `DescribeInstances`
//! (<https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html>).

use std::sync::Arc;

use super::document::Document;
use super::filter::{self, Filters};
use super::instance::{Reservation, Snapshot};
use super::page::Page;
use super::parameters::Parameters;
use super::{Call, Ec2, Ec2Error, authorization};

const PARAMETERS: &[&str] = &[
    "DryRun",
    filter::NAME,
    filter::VALUE,
    "IncludeManagedResources",
    "InstanceId.N",
    "MaxResults",
    "NextToken",
];

/// The documented least value of `MaxResults`.
const SMALLEST_PAGE: i64 = 5;

pub(super) fn answer(ec2: &Ec2, call: &Call<'_>) -> Result<String, Ec2Error> {
    authorization::may_read(call)?;
    let parameters = Parameters::of(call);
    parameters.check_names(PARAMETERS)?;
    let ids = parameters.list("InstanceId");
    let filters = Filters::read(&parameters)?;
    let page = Page::read(&parameters, SMALLEST_PAGE, ("InstanceId", "instancesSet"))?;
    let state = ec2.state();
    state.check_instances(&ids)?;
    parameters.end_dry_run()?;

    let matching = (0..)
        .zip(state.snapshots(&ec2.settings, call.now))
        .filter(|(_, it)| ids.is_empty() || ids.contains(&it.instance.id.as_str()))
        .filter(|(_, it)| filters.match_all(it));
    let (instances, next_token) = page.cut(matching);
    Ok(Document::response(call.action, call.request_id, |document| {
        document.list(
            "reservationSet",
            instances.chunk_by(of_one_reservation),
            |item, instances| {
                if let [first, ..] = instances {
                    write_reservation(item, &first.instance.reservation, instances);
                }
            },
        );
        document.optional("nextToken", next_token);
    }))
}

/// A launch and those of its instances that are asked for; `RunInstances` answers with the same.
pub(super) fn write_reservation(
    document: &mut Document,
    reservation: &Reservation,
    instances: &[Snapshot<'_>],
) {
    document.text("reservationId", &reservation.id);
    if let [first, ..] = instances {
        document.text("ownerId", &first.settings.account_id);
    }
    // Groups of EC2-Classic, which is no more.
    document.element("groupSet", |_| ());
    document.list("instancesSet", instances, |item, instance| instance.write(item));
}

fn of_one_reservation(one: &Snapshot<'_>, other: &Snapshot<'_>) -> bool {
    Arc::ptr_eq(&one.instance.reservation, &other.instance.reservation)
}
