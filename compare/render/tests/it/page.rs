//! report.html: complete, self-contained, and the same for the same evidence.

use std::sync::LazyLock;

use render::{html, plot::Plot};

use crate::evidence::evidence;

static PAGE: LazyLock<String> = LazyLock::new(|| html::page(&evidence(), &[plot()]));

fn plot() -> Plot {
    Plot {
        name: "a-plot",
        title: "What it shows",
        alt: "Bars of 1 & 2".to_owned(),
        svg: "<?xml version=\"1.0\"?><svg viewBox=\"0 0 1 1\"><rect width=\"1\"/></svg>".to_owned(),
    }
}

/// The text after each `start` in the page, up to `end`.
fn each(start: &str, end: char) -> impl Iterator<Item = &str> {
    PAGE.split(start).skip(1).map(move |rest| rest.split(end).next().unwrap_or_default())
}

#[test]
fn the_page_loads_nothing() {
    // AWS's documents contain the URL of their schema. It is text, not an attribute.
    for loading in [" src=", " srcset=", "<link", "<iframe", "<object", "<base", "@import", "url("]
    {
        assert!(!PAGE.contains(loading), "{loading}");
    }
    for target in each(" href=\"", '"') {
        assert!(target.starts_with('#'), "{target}");
    }
    assert!(PAGE.contains("http-equiv=\"Content-Security-Policy\" content=\"default-src 'none';"));
}

#[test]
fn every_case_has_the_errors_of_both_sides() {
    let evidence = evidence();
    let ids: Vec<_> = each("<details class=\"case\" id=\"case-", '"').collect();
    let expected: Vec<_> = evidence.errors.cases.iter().map(|case| &*case.id).collect();
    assert_eq!(ids, expected);
    for case in &evidence.errors.cases {
        let start = PAGE.find(&format!("id=\"case-{}\"", case.id)).expect("the case");
        let shown = &PAGE[start..start + PAGE[start..].find("</details>").expect("its end")];
        for text in [&*case.what, &*case.source, &case.raw.display, &case.sdk.display] {
            assert!(shown.contains(&escaped(text)), "{}: {text}", case.id);
        }
        let is_unverified = case.verified_by == "unverified";
        assert_eq!(shown.contains("Unverified, "), is_unverified, "{}", case.id);
    }
}

#[test]
fn every_operation_has_all_its_steps() {
    for explanation in evidence().explain {
        let name = explanation.operation.name();
        let steps = if explanation.raw.signature.is_some() { 8 } else { 3 };
        for step in 1..=steps {
            assert!(
                PAGE.contains(&format!("<article class=\"step\" id=\"{name}-{step}\"")),
                "{name} {step}"
            );
        }
        for side in [&explanation.raw, &explanation.sdk] {
            let signature = side.signature.as_ref().expect("it is signed");
            for value in [&signature.canonical_request_hash, &signature.signature] {
                assert!(PAGE.contains(value.as_str()), "{name}: {value}");
            }
        }
        for row in &explanation.headers {
            assert!(PAGE.contains(&escaped(&row.why)), "{name}: {}", row.name);
        }
        let proof = explanation.proof.expect("it is signed");
        assert!(PAGE.contains(&format!("raw's signer computes {}", proof.sdk_signature)), "{name}");
    }
}

#[test]
fn every_scenario_has_a_row() {
    for finding in evidence().run.scenarios {
        assert!(PAGE.contains(&format!("<code>{}</code>", finding.name)), "{}", finding.name);
    }
}

/// `compare run` times only ten calls. Its times would contradict those of `bench latency`.
#[test]
fn the_page_has_one_time_for_a_call() {
    let results = PAGE.split("id=\"results\"").nth(1).expect("the results");
    let table = results.split("</table>").next().expect("a table");
    assert!(table.contains("s3-list-objects"));
    for time in [" µs", " ms", "sdk ÷ raw"] {
        assert!(!table.contains(time), "{time}");
    }
}

#[test]
fn texts_of_services_and_clients_are_escaped() {
    let evidence = evidence();
    let is_xml = |body: &&str| body.contains("<Error>");
    let bodies = evidence.errors.cases.iter().filter_map(|case| case.wire.body.as_deref());
    assert!(bodies.filter(is_xml).count() > 0);
    assert!(PAGE.contains("&lt;Error&gt;"));
    for element in ["<Error", "<?xml", "<Code", "<Message", "<ListBucketResult", "<Response"] {
        assert!(!PAGE.contains(element), "{element}");
    }
}

#[test]
fn a_plot_has_a_caption_and_an_alt_text() {
    assert!(PAGE.contains("role=\"img\" aria-label=\"Bars of 1 &amp; 2\"><svg viewBox="));
    assert!(PAGE.contains("<figcaption>What it shows</figcaption>"));
    assert!(!html::page(&evidence(), &[]).contains("<figure"));
}

#[test]
fn the_page_is_reproducible_and_small() {
    assert_eq!(html::page(&evidence(), &[plot()]), *PAGE);
    assert!(PAGE.len() < 1_500_000, "{} bytes", PAGE.len());
}

/// The evidence has no keys. The page must not assemble one either.
#[test]
fn the_page_shows_no_key_and_no_token() {
    for explanation in evidence().explain {
        for side in [&explanation.raw, &explanation.sdk] {
            for step in &side.signature.as_ref().expect("it is signed").signing_key {
                assert_eq!(step.value, "** redacted **", "{}", step.name);
            }
        }
    }
    for marker in ["x-amz-security-token:", "X-Amz-Security-Token=", "&lt;Token-0&gt;"] {
        for token in PAGE.split(marker).skip(1) {
            let token = token.trim_start().trim_start_matches("<mark>");
            assert!(token.starts_with("** redacted **") || token.starts_with("%2A"), "{marker}");
        }
    }
    for secret in ["aws_secret_access_key", "SecretAccessKey", "SECRET_ACCESS_KEY="] {
        assert!(!PAGE.contains(secret), "{secret}");
    }
}

fn escaped(text: &str) -> String {
    let pairs = [("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\"", "&quot;")];
    pairs.iter().fold(text.to_owned(), |text, (character, entity)| text.replace(character, entity))
}
