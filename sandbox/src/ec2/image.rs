//! Machine images: their fields, filters and XML.

use std::borrow::Cow;

use time::OffsetDateTime;

use super::filter::{Attribute, Filterable, one, some};
use super::tag::{self, Tags};
use super::xml_writer::XmlWriter;
use crate::xml::timestamp;

pub(super) struct Image {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) description: String,
    pub(super) owner_id: String,
    pub(super) owner_alias: Option<&'static str>,
    pub(super) created: OffsetDateTime,
    /// From this time on, lists leave the image out unless deprecated images are requested.
    pub(super) deprecated: OffsetDateTime,
    pub(super) visibility: Visibility,
    pub(super) architecture: &'static str,
    pub(super) platform: Platform,
    pub(super) root: RootDevice,
    /// The names of instance store devices, mapped in this order.
    pub(super) ephemeral_devices: &'static [&'static str],
    pub(super) boot_mode: Option<&'static str>,
    pub(super) imds_support: Option<&'static str>,
    pub(super) product_code: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Visibility {
    Public,
    /// Only for its owner.
    Private,
}

/// The operating system and the billing code that follows from it.
#[derive(Clone, Copy)]
pub(super) struct Platform {
    /// `windows`; `None` for all others.
    pub(super) name: Option<&'static str>,
    pub(super) details: &'static str,
    pub(super) usage_operation: &'static str,
}

pub(super) struct RootDevice {
    pub(super) name: &'static str,
    pub(super) snapshot_id: String,
    /// Size in GiB.
    pub(super) size: u32,
    pub(super) volume_type: &'static str,
}

impl Image {
    /// `amazon/name`: the alias or else the id of the owner, and the name.
    fn location(&self) -> String {
        format!("{}/{}", self.owner_alias.unwrap_or(&self.owner_id), self.name)
    }

    pub(super) fn is_public(&self) -> bool {
        self.visibility == Visibility::Public
    }

    pub(super) fn is_visible_to(&self, account_id: &str) -> bool {
        self.is_public() || self.owner_id == account_id
    }

    pub(super) fn is_windows(&self) -> bool {
        self.platform.name.is_some()
    }

    fn write(&self, item: &mut XmlWriter, tags: &Tags) {
        item.text("imageId", &self.id);
        item.text("imageLocation", self.location());
        item.text("imageState", "available");
        item.text("imageOwnerId", &self.owner_id);
        item.text("creationDate", timestamp(self.created));
        item.text("isPublic", self.is_public());
        if let Some(code) = &self.product_code {
            item.list("productCodes", [code], |item, code| {
                item.text("productCode", code);
                item.text("type", "marketplace");
            });
        }
        item.text("architecture", self.architecture);
        item.text("imageType", "machine");
        item.optional("platform", self.platform.name);
        item.text("platformDetails", self.platform.details);
        item.text("usageOperation", self.platform.usage_operation);
        item.text("sriovNetSupport", "simple");
        item.text("enaSupport", true);
        item.text("name", &self.name);
        item.text("description", &self.description);
        item.text("rootDeviceType", "ebs");
        item.text("rootDeviceName", self.root.name);
        self.write_block_devices(item);
        item.text("virtualizationType", "hvm");
        item.text("hypervisor", "xen");
        item.optional("bootMode", self.boot_mode);
        item.optional("imdsSupport", self.imds_support);
        item.optional("imageOwnerAlias", self.owner_alias);
        item.text("deprecationTime", timestamp(self.deprecated));
        item.text("deregistrationProtection", "disabled");
        if !tags.is_empty() {
            tag::write(item, tags);
        }
    }

    fn write_block_devices(&self, item: &mut XmlWriter) {
        item.element("blockDeviceMapping", |mapping| {
            mapping.element("item", |root| {
                root.text("deviceName", self.root.name);
                root.element("ebs", |ebs| {
                    ebs.text("snapshotId", &self.root.snapshot_id);
                    ebs.text("volumeSize", self.root.size);
                    ebs.text("deleteOnTermination", true);
                    ebs.text("volumeType", self.root.volume_type);
                    ebs.text("encrypted", false);
                });
            });
            for (number, device) in self.ephemeral_devices.iter().enumerate() {
                mapping.element("item", |store| {
                    store.text("deviceName", device);
                    store.text("virtualName", format_args!("ephemeral{number}"));
                });
            }
        });
    }
}

/// An image with the account's tags.
pub(super) struct TaggedImage<'a> {
    pub(super) image: &'a Image,
    pub(super) tags: &'a Tags,
}

impl TaggedImage<'_> {
    pub(super) fn write(&self, item: &mut XmlWriter) {
        self.image.write(item, self.tags);
    }
}

impl Filterable for TaggedImage<'_> {
    fn attribute(filter: &str) -> Option<Attribute<Self>> {
        let attribute: Attribute<Self> = match filter {
            "architecture" => |it| one(it.image.architecture),
            "block-device-mapping.delete-on-termination" => |_| one("true"),
            "block-device-mapping.device-name" => |it| {
                let ephemeral = it.image.ephemeral_devices.iter().copied();
                std::iter::once(it.image.root.name).chain(ephemeral).map(Cow::from).collect()
            },
            "block-device-mapping.encrypted" => |_| one("false"),
            "block-device-mapping.snapshot-id" => |it| one(&it.image.root.snapshot_id),
            "block-device-mapping.volume-size" => |it| vec![it.image.root.size.to_string().into()],
            "block-device-mapping.volume-type" => |it| one(it.image.root.volume_type),
            "creation-date" => |it| vec![timestamp(it.image.created).into()],
            "description" => |it| one(&it.image.description),
            "ena-support" => |_| one("true"),
            "hypervisor" => |_| one("xen"),
            "image-id" => |it| one(&it.image.id),
            "image-type" => |_| one("machine"),
            "is-public" => |it| vec![it.image.is_public().to_string().into()],
            "manifest-location" => |it| vec![it.image.location().into()],
            "name" => |it| one(&it.image.name),
            "owner-alias" => |it| some(it.image.owner_alias),
            "owner-id" => |it| one(&it.image.owner_id),
            "platform" => |it| some(it.image.platform.name),
            "product-code" => |it| some(it.image.product_code.as_deref()),
            "product-code.type" => |it| some(it.image.product_code.as_ref().map(|_| "marketplace")),
            "root-device-name" => |it| one(it.image.root.name),
            "root-device-type" => |_| one("ebs"),
            "sriov-net-support" => |_| one("simple"),
            "state" => |_| one("available"),
            "virtualization-type" => |_| one("hvm"),
            // EC2 has these filters, but no image here has these attributes.
            "free-tier-eligible"
            | "image-allowed"
            | "kernel-id"
            | "ramdisk-id"
            | "source-image-id"
            | "source-image-region"
            | "source-instance-id"
            | "state-reason-code"
            | "state-reason-message" => |_| Vec::new(),
            _ => return None,
        };
        Some(attribute)
    }

    fn tags(&self) -> &Tags {
        self.tags
    }
}
