//! The machine and build of a measurement.

use serde::{Deserialize, Serialize};

/// The machine and build of a measurement, and its day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Machine {
    /// How the measuring program was built.
    pub build: BuildKind,
    /// Operating system and processor architecture.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub platform: String,
    /// The processor's name, if the system reports it.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub processor: Option<String>,
    /// Logical processors.
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub processors: usize,
    /// The day, in UTC: `2026-11-24`.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = r"^\d{4}-\d{2}-\d{2}$")))]
    pub date: String,
}

/// How a program was built.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum BuildKind {
    /// Built for release.
    Optimised,
    /// Built for development. Its times mean nothing.
    Unoptimised,
}

impl BuildKind {
    /// The name in JSON and tables.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Optimised => "optimised",
            Self::Unoptimised => "unoptimised",
        }
    }
}

impl Machine {
    /// A warning about its times, if they need one.
    #[must_use]
    pub fn caveat(&self) -> Option<&'static str> {
        match self.build {
            BuildKind::Optimised => None,
            BuildKind::Unoptimised => {
                Some("This build is not optimised, so its times mean nothing. Use --release.")
            }
        }
    }

    /// As one line: `AMD EPYC, linux x86_64, 2 processors, optimised build, 2026-11-24`.
    #[must_use]
    pub fn in_words(&self) -> String {
        let Self { build, platform, processor, processors, date } = self;
        let processor = processor.as_ref().map(|name| format!("{name}, ")).unwrap_or_default();
        let build = build.as_str();
        format!("{processor}{platform}, {processors} processors, {build} build, {date}")
    }
}
