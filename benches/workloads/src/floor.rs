use crate::workload::{REGION, expires, time};
use crate::{Arm, Location, Proof, Workload};
use contract::Credentials;
use raw::sigv4::{Buffers, KeyCache, Params, Timestamp, presign, sign};
use sha2::block_api::compress256;
use std::hint::black_box;

/// How many SHA-256 compressions a signature needs, whatever the implementation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Compressions {
    /// With a cached signing key and both of its padded states.
    pub kept_key: u64,
    /// With a newly derived signing key.
    pub new_key: u64,
}

/// Computes the compressions that `workload` needs from the lengths of its steps.
///
/// # Panics
/// Never: every workload can be signed.
#[must_use]
pub fn compressions(workload: &Workload, credentials: &Credentials) -> Compressions {
    let runs = Runs::of(workload, credentials);
    let kept_key = runs.payload + runs.canonical_request + runs.string_to_sign + 1;
    Compressions { kept_key, new_key: kept_key + runs.signing_key }
}

/// The compressions of each step. A step cannot begin before the previous one has ended.
struct Runs {
    signing_key: u64,
    payload: u64,
    canonical_request: u64,
    /// The inner hash of the HMAC. The outer hash is one more compression.
    string_to_sign: u64,
}

impl Runs {
    fn of(workload: &Workload, credentials: &Credentials) -> Self {
        let params = Params {
            credentials,
            region: REGION,
            service: workload.service,
            time: Timestamp::new(time()).expect("a constant time"),
            rules: workload.rules(),
        };
        let (keys, mut buffers) = (KeyCache::new(), Buffers::default());
        let request = workload.request();
        let (canonical_request, string_to_sign) = match workload.location {
            Location::Header => {
                let signed = sign(&request, &params, &keys, &mut buffers);
                let signed = signed.expect("a workload can be signed");
                (signed.canonical_request.as_str().len(), signed.string_to_sign.as_str().len())
            }
            Location::Query => {
                let presigned = presign(&request, &params, expires(), &keys, &mut buffers);
                let presigned = presigned.expect("a workload can be signed");
                (
                    presigned.canonical_request.as_str().len(),
                    presigned.string_to_sign.as_str().len(),
                )
            }
        };
        // An HMAC compresses two blocks of padded key, the message, and a block with the inner hash. The
        // derivation is four HMACs of short messages, and ends with padding the last key.
        let hmac_of_short_text = 4;
        Self {
            signing_key: 4 * hmac_of_short_text + 2,
            // The hash of nothing is a constant.
            payload: if workload.body.is_empty() { 0 } else { blocks(workload.body.len()) },
            canonical_request: blocks(canonical_request),
            string_to_sign: blocks(string_to_sign),
        }
    }
}

/// The number of 64-byte blocks that SHA-256 pads `length` bytes to. Padding adds at least a byte, and
/// eight bytes of length (FIPS 180-4, 5.1.1).
fn blocks(length: usize) -> u64 {
    (length as u64 + 1 + 8).div_ceil(64)
}

/// The lower bound for every signer: the compressions that the workload needs, and nothing else.
pub(crate) struct Floor {
    name: &'static str,
    /// Blocks of each step, in order. Each run starts from the state that the previous one left, as in a
    /// signature, so that the processor cannot overlap two runs.
    runs: Vec<usize>,
    blocks: Vec<[u8; 64]>,
    state: [u32; 8],
}

impl Floor {
    pub(crate) fn with_kept_key(workload: &Workload, credentials: &Credentials) -> Self {
        let Runs { payload, canonical_request, string_to_sign, .. } =
            Runs::of(workload, credentials);
        Self::new("floor", &[payload, canonical_request, string_to_sign, 1])
    }

    pub(crate) fn with_new_key(workload: &Workload, credentials: &Credentials) -> Self {
        let Runs { signing_key, payload, canonical_request, string_to_sign } =
            Runs::of(workload, credentials);
        let runs = [payload, canonical_request, signing_key, string_to_sign, 1];
        Self::new("floor-new-key", &runs)
    }

    fn new(name: &'static str, runs: &[u64]) -> Self {
        let runs = runs.iter().map(|run| usize::try_from(*run).expect("few blocks"));
        let runs: Vec<_> = runs.filter(|run| *run > 0).collect();
        let longest = runs.iter().copied().max().unwrap_or_default();
        let blocks = vec![
            *b"sixty-four bytes of anything at all, since hashing takes no shortcut"
                .first_chunk()
                .expect("the text is longer than 64 bytes");
            longest
        ];
        Self { name, runs, blocks, state: [0; 8] }
    }
}

impl Arm for Floor {
    fn name(&self) -> &'static str {
        self.name
    }

    fn prove(&mut self) -> Proof {
        Proof::Compressions(self.runs.iter().map(|run| *run as u64).sum())
    }

    fn run(&mut self, times: u64) {
        for _ in 0..times {
            for run in &self.runs {
                compress256(&mut self.state, &black_box(&self.blocks)[..*run]);
            }
            black_box(&self.state);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Compressions, blocks, compressions};
    use crate::{all, credentials};

    #[test]
    fn padding_takes_at_least_nine_bytes() {
        assert_eq!([0, 55, 56, 64, 119, 120].map(blocks), [1, 1, 2, 2, 2, 3]);
    }

    #[test]
    fn each_workload_needs_as_many_compressions_as_counted_by_hand() {
        let counted = all().map(|workload| compressions(&workload, &credentials()));
        let expected = [17, 21, 26, 1042, 18];
        let expected = expected.map(|kept_key| Compressions { kept_key, new_key: kept_key + 18 });
        assert_eq!(counted, expected);
    }
}
