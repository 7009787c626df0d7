//! Every number with a unit in the report is in the evidence.

use render::writeup::{Part, Profile};
use serde_json::Value;

use crate::evidence::evidence;

/// A number with its unit, as it is written.
#[derive(Debug, Clone, PartialEq)]
struct Figure {
    text: String,
    value: f64,
    /// Digits after the point.
    digits: i32,
    kind: Kind,
}

/// What a number measures. Times are in seconds and sizes in bytes.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Time,
    Size,
    Speed,
    Ratio,
    Percent,
}

/// Each unit with its kind and its size in the kind's base unit.
const UNITS: [(&str, Kind, f64); 11] = [
    ("ns", Kind::Time, 1e-9),
    ("µs", Kind::Time, 1e-6),
    ("ms", Kind::Time, 1e-3),
    ("min", Kind::Time, 60.0),
    ("s", Kind::Time, 1.0),
    ("kB", Kind::Size, 1e3),
    ("MB", Kind::Size, 1e6),
    ("GB", Kind::Size, 1e9),
    ("MB/s", Kind::Speed, 1.0),
    ("×", Kind::Ratio, 1.0),
    ("%", Kind::Percent, 1.0),
];

#[test]
fn templates_contain_no_figures() {
    for profile in Profile::ALL {
        assert_eq!(figures(profile.template()), [], "{}", profile.name());
    }
}

#[test]
fn every_figure_of_a_generated_part_is_in_the_evidence_of_that_part() {
    let evidence = evidence();
    let data = serde_json::to_value(&evidence).expect("plain data");
    let mut checked = 0;
    for part in Part::ALL {
        let held = held(&data, part);
        for figure in figures(&part.render(&evidence, &[])) {
            assert!(
                figure.is_in(&held),
                "{}: {} is nowhere in the evidence",
                part.name(),
                figure.text
            );
            checked += 1;
        }
    }
    assert!(checked > 300, "{checked} figures");
}

#[test]
fn a_figure_that_is_not_in_the_evidence_is_noticed() {
    let evidence = evidence();
    let data = serde_json::to_value(&evidence).expect("plain data");
    let held = held(&data, Part::Latency);
    for text in ["9.876 × (9.875 to 9.877)", "it takes 987 s", "a size of 98.7 GB", "98.76 %"] {
        let found = figures(text);
        assert!(!found.is_empty(), "{text}");
        assert!(found.iter().all(|figure| !figure.is_in(&held)), "{text}");
    }
}

/// The fields of the evidence from which a part is rendered.
fn fields(part: Part) -> &'static [&'static str] {
    match part {
        Part::Card => &["latency", "latency_across", "signing", "parse", "startup", "footprint"],
        Part::Steps => &["explain"],
        Part::Results => &["run"],
        Part::Errors | Part::Unverified => &["errors"],
        Part::Latency => &["latency", "latency_across"],
        Part::Signing => &["signing", "peers"],
        Part::Parsing => &["parse"],
        Part::Startup => &["startup"],
        Part::Paths => &["paths"],
        Part::Footprint => &["footprint"],
        Part::Selfcheck | Part::Repeat => &["selfcheck"],
    }
}

/// Every number that may occur in `part`.
fn held(data: &Value, part: Part) -> Vec<(Kind, f64)> {
    // The confidence levels, of the selfcheck and every table, and of raw against raw.
    let mut held = vec![(Kind::Percent, 95.0), (Kind::Percent, 99.9)];
    for field in fields(part) {
        collect(&data[*field], None, &mut held);
    }
    held
}

fn collect(value: &Value, of: Option<(Kind, f64)>, held: &mut Vec<(Kind, f64)>) {
    match value {
        Value::Number(number) => {
            held.extend(of.zip(number.as_f64()).map(|((kind, unit), n)| (kind, n * unit)));
        }
        Value::Array(values) => values.iter().for_each(|value| collect(value, of, held)),
        Value::String(text) => held.extend(quoted(text)),
        Value::Object(fields) => {
            let number = |name: &str| fields.get(name).and_then(Value::as_f64);
            let share = number("kept").zip(number("of"));
            held.extend(share.map(|(kept, of)| (Kind::Percent, 100.0 * kept / of)));
            if let (Some(total), Some(groups)) = (number("total"), fields.get("groups")) {
                let counts = groups.as_array().into_iter().flatten();
                let counts = counts.filter_map(|group| group["instructions"].as_f64());
                held.extend(counts.map(|count| (Kind::Percent, (100.0 * count / total).round())));
            }
            // The card compares aws-sigv4 with raw-new-key; the bench has no such ratio.
            let arms = fields.get("arms").and_then(Value::as_array).into_iter().flatten();
            let ns = |name: &str| arms.clone().find(|arm| arm["name"] == name)?["ns"].as_f64();
            let derived = ns("aws-sigv4").zip(ns("raw-new-key"));
            held.extend(derived.map(|(sdk, raw)| (Kind::Ratio, sdk / raw)));
            for (name, value) in fields {
                collect(value, kind_of(name).or(of), held);
            }
        }
        Value::Null | Value::Bool(_) => {}
    }
}

/// Numbers in quotations of a service or a client.
fn quoted(text: &str) -> impl Iterator<Item = (Kind, f64)> {
    figures(text).into_iter().map(|figure| (figure.kind, figure.value))
}

/// The kind of the numbers below a field of this name.
fn kind_of(name: &str) -> Option<(Kind, f64)> {
    Some(match name {
        "ns" | "ns_interval" => (Kind::Time, 1e-9),
        "seconds" => (Kind::Time, 1.0),
        "mb_per_s" => (Kind::Speed, 1.0),
        "ratio" | "over_raw" | "over_floor" | "sdk_over_raw" => (Kind::Ratio, 1.0),
        _ if name.ends_with("_us") => (Kind::Time, 1e-6),
        _ if name.ends_with("_ms") => (Kind::Time, 1e-3),
        _ if name.ends_with("bytes") => (Kind::Size, 1.0),
        _ => return None,
    })
}

impl Figure {
    /// Whether one of `held`, rounded to the same digits, is this figure.
    fn is_in(&self, held: &[(Kind, f64)]) -> bool {
        let (_, _, unit) = unit_of(&self.text);
        let last = 10_f64.powi(-self.digits) * unit;
        held.iter().filter(|(kind, _)| *kind == self.kind).any(|(_, value)| {
            // A negative difference is written as a positive one with the word "faster".
            let off = (value - self.value).abs().min((value.abs() - self.value).abs());
            off <= last * 0.5001
        })
    }
}

fn unit_of(text: &str) -> (&'static str, Kind, f64) {
    let unit = text.rsplit(' ').next().unwrap_or_default();
    *UNITS.iter().find(|(name, ..)| *name == unit).expect("a unit")
}

/// Every number in `text` with a unit, both ends of an interval of ratios, and `16 min 50 s` as one
/// number.
fn figures(text: &str) -> Vec<Figure> {
    let trim =
        |word: &str| word.trim_matches(|letter: char| "()|,;:.*`[]".contains(letter)).to_owned();
    let words: Vec<_> = text.split_whitespace().map(trim).filter(|word| !word.is_empty()).collect();
    let mut found: Vec<Figure> = Vec::new();
    let mut at = 0;
    while at + 1 < words.len() {
        let Some(figure) = figure(&words[at], &words[at + 1]) else {
            at += 1;
            continue;
        };
        at += 2;
        let ends = (words.get(at), words.get(at + 1), words.get(at + 2));
        if let (Kind::Ratio, (Some(low), Some(to), Some(high))) = (figure.kind, ends)
            && to == "to"
        {
            found.extend([low, high].into_iter().filter_map(|end| self::figure(end, "×")));
        }
        let seconds = ends.0.zip(ends.1).and_then(|(number, unit)| self::figure(number, unit));
        match seconds {
            Some(seconds) if figure.text.ends_with("min") && seconds.text.ends_with(" s") => {
                at += 2;
                found.push(Figure { value: figure.value + seconds.value, ..seconds });
            }
            _ => found.push(figure),
        }
    }
    found
}

fn figure(number: &str, unit: &str) -> Option<Figure> {
    let (_, kind, factor) = *UNITS.iter().find(|(name, ..)| *name == unit)?;
    let plain = number.replace(',', "");
    let value: f64 =
        plain.parse().ok().filter(|_| plain.starts_with(|first: char| first.is_ascii_digit()))?;
    let digits = plain.split_once('.').map_or(0, |(_, digits)| digits.len());
    let digits = i32::try_from(digits).expect("a few digits");
    Some(Figure { text: format!("{number} {unit}"), value: value * factor, digits, kind })
}
