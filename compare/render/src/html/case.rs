//! One case of the catalogue, which the reader can unfold.

use findings::{
    errors::{CaseResult, CaseSide, WireAnswer, WrongAndRight},
    run::Outcome,
};
use maud::{Markup, html};

use super::{catalogue::cause_word, prose::broken};
use crate::{
    errors::{answered, ending, remark},
    short,
    units::{as_f64, in_bytes},
};

/// The flags by which cases can be filtered, and their labels.
pub(super) const FLAGS: [(&str, &str); 3] = [
    ("loses", "the SDK's {} loses facts"),
    ("impossible", "impossible with the SDK"),
    ("silent", "a wrong answer without an error"),
];

/// The case.
pub(super) fn details(case: &CaseResult) -> Markup {
    let flags: Vec<_> =
        FLAGS.iter().map(|(flag, _)| *flag).filter(|flag| has(case, flag)).collect();
    html! {
        details.case id={ "case-" (case.id) } data-service=(case.service)
            data-cause=(cause_word(case.cause)) data-flags=(flags.join(" ")) {
            summary {
                code.id { (case.id) }
                span.answered { (answered(case)) }
                span.what { (case.what) }
                (chips(case))
            }
            div.inside {
                @if let Some(problem) = &case.problem {
                    p.warning { "The case could not be played: " (problem) }
                }
                p.source { strong { (verified(&case.verified_by)) } " " (case.source) }
                (wire(&case.wire))
                div.sides {
                    (side("raw", &case.raw))
                    (side("sdk", &case.sdk))
                }
            }
        }
    }
}

fn has(case: &CaseResult, flag: &str) -> bool {
    match flag {
        "loses" => case.is_comparable() && case.sdk.kept_by.display.len() < case.sdk.facts.len(),
        "impossible" => !case.sdk.possible,
        _ => case.raw.silently_wrong || case.sdk.silently_wrong,
    }
}

fn chips(case: &CaseResult) -> Markup {
    let unverified = (case.verified_by == "unverified").then_some("unverified");
    let chips: Vec<_> = unverified.into_iter().chain(remark(case)).collect();
    html! {
        @if !chips.is_empty() {
            span.chips { @for chip in chips { span.chip { (chip) } " " } }
        }
    }
}

/// How well the wire fact is known, in words.
fn verified(by: &str) -> &'static str {
    match by {
        "test-fixture" => "Recorded in another project's test:",
        "issue-thread" => "Quoted from an issue thread:",
        "documentation" => "From AWS's documentation:",
        "played" => "AWS has no part in it; played here:",
        _ => "Unverified, a best guess:",
    }
}

fn wire(wire: &WireAnswer) -> Markup {
    html! {
        h4 { "On the wire" }
        @match &wire.body {
            None => p { "There was no answer." },
            Some(body) => {
                pre tabindex="0" role="region" aria-label="Answer on the wire" {
                    code {
                        "HTTP/1.1 " (wire.status.map(|status| status.to_string()).unwrap_or_default())
                        "\n"
                        @for (name, value) in &wire.headers { (name) ": " (value) "\n" }
                        "\n" (broken(body))
                    }
                }
                p.note {
                    @if body.contains("><") { "Line breaks between elements were added. " }
                    @if let Some(length) = wire.length.filter(|_| wire.cut) {
                        "These are the first 4 KiB of " (in_bytes(as_f64(length))) "."
                    }
                }
            }
        }
    }
}

fn side(name: &str, side: &CaseSide) -> Markup {
    html! {
        div.side {
            h4 { span.tag.(name) { (name) } " " (ending(side)) }
            @if let Some(note) = &side.note { p.note { (note) } }
            @if let Some(answers) = &side.answers { (both_answers(answers)) }
            @if !side.display.is_empty() {
                p.prints { code { "{}" } " prints" }
                blockquote { (side.display) }
                @if side.error_context != side.display {
                    p.prints {
                        @if name == "sdk" { code { "DisplayErrorContext" } } @else { "With its causes, it" }
                        " prints"
                        @if side.debug_left_out { ", before a copy of " code { "{:?}" } }
                    }
                    blockquote { (side.error_context) }
                }
                @if let Some(advice) = unsaid_advice(side) {
                    p.prints { "Its advice" }
                    blockquote { (advice) }
                }
            }
            (facts(name, side))
        }
    }
}

fn unsaid_advice(side: &CaseSide) -> Option<&str> {
    side.advice.as_deref().filter(|advice| !side.display.contains(advice))
}

fn both_answers(answers: &WrongAndRight) -> Markup {
    let right = answers.right.as_ref().map_or_else(|| "a refusal".to_owned(), short);
    html! {
        dl.said {
            dt { "The user got" } dd { code { (short(&answers.wrong)) } }
            dt { "The service has" } dd { code { (right) } }
        }
    }
}

/// A table of where each fact is found.
fn facts(name: &str, side: &CaseSide) -> Markup {
    let kept = &side.kept_by;
    let causes = if name == "sdk" { "context" } else { "causes" };
    let ways = [
        ("{}", &kept.display),
        (causes, &kept.error_context),
        ("typed", &kept.api),
        ("{:?}", &kept.debug),
    ];
    let has_failed = matches!(side.outcome, Outcome::Refused | Outcome::Failed);
    html! {
        @if has_failed && !side.facts.is_empty() {
            table.facts {
                caption { "The facts in the answer, and where they are found" }
                thead {
                    tr {
                        th scope="col" { "fact" }
                        @for (way, _) in &ways { th scope="col" { (way) } }
                    }
                }
                tbody {
                    @for fact in &side.facts {
                        tr class=[side.lost.contains(&fact.name).then_some("lost")] {
                            th scope="row" { (fact.name) }
                            @for (_, names) in &ways {
                                @if names.contains(&fact.name) { td { "yes" } } @else { td.no { "no" } }
                            }
                        }
                    }
                }
            }
            @for (what, names) in [
                ("Only in {:?}: ", side.only_in_debug().collect::<Vec<_>>()),
                ("Lost, not even in {:?}: ", side.found_nowhere().collect()),
            ] {
                @if !names.is_empty() { p.note { (what) (names.join(", ")) "." } }
            }
        }
    }
}
