//! The share of the service's facts that an error still holds, by way of showing it.

use findings::{
    errors::{ErrorResults, KeptCount, Way},
    side::Side,
    stats::as_f64,
};

use super::{
    Plot,
    bars::{Bar, Bars, Column},
    canvas::{Figure, Sample, drawn},
    scale::Scale,
    series::Series,
};
use crate::errors::way_name;

/// None if no fact was counted.
pub(super) fn plot(errors: &ErrorResults) -> Option<Plot> {
    let rows = Way::ALL.map(|way| (way, counts(errors, way)));
    let rows: Vec<_> = rows.into_iter().filter(|(_, counts)| !counts.is_empty()).collect();
    let cases = rows.first()?.1.first()?.cases;
    let column = Column {
        heading: Vec::new(),
        scale: Scale::from_zero(100.0),
        tick: |percent| format!("{percent:.0} %"),
        axis: "share of the service's facts that is found",
        cells: rows.iter().map(|(_, counts)| counts.iter().map(bar).collect()).collect(),
    };
    let bars = Bars {
        rows: rows.iter().map(|(way, _)| row(*way).to_owned()).collect(),
        columns: vec![column],
    };
    let figure = Figure {
        name: "errors",
        title: "Facts that an error still holds, by way of showing it",
        note: format!(
            "A fact is a status, code, message, id or other value in the answer. Counted in {cases} \
             cases where both sides failed."
        ),
        alt: alt(&rows),
        legend: vec![(Series::Raw, "raw"), (Series::Sdk, "sdk")],
        sample: Sample::Bar,
        height: bars.height(),
    };
    Some(drawn(figure, |canvas| bars.draw(canvas)))
}

fn counts(errors: &ErrorResults, way: Way) -> Vec<KeptCount> {
    let counts = Side::ALL.into_iter().filter_map(|side| errors.kept(side, way));
    counts.filter(|count| count.of > 0).collect()
}

/// The way in a user's words, on two lines.
fn row(way: Way) -> &'static str {
    match way {
        Way::Display => "printed with {}\nthe error only",
        Way::ErrorContext => "printed with its causes\nsdk: DisplayErrorContext",
        Way::WholeContext => "the same, in full\nsdk: with its copy of {:?}",
        Way::Api => "read through accessors\none by one",
        Way::Debug => "printed with {:?}\nbodies included",
    }
}

fn bar(KeptCount { side, kept, of, .. }: &KeptCount) -> Bar {
    let percent = 100.0 * as_f64(*kept) / as_f64(*of);
    let label = format!("{kept} of {of} ({percent:.0} %)");
    Bar { series: Series::named(side.name()), from: 0.0, to: percent, label }
}

fn alt(rows: &[(Way, Vec<KeptCount>)]) -> String {
    let ways = rows.iter().map(|(way, counts)| {
        let sides = counts.iter();
        let sides =
            sides.map(|count| format!("{} {} of {}", count.side.name(), count.kept, count.of));
        format!("{}: {}", way_name(*way), sides.collect::<Vec<_>>().join(", "))
    });
    format!(
        "Bars of the share of the service's facts that is found in an error, by way of showing it. {}.",
        ways.collect::<Vec<_>>().join("; ")
    )
}
