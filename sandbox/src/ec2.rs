//! EC2 as its Query API of 2016-11-15 answers: images to find, instances to launch, tag and end.
//!
//! Pure: decoded parameters in, an XML document or a refusal out. HTTP, signatures and the error
//! document around a refusal belong to the server. Time comes with each call.
//!
//! Order of checks: action, permission, names of the parameters, their values, whether what they
//! name exists, whether it fits together, limits, and last `DryRun`, which therefore promises what
//! it says. AWS documents the first and the last; the order in between is assumed.

mod authorization;
mod catalogue;
mod create_tags;
mod describe_images;
mod describe_instances;
mod document;
mod filter;
mod identifier;
mod image;
mod instance;
mod instance_type;
mod network;
mod page;
mod parameters;
mod refusal;
mod run_instances;
mod state;
mod tag;
mod terminate_instances;
#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use time::OffsetDateTime;

use self::image::Image;
use self::state::State;

/// Whose endpoint this is, and how fast its instances move.
pub(crate) struct Ec2Settings {
    pub(crate) region: String,
    /// The account that owns what is launched here, and the images of owner `self`.
    pub(crate) account_id: String,
    /// How long an instance is `pending`.
    pub(crate) boot_time: Duration,
    /// How long an instance is `shutting-down`.
    pub(crate) shutdown_time: Duration,
}

/// One region of EC2 with its catalogue of images and everything launched so far.
pub(crate) struct Ec2 {
    settings: Ec2Settings,
    images: Vec<Arc<Image>>,
    // A std mutex: no call awaits anything while it holds it.
    state: Mutex<State>,
}

/// One call, its signature already judged.
pub(crate) struct Call<'a> {
    pub(crate) action: &'a str,
    /// Decoded, in any order; `Action`, `Version` and those of a query signature may be among them.
    pub(crate) parameters: &'a [(String, String)],
    pub(crate) caller: &'a Caller<'a>,
    pub(crate) now: OffsetDateTime,
    pub(crate) request_id: &'a str,
}

/// Who calls, and what their policies allow.
pub(crate) struct Caller<'a> {
    pub(crate) arn: &'a str,
    pub(crate) account_id: &'a str,
    /// Asked with a name such as `ec2:RunInstances`.
    pub(crate) may: &'a dyn Fn(&str) -> bool,
}

/// EC2 says no: the status, code and message of its error document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code} ({status}): {message}")]
pub(crate) struct Ec2Error {
    pub(crate) status: u16,
    pub(crate) code: String,
    pub(crate) message: String,
}

impl Ec2 {
    /// A region in which nothing has been launched yet.
    pub(crate) fn new(settings: Ec2Settings) -> Self {
        let images = catalogue::images(&settings).into_iter().map(Arc::new).collect();
        Self { settings, images, state: Mutex::default() }
    }

    /// The XML document of success, indented by four spaces as AWS's are, or the refusal.
    pub(crate) fn handle(&self, call: &Call<'_>) -> Result<String, Ec2Error> {
        match call.action {
            "CreateTags" => create_tags::answer(self, call),
            "DescribeImages" => describe_images::answer(self, call),
            "DescribeInstances" => describe_instances::answer(self, call),
            "RunInstances" => run_instances::answer(self, call),
            "TerminateInstances" => terminate_instances::answer(self, call),
            unknown => Err(refusal::invalid_action(unknown)),
        }
    }

    /// The id and present state (by the system's clock) of every instance ever launched here.
    pub(crate) fn instance_states(&self) -> Vec<(String, String)> {
        let now = OffsetDateTime::now_utc();
        let state = self.state();
        state
            .snapshots(&self.settings, now)
            .map(|it| (it.instance.id.clone(), it.state.name().to_owned()))
            .collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Every change is made after all checks and cannot panic half-way, so a poisoned state is
        // still a whole one.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn image(&self, id: &str) -> Option<&Arc<Image>> {
        self.images.iter().find(|image| image.id == id)
    }
}
