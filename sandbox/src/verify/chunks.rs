//! A body that arrives in chunks, each signed with the signature before it.
//!
//! Source: S3 API Reference, "Transferring Payload in Multiple Chunks (Chunked Upload)" and
//! "… Including Trailing Headers". The signature of the request itself comes first in the chain.

use hmac::Mac as _;

use super::canonical::{hex_bytes, hmac_sha256, scope, sha256_hex, signing_key};
use super::{Claim, Rules};

/// What follows the last chunk, which is empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trailer {
    None,
    /// Headers, and a signature over them.
    Signed,
}

/// Why a body in chunks is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ChunkFault {
    #[error("the body does not consist of signed chunks, the last of them empty")]
    Form,
    #[error("a chunk of the body, or its trailer, is not signed with the signature before it")]
    Signature,
}

/// Checks that `body` is nothing but chunks that the holder of `secret` signed for this request.
pub(crate) fn check_chunks(
    body: &[u8],
    trailer: Trailer,
    claim: &Claim,
    secret: &str,
    rules: &Rules<'_>,
) -> Result<(), ChunkFault> {
    let mut chain = Chain {
        key: signing_key(secret, claim, rules),
        head: format!("{}\n{}", claim.time, scope(claim, rules)),
        previous: claim.signature.clone(),
    };
    let mut rest = body;
    loop {
        let (head, after) = line(rest).ok_or(ChunkFault::Form)?;
        let (length, signature) = head.split_once(";chunk-signature=").ok_or(ChunkFault::Form)?;
        if length.starts_with('+') {
            return Err(ChunkFault::Form); // which from_str_radix would take for a number
        }
        let length = usize::from_str_radix(length, 16).map_err(|_| ChunkFault::Form)?;
        let data = after.get(..length).ok_or(ChunkFault::Form)?;
        let hashes = format!("{}\n{}", sha256_hex(b""), sha256_hex(data));
        chain.check("AWS4-HMAC-SHA256-PAYLOAD", &hashes, signature)?;
        rest = &after[length..];
        if length == 0 {
            break;
        }
        rest = rest.strip_prefix(b"\r\n").ok_or(ChunkFault::Form)?;
    }
    match trailer {
        // The line that ends the last chunk.
        Trailer::None if rest == b"\r\n" => Ok(()),
        Trailer::None => Err(ChunkFault::Form),
        Trailer::Signed => check_trailer(rest, &mut chain),
    }
}

/// Checks the trailing headers, `name:value` a line, of which the last is their signature.
fn check_trailer(mut rest: &[u8], chain: &mut Chain) -> Result<(), ChunkFault> {
    let mut signed = String::new();
    loop {
        let (header, after) = line(rest).ok_or(ChunkFault::Form)?;
        if let Some(signature) = header.strip_prefix("x-amz-trailer-signature:") {
            chain.check("AWS4-HMAC-SHA256-TRAILER", &sha256_hex(signed.as_bytes()), signature)?;
            return if after == b"\r\n" { Ok(()) } else { Err(ChunkFault::Form) };
        }
        if !header.contains(':') {
            return Err(ChunkFault::Form);
        }
        signed.push_str(header);
        signed.push('\n');
        rest = after;
    }
}

/// The text up to the next line break, and what follows it.
fn line(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let end = bytes.windows(2).position(|pair| pair == b"\r\n")?;
    Some((str::from_utf8(&bytes[..end]).ok()?, &bytes[end + 2..]))
}

struct Chain {
    key: Vec<u8>,
    /// Time and scope.
    head: String,
    previous: String,
}

impl Chain {
    fn check(&mut self, kind: &str, hashes: &str, signature: &str) -> Result<(), ChunkFault> {
        let to_sign = format!("{kind}\n{}\n{}\n{hashes}", self.head, self.previous);
        let sent = hex_bytes(signature).ok_or(ChunkFault::Form)?;
        let mac = hmac_sha256(&self.key, &to_sign);
        mac.verify_slice(&sent).map_err(|_| ChunkFault::Signature)?;
        signature.clone_into(&mut self.previous);
        Ok(())
    }
}
