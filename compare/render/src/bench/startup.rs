//! Draws the results of `compare bench startup`.

use findings::{startup::Startup, stats::Estimate};

use crate::{
    document::{self, Block, table},
    units::{as_f64, in_bytes, in_unit},
};

/// For a terminal.
#[must_use]
pub fn text(startup: &Startup) -> String {
    document::terminal(&blocks(startup), super::WIDTH)
}

/// For reports.
#[must_use]
pub fn markdown(startup: &Startup) -> String {
    document::markdown(&blocks(startup))
}

fn blocks(startup: &Startup) -> Vec<Block> {
    let headings =
        ["", "wall", "÷ raw", "CPU", "÷ raw", "memory", "÷ raw", "page faults", "binary"];
    vec![
        Block::Paragraph(preface(startup)),
        table(headings, rows(startup)),
        Block::List(intervals(startup).collect()),
    ]
}

/// The biases, which come before any number.
fn preface(startup: &Startup) -> String {
    let mut text = format!(
        "Each process lists the buckets of an endpoint on this machine over HTTP without TLS, prints their \
         names and exits. Figures are medians of {} runs of each program, in random order, on {}, as the \
         operating system accounts for them. raw, which was written here, reads four environment \
         variables; the SDK's program follows the SDK's guide and looks for its settings in every place \
         that the SDK knows. For any URL, the SDK's HTTP client reads the system's certificates; raw's \
         does so only for https. `sdk without tls` leaves the certificates out; over https raw would pay \
         for them, too. `nothing` is a program that exits at once. Both sides are built with the same \
         settings, without link-time optimisation. `binary` is the file that ran, with its symbols; \
         `compare footprint` strips its binaries, so those are smaller.",
        startup.rounds,
        startup.machine.in_words()
    );
    super::add_caveat(&mut text, &startup.machine);
    text
}

fn rows(startup: &Startup) -> impl Iterator<Item = [String; 9]> {
    startup.arms.iter().map(|arm| {
        let ratio = |ratio: Estimate| format!("{:.2}", ratio.value);
        let faults =
            arm.page_faults.map_or("unknown".to_owned(), |faults| format!("{:.0}", faults.value));
        [
            arm.name.clone().into_owned(),
            in_unit(arm.wall_us.value),
            ratio(arm.over_raw.wall),
            in_unit(arm.cpu_us.value),
            ratio(arm.over_raw.cpu),
            in_bytes(arm.peak_bytes.value),
            ratio(arm.over_raw.peak),
            faults,
            in_bytes(as_f64(arm.binary_bytes)),
        ]
    })
}

/// The intervals of the times and of their ratios.
fn intervals(startup: &Startup) -> impl Iterator<Item = String> {
    startup.arms.iter().map(|arm| {
        let over_raw = |Estimate { interval, .. }: Estimate| match &*arm.name {
            "raw" => String::new(),
            _ => format!(" ({:.2} to {:.2} × raw)", interval.low, interval.high),
        };
        let range = |Estimate { interval, .. }: Estimate, ratio: Estimate| {
            let (low, high) = (in_unit(interval.low), in_unit(interval.high));
            format!("{low} to {high}{}", over_raw(ratio))
        };
        let wall = range(arm.wall_us, arm.over_raw.wall);
        let cpu = range(arm.cpu_us, arm.over_raw.cpu);
        format!("{}, 95 % intervals: wall {wall}, CPU {cpu}", arm.name)
    })
}
