//! Everything launched and tagged so far. Nothing is ever removed: terminated instances stay
//! visible, and places in the lists are what `NextToken` refers to.

use std::collections::BTreeMap;
use std::sync::Arc;

use time::OffsetDateTime;

use super::instance::{Instance, InstanceState, Reservation, Snapshot};
use super::tag::{self, Tags};
use super::{Ec2Error, Ec2Settings, identifier, refusal};

#[derive(Default)]
pub(super) struct State {
    pub(super) reservations: Vec<Arc<Reservation>>,
    pub(super) instances: Vec<Instance>,
    /// By the id of the resource, of whatever kind.
    pub(super) tags: BTreeMap<String, Tags>,
}

impl State {
    pub(super) fn tags(&self, resource_id: &str) -> &Tags {
        self.tags.get(resource_id).unwrap_or(&tag::NONE)
    }

    /// All instances in the order of their launch, as they are at `now`.
    pub(super) fn snapshots<'a>(
        &'a self,
        settings: &'a Ec2Settings,
        now: OffsetDateTime,
    ) -> impl Iterator<Item = Snapshot<'a>> {
        self.instances.iter().map(move |instance| self.snapshot(instance, settings, now))
    }

    pub(super) fn snapshot<'a>(
        &'a self,
        instance: &'a Instance,
        settings: &'a Ec2Settings,
        now: OffsetDateTime,
    ) -> Snapshot<'a> {
        Snapshot {
            instance,
            state: InstanceState::at(now, instance, settings),
            tags: self.tags(&instance.id),
            settings,
        }
    }

    /// Refuses ids that are not ids, then those of no instance, all of them at once.
    pub(super) fn check_instances(&self, ids: &[&str]) -> Result<(), Ec2Error> {
        if let Some(id) = ids.iter().find(|id| !identifier::is_well_formed("i", id)) {
            return Err(refusal::malformed_instance_id(id));
        }
        let is_missing = |id: &&str| !self.instances.iter().any(|it| it.id == *id);
        let missing: Vec<_> = ids.iter().copied().filter(is_missing).collect();
        if missing.is_empty() { Ok(()) } else { Err(refusal::instances_not_found(&missing)) }
    }
}
