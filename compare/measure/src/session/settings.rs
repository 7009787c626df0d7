//! What the profile in use says of the network: endpoints, certificates, kinds of hosts.

use super::credentials::Sources;
use crate::environment::Origin;

/// The settings of the profile in use. There are none where the profiles cannot be read: whoever
/// needs their keys says so.
#[derive(Debug, Clone, Copy)]
pub(super) struct Settings<'a>(pub(super) Option<&'a Sources<'a>>);

/// A value, in words where it stands, and its origin.
pub(super) type Setting<'a> = (&'a str, String, Origin);

impl<'a> Settings<'a> {
    /// The setting `key`.
    pub(super) fn get(self, key: &str) -> Option<Setting<'a>> {
        let sources = self.0?;
        let (value, origin) = sources.profiles.property(sources.profile(), key)?;
        Some((value, format!("{key} of the profile `{}`", sources.profile()), origin))
    }

    /// The setting `key` of a service, in the section that the profile's `services` names.
    pub(super) fn of_service(self, service: &str, key: &str) -> Option<Setting<'a>> {
        let sources = self.0?;
        let (section, _) = sources.profiles.property(sources.profile(), "services")?;
        let (value, origin) = sources.profiles.grouped("services", section, service, key)?;
        Some((value, format!("{key} for {service} of the services `{section}`"), origin))
    }
}
