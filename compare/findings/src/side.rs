//! The two clients that are compared.

use serde::{Deserialize, Serialize};

/// One of the two clients.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// `raw`: the requests and signatures written by hand.
    #[default]
    Raw,
    /// `sdk`: aws-sdk-rust.
    Sdk,
}

impl Side {
    /// Both, raw first.
    pub const ALL: [Self; 2] = [Self::Raw, Self::Sdk];

    /// The name in tables and JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::Sdk => "sdk",
        }
    }
}
