//! What is left of the service's facts in an error, by way of printing it.

use findings::{
    errors::{ErrorResults, KeptCount, WHOLE_CONTEXT},
    stats::as_f64,
};

use super::{
    Plot,
    bars::{Bar, Bars, Column},
    canvas::{Figure, Sample, drawn},
    ink::Series,
    scale::Scale,
};
use crate::errors::{WAYS, counted};

/// None where no fact was told.
pub(super) fn plot(findings: &ErrorResults) -> Option<Plot> {
    let counted = counted(findings);
    let told: Vec<_> = counted.iter().filter(|kept| kept.of > 0).collect();
    let ways = WAYS.into_iter().filter(|(way, _)| told.iter().any(|kept| kept.way == *way));
    let ways: Vec<_> = ways.collect();
    let cases = told.first()?.cases;
    let column = Column {
        heading: Vec::new(),
        scale: Scale::from_zero(100.0),
        tick: |percent| format!("{percent:.0} %"),
        axis: "facts found, of those that the service told",
        cells: ways.iter().map(|(way, _)| cell(&told, way)).collect(),
    };
    let bars = Bars {
        rows: ways.iter().map(|(way, _)| row(way).to_owned()).collect(),
        columns: vec![column],
    };
    let sheet = Figure {
        name: "errors",
        title: "Facts that an error still holds, by way of showing it",
        note: format!(
            "Status, code, message, ids and what else the service told, in {cases} cases where both \
             sides failed."
        ),
        alt: alt(&told, &ways),
        legend: vec![(Series::Raw, "raw"), (Series::Sdk, "sdk")],
        sample: Sample::Bar,
        height: bars.height(),
    };
    Some(drawn(sheet, |canvas| bars.draw(canvas)))
}

/// As somebody would say it who asks how to print an error.
fn row(way: &str) -> &'static str {
    match way {
        "display" => "printed with {}\nthe error alone",
        "error_context" => "printed with its causes\nsdk: DisplayErrorContext",
        WHOLE_CONTEXT => "the same, all of it\nsdk: with its copy of {:?}",
        "api" => "asked for by accessors\none by one",
        _ => "printed with {:?}\nbodies as dumped",
    }
}

fn cell(told: &[&KeptCount], way: &str) -> Vec<Bar> {
    let of_way = told.iter().filter(|kept| kept.way == way);
    let bars = of_way.map(|kept| {
        let percent = 100.0 * as_f64(kept.kept) / as_f64(kept.of);
        let figure = format!("{} of {} ({percent:.0} %)", kept.kept, kept.of);
        Bar { series: Series::named(&kept.side), from: 0.0, to: percent, figure }
    });
    bars.collect()
}

fn alt(told: &[&KeptCount], ways: &[(&str, &str)]) -> String {
    let ways = ways.iter().map(|(way, name)| {
        let of_way = told.iter().filter(|kept| kept.way == *way);
        let sides = of_way.map(|kept| format!("{} {} of {}", kept.side, kept.kept, kept.of));
        format!("{name}: {}", sides.collect::<Vec<_>>().join(", "))
    });
    format!(
        "Bars of the share of the service's facts that is found in an error, by way of showing it. {}.",
        ways.collect::<Vec<_>>().join("; ")
    )
}
