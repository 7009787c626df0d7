//! Network settings of the profile in use: endpoints, certificates, kinds of hosts.

use super::credentials::Sources;
use crate::environment::Origin;

/// The settings of the profile in use; none if the profiles cannot be read, which is an error only when
/// their keys are needed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Settings<'a>(pub(super) Option<&'a Sources<'a>>);

/// A value, its name for the reader, and its origin.
pub(super) type Setting<'a> = (&'a str, String, Origin);

impl<'a> Settings<'a> {
    /// The setting `key`.
    pub(super) fn get(self, key: &str) -> Option<Setting<'a>> {
        let sources = self.0?;
        let (value, origin) = sources.profiles.property(sources.profile(), key)?;
        Some((value, format!("{key} of the profile `{}`", sources.profile()), origin))
    }

    /// The setting `key` of a service, from the section that the profile's `services` names.
    pub(super) fn of_service(self, service: &str, key: &str) -> Option<Setting<'a>> {
        let sources = self.0?;
        let (section, _) = sources.profiles.property(sources.profile(), "services")?;
        let (value, origin) = sources.profiles.grouped("services", section, service, key)?;
        Some((value, format!("{key} for {service} of the services `{section}`"), origin))
    }
}
