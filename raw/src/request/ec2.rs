//! EC2's Query API: forms with `Action`, `Version` and numbered lists
//! (<https://docs.aws.amazon.com/AWSEC2/latest/APIReference/Query-Requests.html>).

use std::sync::Arc;

use contract::{
    CreateTags, DescribeImages, DescribeInstances, DryRun, Filter, RunInstances, Signing, Tag,
};
use http::Method;

use super::{BuildError, Parameters, Request, ServiceTarget};
use crate::endpoint::Service;

const VERSION: &str = "2016-11-15";
const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded; charset=utf-8");

/// [`DescribeImages`](https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeImages.html).
/// Without `MaxResults`, EC2 returns all images in one answer.
pub(super) fn describe_images(
    ec2: ServiceTarget<'_>,
    input: &DescribeImages,
    page: Option<&str>,
) -> Request {
    let mut form = action("DescribeImages");
    add_list(&mut form, "Owner", &input.owners);
    add_filters(&mut form, &input.filters);
    form.add_if_given("NextToken", page);
    post(ec2, form)
}

/// [`RunInstances`](https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RunInstances.html),
/// of exactly one instance.
pub(super) fn run_instances(ec2: ServiceTarget<'_>, input: &RunInstances) -> Request {
    let mut form = action("RunInstances");
    form.add("ImageId", &input.image_id);
    form.add("InstanceType", &input.instance_type);
    form.add("MinCount", "1");
    form.add("MaxCount", "1");
    form.add("ClientToken", &input.client_token);
    if !input.tags.is_empty() {
        form.add("TagSpecification.1.ResourceType", "instance");
        add_tags(&mut form, "TagSpecification.1.Tag", &input.tags);
    }
    match input.dry_run {
        DryRun::Yes => form.add("DryRun", "true"),
        DryRun::No => {}
    }
    post(ec2, form)
}

/// [`DescribeInstances`](https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html).
pub(super) fn describe_instances(
    ec2: ServiceTarget<'_>,
    input: &DescribeInstances,
    page: Option<&str>,
) -> Request {
    let mut form = action("DescribeInstances");
    add_list(&mut form, "InstanceId", &input.instance_ids);
    add_filters(&mut form, &input.filters);
    form.add_if_given("NextToken", page);
    post(ec2, form)
}

/// `DescribeInstances` for the instances that a caller waits for. An empty list would mean all
/// instances.
pub(super) fn describe_named_instances(
    ec2: ServiceTarget<'_>,
    instance_ids: &[String],
    page: Option<&str>,
) -> Result<Request, BuildError> {
    if instance_ids.is_empty() {
        return Err(BuildError::NoInstances);
    }
    let input = DescribeInstances { instance_ids: instance_ids.to_vec(), filters: Vec::new() };
    Ok(describe_instances(ec2, &input, page))
}

/// [`CreateTags`](https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateTags.html).
pub(super) fn create_tags(ec2: ServiceTarget<'_>, input: &CreateTags) -> Request {
    let mut form = action("CreateTags");
    add_list(&mut form, "ResourceId", &input.resources);
    add_tags(&mut form, "Tag", &input.tags);
    post(ec2, form)
}

/// [`TerminateInstances`](https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_TerminateInstances.html).
pub(super) fn terminate_instances(
    ec2: ServiceTarget<'_>,
    instance_ids: &[String],
) -> Result<Request, BuildError> {
    if instance_ids.is_empty() {
        return Err(BuildError::NoInstances);
    }
    let mut form = action("TerminateInstances");
    add_list(&mut form, "InstanceId", instance_ids);
    Ok(post(ec2, form))
}

fn action(name: &str) -> Parameters {
    let mut form = Parameters::default();
    form.add("Action", name);
    form.add("Version", VERSION);
    form
}

/// Adds `values` as `name.1`, `name.2`, …
fn add_list(form: &mut Parameters, name: &str, values: &[String]) {
    for (number, value) in (1..).zip(values) {
        form.add(&format!("{name}.{number}"), value);
    }
}

fn add_filters(form: &mut Parameters, filters: &[Filter]) {
    for (number, filter) in (1..).zip(filters) {
        form.add(&format!("Filter.{number}.Name"), &filter.name);
        add_list(form, &format!("Filter.{number}.Value"), &filter.values);
    }
}

fn add_tags(form: &mut Parameters, name: &str, tags: &[Tag]) {
    for (number, tag) in (1..).zip(tags) {
        form.add(&format!("{name}.{number}.Key"), &tag.key);
        form.add(&format!("{name}.{number}.Value"), &tag.value);
    }
}

fn post(ec2: ServiceTarget<'_>, form: Parameters) -> Request {
    Request {
        method: Method::POST,
        origin: Arc::clone(ec2.origin),
        path: "/".to_owned(),
        query: String::new(),
        headers: vec![FORM],
        body: form.0.into_bytes(),
        service: Service::Ec2,
        region: ec2.target.region.clone(),
        signing: Signing::Signed,
    }
}
