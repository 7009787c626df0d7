//! What both sides did in every scenario, and their words where they were refused.

use maud::{Markup, html};

use super::prose::in_code;
use crate::{
    findings::{Comparison, Finding, Side},
    report::{HEADINGS, Time, caveat, fact, remarkable, row, short, summary, words},
};

/// All of it.
pub(super) fn section(run: &Comparison) -> Markup {
    html! {
        section #results aria-labelledby="results-title" {
            h2 #results-title { "Results: the same calls on both sides" }
            p.lead { (summary(run)) "." }
            div.scroll tabindex="0" role="region" aria-label="Results of every scenario" {
                table.results {
                    thead {
                        tr {
                            @for (index, heading) in HEADINGS.iter().enumerate() {
                                th scope="col" class=[(index > 1).then_some("figure")] { (heading) }
                            }
                        }
                    }
                    tbody { @for finding in &run.scenarios { (scenario(finding)) } }
                }
            }
            p.note { (in_code(&caveat(run))) }
            @for finding in remarkable(run) { (remark(finding)) }
        }
    }
}

fn scenario(finding: &Finding) -> Markup {
    let row = row(finding);
    html! {
        tr {
            th scope="row" { code { (row.scenario) } }
            td { (row.verdict.word()) }
            td.figure { (row.requests) }
            (time(row.raw))
            (time(row.sdk))
            td.figure { (row.ratio) }
        }
    }
}

fn time(time: Time) -> Markup {
    html! {
        td.figure {
            (time.median)
            @if let Some(range) = time.range { span.range { (range) } }
        }
    }
}

fn remark(finding: &Finding) -> Markup {
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

fn said(name: &str, side: &Side) -> Markup {
    html! {
        @if let Some(words) = words(side) {
            dt { span.tag.(name) { (name) } " " (fact(side)) ", prints" }
            dd { code { (words) } }
        }
    }
}
