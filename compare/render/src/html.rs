//! Draws report.html: one self-contained page to click through.
//!
//! The whole content is in the HTML. The script only shows one step of the walk-through at a time and filters
//! the cases. Without it, everything is shown.

mod bytes;
mod case;
mod catalogue;
mod figures;
mod headers;
mod masthead;
mod prose;
mod results;
mod steps;
mod walk;
mod words;

use findings::evidence::Evidence;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::plot::Plot;

const STYLE: &str = include_str!("html/style.css");
const SCRIPT: &str = include_str!("html/page.js");
/// Unfolds all details, on paper and without JavaScript.
const UNFOLDED: &str = "details::details-content { content-visibility: visible; block-size: auto }";
/// The page loads nothing.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:";

/// The page.
#[must_use]
pub fn page(evidence: &Evidence, plots: &[Plot]) -> String {
    html! {
        (DOCTYPE)
        html lang="en" {
            (head())
            body {
                a.skip href="#content" { "Skip to the content" }
                (masthead::header(&evidence.made_by))
                (navigation(plots))
                main #content tabindex="-1" {
                    (masthead::brief(evidence))
                    (walk::section(&evidence.explain))
                    (results::section(&evidence.run))
                    (catalogue::section(&evidence.errors))
                    (figures::section(plots))
                }
                footer {
                    p {
                        "Made by " code { "compare report" } " from " code { "report/data.json" }
                        ", which has every figure of this page. " code { "REPORT.md" }
                        " has all measurements as tables."
                    }
                }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    }
    .into_string()
}

fn head() -> Markup {
    html! {
        head {
            meta charset="utf-8";
            meta http-equiv="Content-Security-Policy" content=(POLICY);
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="color-scheme" content="light dark";
            title { "Two ways to call AWS: raw HTTP and SigV4, and aws-sdk-rust" }
            style { (PreEscaped(STYLE)) "@media print { " (PreEscaped(UNFOLDED)) " }" }
            noscript { style { (PreEscaped(UNFOLDED)) } }
        }
    }
}

fn navigation(plots: &[Plot]) -> Markup {
    html! {
        nav aria-label="Contents" {
            ul {
                li { a href="#brief" { "In brief" } }
                li { a href="#walk" { "Step by step" } }
                li { a href="#results" { "Results" } }
                li { a href="#errors" { "Errors" } }
                @if !plots.is_empty() { li { a href="#plots" { "Measured" } } }
            }
        }
    }
}
