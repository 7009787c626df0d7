//! The log of botocore, or of `aws --debug`: it shows what was signed, not the request. The request is put together
//! from the canonical request, which loses how path and query were written on the wire.

use super::{ReadError, Shown};
use crate::request::SignedRequest;

/// The requests of the log, one for each `CanonicalRequest:` that is followed by a signature.
pub(super) fn requests(log: &str) -> Result<Vec<Shown>, ReadError> {
    let mut shown = Vec::new();
    for part in log.split("CanonicalRequest:").skip(1) {
        let Some((canonical, rest)) = part.split_once("StringToSign:") else { continue };
        let Some((string, rest)) = rest.split_once("Signature:") else { continue };
        let signature =
            rest.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
        shown.extend(request(&block(canonical), &block(string), signature, log));
    }
    if shown.is_empty() {
        return Err(ReadError(
            "the log shows no CanonicalRequest with its StringToSign and Signature".to_owned(),
        ));
    }
    Ok(shown)
}

/// The lines behind a label, up to the next line of the log.
fn block(text: &str) -> String {
    let lines = text.trim_start_matches([' ', '\r']).trim_start_matches('\n').lines();
    let is_log = |line: &str| line.contains(" - DEBUG - ") || line.contains(" - MainThread - ");
    lines.take_while(|line| !is_log(line)).collect::<Vec<_>>().join("\n")
}

fn request(canonical: &str, string: &str, signature: &str, log: &str) -> Option<Shown> {
    let mut lines = canonical.lines();
    let (method, path, query) = (lines.next()?, lines.next()?, lines.next()?);
    let mut headers: Vec<(String, String)> = lines
        .by_ref()
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let list = lines.next()?;
    let scope = string.lines().nth(2)?;
    let key =
        log.split("Credential=").nth(1).and_then(|rest| rest.split('/').next()).unwrap_or("AKID");
    headers.push((
        "authorization".to_owned(),
        format!(
            "AWS4-HMAC-SHA256 Credential={key}/{scope}, SignedHeaders={list}, Signature={signature}"
        ),
    ));
    let target = if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") };
    let request = SignedRequest { method: method.to_owned(), target, headers, body: Vec::new() };
    Some(Shown { request, answer: None })
}
