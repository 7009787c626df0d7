//! Bodies in signed chunks. The signature of each chunk covers the previous one; the chain begins
//! with the signature of the request.
//!
//! Source: S3 API Reference, "Transferring Payload in Multiple Chunks (Chunked Upload)" and
//! "… Including Trailing Headers".

use hmac::Mac as _;

use super::claim::Claim;
use super::digest::{hex_bytes, hmac_sha256, sha256_hex};
use super::payload::Trailer;
use super::rules::Rules;
use super::signature::{scope, signing_key};

/// An error in a body of signed chunks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ChunkError {
    #[error("the body does not consist of signed chunks with an empty one at the end")]
    Form,
    #[error("the signature of a chunk or of the trailer does not match")]
    Signature,
}

/// Checks that `body` consists of chunks signed with `secret` for this request.
pub(crate) fn verify_chunks(
    body: &[u8],
    trailer: Trailer,
    claim: &Claim,
    secret: &str,
    rules: &Rules<'_>,
) -> Result<(), ChunkError> {
    let mut chain = Chain {
        key: signing_key(secret, claim, rules),
        head: format!("{}\n{}", claim.time, scope(claim, rules)),
        previous: claim.signature.clone(),
    };
    let mut rest = body;
    loop {
        let (head, after) = line(rest).ok_or(ChunkError::Form)?;
        let (length, signature) = head.split_once(";chunk-signature=").ok_or(ChunkError::Form)?;
        if length.starts_with('+') {
            return Err(ChunkError::Form); // from_str_radix would accept the sign
        }
        let length = usize::from_str_radix(length, 16).map_err(|_| ChunkError::Form)?;
        let data = after.get(..length).ok_or(ChunkError::Form)?;
        let hashes = format!("{}\n{}", sha256_hex(b""), sha256_hex(data));
        chain.check("AWS4-HMAC-SHA256-PAYLOAD", &hashes, signature)?;
        rest = &after[length..];
        if length == 0 {
            break;
        }
        rest = rest.strip_prefix(b"\r\n").ok_or(ChunkError::Form)?;
    }
    match trailer {
        // The line end of the last chunk.
        Trailer::None if rest == b"\r\n" => Ok(()),
        Trailer::None => Err(ChunkError::Form),
        Trailer::Signed => check_trailer(rest, &mut chain),
    }
}

/// Checks the trailing headers, one `name:value` per line. The last one is their signature.
fn check_trailer(mut rest: &[u8], chain: &mut Chain) -> Result<(), ChunkError> {
    let mut signed = String::new();
    loop {
        let (header, after) = line(rest).ok_or(ChunkError::Form)?;
        if let Some(signature) = header.strip_prefix("x-amz-trailer-signature:") {
            chain.check("AWS4-HMAC-SHA256-TRAILER", &sha256_hex(signed.as_bytes()), signature)?;
            return if after == b"\r\n" { Ok(()) } else { Err(ChunkError::Form) };
        }
        if !header.contains(':') {
            return Err(ChunkError::Form);
        }
        signed.push_str(header);
        signed.push('\n');
        rest = after;
    }
}

/// Splits off the text before the next CRLF.
fn line(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let end = bytes.windows(2).position(|pair| pair == b"\r\n")?;
    Some((str::from_utf8(&bytes[..end]).ok()?, &bytes[end + 2..]))
}

struct Chain {
    key: Vec<u8>,
    /// Time and scope, each on its own line.
    head: String,
    previous: String,
}

impl Chain {
    fn check(&mut self, kind: &str, hashes: &str, signature: &str) -> Result<(), ChunkError> {
        let to_sign = format!("{kind}\n{}\n{}\n{hashes}", self.head, self.previous);
        let sent = hex_bytes(signature).ok_or(ChunkError::Form)?;
        let mac = hmac_sha256(&self.key, &to_sign);
        mac.verify_slice(&sent).map_err(|_| ChunkError::Signature)?;
        signature.clone_into(&mut self.previous);
        Ok(())
    }
}
