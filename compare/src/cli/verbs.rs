//! What each verb does, from its words to its exit code.

pub(super) mod bench;
pub(super) mod cleanup;
pub(super) mod completions;
pub(super) mod errors;
pub(super) mod explain;
pub(super) mod footprint;
pub(super) mod paths;
pub(super) mod report;
pub(super) mod run;
pub(super) mod sandbox;
pub(super) mod sign;
pub(super) mod verify;
