//! EC2's answers (API version 2016-11-15). Real ones are indented, and hold hundreds of elements
//! that nothing here asks for.

use contract::{Answer, Image, Instance, StateChange, Tag};

use super::Page;
use super::xml::{Document, Fault};

/// [`DescribeImages`](https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeImages.html).
pub(super) fn images(body: &[u8]) -> Result<Page, Fault> {
    let mut xml = Document::new(body)?;
    xml.expect_root("DescribeImagesResponse")?;
    let (mut images, mut next) = (None, None);
    while let Some(element) = xml.child()? {
        match element {
            "imagesSet" => images = Some(items(&mut xml, image)?),
            "nextToken" => next = token(&mut xml)?,
            _ => xml.skip()?,
        }
    }
    let images = images.ok_or_else(|| xml.missing("imagesSet"))?;
    xml.finish()?;
    Ok(Page { answer: Answer::Images(images), next })
}

/// [`RunInstances`](https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RunInstances.html):
/// the one reservation that it made.
pub(super) fn launched(body: &[u8]) -> Result<Page, Fault> {
    let mut xml = Document::new(body)?;
    xml.expect_root("RunInstancesResponse")?;
    let instances = reservation(&mut xml)?;
    xml.finish()?;
    Ok(Page { answer: Answer::Instances(instances), next: None })
}

/// [`DescribeInstances`](https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html):
/// the instances of all reservations.
pub(super) fn instances(body: &[u8]) -> Result<Page, Fault> {
    let mut xml = Document::new(body)?;
    xml.expect_root("DescribeInstancesResponse")?;
    let (mut reservations, mut next) = (None, None);
    while let Some(element) = xml.child()? {
        match element {
            "reservationSet" => reservations = Some(items(&mut xml, reservation)?),
            "nextToken" => next = token(&mut xml)?,
            _ => xml.skip()?,
        }
    }
    let reservations = reservations.ok_or_else(|| xml.missing("reservationSet"))?;
    xml.finish()?;
    Ok(Page { answer: Answer::Instances(reservations.into_iter().flatten().collect()), next })
}

/// [`CreateTags`](https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateTags.html).
pub(super) fn tagged(body: &[u8]) -> Result<Page, Fault> {
    let mut xml = Document::new(body)?;
    xml.expect_root("CreateTagsResponse")?;
    while let Some(element) = xml.child()? {
        match element {
            // AWS's reference shows it, AWS's service model does not, and moto leaves it out.
            "return" if !xml.flag("return")? => {
                return Err(xml.value_fault("return", "false", "the word that it was done"));
            }
            "return" => {}
            _ => xml.skip()?,
        }
    }
    xml.finish()?;
    Ok(Page { answer: Answer::Tagged, next: None })
}

/// [`TerminateInstances`](https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_TerminateInstances.html).
pub(super) fn state_changes(body: &[u8]) -> Result<Page, Fault> {
    let mut xml = Document::new(body)?;
    xml.expect_root("TerminateInstancesResponse")?;
    let mut changes = None;
    while let Some(element) = xml.child()? {
        match element {
            "instancesSet" => changes = Some(items(&mut xml, state_change)?),
            _ => xml.skip()?,
        }
    }
    let changes = changes.ok_or_else(|| xml.missing("instancesSet"))?;
    xml.finish()?;
    Ok(Page { answer: Answer::StateChanges(changes), next: None })
}

fn image(xml: &mut Document<'_>) -> Result<Image, Fault> {
    let mut id = None;
    let mut image = Image {
        id: String::new(),
        name: None,
        description: None,
        owner_id: None,
        owner_alias: None,
        created: None,
        architecture: None,
        state: None,
        platform: None,
        root_device_name: None,
        root_device_type: None,
        virtualization_type: None,
    };
    while let Some(element) = xml.child()? {
        match element {
            "imageId" => id = Some(xml.string()?),
            "name" => image.name = Some(xml.string()?),
            "description" => image.description = Some(xml.string()?),
            "imageOwnerId" => image.owner_id = Some(xml.string()?),
            "imageOwnerAlias" => image.owner_alias = Some(xml.string()?),
            "creationDate" => image.created = Some(xml.time("creationDate")?),
            "architecture" => image.architecture = Some(xml.string()?),
            "imageState" => image.state = Some(xml.string()?),
            "platform" => image.platform = Some(xml.string()?),
            "rootDeviceName" => image.root_device_name = Some(xml.string()?),
            "rootDeviceType" => image.root_device_type = Some(xml.string()?),
            "virtualizationType" => image.virtualization_type = Some(xml.string()?),
            _ => xml.skip()?,
        }
    }
    image.id = id.ok_or_else(|| xml.missing("imageId"))?;
    Ok(image)
}

/// What `RunInstances` answers with, and `DescribeInstances` lists several of.
fn reservation(xml: &mut Document<'_>) -> Result<Vec<Instance>, Fault> {
    let mut instances = None;
    while let Some(element) = xml.child()? {
        match element {
            "instancesSet" => instances = Some(items(xml, instance)?),
            _ => xml.skip()?,
        }
    }
    instances.ok_or_else(|| xml.missing("instancesSet"))
}

fn instance(xml: &mut Document<'_>) -> Result<Instance, Fault> {
    let mut id = None;
    let mut instance = Instance {
        id: String::new(),
        image_id: None,
        instance_type: None,
        state: None,
        launched: None,
        availability_zone: None,
        private_ip: None,
        client_token: None,
        tags: Vec::new(),
    };
    while let Some(element) = xml.child()? {
        match element {
            "instanceId" => id = Some(xml.string()?),
            "imageId" => instance.image_id = Some(xml.string()?),
            "instanceType" => instance.instance_type = Some(xml.string()?),
            "instanceState" => instance.state = only(xml, "name")?,
            "launchTime" => instance.launched = Some(xml.time("launchTime")?),
            "placement" => instance.availability_zone = only(xml, "availabilityZone")?,
            "privateIpAddress" => instance.private_ip = Some(xml.string()?),
            "clientToken" => instance.client_token = Some(xml.string()?),
            "tagSet" => instance.tags = items(xml, tag)?,
            _ => xml.skip()?,
        }
    }
    instance.id = id.ok_or_else(|| xml.missing("instanceId"))?;
    Ok(instance)
}

fn state_change(xml: &mut Document<'_>) -> Result<StateChange, Fault> {
    let (mut id, mut previous, mut current) = (None, None, None);
    while let Some(element) = xml.child()? {
        match element {
            "instanceId" => id = Some(xml.string()?),
            "previousState" => previous = only(xml, "name")?,
            "currentState" => current = only(xml, "name")?,
            _ => xml.skip()?,
        }
    }
    Ok(StateChange { id: id.ok_or_else(|| xml.missing("instanceId"))?, previous, current })
}

fn tag(xml: &mut Document<'_>) -> Result<Tag, Fault> {
    let (mut key, mut value) = (None, String::new());
    while let Some(element) = xml.child()? {
        match element {
            "key" => key = Some(xml.string()?),
            "value" => value = xml.string()?,
            _ => xml.skip()?,
        }
    }
    Ok(Tag { key: key.ok_or_else(|| xml.missing("key"))?, value })
}

/// The `<item>`s of a set, each read by `one`.
fn items<'a, T>(
    xml: &mut Document<'a>,
    one: fn(&mut Document<'a>) -> Result<T, Fault>,
) -> Result<Vec<T>, Fault> {
    let mut items = Vec::new();
    while let Some(element) = xml.child()? {
        match element {
            "item" => items.push(one(xml)?),
            _ => xml.skip()?,
        }
    }
    Ok(items)
}

/// The text of the one child that is wanted of an element.
fn only(xml: &mut Document<'_>, wanted: &str) -> Result<Option<String>, Fault> {
    let mut text = None;
    while let Some(element) = xml.child()? {
        if element == wanted {
            text = Some(xml.string()?);
        } else {
            xml.skip()?;
        }
    }
    Ok(text)
}

/// The last page has no token, or an empty one.
fn token(xml: &mut Document<'_>) -> Result<Option<String>, Fault> {
    Ok(Some(xml.string()?).filter(|token| !token.is_empty()))
}
