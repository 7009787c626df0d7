//! What a process costs that makes one call and ends → text.

use std::fmt::Write as _;

use comfy_table::{Cell, CellAlignment, Table, presets};
use findings::{startup::Startup, stats::Estimate};

use crate::{
    units::{as_f64, in_bytes, in_unit},
    wrapped_to,
};

const HEADINGS: [&str; 9] =
    ["", "wall", "÷ raw", "CPU", "÷ raw", "memory", "÷ raw", "page faults", "binary"];

/// For people.
#[must_use]
pub fn text(startup: &Startup) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(HEADINGS);
    for column in 1..HEADINGS.len() {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    for row in rows(startup) {
        table.add_row(row.map(Cell::new));
    }
    let mut text = format!("{}\n\n{table}\n\n", wrapped_to(100, "", &preface(startup)));
    for line in intervals(startup) {
        let _ = writeln!(text, "  {line}");
    }
    text
}

/// For reports.
#[must_use]
pub fn markdown(startup: &Startup) -> String {
    let mut text = format!("{}\n\n| {} |\n", preface(startup), HEADINGS.join(" | "));
    text.push_str("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n");
    for row in rows(startup) {
        let _ = writeln!(text, "| {} |", row.join(" | "));
    }
    text.push('\n');
    for line in intervals(startup) {
        let _ = writeln!(text, "- {line}");
    }
    text
}

/// The bias, before any number.
fn preface(startup: &Startup) -> String {
    let mut text = format!(
        "A process that lists the buckets of an endpoint on this machine, over HTTP without TLS, prints \
         their names and ends: medians of {} runs of each, in random order, on {}, as the operating \
         system reckons them. raw was written here, reads four variables by itself and looks for \
         settings nowhere else; the SDK's program is that of its guide, and looks for settings wherever \
         the SDK does. The SDK's HTTP client reads the system's certificates for any URL, raw's for https \
         alone: `sdk without tls` leaves them out, and over https raw would pay for them too. nothing is \
         a program that ends at once. Both sides are built alike, without link-time optimisation. \
         binary is the file that ran, which holds its symbols; the binaries of `compare footprint` \
         are stripped of them, and smaller.",
        startup.rounds,
        startup.machine.in_words()
    );
    if let Some(caveat) = startup.machine.caveat() {
        let _ = write!(text, " {caveat}");
    }
    text
}

fn rows(startup: &Startup) -> impl Iterator<Item = [String; 9]> {
    startup.arms.iter().map(|arm| {
        let ratio = |ratio: Estimate| format!("{:.2}", ratio.value);
        let faults = arm
            .page_faults
            .map_or("not known here".to_owned(), |faults| format!("{:.0}", faults.value));
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

/// How good the times are.
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
        format!("{}, at 95 %: wall {wall}, CPU {cpu}", arm.name)
    })
}
