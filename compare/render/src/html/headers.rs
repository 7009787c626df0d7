//! The table of an operation's headers: who sends and signs each, and why.

use findings::explain::{Explanation, headers::HeaderUse};
use maud::{Markup, html};

/// The table.
pub(super) fn table(explanation: &Explanation) -> Markup {
    let name = explanation.operation.name();
    html! {
        h4 { "Every header and parameter" }
        div.scroll tabindex="0" role="region" aria-label={ "Headers of " (name) } {
            table.headers {
                thead {
                    tr {
                        th scope="col" { "header or ?parameter" }
                        th scope="col" { "raw" }
                        th scope="col" { "sdk" }
                        th scope="col" { "why" }
                    }
                }
                tbody {
                    @for row in &explanation.headers {
                        tr {
                            th scope="row" { code { (row.name) } }
                            (used(row.raw.as_ref()))
                            (used(row.sdk.as_ref()))
                            td { (row.why) }
                        }
                    }
                }
            }
        }
    }
}

fn used(used: Option<&HeaderUse>) -> Markup {
    html! {
        @match used {
            Some(used) if used.signed => td.signed { "sent, signed" },
            Some(_) => td.sent { "sent" },
            None => td.none { "–" },
        }
    }
}
