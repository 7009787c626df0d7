//! `RunInstances`
//! (<https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RunInstances.html>).

use std::sync::Arc;

use super::call::Ec2Call;
use super::describe_instances::write_reservation;
use super::image::Image;
use super::instance::{Instance, InstanceState, LaunchOptions, MetadataOptions, Reservation};
use super::instance_type::{Generation, InstanceType};
use super::network::{self, SecurityGroup};
use super::parameters::QueryParameters;
use super::region::Region;
use super::resources::Resources;
use super::settings::Ec2Settings;
use super::tag::{self, Tags};
use super::xml_writer::XmlWriter;
use super::{authorization, identifier, refusal};
use crate::refusal::Refusal;

const PARAMETERS: &str = "
    ClientToken DryRun EbsOptimized ImageId InstanceType KeyName MaxCount
    MetadataOptions.HttpEndpoint MetadataOptions.HttpProtocolIpv6
    MetadataOptions.HttpPutResponseHopLimit MetadataOptions.HttpTokens
    MetadataOptions.InstanceMetadataTags MinCount Monitoring.Enabled Placement.AvailabilityZone
    Placement.GroupName Placement.Tenancy SecurityGroup.N SecurityGroupId.N SubnetId
    TagSpecification.N.ResourceType TagSpecification.N.Tag.N.Key TagSpecification.N.Tag.N.Value
";

/// Accepted without effect, because they concern the inside of the machine, which does not exist here.
const WITHOUT_EFFECT: &str = "
    AdditionalInfo CreditSpecification.* InstanceInitiatedShutdownBehavior UserData
";

/// EC2 supports these. A launch that uses them is refused here rather than ignoring them.
const UNSUPPORTED: &str = "
    BlockDeviceMapping.* CapacityReservationSpecification.* CpuOptions.* DisableApiStop
    DisableApiTermination ElasticGpuSpecification.* ElasticInferenceAccelerator.*
    EnablePrimaryIpv6 EnclaveOptions.* HibernationOptions.* IamInstanceProfile.*
    InstanceMarketOptions.* Ipv6Address.* Ipv6AddressCount KernelId LaunchTemplate.*
    LicenseSpecification.* MaintenanceOptions.* NetworkInterface.* NetworkPerformanceOptions.*
    Operator.* Placement.* PrivateDnsNameOptions.* PrivateIpAddress RamdiskId
    SecondaryInterface.*
";

const DEFAULT_INSTANCE_TYPE: &str = "m1.small";
/// The limit on vCPUs of pending and running instances, as of an established account.
const VCPU_LIMIT: u32 = 256;
const LONGEST_CLIENT_TOKEN: usize = 64;

pub(super) fn handle(region: &Region, call: &Ec2Call<'_>) -> Result<String, Refusal> {
    authorization::may_change(call, &region.settings, "ec2:RunInstances", "instance/*")?;
    let parameters = QueryParameters::of(call);
    parameters.check_names(&[PARAMETERS, WITHOUT_EFFECT, UNSUPPORTED])?;
    parameters.check_supported(&[PARAMETERS, WITHOUT_EFFECT])?;
    let launch = LaunchRequest::read(region, call, &parameters)?;
    let mut resources = region.resources();
    let reservation = if let Some(earlier) = launch.earlier(&resources, &region.settings, call)? {
        parameters.end_dry_run()?;
        earlier
    } else {
        let count = launch.count_within_limit(&resources, &region.settings, call)?;
        parameters.end_dry_run()?;
        launch.start(&mut resources, region, call, count)
    };
    let instances: Vec<_> = resources
        .views(&region.settings, call.now)
        .filter(|it| Arc::ptr_eq(&it.instance.reservation, &reservation))
        .collect();
    Ok(XmlWriter::response(call.action, call.request_id, |document| {
        write_reservation(document, &reservation, &instances);
    }))
}

/// A launch request with valid parameters.
struct LaunchRequest {
    image: Arc<Image>,
    instance_type: InstanceType,
    minimum: u32,
    maximum: u32,
    client_token: Option<String>,
    fingerprint: Vec<(String, String)>,
    zone: Option<String>,
    subnet_id: Option<String>,
    security_groups: Vec<SecurityGroup>,
    options: LaunchOptions,
    instance_tags: Tags,
    volume_tags: Tags,
}

impl LaunchRequest {
    fn read(
        region: &Region,
        call: &Ec2Call<'_>,
        parameters: &QueryParameters<'_>,
    ) -> Result<Self, Refusal> {
        let image_id = parameters.required("ImageId")?;
        let (minimum, maximum) = counts(parameters)?;
        let instance_type = parameters.text("InstanceType").unwrap_or(DEFAULT_INSTANCE_TYPE);
        let instance_type = InstanceType::find(instance_type)
            .ok_or_else(|| refusal::invalid_instance_type(instance_type))?;
        let client_token = parameters.text("ClientToken").filter(|token| !token.is_empty());
        if let Some(token) = client_token
            && token.len() > LONGEST_CLIENT_TOKEN
        {
            let reason = "Expecting no more than 64 ASCII characters";
            return Err(refusal::invalid_value(token, "ClientToken", reason));
        }
        let image = image(region, call, image_id)?;
        let mut launch = Self {
            options: options(parameters, &image)?,
            image,
            instance_type,
            minimum,
            maximum,
            client_token: client_token.map(str::to_owned),
            fingerprint: parameters.fingerprint(&["ClientToken", "DryRun"]),
            zone: zone(parameters, &region.settings.region)?,
            subnet_id: parameters.text("SubnetId").map(str::to_owned),
            security_groups: security_groups(parameters, &region.settings.region),
            instance_tags: Tags::new(),
            volume_tags: Tags::new(),
        };
        launch.read_tags(region, call, parameters)?;
        check_fit(&launch.image, &launch.instance_type)?;
        Ok(launch)
    }

    /// Reads the tags, which also require the permission to tag.
    fn read_tags(
        &mut self,
        region: &Region,
        call: &Ec2Call<'_>,
        parameters: &QueryParameters<'_>,
    ) -> Result<(), Refusal> {
        let specifications = parameters.members("TagSpecification");
        if !specifications.is_empty() {
            authorization::may_change(call, &region.settings, "ec2:CreateTags", "instance/*")?;
        }
        for specification in specifications {
            let tags = tag::read(&specification)?;
            match specification.required("ResourceType")? {
                "instance" => self.instance_tags = tag::merge(&self.instance_tags, &tags)?,
                "volume" => self.volume_tags = tag::merge(&self.volume_tags, &tags)?,
                // There are no such resources here.
                "network-interface" | "spot-instances-request" => {}
                other => return Err(refusal::not_taggable(other)),
            }
        }
        Ok(())
    }

    /// The earlier launch with the same client token.
    fn earlier(
        &self,
        resources: &Resources,
        settings: &Ec2Settings,
        call: &Ec2Call<'_>,
    ) -> Result<Option<Arc<Reservation>>, Refusal> {
        let Some(token) = &self.client_token else { return Ok(None) };
        let mut reservations = resources.reservations.iter();
        let Some(earlier) = reservations.find(|it| it.client_token.as_ref() == Some(token)) else {
            return Ok(None);
        };
        if earlier.fingerprint != self.fingerprint {
            return Err(refusal::idempotent_parameter_mismatch());
        }
        let is_terminated = resources
            .views(settings, call.now)
            .filter(|it| Arc::ptr_eq(&it.instance.reservation, earlier))
            .any(|it| it.state == InstanceState::Terminated);
        if is_terminated {
            return Err(refusal::idempotent_instance_terminated());
        }
        Ok(Some(Arc::clone(earlier)))
    }

    /// The number of instances to launch: the maximum requested, or fewer if the vCPU limit requires.
    fn count_within_limit(
        &self,
        resources: &Resources,
        settings: &Ec2Settings,
        call: &Ec2Call<'_>,
    ) -> Result<u32, Refusal> {
        let in_use: u32 = resources
            .views(settings, call.now)
            .filter(|it| it.state.is_up())
            .map(|it| it.instance.reservation.instance_type.vcpus)
            .sum();
        let count = VCPU_LIMIT.saturating_sub(in_use) / self.instance_type.vcpus;
        if count < self.minimum {
            return Err(refusal::vcpu_limit_exceeded(VCPU_LIMIT));
        }
        Ok(count.min(self.maximum))
    }

    fn start(
        self,
        resources: &mut Resources,
        region: &Region,
        call: &Ec2Call<'_>,
        count: u32,
    ) -> Arc<Reservation> {
        let number = resources.reservations.len();
        let zone = self.zone(number, &region.settings.region);
        let reservation = Arc::new(Reservation {
            id: identifier::id("r", number as u64),
            image: self.image,
            instance_type: self.instance_type,
            launched: call.now,
            subnet_id: self.subnet_id.unwrap_or_else(|| network::subnet_id(&zone)),
            zone,
            security_groups: self.security_groups,
            options: self.options,
            client_token: self.client_token,
            fingerprint: self.fingerprint,
        });
        resources.reservations.push(Arc::clone(&reservation));
        for launch_index in 0..count as usize {
            let number = resources.instances.len() as u64;
            let instance = Instance {
                id: identifier::id("i", number),
                launch_index,
                private_ip: network::private_ip(&reservation.zone, number),
                volume_id: identifier::id("vol", number),
                reservation: Arc::clone(&reservation),
                terminated_at: None,
            };
            for (id, tags) in
                [(&instance.id, &self.instance_tags), (&instance.volume_id, &self.volume_tags)]
            {
                if !tags.is_empty() {
                    resources.tags.insert(id.clone(), tags.clone());
                }
            }
            resources.instances.push(instance);
        }
        reservation
    }

    /// The requested zone, the zone of the subnet, or each zone in turn.
    fn zone(&self, number: usize, region: &str) -> String {
        let of_subnet = || {
            let subnet = self.subnet_id.as_ref()?;
            network::zones(region).find(|zone| network::subnet_id(zone) == *subnet)
        };
        self.zone
            .clone()
            .or_else(of_subnet)
            .unwrap_or_else(|| format!("{region}{}", network::ZONES[number % network::ZONES.len()]))
    }
}

fn counts(parameters: &QueryParameters<'_>) -> Result<(u32, u32), Refusal> {
    let minimum = parameters.required_integer("MinCount")?;
    let maximum = parameters.required_integer("MaxCount")?;
    for (name, count) in [("Minimum", minimum), ("Maximum", maximum)] {
        if count < 1 {
            return Err(refusal::count_not_positive(name));
        }
    }
    if minimum > maximum {
        return Err(refusal::minimum_above_maximum(minimum, maximum));
    }
    // Larger numbers exceed the limit anyway.
    let count = |number| u32::try_from(number).unwrap_or(u32::MAX);
    Ok((count(minimum), count(maximum)))
}

fn image(region: &Region, call: &Ec2Call<'_>, id: &str) -> Result<Arc<Image>, Refusal> {
    if !identifier::is_well_formed("ami", id) {
        return Err(refusal::malformed_image_id(id));
    }
    match region.image(id) {
        None => Err(refusal::images_not_found(&[id])),
        Some(image) if !image.is_visible_to(call.caller.account_id) => {
            Err(refusal::not_authorized_for_image(id))
        }
        Some(image) => Ok(Arc::clone(image)),
    }
}

fn zone(parameters: &QueryParameters<'_>, region: &str) -> Result<Option<String>, Refusal> {
    match parameters.text("Placement.AvailabilityZone") {
        None => Ok(None),
        Some(zone) if network::zones(region).any(|each| each == zone) => Ok(Some(zone.to_owned())),
        Some(zone) => Err(refusal::invalid_availability_zone(zone)),
    }
}

fn security_groups(parameters: &QueryParameters<'_>, region: &str) -> Vec<SecurityGroup> {
    let by_id = parameters.list("SecurityGroupId");
    let by_name = parameters.list("SecurityGroup");
    if by_id.is_empty() && by_name.is_empty() {
        return vec![network::default_security_group(region)];
    }
    let by_id = by_id.into_iter().map(|id| SecurityGroup::from_id(id, region));
    by_id.chain(by_name.into_iter().map(|name| SecurityGroup::from_name(name, region))).collect()
}

fn options(parameters: &QueryParameters<'_>, image: &Image) -> Result<LaunchOptions, Refusal> {
    let text = |name, default: &str| parameters.text(name).unwrap_or(default).to_owned();
    Ok(LaunchOptions {
        key_name: parameters.text("KeyName").map(str::to_owned),
        placement_group: text("Placement.GroupName", ""),
        tenancy: text("Placement.Tenancy", "default"),
        monitoring: if parameters.is_set("Monitoring.Enabled")? { "pending" } else { "disabled" },
        ebs_optimized: parameters.is_set("EbsOptimized")?,
        metadata: metadata_options(parameters, image),
    })
}

/// An image that supports version 2 of the metadata service requires it by default.
fn metadata_options(parameters: &QueryParameters<'_>, image: &Image) -> MetadataOptions {
    let (tokens, hops) =
        if image.imds_support.is_some() { ("required", "2") } else { ("optional", "1") };
    [
        ("httpTokens", "MetadataOptions.HttpTokens", tokens),
        ("httpPutResponseHopLimit", "MetadataOptions.HttpPutResponseHopLimit", hops),
        ("httpEndpoint", "MetadataOptions.HttpEndpoint", "enabled"),
        ("httpProtocolIpv6", "MetadataOptions.HttpProtocolIpv6", "disabled"),
        ("instanceMetadataTags", "MetadataOptions.InstanceMetadataTags", "disabled"),
    ]
    .map(|(name, asked, default)| (name, parameters.text(asked).unwrap_or(default).to_owned()))
}

fn check_fit(image: &Image, instance_type: &InstanceType) -> Result<(), Refusal> {
    if !instance_type.architectures.contains(&image.architecture) {
        let architectures = instance_type.architectures.join(",");
        return Err(refusal::architecture_mismatch(&architectures, image.architecture));
    }
    if instance_type.generation == Generation::First && !image.is_windows() {
        return Err(refusal::hvm_not_supported());
    }
    Ok(())
}
