//! SHA-256 and HMAC over texts that lie in memory whole, on the compression function of `sha2`.
//!
//! The streaming types of `sha2` and `hmac` take a message in pieces and so keep one block back,
//! which is copied in, padded and copied out again. Here every message is one slice: its blocks are
//! compressed where they lie, and only the last is copied. The crates' own cores (`block_api`) do
//! that too, but pad the last block when the processor waits for it: with them `bench signing` showed
//! W1 and W5 a few percent slower.

use sha2::block_api::compress256;

const BLOCK: usize = 64;

/// SHA-256 (FIPS 180-4) between two blocks.
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

/// Compresses `message` into a `state` that has seen `before` bytes, and after it the padding: a bit,
/// zeros, and the length in bits (5.1.1).
fn finish(mut state: State, before: usize, message: &[u8]) -> [u8; 32] {
    let (blocks, rest) = message.as_chunks::<BLOCK>();
    // Before the other blocks are compressed: the processor would wait for what was just copied.
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

/// HMAC-SHA-256 (RFC 2104) with a key whose two padded blocks are compressed already: half of the
/// work for a text as short as a string to sign.
#[derive(Clone, Copy)]
pub(super) struct KeyedHash {
    inner: State,
    outer: State,
}

impl KeyedHash {
    pub(super) fn new(key: &[u8]) -> Self {
        let mut block = [0; BLOCK];
        match block.get_mut(..key.len()) {
            Some(start) => start.copy_from_slice(key),
            None => block[..32].copy_from_slice(&sha256(key)),
        }
        let padded_with = |byte: u8| {
            let mut state = INITIAL;
            compress256(&mut state, &[block.map(|key| key ^ byte)]);
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
    use proptest::collection::vec;
    use proptest::prelude::*;
    use sha2::{Digest, Sha256};

    #[test]
    fn every_length_of_the_last_block_is_padded_right() {
        let message = [b'x'; 200];
        for length in 0..message.len() {
            let expected: [u8; 32] = Sha256::digest(&message[..length]).into();
            assert_eq!(sha256(&message[..length]), expected, "{length}");
        }
    }

    /// Keys and messages of every length around a block, and any bytes.
    #[test]
    fn hmac_is_the_one_of_the_crate() {
        let bytes = || vec(any::<u8>(), 0..200);
        proptest!(|(key in bytes(), message in bytes())| {
            let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
            mac.update(&message);
            let expected: [u8; 32] = mac.finalize().into_bytes().into();
            prop_assert_eq!(KeyedHash::new(&key).of(&message), expected);
        });
    }

    /// RFC 4231, test cases 2, 3 and 6: a short key, a full message block, a key longer than a block.
    #[test]
    fn hmac_agrees_with_its_rfc() {
        for (key, message, starts_with) in [
            (&b"Jefe"[..], &b"what do ya want for nothing?"[..], [0x5b, 0xdc, 0xc1, 0x46]),
            (&[0xaa; 20], &[0xdd; 50], [0x77, 0x3e, 0xa9, 0x1e]),
            (
                &[0xaa; 131],
                b"Test Using Larger Than Block-Size Key - Hash Key First",
                [0x60, 0xe4, 0x31, 0x59],
            ),
        ] {
            assert_eq!(KeyedHash::new(key).of(message)[..4], starts_with);
        }
    }
}
