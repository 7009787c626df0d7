//! A HAR file: what a browser's developer tools save of a page's requests.
//!
//! Source: HTTP Archive 1.2, <http://www.softwareishard.com/blog/har-12-spec/>.

use serde_json::Value;

use super::{ReadError, Shown, of_url};

/// The signed requests of the file; all of them, if none looks signed.
pub(super) fn requests(text: &str) -> Result<Vec<Shown>, ReadError> {
    let har: Value = serde_json::from_str(text)
        .map_err(|error| ReadError(format!("the HAR file cannot be read: {error}")))?;
    let entries = har["log"]["entries"].as_array().map_or(&[][..], Vec::as_slice);
    let all = entries.iter().map(entry).collect::<Result<Vec<_>, _>>()?;
    let is_signed = |shown: &&Shown| {
        shown.request.header("authorization").is_some() || shown.request.query().contains("X-Amz-")
    };
    let signed: Vec<_> = all.iter().filter(is_signed).cloned().collect();
    match (signed.is_empty(), all.is_empty()) {
        (_, true) => Err(ReadError("the HAR file holds no request".to_owned())),
        (true, false) => Ok(all),
        (false, false) => Ok(signed),
    }
}

fn entry(entry: &Value) -> Result<Shown, ReadError> {
    let request = &entry["request"];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut read = of_url(request["method"].as_str().unwrap_or("GET"), &text(&request["url"]))?;
    let headers = request["headers"].as_array().map_or(&[][..], Vec::as_slice);
    let headers: Vec<_> = headers
        .iter()
        .map(|header| (text(&header["name"]), text(&header["value"])))
        .filter(|(name, _)| !name.starts_with(':'))
        .collect();
    if headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
        read.headers.clear();
    }
    read.headers.extend(headers);
    read.body = text(&request["postData"]["text"]).into_bytes();
    let answer = entry["response"]["content"]["text"].as_str().map(str::to_owned);
    Ok(Shown { request: read, answer })
}
