//! Draws the results of `compare paths`. This module decides what to show; the formats differ only in their
//! punctuation.

mod markdown;
mod terminal;

use std::collections::BTreeMap;

use findings::{
    machine::BuildKind,
    paths::{CallCost, CodePath, Group, Instructions, Interceptor, Paths, PhaseKind, TracedPhase},
};

use super::units::grouped;

pub use markdown::{costs_markdown, markdown, notes_markdown, ways_markdown};
pub use terminal::text;

/// The number of crates that are listed by name.
const CRATES_SHOWN: usize = 12;

const NOTHING_RECORDED: &str = "No phase was recorded in this measurement.";

/// A repeated part of a call, such as a page of a listing or a poll, and how often it repeats.
struct Repeated<'p> {
    phases: &'p [TracedPhase],
    times: usize,
}

fn repetitions(path: &CodePath) -> Vec<Repeated<'_>> {
    let phases = path.trace.phases.as_slice();
    let Some(first) = phases.first() else { return Vec::new() };
    let starts: Vec<_> = (0..phases.len()).filter(|&at| phases[at] == *first).collect();
    let ends = starts.iter().skip(1).copied().chain([phases.len()]);
    let mut parts: Vec<Repeated<'_>> = Vec::new();
    for (start, end) in starts.iter().copied().zip(ends) {
        let phases = &phases[start..end];
        match parts.last_mut() {
            Some(last) if last.phases == phases => last.times += 1,
            _ => parts.push(Repeated { phases, times: 1 }),
        }
    }
    parts
}

fn kind(phase: &TracedPhase) -> &'static str {
    match phase.kind {
        PhaseKind::Function => "fn",
        PhaseKind::Span => "span",
        PhaseKind::Hook => "hook",
    }
}

/// The interceptors that act at a hook, except those that are called at every hook.
fn acting(path: &CodePath, phase: &TracedPhase) -> String {
    if phase.kind != PhaseKind::Hook {
        return String::new();
    }
    let interceptors = path.trace.interceptors.iter();
    let acting = interceptors.filter(|one| !is_everywhere(one) && one.hooks.contains(&phase.name));
    acting.map(|one| &*one.name).collect::<Vec<_>>().join(", ")
}

fn is_everywhere(interceptor: &Interceptor) -> bool {
    interceptor.hooks.len() == findings::paths::HOOKS
}

/// The SDK's components: headings, each with its names. Empty if there is no service client.
fn components(path: &CodePath) -> Vec<(String, String)> {
    let trace = &path.trace;
    let interceptors: Vec<_> = trace.interceptors.iter().map(|one| &*one.name).collect();
    let everywhere = trace.interceptors.iter().filter(|one| is_everywhere(one));
    let everywhere: Vec<_> = everywhere.map(|one| &*one.name).collect();
    let plugins: Vec<_> = trace.plugins.iter().map(String::as_str).collect();
    let all = [
        ("interceptors", interceptors),
        ("called at every hook, because they do not say at which they act", everywhere),
        ("retry classifiers", trace.retry_classifiers.iter().map(|one| &**one).collect()),
        ("plugins of the client", plugins),
    ];
    let named = all.into_iter().filter(|(_, names)| !names.is_empty());
    named.map(|(what, names)| (format!("{what} ({})", names.len()), names.join(", "))).collect()
}

const COST_HEADINGS: [&str; 4] = ["a warm call", "raw", "sdk", "bare"];

/// The rows of the table of costs.
fn costs(paths: &Paths) -> Vec<[String; 4]> {
    let sides = [Some(&paths.raw.cost), Some(&paths.sdk.cost), paths.bare.as_ref()];
    let row = |label: &str, of: &dyn Fn(&CallCost) -> Option<u64>| {
        let cell = |side: Option<&CallCost>| side.and_then(of).map_or("–".to_owned(), grouped);
        [label.to_owned(), cell(sides[0]), cell(sides[1]), cell(sides[2])]
    };
    let counted =
        |of: fn(&Instructions) -> u64| move |cost: &CallCost| cost.instructions.as_ref().map(of);
    let count = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    let mut rows = vec![
        row("allocations", &|cost| Some(cost.heap.allocations)),
        row("bytes allocated", &|cost| Some(cost.heap.bytes)),
    ];
    if paths.raw.cost.instructions.is_some() {
        rows.extend([
            row("instructions", &counted(|all| all.total)),
            row("without hashing", &counted(Instructions::above_hashing)),
        ]);
        if paths.bare.is_some() {
            let own = |side| paths.own_instructions(side).map_or("–".to_owned(), signed);
            let (raw, sdk) = (own(&paths.raw), own(&paths.sdk));
            rows.push(["without hashing and bare".to_owned(), raw, sdk, "–".to_owned()]);
        }
        rows.extend([
            row("functions", &move |cost| Some(count(cost.instructions.as_ref()?.functions))),
            row("crates", &move |cost| Some(count(cost.instructions.as_ref()?.crates.len()))),
        ]);
    }
    rows
}

/// A pair of bars: what each side spends on the same work.
struct Bars {
    label: String,
    raw: u64,
    sdk: u64,
}

/// Instructions by kind of work, largest first.
fn by_group(raw: &Instructions, sdk: &Instructions) -> Vec<Bars> {
    let mut groups = BTreeMap::<Group, (u64, u64)>::new();
    raw.groups
        .iter()
        .for_each(|share| groups.entry(share.group).or_default().0 = share.instructions);
    sdk.groups
        .iter()
        .for_each(|share| groups.entry(share.group).or_default().1 = share.instructions);
    in_order(groups.into_iter().map(|(group, counts)| (group.name().to_owned(), counts)))
}

/// Instructions by crate, largest first.
fn by_crate(raw: &Instructions, sdk: &Instructions) -> Vec<Bars> {
    let mut crates = BTreeMap::<&str, (u64, u64)>::new();
    raw.crates
        .iter()
        .for_each(|share| crates.entry(&share.name).or_default().0 = share.instructions);
    sdk.crates
        .iter()
        .for_each(|share| crates.entry(&share.name).or_default().1 = share.instructions);
    let mut bars = in_order(crates.into_iter().map(|(name, counts)| (name.to_owned(), counts)));
    bars.truncate(CRATES_SHOWN);
    bars
}

fn in_order(counts: impl Iterator<Item = (String, (u64, u64))>) -> Vec<Bars> {
    let mut bars: Vec<_> = counts.map(|(label, (raw, sdk))| Bars { label, raw, sdk }).collect();
    bars.sort_by_key(|bars| std::cmp::Reverse(bars.raw.max(bars.sdk)));
    bars
}

fn longest(bars: &[Bars]) -> u64 {
    bars.iter().map(|bars| bars.raw.max(bars.sdk)).max().unwrap_or(0)
}

/// A bar for `value`, at most `width` characters long, in eighths of a character.
fn bar(value: u64, longest: u64, width: usize) -> String {
    const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let width = u64::try_from(width).unwrap_or(0);
    let eighths = (u128::from(value) * u128::from(width) * 8).div_ceil(u128::from(longest.max(1)));
    let eighths = usize::try_from(eighths).unwrap_or(0);
    format!("{}{}", "█".repeat(eighths / 8), EIGHTHS[eighths % 8])
}

/// What the numbers mean, and what they cannot say.
fn notes(paths: &Paths) -> Vec<String> {
    let mut notes = vec![
        "A warm call is counted: the connection is open and every cache is filled. The endpoint runs in \
         another process. Allocations are the same in every run, unless a long answer arrives in pieces; \
         on a busy machine there are more of them. Phases are recorded while a call runs. raw's are the \
         functions that are instrumented: its own steps, without what they call. SigningKey::derive is \
         among them only if no key was kept from an earlier call. The SDK's phases come from a client \
         with an extra interceptor that marks the hooks; the counts come from one without it. \
         ObserveAttempts, which counts requests, is ours, too."
            .to_owned(),
    ];
    if paths.bare.is_some() {
        notes.push(
            "bare sends a copy of what raw signed beforehand through reqwest, which raw also uses, and parses \
             nothing. The SDK has its own HTTP client, over the same hyper."
                .to_owned(),
        );
    }
    if paths.raw.cost.instructions.is_some() {
        notes.push(
            "Callgrind counts the instructions, without the kernel's. They vary by a few in a thousand from \
             run to run (random ids, hash seeds, the time). Its emulated processor has no SHA \
             instructions, so hashing weighs more than on a real one. The symbol names the crate: an \
             inlined function counts for its caller, so `--release` shows fewer crates and functions than \
             really run."
                .to_owned(),
        );
    }
    if paths.machine.build == BuildKind::Unoptimised {
        notes.push(
            "This build is not optimised, and the SDK's generated code even less than the rest. Quote the \
             figures of `cargo run --release -p compare -- paths …`."
                .to_owned(),
        );
    }
    notes
}

/// The result in a few sentences.
fn conclusion(paths: &Paths) -> String {
    let heap = |path: &CodePath| (path.cost.heap.allocations, path.cost.heap.bytes);
    let ((raw, raw_bytes), (sdk, sdk_bytes)) = (heap(&paths.raw), heap(&paths.sdk));
    let mut text = format!(
        "A warm call makes {} allocations ({} bytes) in raw and {} ({} bytes) in the SDK.",
        grouped(raw),
        grouped(raw_bytes),
        grouped(sdk),
        grouped(sdk_bytes)
    );
    let own = |path| paths.own_instructions(path);
    if let (Some(raw), Some(sdk)) = (own(&paths.raw), own(&paths.sdk)) {
        let http = |path: &CodePath| {
            let counted = path.cost.instructions.as_ref();
            counted.map_or(0, |all| {
                (100 * all.of_group(Group::Http) + all.total / 2) / all.total.max(1)
            })
        };
        text = format!(
            "{text} Without hashing and the bare call, raw executes {} instructions and the SDK {}. HTTP \
             (reqwest, hyper and their dependencies) is {} % of all of raw's instructions and {} % of \
             the SDK's.",
            signed(raw),
            signed(sdk),
            http(&paths.raw),
            http(&paths.sdk)
        );
    }
    text
}

fn signed(number: i64) -> String {
    let sign = if number < 0 { "−" } else { "" };
    format!("{sign}{}", grouped(number.unsigned_abs()))
}

#[cfg(test)]
mod tests {
    use super::{bar, signed};

    #[test]
    fn a_bar_is_as_long_as_its_share() {
        assert_eq!(bar(50, 100, 4), "██");
        assert_eq!(bar(100, 100, 4), "████");
        assert_eq!(bar(1, 1_000_000, 4), "▏", "any value above 0 is visible");
        assert_eq!(bar(0, 0, 4), "");
    }

    #[test]
    fn a_cost_below_bare_is_negative() {
        assert_eq!(signed(-1234), "−1,234");
    }
}
