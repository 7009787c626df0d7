//! What signing costs → text.

use std::fmt::Write as _;

use comfy_table::{Cell, CellAlignment, Table, presets};
use findings::signing::{Signing, Workload};

const HEADINGS: [&str; 5] = ["arm", "ns", "over floor", "÷ raw", "allocations"];

/// For people.
#[must_use]
pub fn text(signing: &Signing) -> String {
    let mut text = preface(signing);
    for workload in &signing.workloads {
        let mut table = Table::new();
        table.load_style(presets::NOTHING).set_header(HEADINGS);
        for column in 1..HEADINGS.len() {
            if let Some(column) = table.column_mut(column) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        for row in rows(workload) {
            table.add_row(row.map(Cell::new));
        }
        let _ = writeln!(text, "\n{}\n{table}", heading(workload));
    }
    text
}

/// For reports.
#[must_use]
pub fn markdown(signing: &Signing) -> String {
    let mut text = preface(signing);
    for workload in &signing.workloads {
        let _ = writeln!(text, "\n**{}**\n\n| {} |", heading(workload), HEADINGS.join(" | "));
        text.push_str("| --- | ---: | ---: | ---: | ---: |\n");
        for row in rows(workload) {
            let _ = writeln!(text, "| {} |", row.join(" | "));
        }
    }
    text
}

/// The bias, before any number.
fn preface(signing: &Signing) -> String {
    let machine = &signing.machine;
    let mut text = format!(
        "Signatures, by turns on {} ({} processors), {} build; session token of {} characters, whose \
         hash both sides pay for: shorter tokens make the differences larger. raw was written here, \
         by those who measure, and keeps its signing key and its buffers; aws-sigv4 derives a key \
         each time and returns what it made in new memory. The floor runs the SHA-256 compressions \
         that a request needs, and nothing else. Medians of batches; in brackets intervals at 95 %.\n",
        machine.platform,
        machine.processors,
        machine.build.as_str(),
        signing.token_length
    );
    if let Some(caveat) = machine.caveat() {
        let _ = writeln!(text, "{caveat}");
    }
    text
}

fn heading(workload: &Workload) -> String {
    format!("{}: {} ({} compressions)", workload.name, workload.title, workload.compressions)
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
