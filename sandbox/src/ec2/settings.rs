//! The settings of a region.

use std::time::Duration;

/// The settings of a region.
pub(crate) struct Ec2Settings {
    pub(crate) region: String,
    /// The account that owns what is launched here, and the images of owner `self`.
    pub(crate) account_id: String,
    /// How long an instance is `pending`.
    pub(crate) boot_time: Duration,
    /// How long an instance is `shutting-down`.
    pub(crate) shutdown_time: Duration,
}
