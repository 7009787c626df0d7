//! The plots, each as a figure.

use maud::{Markup, PreEscaped, html};

use crate::plot::Plot;

/// All of them; nothing where there are none.
pub(super) fn section(plots: &[Plot]) -> Markup {
    html! {
        @if !plots.is_empty() {
            section #plots aria-labelledby="plots-title" {
                h2 #plots-title { "Measured" }
                p.lead { "The figures behind these plots, as tables, are in REPORT.md." }
                div.plots { @for plot in plots { (figure(plot)) } }
            }
        }
    }
}

fn figure(plot: &Plot) -> Markup {
    html! {
        figure id={ "plot-" (plot.name) } {
            // On a narrow screen a plot that shrank to it could not be read.
            div.scroll tabindex="0" role="region" aria-label=(plot.title) {
                div.plot role="img" aria-label=(plot.alt) { (PreEscaped(inlined(&plot.svg))) }
            }
            figcaption { (plot.title) }
        }
    }
}

/// Without what only a file of its own may begin with.
fn inlined(svg: &str) -> &str {
    svg.find("<svg").map_or("", |start| &svg[start..])
}
