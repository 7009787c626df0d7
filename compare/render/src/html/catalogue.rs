//! The catalogue of errors, with a form to filter it.

use findings::errors::{Cause, ErrorResults};
use maud::{Markup, html};

use super::{case, prose::in_code};
use crate::errors::{CAUSES, HOW_COUNTED, kept, kept_heading, summary};

/// The whole section.
pub(super) fn section(errors: &ErrorResults) -> Markup {
    html! {
        section #errors aria-labelledby="errors-title" {
            h2 #errors-title { "What goes wrong, and what each side says about it" }
            p.lead { (summary(errors)) "." }
            (kept_table(errors))
            (filter(errors))
            div.cases { @for case in &errors.cases { (case::details(case)) } }
            p.nothing hidden { "No case matches. Try fewer words or other boxes." }
        }
    }
}

fn kept_table(errors: &ErrorResults) -> Markup {
    html! {
        @if let Some(heading) = kept_heading(errors) {
            div.scroll tabindex="0" role="region" aria-label="Facts kept" {
                table.kept {
                    caption { (heading) }
                    thead {
                        tr {
                            th scope="col" { "printed with" }
                            th.figure scope="col" { "raw" }
                            th.figure scope="col" { "sdk" }
                        }
                    }
                    tbody {
                        @for [way, raw, sdk] in kept(errors) {
                            tr {
                                th scope="row" { code { (way) } }
                                td.figure { (raw) }
                                td.figure { (sdk) }
                            }
                        }
                    }
                }
            }
            p.note { (in_code(&HOW_COUNTED.replace("{:?}", "`{:?}`"))) }
        }
    }
}

/// The form to filter cases. It needs the script, which therefore makes it visible.
fn filter(errors: &ErrorResults) -> Markup {
    let mut services: Vec<&str> = errors.cases.iter().map(|case| &*case.service).collect();
    services.sort_unstable();
    services.dedup();
    html! {
        form.filter role="search" aria-label="Cases" hidden {
            div.field.wide {
                label for="filter-text" { "Search for a code, a word or a part of a message" }
                input #filter-text type="search" name="q" autocomplete="off" spellcheck="false";
            }
            div.field {
                label for="filter-service" { "Service" }
                select #filter-service name="service" {
                    option value="" { "all" }
                    @for service in services { option value=(service) { (service) } }
                }
            }
            div.field {
                label for="filter-cause" { "Cause" }
                select #filter-cause name="cause" {
                    option value="" { "all" }
                    @for (cause, heading) in CAUSES {
                        option value=(cause_word(cause)) { (heading) }
                    }
                }
            }
            fieldset {
                legend { "Only cases with at least one of" }
                @for (flag, label) in case::FLAGS {
                    label { input type="checkbox" name=(flag); " " (label) }
                }
            }
            div.turns {
                p.count role="status" aria-live="polite" {}
                button type="reset" { "Show all" }
            }
        }
    }
}

/// The cause as it is written in the evidence.
pub(super) fn cause_word(cause: Cause) -> &'static str {
    match cause {
        Cause::Mistake => "mistake",
        Cause::Fault => "fault",
        Cause::Permission => "permission",
        Cause::Resource => "resource",
    }
}
