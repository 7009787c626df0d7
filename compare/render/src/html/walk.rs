//! The walk-through: each explained operation step by step, on both sides.

use std::ops::Range;

use findings::{explain::Explanation, scenario::Scenario};
use maud::{Markup, html};

use super::{
    bytes::{Places, differing, found, marked},
    headers,
    prose::broken,
    steps::{Line, Shape, Step, steps},
    words::StepText,
};
use crate::{algorithm::Code, explain::conclusion};

/// Whose value a cell shows.
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

/// The whole section.
pub(super) fn section(explanations: &[Explanation]) -> Markup {
    html! {
        section #walk aria-labelledby="walk-title" {
            h2 #walk-title { "A signature, step by step" }
            p.lead {
                "A real call, step by step in the order of AWS's documentation. Both sides got the same time \
                 and the same keys, so every difference comes from the clients."
            }
            p.legend {
                mark { "Underlined" } ": the other side does not have it. "
                span.made { "Boxed" } ": an earlier step made it. "
                span.keys hidden {
                    "If the walk-through has the focus, " kbd { "←" } " and " kbd { "→" } " move between the steps."
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
                (about(explanation.operation)) " Endpoint: " code { (target.endpoint) } " ("
                (target.kind) "), region " code { (target.region) } "."
            }
            (stepper(explanation.operation, &steps))
            @for (index, step) in steps.iter().enumerate() {
                (article(explanation.operation, index, step))
            }
            div.proof {
                h4 { "Do both signers agree?" }
                p { (conclusion(explanation)) }
            }
            (headers::table(explanation))
        }
    }
}

fn about(operation: Scenario) -> &'static str {
    match operation {
        Scenario::S3ListObjects => {
            "Lists a bucket: a GET with a query. The signature is in a header."
        }
        Scenario::Ec2RunInstancesDryRun => {
            "Asks whether a launch would succeed: a POST with a form. The signature is in a header."
        }
        Scenario::S3PresignedGet => {
            "Makes a URL with which anybody can fetch an object for a while. The signature is in the query."
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
    let StepText { happens, raw, sdk, pitfalls } = step.kind.text(operation);
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
            p.pain { strong { "What goes wrong here. " } (pitfalls) }
        }
    }
}

/// Functions with their files. Consecutive functions of one file share its name.
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

/// A line of a step. If both sides have the same value, it is shown once.
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

/// What the boxes in this line are, in words.
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
                (None, _) => span.none { "missing" },
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

/// Drops differences at the point where a long document was cut.
fn before_the_cut(shape: Shape, text: &str, mut places: Places) -> Places {
    if let (Shape::Document, Some(cut)) = (shape, text.rfind(" … (")) {
        places.retain(|place| place.end < cut);
    }
    places
}

/// Adds line breaks to a document: XML between elements, forms between fields.
fn shown(shape: Shape, text: &str) -> String {
    match shape {
        Shape::Bytes => text.to_owned(),
        Shape::Document if text.starts_with('<') => broken(text),
        Shape::Document if text.starts_with('{') => text.to_owned(),
        Shape::Document => text.replace('&', "\n&"),
    }
}
