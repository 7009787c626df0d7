//! Where the time of a call goes, phase by phase.

use findings::{
    latency::{Latency, OperationResult, PhaseTime},
    scenario::Scenario,
};

use super::{
    Plot,
    bars::{Bar, Bars, Column},
    canvas::{Figure, Sample, drawn},
    ink::Series,
    scale::Scale,
    tick,
};
use crate::units::in_unit;

/// A short answer and a long one.
const SHOWN: [Scenario; 2] = [Scenario::S3ListBuckets, Scenario::Ec2DescribeImages];

/// What a side spends in a phase.
type Spent = fn(&PhaseTime) -> f64;

const SIDES: [(Series, Spent); 2] =
    [(Series::Raw, |phase| phase.raw_us), (Series::Sdk, |phase| phase.sdk_us)];

/// None where no phase of these was timed.
pub(super) fn plot(latency: &Latency) -> Option<Plot> {
    let timed = SHOWN.iter().filter_map(|shown| {
        let mut operations = latency.operations.iter();
        operations.find(|one| one.name == *shown && !one.waterfall.is_empty())
    });
    let timed: Vec<_> = timed.collect();
    let phases = timed.first()?.waterfall.iter().map(|phase| phase.phase.clone());
    let bars = Bars {
        rows: phases.chain(["sum".to_owned()]).collect(),
        columns: timed.iter().map(|operation| column(operation)).collect(),
    };
    let sheet = Figure {
        name: "waterfall",
        title: "Where the time of a call goes",
        note: "Medians of calls of their own, in which the clock is read at each phase: the sum is not \
               the median call. orchestrate lies between all the others, and is drawn first."
            .to_owned(),
        alt: alt(&timed),
        legend: vec![(Series::Raw, "raw"), (Series::Sdk, "sdk")],
        sample: Sample::Bar,
        height: bars.height(),
    };
    Some(drawn(sheet, |canvas| bars.draw(canvas)))
}

fn total(operation: &OperationResult, of: Spent) -> f64 {
    operation.waterfall.iter().map(of).sum()
}

fn column(operation: &OperationResult) -> Column {
    let mut before = SIDES.map(|_| 0.0);
    let mut cells: Vec<Vec<Bar>> = Vec::with_capacity(operation.waterfall.len() + 1);
    for phase in &operation.waterfall {
        let bars = SIDES.iter().zip(&mut before).filter_map(|((series, of), before)| {
            let (from, to) = (*before, *before + of(phase));
            *before = to;
            // A side that has no such phase spends nothing on it.
            (to > from).then(|| bar(*series, from, to))
        });
        cells.push(bars.collect());
    }
    cells.push(SIDES.map(|(series, of)| bar(series, 0.0, total(operation, of))).into());
    let longest = SIDES.map(|(_, of)| total(operation, of)).into_iter().fold(0.0, f64::max);
    Column {
        heading: vec![operation.name.to_string()],
        scale: Scale::from_zero(longest),
        tick: |micros| tick(&in_unit(micros)),
        axis: "time, one phase after the other",
        cells,
    }
}

fn bar(series: Series, from: f64, to: f64) -> Bar {
    Bar { series, from, to, figure: in_unit(to - from) }
}

fn alt(timed: &[&OperationResult]) -> String {
    let sides = timed.iter().flat_map(|operation| {
        SIDES.map(|(series, of)| {
            let longest = operation.waterfall.iter().max_by(|a, b| of(a).total_cmp(&of(b)));
            let longest = longest.map_or(String::new(), |phase| {
                format!(", of which {} {}", phase.phase, in_unit(of(phase)))
            });
            let total = in_unit(total(operation, of));
            format!("{} by {} {total}{longest}", operation.name, series.name())
        })
    });
    format!(
        "Bars of the time that a call spends in each phase, one after the other, in calls of their own. {}.",
        sides.collect::<Vec<_>>().join("; ")
    )
}
