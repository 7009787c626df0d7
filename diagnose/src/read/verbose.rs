//! The log of `curl -v`: `> ` before what is sent, `< ` before what comes back.

use super::{ReadError, Shown, http};

/// Every request of the log. A body is not in it; what stands behind an answer's headers belongs to the answer.
pub(super) fn requests(log: &str) -> Result<Vec<Shown>, ReadError> {
    let mut exchanges: Vec<(String, String)> = Vec::new();
    let mut in_answer = false;
    for line in log.lines() {
        if let Some(sent) = line.strip_prefix("> ").or_else(|| line.strip_prefix('>')) {
            if sent.contains(" HTTP/") && !sent.contains(": ") {
                exchanges.push((String::new(), String::new()));
                in_answer = false;
            }
            if let Some((request, _)) = exchanges.last_mut() {
                request.push_str(sent.trim_end_matches('\r'));
                request.push_str("\r\n");
            }
        } else if let Some((_, answer)) = exchanges.last_mut() {
            let received = line
                .strip_prefix("< ")
                .or_else(|| line.strip_prefix('<').filter(|rest| rest.trim().is_empty()));
            in_answer |= received.is_some();
            let is_note = ["* ", "} ", "{ "].iter().any(|mark| line.starts_with(mark));
            if let Some(text) = received.or_else(|| (in_answer && !is_note).then_some(line)) {
                answer.push_str(text);
                answer.push('\n');
            }
        }
    }
    exchanges
        .into_iter()
        .map(|(request, answer)| {
            let answer = (!answer.trim().is_empty()).then_some(answer);
            Ok(Shown { request: http::request(request.as_bytes())?, answer })
        })
        .collect()
}
