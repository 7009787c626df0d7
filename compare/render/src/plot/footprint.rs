//! What a clean build costs, and how large the binary is.

use findings::{
    footprint::{BuildCost, Footprint, Profile, Task},
    side::Side,
};

use super::{
    Plot,
    bars::{Bar, Bars, Column},
    canvas::{Figure, Sample, drawn},
    plain,
    scale::Scale,
    series::Series,
};
use crate::{
    footprint::build,
    units::{as_f64, duration, in_bytes},
};

/// One figure of a build.
struct Measure {
    name: &'static str,
    axis: &'static str,
    of: fn(&BuildCost) -> f64,
    figure: fn(&BuildCost) -> String,
}

const MEASURES: [Measure; 3] = [
    Measure {
        name: "time of a clean build",
        axis: "minutes",
        of: |build| build.seconds / 60.0,
        figure: |build| duration(build.seconds),
    },
    Measure {
        name: "peak memory of a process",
        axis: "GB",
        of: |build| as_f64(build.peak_memory_bytes) / 1e9,
        figure: |build| in_bytes(as_f64(build.peak_memory_bytes)),
    },
    Measure {
        name: "binary, stripped",
        axis: "MB",
        of: |build| as_f64(build.binary_bytes) / 1e6,
        figure: |build| in_bytes(as_f64(build.binary_bytes)),
    },
];

const SUBJECTS: [(Task, Profile); 4] = [
    (Task::ListBuckets, Profile::Dev),
    (Task::ListBuckets, Profile::Release),
    (Task::AllScenarios, Profile::Dev),
    (Task::AllScenarios, Profile::Release),
];

const SIDES: [(Side, Series); 2] = [(Side::Raw, Series::Raw), (Side::Sdk, Series::Sdk)];

/// None if nothing was built. A program that neither side built has no row.
pub(super) fn plot(footprint: &Footprint) -> Option<Plot> {
    let is_built = |subject: &(Task, Profile)| {
        SIDES.iter().any(|(side, _)| made(footprint, *subject, *side).is_some())
    };
    let subjects: Vec<_> = SUBJECTS.into_iter().filter(is_built).collect();
    if subjects.is_empty() {
        return None;
    }
    let bars = Bars {
        rows: subjects
            .iter()
            .map(|(task, profile)| format!("{}\n{profile}", task.name()))
            .collect(),
        columns: MEASURES.iter().map(|measure| column(footprint, &subjects, measure)).collect(),
    };
    let figure = Figure {
        name: "footprint",
        title: "What a clean build costs, and how large the binary is",
        note: format!("Each build began in an empty folder, with {}.", compiler(footprint)),
        alt: alt(footprint, &subjects),
        legend: vec![(Series::Raw, "raw"), (Series::Sdk, "sdk")],
        sample: Sample::Bar,
        height: bars.height(),
    };
    Some(drawn(figure, |canvas| bars.draw(canvas)))
}

/// The compiler's name and version, without the commit.
fn compiler(footprint: &Footprint) -> &str {
    footprint.toolchain.split(" (").next().unwrap_or_default()
}

fn made(footprint: &Footprint, (task, profile): (Task, Profile), side: Side) -> Option<&BuildCost> {
    let mut programs = footprint.programs.iter();
    let program = programs.find(|program| program.task == task && program.side == side)?;
    build(program, profile)
}

fn column(footprint: &Footprint, subjects: &[(Task, Profile)], measure: &Measure) -> Column {
    let cell = |subject: &(Task, Profile)| {
        let bars = SIDES.iter().map(|(side, series)| {
            let made = made(footprint, *subject, *side);
            Bar {
                series: *series,
                from: 0.0,
                to: made.map_or(0.0, measure.of),
                label: made.map_or("not built".to_owned(), measure.figure),
            }
        });
        bars.collect::<Vec<_>>()
    };
    let cells: Vec<_> = subjects.iter().map(cell).collect();
    let longest = cells.iter().flatten().map(|bar| bar.to).fold(0.0, f64::max);
    Column {
        heading: vec![measure.name.to_owned()],
        scale: Scale::from_zero(longest),
        tick: plain,
        axis: measure.axis,
        cells,
    }
}

fn alt(footprint: &Footprint, subjects: &[(Task, Profile)]) -> String {
    // The release builds only: all builds would make a table.
    let shown = subjects.iter().filter(|subject| subject.1 == Profile::Release);
    let subjects = shown.map(|subject| {
        let sides = SIDES.iter().filter_map(|(side, _)| {
            let made = made(footprint, *subject, *side)?;
            let figures = MEASURES.map(|measure| (measure.figure)(made)).join(", ");
            Some(format!("{} {figures}", side.name()))
        });
        format!("{} {}: {}", subject.0.name(), subject.1, sides.collect::<Vec<_>>().join("; "))
    });
    format!(
        "Bars of the time of a clean build, the memory of its largest process, and the size of the \
         stripped binary. {}.",
        subjects.collect::<Vec<_>>().join(". ")
    )
}
