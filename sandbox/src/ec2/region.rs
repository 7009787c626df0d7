//! A region of EC2: its settings, its catalogue of images, and its resources.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::image::Image;
use super::resources::Resources;
use super::settings::Ec2Settings;

pub(super) struct Region {
    pub(super) settings: Ec2Settings,
    pub(super) images: Vec<Arc<Image>>,
    // A std mutex, because no call awaits anything while it holds the lock.
    pub(super) resources: Mutex<Resources>,
}

impl Region {
    pub(super) fn resources(&self) -> MutexGuard<'_, Resources> {
        // Every change is made after all checks and cannot panic half-way, so poisoned resources are
        // still consistent.
        self.resources.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn image(&self, id: &str) -> Option<&Arc<Image>> {
        self.images.iter().find(|image| image.id == id)
    }
}
