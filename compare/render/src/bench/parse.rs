//! Draws the results of `compare bench parse`.

use findings::parse::{DocumentResult, Parsing};

use crate::{
    document::{self, Block, table},
    units::{as_f64, in_bytes, time, times},
};

/// For a terminal.
#[must_use]
pub fn text(parsing: &Parsing) -> String {
    document::terminal(&blocks(parsing), super::WIDTH)
}

/// For reports.
#[must_use]
pub fn markdown(parsing: &Parsing) -> String {
    document::markdown(&blocks(parsing))
}

fn blocks(parsing: &Parsing) -> Vec<Block> {
    let headings = ["", "median", "MB/s", "allocations", "bytes", "peak"];
    let mut blocks = vec![Block::Paragraph(preface(parsing))];
    for document in &parsing.documents {
        let DocumentResult { name, bytes, rounds, sdk_over_raw, .. } = document;
        let bytes = in_bytes(findings::stats::as_f64(*bytes));
        blocks.push(Block::Heading(format!("{name} ({bytes}, {rounds} rounds)")));
        blocks.push(table(headings, rows(document)));
        blocks.push(Block::Paragraph(format!("sdk ÷ raw: {}", times(*sdk_over_raw))));
    }
    blocks
}

/// The biases, which come before any number.
fn preface(parsing: &Parsing) -> String {
    let mut text = format!(
        "Both sides parse the same bytes by turns, on {}. The embedded endpoint wrote them. Time is \
         processor time until the result is complete; freeing it is not included. The two sides do not \
         produce the same. raw, which was written here, keeps only what the scenarios need: 12 fields of \
         an image and 5 of a key. It checks that times are valid and that the document is complete, and \
         skips the rest. The SDK's deserialiser, called without the rest of the SDK, fills its output \
         type with every field, and takes a document that was cut short for a shorter one. Before the \
         measurement, both were checked to read the same values of these fields. Growing an allocation \
         counts as one more, and both the old and the new count for the peak. The document itself is not \
         counted.",
        parsing.machine.in_words()
    );
    super::add_caveat(&mut text, &parsing.machine);
    text
}

fn rows(document: &DocumentResult) -> impl Iterator<Item = [String; 6]> {
    document.arms.iter().map(|arm| {
        [
            arm.name.clone().into_owned(),
            time(arm.median_us),
            format!("{:.0}", arm.mb_per_s),
            arm.memory.allocations.to_string(),
            in_bytes(as_f64(arm.memory.allocated_bytes)),
            in_bytes(as_f64(arm.memory.peak_bytes)),
        ]
    })
}
