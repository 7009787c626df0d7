//! Draws the results of `compare sign`.

use std::fmt::Write as _;

use findings::{
    side::Side,
    sign::{Judged, SignResult},
};

/// The steps of each side that signed, in AWS's order. A value on which the sides agree is shown once.
#[must_use]
pub fn text(signed: &[(Side, &SignResult, Option<&Judged>)]) -> String {
    let mut text = String::new();
    let mut step = |heading: &str, of: &dyn Fn(&SignResult) -> String| {
        let values = signed.iter().map(|(side, steps, _)| (side.name(), of(steps)));
        section(&mut text, heading, &values.collect::<Vec<_>>());
    };
    step("1. Canonical request", &|steps| steps.canonical_request.clone());
    step("2. Hash of the canonical request", &|steps| {
        steps.string_to_sign.lines().last().unwrap_or_default().to_owned()
    });
    step("3. String to sign", &|steps| steps.string_to_sign.clone());
    step("4. Signature", &|steps| steps.signature.clone());
    step("5. Where it goes", &|steps| {
        steps.authorization.as_ref().map_or_else(
            || steps.url.clone(),
            |authorization| format!("Authorization: {authorization}"),
        )
    });
    let verdicts = signed.iter().filter_map(|(side, _, judged)| {
        let judged = (*judged)?;
        let reason = [&judged.code, &judged.message].map(|text| text.as_deref());
        let verdict = match reason {
            [Some(code), Some(message)] => format!("{}: {code}: {message}", judged.verdict),
            _ => judged.verdict.to_owned(),
        };
        Some((side.name(), verdict))
    });
    section(&mut text, "6. The verdict of the sandbox's verifier", &verdicts.collect::<Vec<_>>());
    text
}

fn section(text: &mut String, heading: &str, values: &[(&str, String)]) {
    let agreed = values.windows(2).all(|pair| pair[0].1 == pair[1].1);
    let shown = if agreed { values.get(..1).unwrap_or_default() } else { values };
    for (name, value) in shown {
        let names: Vec<_> = values.iter().map(|(name, _)| *name).collect();
        let whose = if agreed { names.join(" and ") } else { (*name).to_owned() };
        let _ = writeln!(text, "\u{1b}[1m{heading}\u{1b}[0m ({whose})");
        for line in value.lines() {
            let _ = writeln!(text, "  {line}");
        }
        text.push('\n');
    }
}

/// The request as it is sent over HTTP/1.1.
#[must_use]
pub fn http(method: &str, steps: &SignResult, body: &str) -> String {
    let target = request_target(&steps.url);
    let mut text = format!("{method} {target} HTTP/1.1\r\n");
    for (name, value) in &steps.headers {
        let _ = write!(text, "{name}: {value}\r\n");
    }
    let has_length =
        steps.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    if !body.is_empty() && !has_length {
        let _ = write!(text, "content-length: {}\r\n", body.len());
    }
    text.push_str("\r\n");
    text.push_str(body);
    text
}

/// A `curl` command for a POSIX shell that sends the request. `--path-as-is` keeps curl from resolving
/// dots, and an empty `Content-Type:` removes the header that curl would add to a body.
#[must_use]
pub fn curl(method: &str, steps: &SignResult, body: &str) -> String {
    let mut line = match method {
        // With -X HEAD curl would wait for a body that never comes.
        "HEAD" => "curl --path-as-is --head".to_owned(),
        _ => format!("curl --path-as-is -X {}", quoted(method)),
    };
    for (name, value) in &steps.headers {
        // curl omits a header without a value unless it ends in a semicolon.
        let header = if value.is_empty() { format!("{name};") } else { format!("{name}: {value}") };
        let _ = write!(line, " -H {}", quoted(&header));
    }
    if !body.is_empty() {
        if !steps.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
            line.push_str(" -H 'Content-Type:'");
        }
        // --data-binary would read a body that begins with @ as the name of a file.
        let _ = write!(line, " --data-raw {}", quoted(body));
    }
    if steps.url.contains(['[', ']', '{', '}']) {
        // curl would read these as ranges and lists.
        line.push_str(" --globoff");
    }
    let _ = write!(line, " {}", quoted(&steps.url));
    line
}

/// The request target of an absolute URL: path and query, without the fragment.
fn request_target(url: &str) -> String {
    let sent = url.split('#').next().unwrap_or_default();
    let rest = sent.split_once("://").map_or(sent, |(_, rest)| rest);
    match rest.find(['/', '?']) {
        None => "/".to_owned(),
        Some(at) if rest[at..].starts_with('?') => format!("/{}", &rest[at..]),
        Some(at) => rest[at..].to_owned(),
    }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::{curl, http};
    use findings::sign::SignResult;

    fn steps() -> SignResult {
        SignResult {
            canonical_request: String::new(),
            string_to_sign: String::new(),
            signature: String::new(),
            authorization: None,
            url: "https://h/it's?a=b".to_owned(),
            headers: vec![("host".into(), "h".into()), ("x-empty".into(), String::new())],
        }
    }

    #[test]
    fn a_curl_command_keeps_quotes_and_empty_headers() {
        assert_eq!(
            curl("PUT", &steps(), "it's"),
            r"curl --path-as-is -X 'PUT' -H 'host: h' -H 'x-empty;' -H 'Content-Type:' --data-raw 'it'\''s' 'https://h/it'\''s?a=b'"
        );
    }

    #[test]
    fn a_curl_command_takes_brackets_literally() {
        for target in ["?params[page]=1", "?f={x,y}", "a[1-3]"] {
            let url = format!("https://h/{target}");
            let line = curl("GET", &SignResult { url, ..steps() }, "");
            assert!(line.ends_with(&format!(" --globoff 'https://h/{target}'")), "{line}");
        }
        assert!(!curl("GET", &steps(), "").contains("--globoff"));
    }

    #[test]
    fn http_text_has_the_request_target() {
        assert_eq!(
            http("PUT", &steps(), "x"),
            "PUT /it's?a=b HTTP/1.1\r\nhost: h\r\nx-empty: \r\ncontent-length: 1\r\n\r\nx"
        );
    }
}
