//! How each series looks: its colour, texture, dashes and marker.
//!
//! Every element has one plain colour as an attribute. The rules of [`style`] replace it on a dark page
//! and lay the textures over it, so that a viewer without CSS still shows the picture.

use std::fmt::Write as _;

/// A colour by its role. The colours of the series are close to the palette of Okabe and Ito, made
/// darker or lighter until each had a contrast of 3 to its background and a lightness of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Color {
    Background,
    Text,
    Muted,
    Grid,
    Raw,
    Sdk,
    Bare,
    Others,
}

/// What is measured. A series looks the same in every picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Series {
    /// The client written by hand.
    Raw,
    /// aws-sdk-rust, or a part of it.
    Sdk,
    /// Other crates.
    Others,
    /// The least work that every client or signer has to do.
    Bare,
}

/// The marker at the median of a curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Marker {
    Circle,
    Square,
    Diamond,
}

impl Color {
    const ALL: [Self; 8] = [
        Self::Background,
        Self::Text,
        Self::Muted,
        Self::Grid,
        Self::Raw,
        Self::Sdk,
        Self::Bare,
        Self::Others,
    ];

    /// The colour on a light page, which is the one that is drawn.
    pub(super) const fn light(self) -> &'static str {
        self.light_and_dark()[0]
    }

    const fn light_and_dark(self) -> [&'static str; 2] {
        match self {
            Self::Background => ["#FFFFFF", "#0D1117"],
            Self::Text => ["#1F2328", "#E6EDF3"],
            Self::Muted => ["#57606A", "#9BA4AE"],
            Self::Grid => ["#D8DEE4", "#30363D"],
            Self::Raw => ["#00528F", "#4C9BE8"],
            Self::Sdk => ["#DD7700", "#FFC266"],
            Self::Bare => ["#6E7781", "#A8B1BB"],
            Self::Others => ["#A05195", "#C792C2"],
        }
    }
}

impl Series {
    /// The series of an arm or side with this name.
    pub(super) fn named(name: &str) -> Self {
        match name {
            "raw" => Self::Raw,
            "sdk" => Self::Sdk,
            "bare" => Self::Bare,
            _ => Self::Others,
        }
    }

    /// The name in text.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::Sdk => "sdk",
            Self::Bare => "bare",
            Self::Others => "others",
        }
    }

    pub(super) const fn color(self) -> Color {
        match self {
            Self::Raw => Color::Raw,
            Self::Sdk => Color::Sdk,
            Self::Others => Color::Others,
            Self::Bare => Color::Bare,
        }
    }

    pub(super) const fn marker(self) -> Marker {
        match self {
            Self::Raw => Marker::Circle,
            Self::Sdk => Marker::Square,
            Self::Others | Self::Bare => Marker::Diamond,
        }
    }

    /// The curve's `stroke-dasharray`.
    pub(super) const fn dashes(self) -> &'static str {
        match self {
            Self::Raw => "none",
            Self::Sdk => "9 4",
            Self::Others => "9 3 2 3",
            Self::Bare => "2.2 2.8",
        }
    }
}

/// The series whose bars have stripes, each as a path through a square of 6 by 6.
const STRIPES: [(Series, &str); 2] = [
    (Series::Sdk, "M-1.5,1.5L1.5,-1.5M0,6L6,0M4.5,7.5L7.5,4.5"),
    (Series::Others, "M-1.5,4.5L1.5,7.5M0,0L6,6M4.5,-1.5L7.5,1.5"),
];

/// The style sheet of the picture `id` and the textures that it names. Several pictures share a page,
/// so every rule is limited to this one.
pub(super) fn style(id: &str) -> String {
    let [background, dark_background] = Color::Background.light_and_dark();
    // The stroke around a text covers the lines behind it.
    let mut rules = format!(
        "#{id}{{max-width:100%;height:auto}}\n\
         #{id} text{{font-family:system-ui,sans-serif;font-variant-numeric:tabular-nums;\
         stroke:{background};stroke-width:3;stroke-linejoin:round;paint-order:stroke}}\n"
    );
    let mut textures = String::new();
    for (series, stripes) in STRIPES {
        let color = series.color().light();
        let texture = format!("{id}-{}", &color[1..]);
        let _ = writeln!(rules, "#{id} rect[fill=\"{color}\"]{{fill:url(#{texture})}}");
        let _ = writeln!(
            textures,
            "<pattern id=\"{texture}\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\">\
             <path d=\"M0,0H6V6H0Z\" fill=\"{color}\"/>\
             <path d=\"{stripes}\" fill=\"none\" stroke=\"{background}\" stroke-width=\"1.4\"/>\
             </pattern>"
        );
    }
    let _ = writeln!(
        rules,
        "@media (prefers-color-scheme: dark){{\n#{id} text{{stroke:{dark_background}}}"
    );
    for color in Color::ALL {
        let [light, dark] = color.light_and_dark();
        for property in ["fill", "stroke"] {
            let _ = writeln!(rules, "#{id} [{property}=\"{light}\"]{{{property}:{dark}}}");
        }
    }
    rules.push_str("}\n");
    format!("<style>\n{rules}</style>\n<defs>\n{textures}</defs>\n")
}
