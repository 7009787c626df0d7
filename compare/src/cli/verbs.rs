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

/// One document on standard output.
fn print_json(value: &impl serde::Serialize) {
    let text = serde_json::to_string_pretty(value)
        .unwrap_or_else(|error| unreachable!("plain data always serialises: {error}"));
    anstream::println!("{text}");
}
