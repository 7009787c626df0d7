//! Evidence → one page that can be clicked through, with nothing outside of it.

use super::plot::Plot;
use crate::evidence::Evidence;

/// The page.
#[must_use]
pub fn page(_evidence: &Evidence, _plots: &[Plot]) -> String {
    String::new()
}
