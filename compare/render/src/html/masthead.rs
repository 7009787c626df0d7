//! What the page is, by whom and on what it was made, and what was found, in brief.

use findings::{
    errors::{ErrorResults, KeptCount, WHOLE_CONTEXT},
    evidence::{Evidence, MadeBy},
    explain::Explanation,
    latency::{Latency, OperationResult, RatioVerdict},
    machine::BuildKind,
    stats::Estimate,
};
use maud::{Markup, html};

use crate::{errors::counted, summary, units::in_unit};

/// The head of the page.
pub(super) fn header(made_by: &MadeBy) -> Markup {
    let crates: Vec<_> =
        made_by.crates.iter().map(|it| format!("{} {}", it.name, it.version)).collect();
    html! {
        header.masthead {
            h1 { "Two ways to call AWS" }
            p.subtitle {
                span.tag.raw { "raw" } " HTTP and Signature Version 4 by hand, beside "
                span.tag.sdk { "sdk" } " aws-sdk-rust: the same calls, taken apart and measured."
            }
            p.bias {
                strong { "Bias first. " }
                "Both clients and the measurement were written by the same people, who took pains with \
                 the one they wrote by hand. All calls here went to an endpoint on the loopback of one \
                 machine, not to AWS."
            }
            dl.conditions {
                div { dt { "Machine" } dd { (made_by.machine.in_words()) } }
                div { dt { "Compiler" } dd { (made_by.toolchain) } }
                div { dt { "Versions" } dd { (crates.join(", ")) } }
            }
            @if made_by.machine.build == BuildKind::Unoptimised {
                p.warning {
                    "This was made by a build that is not optimised: no time on this page is one to quote."
                }
            }
        }
    }
}

/// What was found.
pub(super) fn brief(evidence: &Evidence) -> Markup {
    html! {
        section #brief aria-labelledby="brief-title" {
            h2 #brief-title { "In brief" }
            ul.brief {
                li { strong { "Answers. " } (summary(&evidence.run)) "." }
                li { strong { "Signatures. " } (signatures(&evidence.explain)) }
                li { strong { "Errors. " } (kept(&evidence.errors)) }
                @for latency in [&evidence.latency, &evidence.latency_across] {
                    @if let Some(first) = latency.operations.first() {
                        li { strong { (place(latency)) ". " } (call(first)) }
                    }
                }
            }
        }
    }
}

fn signatures(explanations: &[Explanation]) -> String {
    let proofs = explanations.iter().filter_map(|explanation| explanation.proof.as_ref());
    let hold = proofs.clone().filter(|proof| proof.holds).count();
    format!(
        "Given the SDK's own request and time, raw's signer makes the SDK's signature in {hold} of {} \
         operations.",
        proofs.count()
    )
}

fn kept(errors: &ErrorResults) -> Markup {
    let counted = counted(errors);
    let of = |side: &str, way: &str| {
        let found = counted.iter().find(|kept| kept.side == side && kept.way == way);
        found.map_or_else(
            || "none".to_owned(),
            |KeptCount { kept, of, .. }| format!("{kept} of {of}"),
        )
    };
    html! {
        "Of the facts that the service sent, printing the error with " code { "{}" } " keeps "
        (of("raw", "display")) " in raw and " (of("sdk", "display")) " in the SDK, whose "
        code { "DisplayErrorContext" } " keeps " (of("sdk", "error_context")) ", and "
        (of("sdk", WHOLE_CONTEXT)) " with the copy of " code { "{:?}" } " that it ends in. raw's sentences, "
        "the cases and this count were written by the same people."
    }
}

fn place(latency: &Latency) -> String {
    if latency.rtt_ms > 0.0 {
        format!("A call to an endpoint {} ms away", latency.rtt_ms)
    } else {
        "A call over loopback".to_owned()
    }
}

/// Nothing is said to be faster that the interval does not support.
fn call(operation: &OperationResult) -> Markup {
    let median = |name: &str| {
        let arm = operation.arms.iter().find(|arm| arm.name == name);
        arm.map_or_else(String::new, |arm| with_interval(arm.median_us))
    };
    let beside = operation.sdk_beside_raw;
    let comes_to = match beside.verdict {
        RatioVerdict::Slower => "the SDK takes longer, by",
        RatioVerdict::Faster => "the SDK takes less time; the difference is",
        RatioVerdict::NoDifference => "the interval allows no difference to be told:",
    };
    html! {
        code { (operation.name) } ": a median of " (median("raw")) " for raw and " (median("sdk"))
        " for the SDK; within the same round " (comes_to) " " (with_interval(beside.difference_us))
        " (95 % intervals, " (operation.rounds) " rounds)."
    }
}

fn with_interval(estimate: Estimate) -> String {
    let Estimate { value, interval } = estimate;
    format!("{} [{} to {}]", signed(value), signed(interval.low), signed(interval.high))
}

fn signed(micros: f64) -> String {
    if micros < 0.0 { format!("−{}", in_unit(-micros)) } else { in_unit(micros) }
}
