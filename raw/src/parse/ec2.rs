//! The answers of EC2, API version 2016-11-15. They are indented and have hundreds of elements that are
//! not read here.

use contract::{Answer, Image, Instance, StateChange, Tag};

use super::Page;
use super::xml::{Document, XmlError};

/// [`DescribeImages`](https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeImages.html).
pub(super) fn images(body: &[u8]) -> Result<Page, XmlError> {
    let (images, next) = page(body, "DescribeImagesResponse", "imagesSet", image)?;
    Ok(Page { answer: Answer::Images(images), next })
}

/// [`RunInstances`](https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RunInstances.html):
/// the instances of the reservation that it made.
pub(super) fn launched(body: &[u8]) -> Result<Page, XmlError> {
    let mut xml = Document::new(body)?;
    xml.expect_root("RunInstancesResponse")?;
    let instances = reservation(&mut xml)?;
    // EC2 answers with an error if it cannot launch the one instance of the request.
    if instances.is_empty() {
        return Err(xml.missing("item"));
    }
    xml.finish()?;
    Ok(Page { answer: Answer::Instances(instances), next: None })
}

/// [`DescribeInstances`](https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html):
/// the instances of all reservations.
pub(super) fn instances(body: &[u8]) -> Result<Page, XmlError> {
    let (reservations, next) =
        page(body, "DescribeInstancesResponse", "reservationSet", reservation)?;
    let instances = reservations.into_iter().flatten().collect();
    Ok(Page { answer: Answer::Instances(instances), next })
}

/// [`CreateTags`](https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateTags.html).
pub(super) fn tagged(body: &[u8]) -> Result<Page, XmlError> {
    let mut xml = Document::new(body)?;
    xml.expect_root("CreateTagsResponse")?;
    let mut done = None;
    while let Some(element) = xml.child()? {
        match element {
            // In AWS's reference, not in its service model; moto leaves it out.
            "return" => xml.once(&mut done, |xml| xml.flag("return"))?,
            _ => xml.skip()?,
        }
    }
    if done == Some(false) {
        return Err(xml.value_error("return", "false", "true"));
    }
    xml.finish()?;
    Ok(Page { answer: Answer::Tagged, next: None })
}

/// [`TerminateInstances`](https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_TerminateInstances.html).
pub(super) fn state_changes(body: &[u8]) -> Result<Page, XmlError> {
    let (changes, next) = page(body, "TerminateInstancesResponse", "instancesSet", state_change)?;
    Ok(Page { answer: Answer::StateChanges(changes), next })
}

/// Reads a document that consists of one set, each item with `one`, and a continuation token. The last
/// page has no token, or an empty one.
fn page<T>(
    body: &[u8],
    root: &'static str,
    set: &'static str,
    one: fn(&mut Document<'_>) -> Result<T, XmlError>,
) -> Result<(Vec<T>, Option<String>), XmlError> {
    let mut xml = Document::new(body)?;
    xml.expect_root(root)?;
    let (mut items, mut next) = (None, None);
    while let Some(element) = xml.child()? {
        if element == set {
            xml.once(&mut items, |xml| xml.list("item", one))?;
        } else if element == "nextToken" {
            xml.once(&mut next, Document::string)?;
        } else {
            xml.skip()?;
        }
    }
    let items = items.ok_or_else(|| xml.missing(set))?;
    xml.finish()?;
    Ok((items, next.filter(|token| !token.is_empty())))
}

fn image(xml: &mut Document<'_>) -> Result<Image, XmlError> {
    let mut id = None;
    let mut image = Image::default();
    while let Some(element) = xml.child()? {
        match element {
            "imageId" => xml.once(&mut id, |xml| xml.name("imageId"))?,
            "name" => xml.once(&mut image.name, Document::string)?,
            "description" => xml.once(&mut image.description, Document::string)?,
            "imageOwnerId" => xml.once(&mut image.owner_id, Document::string)?,
            "imageOwnerAlias" => xml.once(&mut image.owner_alias, Document::string)?,
            "creationDate" => xml.once(&mut image.created, |xml| xml.time("creationDate"))?,
            "architecture" => xml.once(&mut image.architecture, Document::string)?,
            "imageState" => xml.once(&mut image.state, Document::string)?,
            "platform" => xml.once(&mut image.platform, Document::string)?,
            "rootDeviceName" => xml.once(&mut image.root_device_name, Document::string)?,
            "rootDeviceType" => xml.once(&mut image.root_device_type, Document::string)?,
            "virtualizationType" => xml.once(&mut image.virtualization_type, Document::string)?,
            _ => xml.skip()?,
        }
    }
    image.id = id.ok_or_else(|| xml.missing("imageId"))?;
    Ok(image)
}

/// One reservation: the answer to `RunInstances`, and an item of `DescribeInstances`.
fn reservation(xml: &mut Document<'_>) -> Result<Vec<Instance>, XmlError> {
    let mut instances = None;
    while let Some(element) = xml.child()? {
        match element {
            "instancesSet" => xml.once(&mut instances, |xml| xml.list("item", instance))?,
            _ => xml.skip()?,
        }
    }
    instances.ok_or_else(|| xml.missing("instancesSet"))
}

fn instance(xml: &mut Document<'_>) -> Result<Instance, XmlError> {
    let (mut id, mut state, mut zone, mut tags) = (None, None, None, None);
    let mut instance = Instance::default();
    while let Some(element) = xml.child()? {
        match element {
            "instanceId" => xml.once(&mut id, |xml| xml.name("instanceId"))?,
            "imageId" => xml.once(&mut instance.image_id, Document::string)?,
            "instanceType" => xml.once(&mut instance.instance_type, Document::string)?,
            "instanceState" => xml.once(&mut state, |xml| only(xml, "name"))?,
            "launchTime" => xml.once(&mut instance.launched, |xml| xml.time("launchTime"))?,
            "placement" => xml.once(&mut zone, |xml| only(xml, "availabilityZone"))?,
            "privateIpAddress" => xml.once(&mut instance.private_ip, Document::string)?,
            "clientToken" => xml.once(&mut instance.client_token, Document::string)?,
            "tagSet" => xml.once(&mut tags, |xml| xml.list("item", tag))?,
            _ => xml.skip()?,
        }
    }
    instance.id = id.ok_or_else(|| xml.missing("instanceId"))?;
    (instance.state, instance.availability_zone) = (state.flatten(), zone.flatten());
    instance.tags = tags.unwrap_or_default();
    Ok(instance)
}

fn state_change(xml: &mut Document<'_>) -> Result<StateChange, XmlError> {
    let (mut id, mut previous, mut current) = (None, None, None);
    while let Some(element) = xml.child()? {
        match element {
            "instanceId" => xml.once(&mut id, |xml| xml.name("instanceId"))?,
            "previousState" => xml.once(&mut previous, |xml| only(xml, "name"))?,
            "currentState" => xml.once(&mut current, |xml| only(xml, "name"))?,
            _ => xml.skip()?,
        }
    }
    let id = id.ok_or_else(|| xml.missing("instanceId"))?;
    Ok(StateChange { id, previous: previous.flatten(), current: current.flatten() })
}

fn tag(xml: &mut Document<'_>) -> Result<Tag, XmlError> {
    let (mut key, mut value) = (None, None);
    while let Some(element) = xml.child()? {
        match element {
            "key" => xml.once(&mut key, |xml| xml.name("key"))?,
            "value" => xml.once(&mut value, Document::string)?,
            _ => xml.skip()?,
        }
    }
    let key = key.ok_or_else(|| xml.missing("key"))?;
    Ok(Tag { key, value: value.unwrap_or_default() })
}

/// The text of the child `wanted` of the current element.
fn only(xml: &mut Document<'_>, wanted: &str) -> Result<Option<String>, XmlError> {
    let mut text = None;
    while let Some(element) = xml.child()? {
        if element == wanted {
            xml.once(&mut text, Document::string)?;
        } else {
            xml.skip()?;
        }
    }
    Ok(text)
}
