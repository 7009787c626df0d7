//! EC2's Query API, version 2016-11-15: finds images, and launches, tags and terminates instances.
//!
//! It takes decoded parameters and returns an XML document or a refusal. HTTP, signatures and error
//! documents are handled elsewhere, and the time comes with each call.
//!
//! Checks run in this order: action, permission, parameter names, parameter values, existence of the
//! named resources, compatibility, limits, and finally `DryRun`, so that its promise of success is
//! reliable. AWS documents the first and the last; the order in between is assumed.

mod authorization;
mod call;
mod catalogue;
mod create_tags;
mod describe_images;
mod describe_instances;
mod filter;
mod identifier;
mod image;
mod instance;
mod instance_type;
mod network;
mod page;
mod parameters;
mod refusal;
mod region;
mod resources;
mod run_instances;
mod settings;
mod tag;
mod terminate_instances;
#[cfg(test)]
mod tests;
mod xml_writer;

use std::sync::{Arc, Mutex};

use time::OffsetDateTime;

pub(crate) use self::call::{Ec2Call, Ec2Caller};
use self::region::Region;
pub(crate) use self::settings::Ec2Settings;
use crate::refusal::Refusal;

/// EC2 in one region.
pub(crate) struct Ec2 {
    region: Region,
}

impl Ec2 {
    /// A region in which nothing has been launched yet.
    pub(crate) fn new(settings: Ec2Settings) -> Self {
        let images = catalogue::images(&settings).into_iter().map(Arc::new).collect();
        Self { region: Region { settings, images, resources: Mutex::default() } }
    }

    /// Returns the XML document of success, indented by four spaces like AWS's, or the refusal.
    pub(crate) fn handle(&self, call: &Ec2Call<'_>) -> Result<String, Refusal> {
        match call.action {
            "CreateTags" => create_tags::handle(&self.region, call),
            "DescribeImages" => describe_images::handle(&self.region, call),
            "DescribeInstances" => describe_instances::handle(&self.region, call),
            "RunInstances" => run_instances::handle(&self.region, call),
            "TerminateInstances" => terminate_instances::handle(&self.region, call),
            unknown => Err(refusal::invalid_action(unknown)),
        }
    }

    /// The id and current state (by the system's clock) of every instance launched here.
    pub(crate) fn instance_states(&self) -> Vec<(String, String)> {
        let now = OffsetDateTime::now_utc();
        let resources = self.region.resources();
        resources
            .views(&self.region.settings, now)
            .map(|it| (it.instance.id.clone(), it.state.name().to_owned()))
            .collect()
    }
}
