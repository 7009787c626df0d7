//! Where the time of a call goes, phase by phase.

use findings::{
    latency::{Latency, OperationResult, PhaseTime},
    scenario::Scenario,
};

use super::{
    Plot,
    bars::{Bar, Bars, Column},
    canvas::{Figure, Sample, drawn},
    scale::Scale,
    series::Series,
    tick,
};
use crate::units::in_unit;

/// An operation with a short answer and one with a long answer.
const SHOWN: [Scenario; 2] = [Scenario::S3ListBuckets, Scenario::Ec2DescribeImages];

/// Reads the time that one side spends in a phase, in microseconds.
type Spent = fn(&PhaseTime) -> f64;

const SIDES: [(Series, Spent); 2] =
    [(Series::Raw, |phase| phase.raw_us), (Series::Sdk, |phase| phase.sdk_us)];

/// None if no phase of these operations was timed.
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
    let figure = Figure {
        name: "waterfall",
        title: "Where the time of a call goes",
        note: "Medians of separate, instrumented calls, so the sum is not the median call. orchestrate runs \
               between the other phases and is drawn first."
            .to_owned(),
        alt: alt(&timed),
        legend: vec![(Series::Raw, "raw"), (Series::Sdk, "sdk")],
        sample: Sample::Bar,
        height: bars.height(),
    };
    Some(drawn(figure, |canvas| bars.draw(canvas)))
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
            // Not every side has every phase.
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
    Bar { series, from, to, label: in_unit(to - from) }
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
        "Bars of the time that a call spends in each phase, one phase after the other. {}.",
        sides.collect::<Vec<_>>().join("; ")
    )
}
