//! The content of S3: four buckets in two regions, the same at every start.

use std::collections::BTreeMap;

use bytes::Bytes;
use md5::{Digest as _, Md5};
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

use crate::verify::hex;

/// The region of the endpoint itself.
pub(crate) const HOME_REGION: &str = "us-east-1";
/// Another region with a bucket.
pub(crate) const OTHER_REGION: &str = "eu-west-1";

/// A bucket and its objects.
pub(crate) struct Bucket {
    pub(crate) name: &'static str,
    pub(crate) region: &'static str,
    pub(crate) created: OffsetDateTime,
    /// Objects by key. `String` is ordered by UTF-8 bytes, like a listing of S3.
    pub(crate) objects: BTreeMap<String, Object>,
}

/// An object and its metadata.
pub(crate) struct Object {
    pub(crate) body: Bytes,
    pub(crate) content_type: &'static str,
    pub(crate) modified: OffsetDateTime,
    /// The MD5 of the body in hexadecimal, without quotes, as for an object uploaded in one part.
    pub(crate) etag: String,
}

impl Object {
    fn new(body: Bytes, content_type: &'static str, modified: OffsetDateTime) -> Self {
        let etag = hex(&Md5::digest(&body));
        Object { body, content_type, modified, etag }
    }
}

/// The buckets, sorted by name.
pub(crate) fn buckets() -> Vec<Bucket> {
    let bucket = |name, region, created, objects| Bucket { name, region, created, objects };
    vec![
        bucket("archive", HOME_REGION, datetime!(2024-02-29 09:00 UTC), archive()),
        bucket("empty", HOME_REGION, datetime!(2025-01-01 00:00 UTC), BTreeMap::new()),
        bucket(
            "europe",
            OTHER_REGION,
            datetime!(2024-07-14 12:30 UTC),
            three_objects("Grüße aus Irland"),
        ),
        bucket(
            "notes",
            HOME_REGION,
            datetime!(2025-05-05 17:45:30 UTC),
            three_objects("Nothing to report"),
        ),
    ]
}

/// Keys that signers and parsers have got wrong.
const AWKWARD: [&str; 34] = [
    "awkward/ leading space",
    "awkward/trailing space ",
    "awkward/two  spaces",
    "awkward/a+b=c",
    "awkward/a%20b",
    "awkward/100%",
    "awkward/%2F",
    "awkward/this & that",
    "awkward/<tag>",
    "awkward/it's",
    "awkward/say \"hello\"",
    "awkward/what?",
    "awkward/#1",
    "awkward/semi;colon",
    "awkward/colon:colon",
    "awkward/at@home",
    "awkward/dollar$",
    "awkward/comma,comma",
    "awkward/(parentheses)",
    "awkward/[brackets]",
    "awkward/{braces}",
    "awkward/back\\slash",
    "awkward/pipe|caret^grave`",
    "awkward/star*bang!",
    "awkward/~tilde",
    "awkward//double//slash",
    "awkward/./dot",
    "awkward/../up",
    "awkward/trailing/",
    "awkward/line\nfeed",
    "awkward/carriage\rreturn",
    "awkward/caf\u{e9} composed",
    "awkward/cafe\u{301} decomposed",
    "awkward/\u{1f980} 日本語",
];

/// The number of objects in the first bucket: two and a half pages of 1,000.
const ARCHIVE_SIZE: u32 = 2500;

/// A plain text that is listed first, the awkward keys, and regular keys to fill the pages.
fn archive() -> BTreeMap<String, Object> {
    let modified = datetime!(2025-03-01 08:00 UTC);
    let about = "This bucket holds 2,500 objects: this one, some with awkward names, and many \
                 regular ones.\nIt lives in memory, and its content is the same at every start.\n";
    let about = Object::new(Bytes::from_static(about.as_bytes()), "text/plain", modified);
    let mut objects = BTreeMap::from([("about.txt".to_owned(), about)]);
    for key in AWKWARD {
        let body = format!("The key of this object is {key:?}.\n");
        objects.insert(key.to_owned(), Object::new(body.into(), "binary/octet-stream", modified));
    }
    let mut number = 0;
    while objects.len() < ARCHIVE_SIZE as usize {
        let (year, month) = (2023 + number / 1200, 1 + number / 100 % 12);
        let key = format!("data/{year}/{month:02}/part-{:04}.csv", number % 100);
        let body = format!("part,square\n{number},{}\n", number * number);
        let modified = modified + Duration::minutes(number.into());
        objects.insert(key, Object::new(body.into(), "text/csv", modified));
        number += 1;
    }
    objects
}

/// Three objects, one of them large enough to be read in ranges.
fn three_objects(greeting: &'static str) -> BTreeMap<String, Object> {
    let modified = datetime!(2025-06-30 23:59:59 UTC);
    let large: Vec<u8> = (0..=255).cycle().take(64 * 1024).collect();
    BTreeMap::from([
        ("bytes.bin".to_owned(), Object::new(large.into(), "binary/octet-stream", modified)),
        ("greeting.txt".to_owned(), Object::new(greeting.into(), "text/plain", modified)),
        ("nothing".to_owned(), Object::new(Bytes::new(), "binary/octet-stream", modified)),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_bucket_is_in_the_home_region_and_full() {
        let buckets = buckets();
        assert!(buckets.is_sorted_by_key(|bucket| bucket.name));
        assert_eq!(buckets[0].region, HOME_REGION);
        assert_eq!(buckets[0].objects.len(), 2500);
        let (key, first) = buckets[0].objects.first_key_value().unwrap();
        assert_eq!(key, "about.txt");
        assert!(!first.body.is_empty());
        for key in AWKWARD {
            assert!(buckets[0].objects.contains_key(key), "{key:?}");
        }
    }

    #[test]
    fn an_etag_is_the_md5_of_the_body() {
        let empty = Object::new(Bytes::new(), "text/plain", datetime!(2025-01-01 0:00 UTC));
        assert_eq!(empty.etag, "d41d8cd98f00b204e9800998ecf8427e"); // RFC 1321, appendix A.5
    }
}
