//! What both sides did in every scenario, and their words where they were refused.

use findings::run::{RunResult, ScenarioResult, SideResult};
use maud::{Markup, html};

use crate::{HEADINGS, fact, remarkable, row, short, summary, words};

/// Columns before the times.
const SHOWN: usize = 3;

/// All of it.
pub(super) fn section(run: &RunResult) -> Markup {
    html! {
        section #results aria-labelledby="results-title" {
            h2 #results-title { "Results: the same calls on both sides" }
            p.lead { (summary(run)) "." }
            div.scroll tabindex="0" role="region" aria-label="Results of every scenario" {
                table.results {
                    thead {
                        tr {
                            @for (index, heading) in HEADINGS[..SHOWN].iter().enumerate() {
                                th scope="col" class=[(index > 1).then_some("figure")] { (heading) }
                            }
                        }
                    }
                    tbody { @for finding in &run.scenarios { (scenario(finding)) } }
                }
            }
            p.note {
                "Times are under " a href="#plots" { "Measured" }
                ": those of this table would be of ten calls, and no others of the same operation."
            }
            @for finding in remarkable(run) { (remark(finding)) }
        }
    }
}

fn scenario(finding: &ScenarioResult) -> Markup {
    let row = row(finding);
    html! {
        tr {
            th scope="row" { code { (row.scenario) } }
            td { (row.verdict.word()) }
            td.figure { (row.requests) }
        }
    }
}

fn remark(finding: &ScenarioResult) -> Markup {
    html! {
        div.remark {
            h3 { code { (finding.name) } }
            @if let Some(reason) = &finding.raw.reason { p { (reason) } }
            @for difference in &finding.differences {
                p {
                    code { (difference.path) } ": raw " code { (short(&difference.raw)) } ", sdk "
                    code { (short(&difference.sdk)) }
                }
            }
            dl.said {
                (said("raw", &finding.raw))
                (said("sdk", &finding.sdk))
            }
        }
    }
}

fn said(name: &str, side: &SideResult) -> Markup {
    html! {
        @if let Some(words) = words(side) {
            dt { span.tag.(name) { (name) } " " (fact(side)) ", prints" }
            dd { code { (words) } }
        }
    }
}
