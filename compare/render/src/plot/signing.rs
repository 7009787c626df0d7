//! How long a signature takes, as a multiple of the hashing that every signer has to do.

use findings::evidence::Evidence;

use super::{
    Plot,
    bars::{Bar, Bars, Column},
    canvas::{Figure, Sample, TextStyle, drawn},
    plain,
    scale::Scale,
    series::Series,
};
use crate::units::in_unit;

/// A workload, from either of the two programs that measure signers.
struct Workload<'e> {
    name: &'e str,
    title: &'e str,
    arms: Vec<Arm<'e>>,
}

struct Arm<'e> {
    name: &'e str,
    ns: f64,
    over_floor: f64,
}

const FLOOR: &str = "floor";

/// None if no signature was measured. Shows the signers of other crates if they were measured.
pub(super) fn plot(evidence: &Evidence) -> Option<Plot> {
    let workloads = workloads(evidence);
    let signers = signers(&workloads);
    let most = workloads.iter().flat_map(|workload| &workload.arms).map(|arm| arm.over_floor);
    let scale = Scale::of_ratios(1.0, most.fold(1.0, f64::max));
    if signers.is_empty() {
        return None;
    }
    // With headings of equal height the lines with the floors align.
    let deepest = workloads.iter().map(|workload| lines(workload.title).len()).max().unwrap_or(0);
    let columns = workloads.iter().map(|workload| column(workload, &signers, scale, deepest));
    let bars = Bars {
        rows: signers.iter().map(|name| (*name).to_owned()).collect(),
        columns: columns.collect(),
    };
    let mut legend = vec![
        (Series::Raw, "raw"),
        (Series::Sdk, "the SDK's signer"),
        (Series::Others, "other crates"),
        (Series::Bare, "the floor, deriving a key each time"),
    ];
    legend.retain(|(series, _)| signers.iter().any(|name| look(name) == *series));
    let figure = Figure {
        name: "signing",
        title: "Time per signature, as a multiple of the floor",
        note: "The floor, at 1, does only the hashing that every signature needs. The axis is logarithmic."
            .to_owned(),
        alt: alt(&workloads, signers.len()),
        legend,
        sample: Sample::Bar,
        height: bars.height(),
    };
    Some(drawn(figure, |canvas| bars.draw(canvas)))
}

fn workloads(evidence: &Evidence) -> Vec<Workload<'_>> {
    let peers = evidence.peers.iter().flat_map(|peers| &peers.workloads).map(|workload| {
        let arms = workload.arms.iter();
        let arms = arms.map(|arm| Arm { name: &arm.name, ns: arm.ns, over_floor: arm.over_floor });
        Workload { name: &workload.name, title: &workload.title, arms: arms.collect() }
    });
    let ours = evidence.signing.workloads.iter().map(|workload| {
        let arms = workload.arms.iter();
        let arms = arms.map(|arm| Arm { name: &arm.name, ns: arm.ns, over_floor: arm.over_floor });
        Workload { name: &workload.name, title: &workload.title, arms: arms.collect() }
    });
    // Times from two programs are not mixed.
    if evidence.peers.is_some() { peers.collect() } else { ours.collect() }
}

/// Every signer once, raw and its variants first. The floor is left out: it is the axis.
fn signers<'e>(workloads: &[Workload<'e>]) -> Vec<&'e str> {
    let mut signers: Vec<&str> = Vec::new();
    for arm in workloads.iter().flat_map(|workload| &workload.arms) {
        if arm.name != FLOOR && !signers.contains(&arm.name) {
            signers.push(arm.name);
        }
    }
    signers.sort_by_key(|name| look(name));
    signers
}

fn look(signer: &str) -> Series {
    match signer {
        "aws-sigv4" => Series::Sdk,
        _ if signer.starts_with("raw") => Series::Raw,
        _ if signer.starts_with(FLOOR) => Series::Bare,
        _ => Series::Others,
    }
}

fn column(workload: &Workload<'_>, signers: &[&str], scale: Scale, deepest: usize) -> Column {
    let cell = |signer: &&str| {
        let arm = workload.arms.iter().find(|arm| arm.name == *signer);
        // Not every crate can sign every workload.
        let (to, label) = arm.map_or((1.0, "–".to_owned()), |arm| {
            (arm.over_floor, format!("{:.1}", arm.over_floor))
        });
        vec![Bar { series: look(signer), from: 1.0, to, label }]
    };
    let floor = workload.arms.iter().find(|arm| arm.name == FLOOR);
    let mut heading = vec![workload.name.to_owned()];
    heading.extend(lines(workload.title));
    heading.resize(1 + deepest, String::new());
    heading.extend(floor.map(|floor| format!("floor: {}", in_unit(floor.ns / 1e3))));
    Column {
        heading,
        scale,
        tick: plain,
        axis: "× floor",
        cells: signers.iter().map(cell).collect(),
    }
}

/// Breaks a title into lines that fit a column.
fn lines(title: &str) -> Vec<String> {
    const WIDEST: f64 = 130.0;
    let mut lines: Vec<String> = Vec::new();
    for word in title.split_whitespace() {
        match lines.last_mut() {
            Some(line) if TextStyle::FAINT.width(&format!("{line} {word}")) < WIDEST => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

fn alt(workloads: &[Workload<'_>], signers: usize) -> String {
    let figures = workloads.iter().map(|workload| {
        let arms = workload.arms.iter().filter(|arm| ["raw", "aws-sigv4"].contains(&arm.name));
        let arms = arms.map(|arm| format!("{} {:.1}", arm.name, arm.over_floor));
        format!("{} ({}): {}", workload.name, workload.title, arms.collect::<Vec<_>>().join(", "))
    });
    format!(
        "Bars of the time that each of {signers} signers takes for each workload, as a multiple of the \
         floor, the hashing only. {}.",
        figures.collect::<Vec<_>>().join("; ")
    )
}
