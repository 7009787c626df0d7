//! The section of plots.

use maud::{Markup, PreEscaped, html};

use crate::plot::Plot;

/// The whole section; empty if there are no plots.
pub(super) fn section(plots: &[Plot]) -> Markup {
    html! {
        @if !plots.is_empty() {
            section #plots aria-labelledby="plots-title" {
                h2 #plots-title { "Measured" }
                p.lead { "REPORT.md has the figures of these plots as tables." }
                div.plots { @for plot in plots { (figure(plot)) } }
            }
        }
    }
}

fn figure(plot: &Plot) -> Markup {
    html! {
        figure id={ "plot-" (plot.name) } {
            // A plot shrunk to a narrow screen would be unreadable, so it scrolls.
            div.scroll tabindex="0" role="region" aria-label=(plot.title) {
                div.plot role="img" aria-label=(plot.alt) { (PreEscaped(inlined(&plot.svg))) }
            }
            figcaption { (plot.title) }
        }
    }
}

/// The `svg` element without an XML declaration before it.
fn inlined(svg: &str) -> &str {
    svg.find("<svg").map_or("", |start| &svg[start..])
}
