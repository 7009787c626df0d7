//! Draws the results of `compare bench signing`.

use findings::signing::{Signing, Workload};

use crate::document::{self, Block, table};

/// For a terminal.
#[must_use]
pub fn text(signing: &Signing) -> String {
    document::terminal(&blocks(signing), super::WIDTH)
}

/// For reports.
#[must_use]
pub fn markdown(signing: &Signing) -> String {
    document::markdown(&blocks(signing))
}

fn blocks(signing: &Signing) -> Vec<Block> {
    let mut blocks = vec![Block::Paragraph(preface(signing))];
    for workload in &signing.workloads {
        let Workload { name, title, compressions, .. } = workload;
        blocks.push(Block::Heading(format!("{name}: {title} ({compressions} compressions)")));
        blocks.push(table(["arm", "ns", "over floor", "÷ raw", "allocations"], rows(workload)));
    }
    blocks
}

/// The biases, which come before any number.
fn preface(signing: &Signing) -> String {
    let machine = &signing.machine;
    let mut text = format!(
        "All signers sign the same requests by turns, on {} ({} processors), {} build. The session token \
         has {} characters. Both sides pay for hashing it, so a shorter token makes the differences \
         larger. The people who measure also wrote raw, which keeps its signing key and its buffers; \
         aws-sigv4 derives a key for each signature and returns new memory. The floor runs only the \
         SHA-256 compressions that a request needs. Times are medians of batches, with 95 % intervals in \
         brackets.",
        machine.platform,
        machine.processors,
        machine.build.as_str(),
        signing.token_length
    );
    super::add_caveat(&mut text, machine);
    text
}

fn rows(workload: &Workload) -> impl Iterator<Item = [String; 5]> {
    workload.arms.iter().map(|arm| {
        let (ns, over_raw) = (arm.ns_interval, arm.over_raw);
        [
            arm.name.clone().into_owned(),
            format!("{:.0} ({:.0} to {:.0})", arm.ns, ns.low, ns.high),
            format!("{:.2}", arm.over_floor),
            format!(
                "{:.2} ({:.2} to {:.2})",
                over_raw.value, over_raw.interval.low, over_raw.interval.high
            ),
            arm.allocations.to_string(),
        ]
    })
}
