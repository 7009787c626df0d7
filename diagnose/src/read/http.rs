//! HTTP/1.1 text (RFC 9112): a request line, headers, an empty line, a body.

use super::{ReadError, shortened};
use crate::request::SignedRequest;

/// The request in `bytes`. Lines may end in LF; what stands behind the empty line is the body, as long as
/// Content-Length says, and to the end where it says nothing.
pub(super) fn request(bytes: &[u8]) -> Result<SignedRequest, ReadError> {
    let begin = bytes.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    let mut rest = &bytes[begin..];
    let line = next_line(&mut rest);
    let mut words = line.split(' ');
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let is_method = !method.is_empty() && method.bytes().all(|byte| byte.is_ascii_alphabetic());
    let is_http = words.next().is_some_and(|version| version.starts_with("HTTP/"));
    if !is_method || target.is_empty() || !is_http {
        return Err(ReadError(format!(
            "this is no HTTP request, curl command or log, presigned URL, botocore log or HAR file: it begins with {:?}",
            shortened(&line)
        )));
    }
    let mut headers: Vec<(String, String)> = Vec::new();
    loop {
        if rest.is_empty() {
            break;
        }
        let line = next_line(&mut rest);
        if line.is_empty() {
            break;
        }
        if line.starts_with([' ', '\t']) {
            // A folded line continues the value above it.
            if let Some((_, value)) = headers.last_mut() {
                value.push(' ');
                value.push_str(line.trim());
                continue;
            }
        }
        let Some((name, value)) = line.split_once(':') else {
            return Err(ReadError(format!("the header line {:?} has no colon", shortened(&line))));
        };
        let value = value.strip_prefix(' ').unwrap_or(value);
        headers.push((name.trim().to_owned(), value.to_owned()));
    }
    let length = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let length = length.and_then(|(_, value)| value.trim().parse::<usize>().ok());
    let body = match length {
        Some(length) if length <= rest.len() => &rest[..length],
        Some(_) | None => rest,
    };
    let target = match target.split_once("://") {
        // A proxy's form of the request line.
        Some(("http" | "https", after)) => {
            after.find('/').map_or("/", |at| &after[at..]).to_owned()
        }
        Some(_) | None => target.to_owned(),
    };
    Ok(SignedRequest { method: method.to_owned(), target, headers, body: body.to_vec() })
}

/// Takes a line off `rest`, without its end.
fn next_line(rest: &mut &[u8]) -> String {
    let end = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
    let line = rest[..end].strip_suffix(b"\r").unwrap_or(&rest[..end]);
    *rest = &rest[(end + 1).min(rest.len())..];
    String::from_utf8_lossy(line).into_owned()
}
