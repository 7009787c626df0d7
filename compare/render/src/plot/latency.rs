//! How long a call takes: all of the distribution, not its middle alone.

use findings::{
    latency::{ArmLatency, Latency, OperationResult},
    stats::LEVEL,
};

use super::{
    Plot,
    canvas::{Figure, Sample, drawn},
    curves::{Chart, Curve, draw, height},
    ink::Series,
    scale::Scale,
};
use crate::{stand_in, units::in_unit};

/// What is beyond is rare, far out, and in the tables.
const LAST_PERCENTILE: u32 = 95;

/// None where nothing was called.
pub(super) fn plot(near: &Latency, across: &Latency) -> Option<Plot> {
    let named = |operation: &OperationResult| {
        let stand_in = stand_in(operation.name).map(|what| format!(", {what}"));
        format!("{}{}", operation.name, stand_in.unwrap_or_default())
    };
    let measured = near.operations.iter().map(|operation| (operation, named(operation)));
    let across_network = across
        .operations
        .iter()
        .map(|operation| (operation, format!("{}, {} ms away", operation.name, across.rtt_ms)));
    let measured: Vec<_> = measured.chain(across_network).collect();
    // As many times as long from the left end of a chart to its right end, in all of them: so the same
    // distance is the same ratio everywhere.
    let span = measured.iter().map(|(operation, _)| longest(operation) / shortest(operation));
    let span = span.fold(1.0, f64::max) * 1.1;
    let charts = measured.iter().map(|(operation, heading)| chart(operation, heading, span));
    let charts: Vec<_> = charts.collect();
    if charts.is_empty() {
        return None;
    }
    let sheet = Figure {
        name: "latency",
        title: "How long a call takes",
        note: format!(
            "Calls done by a time, up to {LAST_PERCENTILE} %. Marks are medians with {:.0} % intervals; \
             equal distances are equal ratios everywhere.",
            LEVEL * 100.0
        ),
        alt: alt(&measured),
        legend: vec![
            (Series::Raw, "raw"),
            (Series::Sdk, "sdk"),
            (Series::Bare, "bare: sent as signed before, not parsed"),
        ],
        sample: Sample::Curve,
        height: height(charts.len()),
    };
    Some(drawn(sheet, |canvas| draw(canvas, &charts)))
}

fn alt(measured: &[(&OperationResult, String)]) -> String {
    let medians = measured.iter().map(|(operation, heading)| {
        let arms = operation.arms.iter();
        let arms = arms.map(|arm| format!("{} {}", arm.name, in_unit(arm.median_us.value)));
        format!("{heading}: {}", arms.collect::<Vec<_>>().join(", "))
    });
    format!(
        "Cumulative curves of the time that a call takes by raw, by the SDK and by the bare request. \
         Medians: {}.",
        medians.collect::<Vec<_>>().join("; ")
    )
}

fn chart(operation: &OperationResult, heading: &str, span: f64) -> Chart {
    let curves = operation.arms.iter().map(|arm| Curve {
        series: Series::named(&arm.name),
        points: points(arm).collect(),
        median: arm.median_us,
    });
    // In the middle, so that a short distribution is not at an end.
    let spare = (span * shortest(operation) / longest(operation)).sqrt();
    let low = shortest(operation) / spare;
    Chart {
        heading: heading.to_owned(),
        scale: Scale::of_ratios(low, low * span),
        curves: curves.collect(),
    }
}

/// A time, and the share of calls that take at most that.
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
