//! The default network of the region: a VPC, a subnet in each zone, and a security group. Other ids
//! of subnets and groups are accepted without checks and returned.

use super::identifier::{hash, id};

/// The letters that follow the region's name in the names of its zones.
pub(super) const ZONES: [&str; 3] = ["a", "b", "c"];

pub(super) struct SecurityGroup {
    pub(super) id: String,
    pub(super) name: String,
}

pub(super) fn vpc_id(region: &str) -> String {
    id("vpc", hash(region))
}

pub(super) fn subnet_id(zone: &str) -> String {
    id("subnet", hash(zone))
}

pub(super) fn zones(region: &str) -> impl Iterator<Item = String> {
    ZONES.into_iter().map(move |letter| format!("{region}{letter}"))
}

pub(super) fn default_security_group(region: &str) -> SecurityGroup {
    SecurityGroup { id: id("sg", hash(region)), name: "default".to_owned() }
}

impl SecurityGroup {
    pub(super) fn from_id(id: &str, region: &str) -> Self {
        let default = default_security_group(region);
        // The names of other groups are unknown here.
        let name = if id == default.id { default.name } else { id.to_owned() };
        Self { id: id.to_owned(), name }
    }

    pub(super) fn from_name(name: &str, region: &str) -> Self {
        if name == "default" {
            return default_security_group(region);
        }
        Self { id: id("sg", hash(&format!("{region}/{name}"))), name: name.to_owned() }
    }
}

/// The private address of the `number`th instance, in 172.31.0.0/16 with a /20 for each zone, as in
/// AWS's default VPC. AWS reserves the first four addresses of a subnet.
pub(super) fn private_ip(zone: &str, number: u64) -> String {
    let place = ZONES.iter().position(|letter| zone.ends_with(letter)).unwrap_or_default();
    let (block, host) = (number / 250 % 16, number % 250 + 4);
    format!("172.31.{}.{host}", place as u64 * 16 + block)
}

pub(super) fn private_dns_name(region: &str, ip: &str) -> String {
    let host = ip.replace('.', "-");
    match region {
        "us-east-1" => format!("ip-{host}.ec2.internal"),
        region => format!("ip-{host}.{region}.compute.internal"),
    }
}
