//! The result of every scenario, and the errors of those that failed.

use findings::run::{RunResult, ScenarioResult, SideResult};
use maud::{Markup, html};

use crate::{HEADINGS, fact, printed, remarkable, row, short, summary};

/// The number of columns before the times.
const SHOWN: usize = 3;

/// The whole section.
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
                    tbody { @for scenario in &run.scenarios { (table_row(scenario)) } }
                }
            }
            p.note {
                "Times are under " a href="#plots" { "Measured" }
                ", from many more calls than the ten that were made for this table."
            }
            @for scenario in remarkable(run) { (remark(scenario)) }
        }
    }
}

fn table_row(scenario: &ScenarioResult) -> Markup {
    let row = row(scenario);
    html! {
        tr {
            th scope="row" { code { (row.scenario) } }
            td { (row.verdict.word()) }
            td.figure { (row.requests) }
        }
    }
}

fn remark(scenario: &ScenarioResult) -> Markup {
    html! {
        div.remark {
            h3 { code { (scenario.name) } }
            @if let Some(reason) = &scenario.raw.reason { p { (reason) } }
            @for difference in &scenario.differences {
                p {
                    code { (difference.path) } ": raw " code { (short(&difference.raw)) } ", sdk "
                    code { (short(&difference.sdk)) }
                }
            }
            dl.said {
                (said("raw", &scenario.raw))
                (said("sdk", &scenario.sdk))
            }
        }
    }
}

fn said(name: &str, side: &SideResult) -> Markup {
    html! {
        @if let Some(text) = printed(side) {
            dt { span.tag.(name) { (name) } " " (fact(side)) ", prints" }
            dd { code { (text) } }
        }
    }
}
