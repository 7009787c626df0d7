//! The report's pictures: what they show, and whether everybody can read them.

use std::collections::BTreeSet;

use findings::{evidence::Evidence, side::Side};
use quick_xml::{Reader, events::Event};
use render::plot::{Plot, all};

use crate::evidence::evidence;

/// An SVG element.
struct Element {
    name: String,
    attributes: Vec<(String, String)>,
    text: String,
}

impl Element {
    #[track_caller]
    fn attribute(&self, name: &str) -> &str {
        let found = self.attributes.iter().find(|(known, _)| known == name);
        &found.unwrap_or_else(|| panic!("<{}> has no {name}", self.name)).1
    }

    #[track_caller]
    fn number(&self, name: &str) -> f64 {
        self.attribute(name).parse().expect("a number")
    }
}

/// All elements of `svg`. Panics if it is not well-formed.
#[track_caller]
fn elements(svg: &str) -> Vec<Element> {
    let mut reader = Reader::from_str(svg);
    let (mut elements, mut open): (Vec<Element>, Vec<usize>) = (Vec::new(), Vec::new());
    loop {
        match reader.read_event().expect("well-formed XML") {
            Event::Start(tag) => {
                open.push(elements.len());
                elements.push(element(&tag));
            }
            Event::Empty(tag) => elements.push(element(&tag)),
            Event::End(_) => drop(open.pop()),
            Event::Text(text) => {
                let text = &*text;
                match open.last() {
                    Some(&at) => elements[at].text.push_str(text),
                    None => assert_eq!(text.trim(), ""),
                }
            }
            Event::GeneralRef(name) => {
                let text = match &*name {
                    "lt" => "<",
                    "gt" => ">",
                    "amp" => "&",
                    "quot" => "\"",
                    "apos" => "'",
                    other => panic!("&{other}; is not of XML"),
                };
                elements[*open.last().expect("inside of something")].text.push_str(text);
            }
            Event::Eof => break,
            other => panic!("{other:?} in a picture"),
        }
    }
    assert!(open.is_empty(), "all that is opened is closed");
    elements
}

fn element(tag: &quick_xml::events::BytesStart<'_>) -> Element {
    let attributes = tag.attributes().map(|attribute| {
        let attribute = attribute.expect("an attribute, once");
        (attribute.key.as_ref().to_owned(), attribute.value.into_owned())
    });
    Element {
        name: tag.name().as_ref().to_owned(),
        attributes: attributes.collect(),
        text: String::new(),
    }
}

/// The texts in the picture.
fn texts(plot: &Plot) -> Vec<String> {
    let elements = elements(&plot.svg).into_iter();
    elements.filter(|one| one.name == "text").map(|one| one.text.trim().to_owned()).collect()
}

fn names(plots: &[Plot]) -> Vec<&str> {
    plots.iter().map(|plot| plot.name).collect()
}

#[track_caller]
fn drawn(evidence: &Evidence, name: &str) -> Plot {
    let plots = all(evidence);
    plots.into_iter().find(|plot| plot.name == name).expect("there is such a picture")
}

#[track_caller]
fn says(plot: &Plot, wanted: &str) {
    let texts = texts(plot);
    assert!(texts.iter().any(|text| text.contains(wanted)), "{wanted:?} is not among {texts:?}");
}

#[track_caller]
fn is_silent_about(plot: &Plot, unwanted: &str) {
    assert!(!texts(plot).iter().any(|text| text.contains(unwanted)), "{unwanted:?}");
}

#[test]
fn the_pictures_are_in_the_order_of_the_report() {
    let plots = all(&evidence());
    // Without valgrind there are no instructions, and builds may not have been made.
    let known = ["latency", "signing", "waterfall", "instructions", "errors", "footprint"];
    let drawn: Vec<_> = known.into_iter().filter(|name| names(&plots).contains(name)).collect();
    assert_eq!(names(&plots), drawn);
    for always in ["latency", "signing", "waterfall", "errors"] {
        assert!(drawn.contains(&always), "{always}");
    }
}

#[test]
fn each_picture_has_a_title_and_an_alt_text() {
    let mut ids = BTreeSet::new();
    for plot in all(&evidence()) {
        let elements = elements(&plot.svg);
        let root = &elements[0];
        assert_eq!((root.name.as_str(), root.attribute("role")), ("svg", "img"));
        assert_eq!(root.attribute("id"), format!("plot-{}", plot.name));
        let named = elements.iter().filter(|one| ["title", "desc"].contains(&&*one.name));
        let named: Vec<_> = named.map(|one| (one.attribute("id"), one.text.as_str())).collect();
        let [(title_id, title), (desc_id, desc)] = named[..] else { panic!("{}", named.len()) };
        assert_eq!(root.attribute("aria-labelledby"), format!("{title_id} {desc_id}"));
        assert_eq!((title, desc), (plot.title, plot.alt.as_str()));
        for id in elements.iter().flat_map(|one| &one.attributes).filter(|(name, _)| name == "id") {
            assert!(id.1.starts_with(root.attribute("id")), "{}", id.1);
            assert!(ids.insert(id.1.clone()), "{} stands in two places", id.1);
        }
        says(&plot, plot.title);
    }
}

#[test]
fn each_picture_has_its_legend() {
    for plot in all(&evidence()) {
        let legend: &[&str] = match plot.name {
            "latency" | "instructions" => &["raw", "sdk", "bare: the HTTP exchange only"],
            "signing" => &["raw", "the SDK's signer", "the floor, deriving a key each time"],
            _ => &["raw", "sdk"],
        };
        let texts = texts(&plot);
        for name in legend {
            assert!(texts.iter().any(|text| text == name), "{name:?} in {}", plot.name);
        }
    }
}

#[test]
fn pictures_are_reproducible() {
    assert_eq!(all(&evidence()), all(&evidence()));
}

#[test]
fn every_colour_has_a_dark_variant() {
    for plot in all(&evidence()) {
        let elements = elements(&plot.svg);
        let style = &elements.iter().find(|one| one.name == "style").expect("a style").text;
        let (_, dark) = style.split_once("@media (prefers-color-scheme: dark){").expect("rules");
        let attributes = elements.iter().flat_map(|one| &one.attributes);
        let colours = attributes
            .filter(|(name, value)| ["fill", "stroke"].contains(&name.as_str()) && value != "none");
        let colours: BTreeSet<_> = colours.cloned().collect();
        assert!(colours.len() > 5, "{colours:?}");
        for (property, colour) in colours {
            let rule = format!("#plot-{} [{property}=\"{colour}\"]{{{property}:", plot.name);
            let (_, other) = dark.split_once(&rule).unwrap_or_else(|| panic!("no {rule}"));
            assert_ne!(other[..colour.len()], colour);
        }
    }
}

#[test]
fn style_rules_apply_only_to_their_picture() {
    for plot in all(&evidence()) {
        let elements = elements(&plot.svg);
        let style = &elements.iter().find(|one| one.name == "style").expect("a style").text;
        let rules = style.lines().filter(|line| !line.is_empty() && !line.starts_with('@'));
        let scope = format!("#plot-{}", plot.name);
        for rule in rules.filter(|line| *line != "}") {
            let rest = rule.strip_prefix(&scope).unwrap_or_else(|| panic!("{rule}"));
            assert!(rest.starts_with(' ') || rest.starts_with('{'), "{rule}");
        }
    }
}

#[test]
fn everything_is_inside_the_picture_and_large_enough_to_read() {
    for plot in all(&evidence()) {
        let elements = elements(&plot.svg);
        let view: Vec<f64> = elements[0]
            .attribute("viewBox")
            .split(' ')
            .map(|number| number.parse().expect("a number"))
            .collect();
        let [_, _, width, height] = view[..] else { panic!("{view:?}") };
        let inside = |x: f64, y: f64| (0.0..=width).contains(&x) && (0.0..=height).contains(&y);
        let scale = width / elements[0].number("width");
        for one in &elements {
            let (x, y) = match one.name.as_str() {
                "text" => {
                    assert!(one.number("font-size") >= 12.0 * scale - 0.01, "{}", one.text);
                    (one.number("x"), one.number("y"))
                }
                "rect" => {
                    assert!(inside(one.number("x"), one.number("y")), "{}", plot.name);
                    let (right, down) = (one.number("width"), one.number("height"));
                    (one.number("x") + right, one.number("y") + down)
                }
                "line" => {
                    assert!(inside(one.number("x1"), one.number("y1")), "{}", plot.name);
                    (one.number("x2"), one.number("y2"))
                }
                "circle" => (one.number("cx"), one.number("cy")),
                _ => continue,
            };
            assert!(inside(x, y), "<{}> {:?} in {}", one.name, one.text, plot.name);
        }
    }
}

#[test]
fn the_signers_of_other_crates_are_drawn_if_they_were_measured() {
    let mut evidence = evidence();
    evidence.peers = None;
    let signing = drawn(&evidence, "signing");
    says(&signing, "aws-sigv4");
    is_silent_about(&signing, "reqsign");
    is_silent_about(&signing, "other crates");
}

#[test]
fn instructions_are_drawn_for_operations_that_have_them() {
    let mut evidence = evidence();
    let forget = |paths: &mut findings::paths::Paths| {
        paths.raw.cost.instructions = None;
        paths.sdk.cost.instructions = None;
        if let Some(bare) = &mut paths.bare {
            bare.instructions = None;
        }
    };
    let (first, others) = evidence.paths.split_first_mut().expect("operations that were followed");
    others.iter_mut().for_each(forget);
    if first.raw.cost.instructions.is_some() {
        let operation = first.operation;
        says(&drawn(&evidence, "instructions"), &operation.to_string());
    }
    forget(&mut evidence.paths[0]);
    assert!(!names(&all(&evidence)).contains(&"instructions"));
}

#[test]
fn a_missing_build_is_labelled() {
    let mut evidence = evidence();
    let made = build(61.9);
    for program in &mut evidence.footprint.programs {
        (program.dev, program.release) = (None, None);
    }
    assert!(!names(&all(&evidence)).contains(&"footprint"));
    evidence.footprint.programs[0].dev = Some(made);
    let footprint = drawn(&evidence, "footprint");
    for wanted in ["1 min 02 s", "3.0 GB", "12.3 MB", "not built", "dev"] {
        says(&footprint, wanted);
    }
    is_silent_about(&footprint, "release");
}

fn build(seconds: f64) -> findings::footprint::BuildCost {
    findings::footprint::BuildCost {
        seconds,
        peak_memory_bytes: 3_000_000_000,
        binary_bytes: 12_345_678,
        shared_libraries: Vec::new(),
        date: "2026-01-01".to_owned(),
        processors: 2,
    }
}

#[test]
fn a_picture_without_evidence_is_left_out() {
    let mut evidence = evidence();
    evidence.latency.operations.clear();
    evidence.latency_across.operations.clear();
    evidence.signing.workloads.clear();
    evidence.peers = None;
    evidence.paths.clear();
    evidence.errors.kept.clear();
    evidence.errors.cases.clear();
    evidence.footprint.programs.clear();
    assert_eq!(names(&all(&evidence)), [""; 0]);
}

#[test]
fn pictures_show_the_figures_of_the_evidence() {
    let mut evidence = evidence();
    evidence.peers = None;
    let operation = &mut evidence.latency.operations[0];
    operation.arms[0].median_us.value = 123.4;
    operation.waterfall[1].raw_us = 42.0;
    evidence.signing.workloads[0].arms[0].over_floor = 7.7;
    evidence.errors.kept[0].kept = 1;
    evidence.errors.kept[0].of = 4;
    says(&drawn(&evidence, "latency"), "raw 123 µs");
    says(&drawn(&evidence, "waterfall"), "42.0 µs");
    says(&drawn(&evidence, "signing"), "7.7");
    says(&drawn(&evidence, "errors"), "1 of 4 (25 %)");
    if let Some(instructions) = &mut evidence.paths[0].raw.cost.instructions {
        instructions.groups[0].instructions = 1_234_567;
        says(&drawn(&evidence, "instructions"), "1,234,567");
    }
}

#[test]
fn the_length_of_a_bar_is_proportional_to_its_value() {
    let mut evidence = evidence();
    for (kept, share) in
        evidence.errors.kept.iter_mut().filter(|kept| kept.side == Side::Raw).zip(1..)
    {
        (kept.kept, kept.of) = (share, 4);
    }
    let elements = elements(&drawn(&evidence, "errors").svg);
    let raw = elements.iter().find(|one| one.text.trim() == "raw").expect("the legend");
    let before_it = |one: &&Element| one.name == "rect" && one.number("x") < raw.number("x");
    let colour = elements.iter().rfind(before_it).expect("a piece of raw's bars").attribute("fill");
    let bars = elements.iter().filter(|one| one.name == "rect" && one.attribute("fill") == colour);
    // The first is the legend's.
    let lengths: Vec<_> = bars.skip(1).map(|one| one.number("width")).collect();
    // The whole context is counted from the cases, which are unchanged.
    let [one, two, _whole, three, four] = lengths[..] else { panic!("{lengths:?}") };
    for (length, times) in [(two, 2.0), (three, 3.0), (four, 4.0)] {
        assert!((length - times * one).abs() < 0.4, "{lengths:?}");
    }
}
