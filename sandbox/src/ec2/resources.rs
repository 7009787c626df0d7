//! Everything launched and tagged so far. Nothing is ever removed: terminated instances stay visible,
//! and `NextToken` refers to positions in the lists.

use std::collections::BTreeMap;
use std::sync::Arc;

use time::OffsetDateTime;

use super::instance::{Instance, InstanceState, InstanceView, Reservation};
use super::settings::Ec2Settings;
use super::tag::{self, Tags};
use super::{identifier, refusal};
use crate::refusal::Refusal;

#[derive(Default)]
pub(super) struct Resources {
    pub(super) reservations: Vec<Arc<Reservation>>,
    pub(super) instances: Vec<Instance>,
    /// Tags by resource id.
    pub(super) tags: BTreeMap<String, Tags>,
}

impl Resources {
    pub(super) fn tags(&self, resource_id: &str) -> &Tags {
        self.tags.get(resource_id).unwrap_or(&tag::NONE)
    }

    /// All instances at `now`, in launch order.
    pub(super) fn views<'a>(
        &'a self,
        settings: &'a Ec2Settings,
        now: OffsetDateTime,
    ) -> impl Iterator<Item = InstanceView<'a>> {
        self.instances.iter().map(move |instance| self.view(instance, settings, now))
    }

    pub(super) fn view<'a>(
        &'a self,
        instance: &'a Instance,
        settings: &'a Ec2Settings,
        now: OffsetDateTime,
    ) -> InstanceView<'a> {
        InstanceView {
            instance,
            state: InstanceState::at(now, instance, settings),
            tags: self.tags(&instance.id),
            settings,
        }
    }

    /// Refuses a malformed id, or else all ids without an instance.
    pub(super) fn check_instances(&self, ids: &[&str]) -> Result<(), Refusal> {
        if let Some(id) = ids.iter().find(|id| !identifier::is_well_formed("i", id)) {
            return Err(refusal::malformed_instance_id(id));
        }
        let is_missing = |id: &&str| !self.instances.iter().any(|it| it.id == *id);
        let missing: Vec<_> = ids.iter().copied().filter(is_missing).collect();
        if missing.is_empty() { Ok(()) } else { Err(refusal::instances_not_found(&missing)) }
    }
}
