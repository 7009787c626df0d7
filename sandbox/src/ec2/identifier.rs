//! Ids and opaque texts that look like AWS's and are the same in every run.

/// `prefix-0` and sixteen hexadecimal digits. Distinct numbers give distinct ids of a kind.
pub(super) fn id(prefix: &str, number: u64) -> String {
    format!("{prefix}-0{:016x}", scramble(hash(prefix).wrapping_add(number)))
}

/// Whether `id` is `prefix-` and 8 or 17 hexadecimal digits, the two lengths that AWS has used.
pub(super) fn is_well_formed(prefix: &str, id: &str) -> bool {
    id.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('-')).is_some_and(|digits| {
        matches!(digits.len(), 8 | 17)
            && digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    })
}

/// The FNV-1a hash of a text.
pub(super) fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// The finaliser of `splitmix64`. It is a bijection, so counters do not collide.
pub(super) fn scramble(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// A meaningless text in the alphabet of base64url, as long as AWS's encoded messages.
pub(super) fn encoded_message(about: &str) -> String {
    const WORDS: u64 = 60;
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let seed = hash(about);
    (0..WORDS).fold(String::new(), |mut text, word| {
        let bytes = scramble(seed.wrapping_add(word)).to_be_bytes();
        text.extend(bytes.map(|byte| char::from(ALPHABET[usize::from(byte & 63)])));
        text
    })
}

/// A product code like the Marketplace's: 25 lower-case letters and digits.
pub(super) fn product_code(about: &str) -> String {
    const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz012345";
    let seed = hash(about);
    (0..25)
        .map(|at| char::from(ALPHABET[(scramble(seed.wrapping_add(at)) & 31) as usize]))
        .collect()
}
