//! Evidence → pictures, as SVG.

use crate::evidence::Evidence;

/// A picture of the report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plot {
    /// Of its file, without `.svg`.
    pub name: &'static str,
    /// What it shows.
    pub title: &'static str,
    /// What somebody is told who does not see it.
    pub alt: String,
    /// The picture.
    pub svg: String,
}

/// All of them, in the order of the report.
#[must_use]
pub fn all(_evidence: &Evidence) -> Vec<Plot> {
    Vec::new()
}
