//! The head of the page and the section "In brief".

use findings::{
    errors::{ErrorResults, Way},
    evidence::{Evidence, MadeBy},
    explain::Explanation,
    latency::{Latency, OperationResult, RatioVerdict},
    machine::BuildKind,
    side::Side,
    stats::Estimate,
};
use maud::{Markup, html};

use crate::{errors::kept_of, summary, units::in_unit};

/// The head of the page.
pub(super) fn header(made_by: &MadeBy) -> Markup {
    let crates: Vec<_> =
        made_by.crates.iter().map(|it| format!("{} {}", it.name, it.version)).collect();
    html! {
        header.masthead {
            h1 { "Two ways to call AWS" }
            p.subtitle {
                span.tag.raw { "raw" } " HTTP and Signature Version 4 by hand, and "
                span.tag.sdk { "sdk" } " aws-sdk-rust: the same calls, step by step and measured."
            }
            p.bias {
                strong { "Bias first. " }
                "The same people wrote both clients and the measurement, and tuned the client written by \
                 hand. All calls went to an endpoint on the same machine, not to AWS."
            }
            dl.conditions {
                div { dt { "Machine" } dd { (made_by.machine.in_words()) } }
                div { dt { "Compiler" } dd { (made_by.toolchain) } }
                div { dt { "Versions" } dd { (crates.join(", ")) } }
            }
            @if made_by.machine.build == BuildKind::Unoptimised {
                p.warning {
                    "This page was made by an unoptimised build. Do not quote its times."
                }
            }
        }
    }
}

/// The results in brief.
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
        "Given the SDK's request and time, raw's signer computes the SDK's signature for {hold} of {} \
         operations.",
        proofs.count()
    )
}

fn kept(errors: &ErrorResults) -> Markup {
    let of = |side, way| kept_of(errors, side, way);
    html! {
        "An error printed with " code { "{}" } " shows " (of(Side::Raw, Way::Display))
        " of the service's facts in raw and " (of(Side::Sdk, Way::Display))
        " in the SDK. The SDK's " code { "DisplayErrorContext" } " shows "
        (of(Side::Sdk, Way::ErrorContext)) ", or " (of(Side::Sdk, Way::WholeContext))
        " with the copy of " code { "{:?}" } " at its end. The same people wrote raw's messages, the \
         cases and the rule for counting."
    }
}

fn place(latency: &Latency) -> String {
    if latency.rtt_ms > 0.0 {
        format!("A call to an endpoint {} ms away", latency.rtt_ms)
    } else {
        "A call over loopback".to_owned()
    }
}

/// Calls a side faster only if the interval supports it.
fn call(operation: &OperationResult) -> Markup {
    let median = |name: &str| {
        let arm = operation.arms.iter().find(|arm| arm.name == name);
        arm.map_or_else(String::new, |arm| with_interval(arm.median_us))
    };
    let beside = operation.sdk_beside_raw;
    let verdict = match beside.verdict {
        RatioVerdict::Slower => "the SDK takes longer by",
        RatioVerdict::Faster => "the SDK takes less time; the difference is",
        RatioVerdict::NoDifference => "the interval shows no difference:",
    };
    html! {
        code { (operation.name) } ": a median of " (median("raw")) " for raw and " (median("sdk"))
        " for the SDK. Within a round " (verdict) " " (with_interval(beside.difference_us))
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
