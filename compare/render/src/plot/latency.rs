//! The whole distribution of how long a call takes, not only its median.

use findings::{
    latency::{ArmLatency, Latency, OperationResult},
    stats::LEVEL,
};

use super::{
    BARE, Plot,
    canvas::{Figure, Sample, drawn},
    curves::{Chart, Curve, draw, height},
    scale::Scale,
    series::Series,
};
use crate::{stand_in, units::in_unit};

/// Longer times are rare and far apart. The tables have them.
const LAST_PERCENTILE: u32 = 95;

/// None if no call was measured.
pub(super) fn plot(near: &Latency, across: &Latency) -> Option<Plot> {
    let named = |operation: &OperationResult| {
        // A heading has room for only a part of what the tables say.
        let stand_in = stand_in(operation.name).map(|_| " (sdk: aws-sigv4)");
        format!("{}{}", operation.name, stand_in.unwrap_or_default())
    };
    let measured = near.operations.iter().map(|operation| (operation, named(operation)));
    let across_network = across
        .operations
        .iter()
        .map(|operation| (operation, format!("{}, {} ms away", operation.name, across.rtt_ms)));
    let measured: Vec<_> = measured.chain(across_network).collect();
    // Every chart spans the same ratio from its left end to its right, so that equal distances are
    // equal ratios in all of them.
    let span = measured.iter().map(|(operation, _)| longest(operation) / shortest(operation));
    let span = span.fold(1.0, f64::max) * 1.1;
    let charts = measured.iter().map(|(operation, heading)| chart(operation, heading, span));
    let charts: Vec<_> = charts.collect();
    if charts.is_empty() {
        return None;
    }
    let figure = Figure {
        name: "latency",
        title: "How long a call takes",
        note: format!(
            "The share of calls done by a time, up to {LAST_PERCENTILE} %. Markers are medians with {:.0} % \
             intervals. Equal distances are equal ratios.",
            LEVEL * 100.0
        ),
        alt: alt(&measured),
        legend: vec![(Series::Raw, "raw"), (Series::Sdk, "sdk"), (Series::Bare, BARE)],
        sample: Sample::Curve,
        height: height(charts.len()),
    };
    Some(drawn(figure, |canvas| draw(canvas, &charts)))
}

fn alt(measured: &[(&OperationResult, String)]) -> String {
    let medians = measured.iter().map(|(operation, heading)| {
        let arms = operation.arms.iter();
        let arms = arms.map(|arm| format!("{} {}", arm.name, in_unit(arm.median_us.value)));
        format!("{heading}: {}", arms.collect::<Vec<_>>().join(", "))
    });
    format!(
        "Cumulative curves of the time of a call made by raw, by the SDK and by bare, the HTTP exchange \
         only. Medians: {}.",
        medians.collect::<Vec<_>>().join("; ")
    )
}

fn chart(operation: &OperationResult, heading: &str, span: f64) -> Chart {
    let curves = operation.arms.iter().map(|arm| Curve {
        series: Series::named(&arm.name),
        points: points(arm).collect(),
        median: arm.median_us,
    });
    // Centre the curves: the spare space is the same at both ends.
    let spare = (span * shortest(operation) / longest(operation)).sqrt();
    let low = shortest(operation) / spare;
    Chart {
        heading: heading.to_owned(),
        scale: Scale::of_ratios(low, low * span),
        curves: curves.collect(),
    }
}

/// Times, each with the share of calls that take at most that long.
fn points(arm: &ArmLatency) -> impl Iterator<Item = (f64, f64)> {
    let shares = (1..=LAST_PERCENTILE).map(|percent| f64::from(percent) / 100.0);
    arm.percentiles_us.iter().copied().zip(shares)
}

fn times(operation: &OperationResult) -> impl Iterator<Item = f64> {
    operation.arms.iter().flat_map(points).map(|(time, _)| time)
}

fn shortest(operation: &OperationResult) -> f64 {
    times(operation).fold(f64::MAX, f64::min)
}

fn longest(operation: &OperationResult) -> f64 {
    times(operation).fold(0.0, f64::max)
}
