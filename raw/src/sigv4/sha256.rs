//! SHA-256 and HMAC over texts that lie in memory whole, on the compression function of `sha2`.
//!
//! The streaming types of `sha2` and `hmac` accept a message in parts, so they keep one block back, copy
//! it in, pad it and copy it out again. Here every message is one slice: its blocks are compressed
//! where they lie, and only the last is copied. With the streaming types a signature takes 10 % longer.
//! The crates' own cores (`block_api`) copy as little, but pad the last block when the processor
//! waits for it, which costs a few percent.

use sha2::block_api::compress256;

const BLOCK: usize = 64;

/// The state of SHA-256 (FIPS 180-4) between two blocks.
type State = [u32; 8];

/// FIPS 180-4, 5.3.3.
const INITIAL: State = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
];

/// The hash of `message`.
pub(super) fn sha256(message: &[u8]) -> [u8; 32] {
    finish(INITIAL, 0, message)
}

/// Compresses `message` into a `state` that has absorbed `before` bytes, and then the padding: a one
/// bit, zeros, and the length in bits (FIPS 180-4, 5.1.1).
fn finish(mut state: State, before: usize, message: &[u8]) -> [u8; 32] {
    let (blocks, rest) = message.as_chunks::<BLOCK>();
    // Padded before the other blocks are compressed, or the processor would wait for the copy.
    let bits = 8 * (before + message.len()) as u64;
    let mut last = [[0; BLOCK]; 2];
    last.as_flattened_mut()[..rest.len()].copy_from_slice(rest);
    last.as_flattened_mut()[rest.len()] = 0x80;
    let count = (rest.len() + 1 + size_of_val(&bits)).div_ceil(BLOCK);
    last[count - 1][BLOCK - size_of_val(&bits)..].copy_from_slice(&bits.to_be_bytes());

    if !blocks.is_empty() {
        compress256(&mut state, blocks);
    }
    compress256(&mut state, &last[..count]);

    let mut hash = [0; 32];
    for (bytes, word) in hash.as_chunks_mut().0.iter_mut().zip(state) {
        *bytes = word.to_be_bytes();
    }
    hash
}

/// HMAC-SHA-256 (RFC 2104) with a key whose two padded blocks have been compressed. For a message as
/// short as a string to sign, that is half of the work.
#[derive(Clone, Copy)]
pub(super) struct KeyedHash {
    inner: State,
    outer: State,
}

impl KeyedHash {
    pub(super) fn new(key: &[u8; 32]) -> Self {
        let padded_with = |byte: u8| {
            let mut block = [byte; BLOCK];
            for (padded, key) in block.iter_mut().zip(key) {
                *padded ^= key;
            }
            let mut state = INITIAL;
            compress256(&mut state, &[block]);
            state
        };
        Self { inner: padded_with(0x36), outer: padded_with(0x5c) }
    }

    pub(super) fn of(&self, message: &[u8]) -> [u8; 32] {
        finish(self.outer, BLOCK, &finish(self.inner, BLOCK, message))
    }
}

#[cfg(test)]
mod tests {
    use super::{KeyedHash, sha256};
    use hmac::{Hmac, KeyInit, Mac};
    use sha2::{Digest, Sha256};

    const MESSAGE: [u8; 200] = [b'x'; 200];

    #[test]
    fn a_message_of_any_length_hashes_as_in_sha2() {
        for length in 0..MESSAGE.len() {
            let expected: [u8; 32] = Sha256::digest(&MESSAGE[..length]).into();
            assert_eq!(sha256(&MESSAGE[..length]), expected, "{length}");
        }
    }

    #[test]
    fn a_message_of_any_length_is_authenticated_as_in_hmac() {
        for (length, byte) in (0..MESSAGE.len()).zip(0_u8..) {
            let key = [byte; 32];
            let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
            mac.update(&MESSAGE[..length]);
            let expected: [u8; 32] = mac.finalize().into_bytes().into();
            assert_eq!(KeyedHash::new(&key).of(&MESSAGE[..length]), expected, "{length}");
        }
    }
}
