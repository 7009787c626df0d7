//! The walk: each explained operation step by step, raw beside the SDK.

use std::ops::Range;

use findings::{explain::Explanation, scenario::Scenario};
use maud::{Markup, html};

use super::{
    bytes::{Places, differing, found, marked},
    headers,
    prose::broken,
    steps::{Line, Shape, Step, steps},
    words::Words,
};
use crate::{algorithm::Code, explain::conclusion};

/// What stands in an operation's step, for one side or both.
#[derive(Clone, Copy)]
enum Column {
    Both,
    Raw,
    Sdk,
}

impl Column {
    fn name(self) -> &'static str {
        match self {
            Self::Both => "both",
            Self::Raw => "raw",
            Self::Sdk => "sdk",
        }
    }
}

/// All of it.
pub(super) fn section(explanations: &[Explanation]) -> Markup {
    html! {
        section #walk aria-labelledby="walk-title" {
            h2 #walk-title { "A signature, step by step" }
            p.lead {
                "One real call, taken apart in the order in which AWS documents it. Both sides got the \
                 same moment and the same keys, so whatever differs is their own doing."
            }
            p.legend {
                mark { "Underlined" } " is what the other side does not have. "
                span.made { "Boxed" } " is what an earlier step made. "
                span.keys hidden {
                    "With the walk in focus, " kbd { "←" } " and " kbd { "→" } " go through the steps."
                }
            }
            div.tabs role="tablist" aria-label="Operation" hidden {
                @for explanation in explanations {
                    @let name = explanation.operation.name();
                    button.tab #{"tab-" (name)} type="button" role="tab" aria-controls=(name)
                        aria-selected="false" tabindex="-1" { (name) }
                }
            }
            @for explanation in explanations { (operation(explanation)) }
        }
    }
}

fn operation(explanation: &Explanation) -> Markup {
    let (name, target) = (explanation.operation.name(), &explanation.target);
    let steps = steps(explanation);
    html! {
        div.operation id=(name) aria-labelledby={"title-" (name)} {
            h3 id={"title-" (name)} { code { (name) } }
            p.about {
                (about(explanation.operation)) " Called: " code { (target.endpoint) } " ("
                (target.kind) "), region " code { (target.region) } "."
            }
            (stepper(explanation.operation, &steps))
            @for (index, step) in steps.iter().enumerate() {
                (article(explanation.operation, index, step))
            }
            div.proof {
                h4 { "Do both sign alike?" }
                p { (conclusion(explanation)) }
            }
            (headers::table(explanation))
        }
    }
}

fn about(operation: Scenario) -> &'static str {
    match operation {
        Scenario::S3ListObjects => "Lists a bucket: a GET with a query, signed in its headers.",
        Scenario::Ec2RunInstancesDryRun => {
            "Asks whether an instance could be launched: a POST with a form, signed in its headers."
        }
        Scenario::S3PresignedGet => {
            "Makes a URL with which anybody can fetch an object for a while: signed in its query."
        }
        _ => "One call.",
    }
}

fn stepper(operation: Scenario, steps: &[Step]) -> Markup {
    html! {
        div.stepper hidden {
            ol.steps aria-label="Steps" {
                @for (index, step) in steps.iter().enumerate() {
                    li {
                        button type="button" data-step=(index) {
                            span.number { (index + 1) } " "
                            span.name { (step.kind.name(operation)) }
                        }
                    }
                }
            }
            div.turns {
                button.previous type="button" { "Previous" }
                button.next type="button" { "Next" }
                p.where aria-live="polite" {}
            }
        }
    }
}

fn article(operation: Scenario, index: usize, step: &Step) -> Markup {
    let title = step.kind.title(operation);
    let Words { happens, raw, sdk, pain } = step.kind.words(operation);
    html! {
        article.step id={ (operation.name()) "-" (index + 1) } data-title=(title) {
            h4 { span.number { (index + 1) } " " (title) }
            p.happens { (happens) }
            @if !step.lines.is_empty() {
                dl.lines { @for each in &step.lines { (line(each)) } }
            }
            div.doers {
                @for (side, codes) in [("raw", raw), ("sdk", sdk)] {
                    p { span class={ "tag " (side) } { (side) } span { (doers(codes)) } }
                }
            }
            p.pain { strong { "What goes wrong here. " } (pain) }
        }
    }
}

/// Functions, each with its file: a file once where it has several in a row.
fn doers(codes: &[Code]) -> Markup {
    html! {
        @for (index, each) in codes.iter().enumerate() {
            @if index > 0 { ", " }
            code { (each.name) }
            @if codes.get(index + 1).is_none_or(|next| next.file != each.file) {
                " in " code { (each.file) }
            }
        }
    }
}

/// Where both sides have the same, it stands once.
fn line(line: &Line) -> Markup {
    let [raw, sdk] =
        [&line.raw, &line.sdk].map(|value| value.as_deref().map(|value| shown(line.shape, value)));
    let (ours, theirs) = (raw.as_deref(), sdk.as_deref());
    let [raw_differs, sdk_differs] = match (ours, theirs) {
        (Some(raw), Some(sdk)) => {
            let [ours, theirs] = differing(raw, sdk);
            [before_the_cut(line.shape, raw, ours), before_the_cut(line.shape, sdk, theirs)]
        }
        (raw, sdk) => [raw, sdk].map(whole),
    };
    let [raw_made, sdk_made] = [(0, ours), (1, theirs)].map(|(side, text)| {
        found(text.unwrap_or_default(), line.made.iter().map(|made| made.texts()[side]))
    });
    html! {
        div.line {
            dt {
                (line.label)
                @for what in origins(line, ours.or(theirs).unwrap_or_default()) {
                    span.origin { (what) }
                }
            }
            @if ours == theirs {
                (cell(line, Column::Both, ours, &[], &raw_made))
            } @else {
                (cell(line, Column::Raw, ours, &raw_differs, &raw_made))
                (cell(line, Column::Sdk, theirs, &sdk_differs, &sdk_made))
            }
        }
    }
}

/// What has a box around it in this line, in words.
fn origins(line: &Line, text: &str) -> Vec<&'static str> {
    let is_there = |texts: [&str; 2]| texts.iter().any(|it| !it.is_empty() && text.contains(it));
    let made = line.made.iter().filter(|made| is_there(made.texts()));
    let mut origins: Vec<_> = made.map(|made| made.what).collect();
    origins.dedup();
    origins
}

fn cell(
    line: &Line,
    column: Column,
    text: Option<&str>,
    differs: &[Range<usize>],
    made: &[Range<usize>],
) -> Markup {
    let side = column.name();
    html! {
        dd class=(side) {
            span.tag.(side) { (side) }
            @match (text, line.shape) {
                (None, _) => span.none { "not there" },
                (Some(""), _) => span.none { "empty" },
                (Some(text), Shape::Bytes) => code { (marked(text, differs, made)) },
                (Some(text), Shape::Document) => {
                    pre tabindex="0" role="region" aria-label={ (line.label) ", " (side) } {
                        code { (marked(text, differs, made)) }
                    }
                }
            }
        }
    }
}

fn whole(text: Option<&str>) -> Places {
    text.map(|text| 0..text.len()).into_iter().collect()
}

/// Of a long document the beginning is shown, and where that ends is no difference.
fn before_the_cut(shape: Shape, text: &str, mut places: Places) -> Places {
    if let (Shape::Document, Some(cut)) = (shape, text.rfind(" … (")) {
        places.retain(|place| place.end < cut);
    }
    places
}

/// Documents are broken between elements, forms between fields.
fn shown(shape: Shape, text: &str) -> String {
    match shape {
        Shape::Bytes => text.to_owned(),
        Shape::Document if text.starts_with('<') => broken(text),
        Shape::Document if text.starts_with('{') => text.to_owned(),
        Shape::Document => text.replace('&', "\n&"),
    }
}
