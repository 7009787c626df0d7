//! The instructions of a warm call, by kind of work.

use findings::paths::{Group, Instructions, Paths};

use super::{
    BARE, Plot,
    bars::{Bar, Bars, Column},
    canvas::{Figure, Sample, drawn},
    plain,
    scale::Scale,
    series::Series,
};
use crate::units::{as_f64, grouped};

/// None if no instructions were counted.
pub(super) fn plot(paths: &[Paths]) -> Option<Plot> {
    let counted: Vec<_> = paths.iter().filter(|paths| sides(paths).next().is_some()).collect();
    let all = || counted.iter().flat_map(|paths| sides(paths));
    let mut groups = Group::ALL.to_vec();
    groups.retain(|group| all().any(|(_, instructions)| of(instructions, *group) > 0));
    if groups.is_empty() {
        return None;
    }
    let bars = Bars {
        rows: groups.iter().map(|group| name(*group)).collect(),
        columns: counted.iter().map(|paths| column(paths, &groups)).collect(),
    };
    let mut legend = vec![(Series::Raw, "raw"), (Series::Sdk, "sdk"), (Series::Bare, BARE)];
    legend.retain(|(series, _)| all().any(|(side, _)| side == *series));
    let figure = Figure {
        name: "instructions",
        title: "Instructions of a warm call, by kind of work",
        note: "Counted outside the kernel. An inlined function counts for its caller.".to_owned(),
        alt: alt(&counted),
        legend,
        sample: Sample::Bar,
        height: bars.height(),
    };
    Some(drawn(figure, |canvas| bars.draw(canvas)))
}

/// The series whose instructions were counted.
fn sides(paths: &Paths) -> impl Iterator<Item = (Series, &Instructions)> {
    let sides = [
        (Series::Raw, Some(&paths.raw.cost)),
        (Series::Sdk, Some(&paths.sdk.cost)),
        (Series::Bare, paths.bare.as_ref()),
    ];
    sides.into_iter().filter_map(|(series, cost)| Some((series, cost?.instructions.as_ref()?)))
}

fn of(instructions: &Instructions, group: Group) -> u64 {
    let shares = instructions.groups.iter().filter(|share| share.group == group);
    shares.map(|share| share.instructions).sum()
}

/// The name of a row.
fn name(group: Group) -> String {
    match group {
        Group::Raw => "raw itself".to_owned(),
        Group::Sdk => "the SDK itself".to_owned(),
        _ => group.name().to_owned(),
    }
}

fn column(paths: &Paths, groups: &[Group]) -> Column {
    let cell = |group: &Group| {
        let counts = sides(paths).map(|(series, instructions)| (series, of(instructions, *group)));
        let bars = counts.filter(|(_, count)| *count > 0).map(|(series, count)| Bar {
            series,
            from: 0.0,
            to: as_f64(count),
            label: grouped(count),
        });
        bars.collect::<Vec<_>>()
    };
    let cells: Vec<_> = groups.iter().map(cell).collect();
    let longest = cells.iter().flatten().map(|bar| bar.to).fold(0.0, f64::max);
    Column {
        heading: vec![paths.operation.to_string(), format!("total: {}", totals(paths))],
        scale: Scale::from_zero(longest),
        tick: |count| plain(count / 1e3),
        axis: "thousand instructions",
        cells,
    }
}

fn totals(paths: &Paths) -> String {
    let totals = sides(paths)
        .map(|(series, instructions)| format!("{} {}", series.name(), grouped(instructions.total)));
    totals.collect::<Vec<_>>().join(" · ")
}

fn alt(counted: &[&Paths]) -> String {
    let operations = counted.iter().map(|paths| {
        let largest = sides(paths).filter_map(|(series, instructions)| {
            let share = instructions.groups.iter().max_by_key(|share| share.instructions)?;
            let (group, count) = (share.group.name(), grouped(share.instructions));
            Some(format!("{} spends most on {group}, {count}", series.name()))
        });
        let largest = largest.collect::<Vec<_>>().join(", ");
        format!("{}: {}; {largest}", paths.operation, totals(paths).replace(" ·", ","))
    });
    format!(
        "Bars of the instructions of a warm call, by kind of work. {}.",
        operations.collect::<Vec<_>>().join(". ")
    )
}
