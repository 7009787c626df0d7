//! Instances: their states, filters and XML.

use std::borrow::Cow;
use std::sync::Arc;

use time::OffsetDateTime;

use super::filter::{Attribute, Filterable, one, some};
use super::image::Image;
use super::instance_type::{Generation, InstanceType};
use super::network::{self, SecurityGroup};
use super::settings::Ec2Settings;
use super::tag::{self, Tags};
use super::xml_writer::{XmlWriter, gmt};
use crate::xml::timestamp;

/// One launch by `RunInstances`: what all its instances share.
pub(super) struct Reservation {
    pub(super) id: String,
    pub(super) image: Arc<Image>,
    pub(super) instance_type: InstanceType,
    pub(super) launched: OffsetDateTime,
    pub(super) zone: String,
    pub(super) subnet_id: String,
    pub(super) security_groups: Vec<SecurityGroup>,
    pub(super) options: LaunchOptions,
    pub(super) client_token: Option<String>,
    /// The parameters of the call. Another call with the same token must have the same parameters.
    pub(super) fingerprint: Vec<(String, String)>,
}

/// Options that appear only in responses.
pub(super) struct LaunchOptions {
    pub(super) key_name: Option<String>,
    pub(super) placement_group: String,
    pub(super) tenancy: String,
    pub(super) monitoring: &'static str,
    pub(super) ebs_optimized: bool,
    pub(super) metadata: MetadataOptions,
}

/// The XML names and values of the metadata options.
pub(super) type MetadataOptions = [(&'static str, String); 5];

pub(super) struct Instance {
    pub(super) id: String,
    pub(super) reservation: Arc<Reservation>,
    pub(super) launch_index: usize,
    pub(super) private_ip: String,
    pub(super) volume_id: String,
    /// When its termination was requested.
    pub(super) terminated_at: Option<OffsetDateTime>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum InstanceState {
    Pending,
    Running,
    ShuttingDown,
    Terminated,
}

impl InstanceState {
    pub(super) fn at(now: OffsetDateTime, instance: &Instance, settings: &Ec2Settings) -> Self {
        match instance.terminated_at {
            Some(at) if now < at + settings.shutdown_time => Self::ShuttingDown,
            Some(_) => Self::Terminated,
            None if now < instance.reservation.launched + settings.boot_time => Self::Pending,
            None => Self::Running,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Running => "running",
            Self::ShuttingDown => "shutting-down",
            Self::Terminated => "terminated",
        }
    }

    pub(super) fn code(self) -> u8 {
        match self {
            Self::Pending => 0,
            Self::Running => 16,
            Self::ShuttingDown => 32,
            Self::Terminated => 48,
        }
    }

    pub(super) fn is_up(self) -> bool {
        matches!(self, Self::Pending | Self::Running)
    }

    /// Writes the state as the element `name`, such as `instanceState` or `previousState`.
    pub(super) fn write(self, name: &str, document: &mut XmlWriter) {
        document.element(name, |state| {
            state.text("code", self.code());
            state.text("name", self.name());
        });
    }
}

/// An instance at one moment.
pub(super) struct InstanceView<'a> {
    pub(super) instance: &'a Instance,
    pub(super) state: InstanceState,
    pub(super) tags: &'a Tags,
    pub(super) settings: &'a Ec2Settings,
}

impl InstanceView<'_> {
    fn reservation(&self) -> &Reservation {
        &self.instance.reservation
    }

    /// A terminated instance has released its address, groups and volumes.
    fn holds_resources(&self) -> bool {
        self.state != InstanceState::Terminated
    }

    fn private_ip(&self) -> Option<&str> {
        self.holds_resources().then_some(self.instance.private_ip.as_str())
    }

    fn private_dns_name(&self) -> String {
        let name = |ip| network::private_dns_name(&self.settings.region, ip);
        self.private_ip().map(name).unwrap_or_default()
    }

    fn subnet_id(&self) -> Option<&str> {
        self.holds_resources().then_some(self.reservation().subnet_id.as_str())
    }

    fn vpc_id(&self) -> Option<String> {
        self.holds_resources().then(|| network::vpc_id(&self.settings.region))
    }

    fn security_groups(&self) -> &[SecurityGroup] {
        if self.holds_resources() { &self.reservation().security_groups } else { &[] }
    }

    /// The volume is attached while the instance is running or shutting down.
    fn volume_id(&self) -> Option<&str> {
        let attached = matches!(self.state, InstanceState::Running | InstanceState::ShuttingDown);
        attached.then_some(self.instance.volume_id.as_str())
    }

    /// EC2's code and message for the last state change; a running instance has none.
    fn state_reason(&self) -> Option<(&'static str, &'static str)> {
        match self.state {
            InstanceState::Pending => Some(("pending", "pending")),
            InstanceState::Running => None,
            InstanceState::ShuttingDown | InstanceState::Terminated => Some((
                "Client.UserInitiatedShutdown",
                "Client.UserInitiatedShutdown: User initiated shutdown",
            )),
        }
    }

    fn transition_reason(&self) -> String {
        let reason = |at| format!("User initiated ({})", gmt(at));
        self.instance.terminated_at.map(reason).unwrap_or_default()
    }

    /// The boot mode, which depends on the instance type if the image allows both.
    fn boot_mode(&self) -> &'static str {
        match self.reservation().image.boot_mode {
            Some("uefi") => "uefi",
            Some(_) if self.reservation().instance_type.generation == Generation::Nitro => "uefi",
            _ => "legacy-bios",
        }
    }

    pub(super) fn write(&self, item: &mut XmlWriter) {
        let Reservation { image, instance_type, options, .. } = self.reservation();
        item.text("instanceId", &self.instance.id);
        item.text("imageId", &image.id);
        self.state.write("instanceState", item);
        item.text("privateDnsName", self.private_dns_name());
        item.text("dnsName", "");
        item.text("reason", self.transition_reason());
        item.optional("keyName", options.key_name.as_ref());
        item.text("amiLaunchIndex", self.instance.launch_index);
        item.list("productCodes", &image.product_code, |item, code| {
            item.text("productCode", code);
            item.text("type", "marketplace");
        });
        item.text("instanceType", &instance_type.name);
        item.text("launchTime", timestamp(self.reservation().launched));
        item.element("placement", |placement| {
            placement.text("availabilityZone", &self.reservation().zone);
            placement.text("groupName", &options.placement_group);
            placement.text("tenancy", &options.tenancy);
        });
        item.optional("platform", image.platform.name);
        item.element("monitoring", |monitoring| monitoring.text("state", options.monitoring));
        self.write_network(item);
        if let Some((code, message)) = self.state_reason() {
            item.element("stateReason", |reason| {
                reason.text("code", code);
                reason.text("message", message);
            });
        }
        item.text("architecture", image.architecture);
        item.text("rootDeviceType", "ebs");
        item.text("rootDeviceName", image.root.name);
        self.write_block_devices(item);
        item.text("virtualizationType", "hvm");
        item.text("clientToken", self.reservation().client_token.as_deref().unwrap_or_default());
        tag::write(item, self.tags);
        item.text("hypervisor", "xen");
        item.element("networkInterfaceSet", |_| ());
        item.text("ebsOptimized", options.ebs_optimized);
        item.text("enaSupport", true);
        self.write_machine(item);
    }

    fn write_network(&self, item: &mut XmlWriter) {
        item.optional("subnetId", self.subnet_id());
        item.optional("vpcId", self.vpc_id());
        item.optional("privateIpAddress", self.private_ip());
        item.optional("sourceDestCheck", self.holds_resources().then_some(true));
        item.list("groupSet", self.security_groups(), |item, group| {
            item.text("groupId", &group.id);
            item.text("groupName", &group.name);
        });
    }

    fn write_block_devices(&self, item: &mut XmlWriter) {
        item.list("blockDeviceMapping", self.volume_id(), |item, volume_id| {
            item.text("deviceName", self.reservation().image.root.name);
            item.element("ebs", |ebs| {
                ebs.text("volumeId", volume_id);
                ebs.text("status", "attached");
                ebs.text("attachTime", timestamp(self.reservation().launched));
                ebs.text("deleteOnTermination", true);
            });
        });
    }

    fn write_machine(&self, item: &mut XmlWriter) {
        let Reservation { image, instance_type, .. } = self.reservation();
        let threads = instance_type.threads_per_core();
        item.element("cpuOptions", |cpu| {
            cpu.text("coreCount", instance_type.vcpus / threads);
            cpu.text("threadsPerCore", threads);
        });
        item.element("capacityReservationSpecification", |specification| {
            specification.text("capacityReservationPreference", "open");
        });
        item.element("hibernationOptions", |options| options.text("configured", false));
        item.element("metadataOptions", |metadata| {
            let is_pending = self.state == InstanceState::Pending;
            metadata.text("state", if is_pending { "pending" } else { "applied" });
            for (name, value) in &self.reservation().options.metadata {
                metadata.text(name, value);
            }
        });
        item.element("enclaveOptions", |options| options.text("enabled", false));
        item.optional("bootMode", image.boot_mode);
        item.text("currentInstanceBootMode", self.boot_mode());
        item.text("platformDetails", image.platform.details);
        item.text("usageOperation", image.platform.usage_operation);
        item.text("usageOperationUpdateTime", timestamp(self.reservation().launched));
        item.element("privateDnsNameOptions", |options| {
            options.text("hostnameType", "ip-name");
            options.text("enableResourceNameDnsARecord", false);
            options.text("enableResourceNameDnsAAAARecord", false);
        });
        item.element("maintenanceOptions", |options| options.text("autoRecovery", "default"));
    }
}

impl Filterable for InstanceView<'_> {
    fn attribute(filter: &str) -> Option<Attribute<Self>> {
        let attribute: Attribute<Self> = match filter {
            "architecture" => |it| one(it.reservation().image.architecture),
            "availability-zone" => |it| one(&it.reservation().zone),
            "block-device-mapping.device-name" => |it| {
                it.volume_id()
                    .map(|_| it.reservation().image.root.name.into())
                    .into_iter()
                    .collect()
            },
            "block-device-mapping.volume-id" => |it| some(it.volume_id()),
            "client-token" => |it| some(it.reservation().client_token.as_deref()),
            "hypervisor" => |_| one("xen"),
            "image-id" => |it| one(&it.reservation().image.id),
            "instance-id" => |it| one(&it.instance.id),
            "instance-state-code" => |it| vec![it.state.code().to_string().into()],
            "instance-state-name" => |it| one(it.state.name()),
            "instance-type" => |it| one(&it.reservation().instance_type.name),
            "instance.group-id" | "group-id" => {
                |it| it.security_groups().iter().map(|group| group.id.as_str().into()).collect()
            }
            "instance.group-name" | "group-name" => {
                |it| it.security_groups().iter().map(|group| group.name.as_str().into()).collect()
            }
            "key-name" => |it| some(it.reservation().options.key_name.as_deref()),
            "launch-index" => |it| vec![it.instance.launch_index.to_string().into()],
            "launch-time" => |it| vec![timestamp(it.reservation().launched).into()],
            "monitoring-state" => |it| one(it.reservation().options.monitoring),
            "owner-id" => |it| one(&it.settings.account_id),
            "placement-group-name" => |it| one(&it.reservation().options.placement_group),
            "platform" => |it| some(it.reservation().image.platform.name),
            "platform-details" => |it| one(it.reservation().image.platform.details),
            "private-dns-name" => |it| vec![it.private_dns_name().into()],
            "private-ip-address" => |it| some(it.private_ip()),
            "product-code" => |it| some(it.reservation().image.product_code.as_deref()),
            "reason" => |it| vec![it.transition_reason().into()],
            "reservation-id" => |it| one(&it.reservation().id),
            "root-device-name" => |it| one(it.reservation().image.root.name),
            "root-device-type" => |_| one("ebs"),
            "state-reason-code" => |it| some(it.state_reason().map(|(code, _)| code)),
            "state-reason-message" => |it| some(it.state_reason().map(|(_, message)| message)),
            "subnet-id" => |it| some(it.subnet_id()),
            "tenancy" => |it| one(&it.reservation().options.tenancy),
            "usage-operation" => |it| one(it.reservation().image.platform.usage_operation),
            "virtualization-type" => |_| one("hvm"),
            "vpc-id" => |it| it.vpc_id().map(Cow::from).into_iter().collect(),
            // EC2 has these filters, but no instance here has these attributes.
            "dns-name"
            | "instance-lifecycle"
            | "ip-address"
            | "kernel-id"
            | "ramdisk-id"
            | "requester-id"
            | "spot-instance-request-id" => |_| Vec::new(),
            _ => return None,
        };
        Some(attribute)
    }

    fn tags(&self) -> &Tags {
        self.tags
    }
}
