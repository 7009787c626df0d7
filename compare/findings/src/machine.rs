//! The machine and the build that figures were measured with.

use serde::{Deserialize, Serialize};

/// Under which conditions the times were taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// Of the program that took them.
    pub build: BuildKind,
    /// Operating system and processor architecture.
    pub platform: String,
    /// What the processor calls itself, where the system says.
    pub processor: Option<String>,
    /// Logical processors.
    pub processors: usize,
    /// The day, in UTC: `2026-11-24`.
    pub date: String,
}

/// How a program was built.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BuildKind {
    /// For release.
    Optimised,
    /// For development: its times say nothing.
    Unoptimised,
}

impl BuildKind {
    /// The word for it, in tables too.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Optimised => "optimised",
            Self::Unoptimised => "unoptimised",
        }
    }
}

impl Machine {
    /// What has to be said beside its times, if anything.
    #[must_use]
    pub fn caveat(&self) -> Option<&'static str> {
        match self.build {
            BuildKind::Optimised => None,
            BuildKind::Unoptimised => {
                Some("This build is not optimised: its times say nothing; --release does.")
            }
        }
    }

    /// In a sentence: `AMD EPYC, linux x86_64, 2 processors, optimised build, 2026-11-24`.
    #[must_use]
    pub fn in_words(&self) -> String {
        let Self { build, platform, processor, processors, date } = self;
        let processor = processor.as_ref().map(|name| format!("{name}, ")).unwrap_or_default();
        let build = build.as_str();
        format!("{processor}{platform}, {processors} processors, {build} build, {date}")
    }
}
