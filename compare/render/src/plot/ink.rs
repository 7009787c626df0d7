//! Colours, textures, dashes and marks.
//!
//! What is drawn has one plain colour. The rules of [`style`] say what becomes of it on a dark page, and
//! lay the textures over it: whoever ignores them still sees the picture.

use std::fmt::Write as _;

use plotters::style::RGBColor;

/// A colour by what it is for. The colours of the series are near those of Okabe and Ito, darker or
/// lighter, so that each has a contrast of 3 to its background and none the lightness of another.
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

/// Who or what is measured: the same look in all pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Series {
    /// By hand.
    Raw,
    /// aws-sdk-rust, or a part of it.
    Sdk,
    /// Neither: the crates of others.
    Others,
    /// What no client and no signer can do without.
    Bare,
}

/// What a series is drawn with in the middle of its curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
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

    /// On a light page, and on a dark one.
    const fn pair(self) -> [(u8, u8, u8); 2] {
        match self {
            Self::Background => [(0xFF, 0xFF, 0xFF), (0x0D, 0x11, 0x17)],
            Self::Text => [(0x1F, 0x23, 0x28), (0xE6, 0xED, 0xF3)],
            Self::Muted => [(0x57, 0x60, 0x6A), (0x9B, 0xA4, 0xAE)],
            Self::Grid => [(0xD8, 0xDE, 0xE4), (0x30, 0x36, 0x3D)],
            Self::Raw => [(0x00, 0x52, 0x8F), (0x4C, 0x9B, 0xE8)],
            Self::Sdk => [(0xDD, 0x77, 0x00), (0xFF, 0xC2, 0x66)],
            Self::Bare => [(0x6E, 0x77, 0x81), (0xA8, 0xB1, 0xBB)],
            Self::Others => [(0xA0, 0x51, 0x95), (0xC7, 0x92, 0xC2)],
        }
    }

    /// On a light page: what is drawn.
    pub(super) const fn colour(self) -> RGBColor {
        let [(red, green, blue), _] = self.pair();
        RGBColor(red, green, blue)
    }

    fn hex(self) -> [String; 2] {
        self.pair().map(|(red, green, blue)| format!("#{red:02X}{green:02X}{blue:02X}"))
    }
}

impl Series {
    pub(super) const ALL: [Self; 4] = [Self::Raw, Self::Sdk, Self::Others, Self::Bare];

    /// The series of that name: a side, or an arm.
    pub(super) fn named(name: &str) -> Self {
        match name {
            "raw" => Self::Raw,
            "sdk" => Self::Sdk,
            "bare" => Self::Bare,
            _ => Self::Others,
        }
    }

    /// In texts.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::Sdk => "sdk",
            Self::Bare => "bare",
            Self::Others => "others",
        }
    }

    pub(super) const fn ink(self) -> Color {
        match self {
            Self::Raw => Color::Raw,
            Self::Sdk => Color::Sdk,
            Self::Others => Color::Others,
            Self::Bare => Color::Bare,
        }
    }

    pub(super) const fn mark(self) -> Mark {
        match self {
            Self::Raw => Mark::Circle,
            Self::Sdk => Mark::Square,
            Self::Others | Self::Bare => Mark::Diamond,
        }
    }

    /// Lengths of strokes and gaps; none for a curve without gaps.
    const fn dashes(self) -> Option<&'static str> {
        match self {
            Self::Raw => None,
            Self::Sdk => Some("90 40"),
            Self::Others => Some("90 30 20 30"),
            Self::Bare => Some("22 28"),
        }
    }

    /// Stripes on its bars, as a path through a square of 60; none for a bar without.
    const fn stripes(self) -> Option<&'static str> {
        match self {
            Self::Raw | Self::Bare => None,
            Self::Sdk => Some("M-15,15L15,-15M0,60L60,0M45,75L75,45"),
            Self::Others => Some("M-15,45L15,75M0,0L60,60M45,-15L75,15"),
        }
    }
}

/// The rules of the picture `id`, and the textures that they name. All of it is only for what stands
/// inside of that picture: several stand in one page.
pub(super) fn style(id: &str) -> String {
    // Around a text the lines behind it are left out.
    let [background, background_in_the_dark] = Color::Background.hex();
    let mut rules = format!(
        "#{id}{{max-width:100%;height:auto}}\n\
         #{id} text{{font-family:system-ui,sans-serif;font-variant-numeric:tabular-nums;\
         stroke:{background};stroke-width:30;stroke-linejoin:round;paint-order:stroke}}\n\
         #{id} polyline{{stroke-linejoin:round}}\n"
    );
    let mut textures = String::new();
    for series in Series::ALL {
        let [colour, _] = series.ink().hex();
        if let Some(dashes) = series.dashes() {
            let _ =
                writeln!(rules, "#{id} polyline[stroke=\"{colour}\"]{{stroke-dasharray:{dashes}}}");
        }
        if let Some(stripes) = series.stripes() {
            let texture = format!("{id}-{}", &colour[1..]);
            let _ = writeln!(rules, "#{id} rect[fill=\"{colour}\"]{{fill:url(#{texture})}}");
            let _ = writeln!(
                textures,
                "<pattern id=\"{texture}\" width=\"60\" height=\"60\" patternUnits=\"userSpaceOnUse\">\
                 <path d=\"M0,0H60V60H0Z\" fill=\"{colour}\"/>\
                 <path d=\"{stripes}\" fill=\"none\" stroke=\"{background}\" stroke-width=\"14\"/>\
                 </pattern>"
            );
        }
    }
    // A rectangle of plotters' has an outline of one unit, whatever is asked for.
    let _ = writeln!(rules, "#{id} rect{{stroke-width:16}}");
    let _ = writeln!(
        rules,
        "@media (prefers-color-scheme: dark){{\n#{id} text{{stroke:{background_in_the_dark}}}"
    );
    for ink in Color::ALL {
        let [light, dark] = ink.hex();
        for property in ["fill", "stroke"] {
            let _ = writeln!(rules, "#{id} [{property}=\"{light}\"]{{{property}:{dark}}}");
        }
    }
    rules.push_str("}\n");
    format!("<style>\n{rules}</style>\n<defs>\n{textures}</defs>\n")
}
