//! What the two versions of `ListObjects` share: the page itself, and how names are written.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::ops::Bound;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::{OWNER_ID, Request, timestamp};
use crate::facts::s3 as facts;
use crate::refusal::{Refusal, element};
use crate::store::{Bucket, Object};

/// The most entries that a page holds, whatever is asked for.
const MOST: usize = 1000;

/// Which part of a bucket is asked for.
pub(super) struct Selection<'a> {
    pub(super) prefix: &'a str,
    pub(super) delimiter: &'a str,
    pub(super) max_keys: usize,
    /// Keys up to and including this one are left out.
    pub(super) after: &'a str,
}

/// One page.
pub(super) struct Page<'a> {
    pub(super) contents: Vec<(&'a str, &'a Object)>,
    pub(super) common_prefixes: Vec<&'a str>,
    /// The last key or common prefix on this page, if there is more to come.
    pub(super) next: Option<&'a str>,
}

impl Selection<'_> {
    pub(super) fn page<'a>(&self, bucket: &'a Bucket) -> Page<'a> {
        let mut page = Page { contents: Vec::new(), common_prefixes: Vec::new(), next: None };
        if self.max_keys == 0 {
            return page;
        }
        let start = if self.after >= self.prefix {
            Bound::Excluded(self.after)
        } else {
            Bound::Included(self.prefix)
        };
        let mut last = "";
        for (key, object) in bucket.objects.range::<str, _>((start, Bound::Unbounded)) {
            if !key.starts_with(self.prefix) {
                break;
            }
            let rolled = self.common_prefix(key);
            // Already listed, on this page or, if the page starts after it, on an earlier one.
            if rolled.is_some_and(|it| it == self.after || page.common_prefixes.last() == Some(&it))
            {
                continue;
            }
            if page.contents.len() + page.common_prefixes.len() == self.max_keys {
                page.next = Some(last);
                break;
            }
            match rolled {
                Some(prefix) => page.common_prefixes.push(prefix),
                None => page.contents.push((key, object)),
            }
            last = rolled.unwrap_or(key);
        }
        page
    }

    /// What of the key reaches up to the first delimiter behind the prefix.
    fn common_prefix<'a>(&self, key: &'a str) -> Option<&'a str> {
        if self.delimiter.is_empty() {
            return None;
        }
        let at = key[self.prefix.len()..].find(self.delimiter)?;
        Some(&key[..self.prefix.len() + at + self.delimiter.len()])
    }
}

/// The number of entries asked for, cut to 1,000.
pub(super) fn max_keys(request: &Request<'_>) -> Result<usize, Refusal> {
    let Some(text) = request.parameter("max-keys").filter(|text| !text.is_empty()) else {
        return Ok(MOST);
    };
    let refuse =
        |case, name| Refusal::of(case).detail("ArgumentName", name).detail("ArgumentValue", text);
    let number: i32 = text.parse().map_err(|_| refuse(facts::MAX_KEYS_NOT_A_NUMBER, "max-keys"))?;
    let number =
        usize::try_from(number).map_err(|_| refuse(facts::MAX_KEYS_NEGATIVE, "maxKeys"))?;
    Ok(number.min(MOST))
}

/// How names are written: as they are, or percent-encoded where the client asked for it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Plain,
    Url,
}

/// What stays as it is under `encoding-type=url`: recorded are `/` and `=`, and that a space
/// becomes `+` (which botocore decodes likewise). The rest is the usual form encoding.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'*')
    .remove(b'~')
    .remove(b'/')
    .remove(b'=')
    .remove(b' ');

impl Encoding {
    pub(super) fn asked(request: &Request<'_>) -> Result<Self, Refusal> {
        match request.parameter("encoding-type") {
            None => Ok(Encoding::Plain),
            Some("url") => Ok(Encoding::Url),
            Some(other) => Err(Refusal::of(facts::ENCODING_TYPE)
                .detail("ArgumentName", "encoding-type")
                .detail("ArgumentValue", other)),
        }
    }

    /// Writes `<name>text</name>` with a name of S3's, which XML may not carry as it is.
    pub(super) fn element(self, xml: &mut String, name: &str, text: &str) {
        let text = match self {
            Encoding::Plain => Cow::Borrowed(text),
            Encoding::Url => {
                Cow::Owned(utf8_percent_encode(text, ENCODED).to_string().replace(' ', "+"))
            }
        };
        let start = xml.len();
        element(xml, name, &text);
        if text.contains('\n') {
            let written = xml.split_off(start).replace('\n', "&#10;");
            xml.push_str(&written);
        }
    }
}

/// Whether entries name their owner.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    Shown,
    Left,
}

/// The entries of a page: objects first, then common prefixes.
pub(super) fn write_entries(xml: &mut String, page: &Page<'_>, encoding: Encoding, owner: Owner) {
    for (key, object) in &page.contents {
        xml.push_str("<Contents>");
        encoding.element(xml, "Key", key);
        element(xml, "LastModified", &timestamp(object.modified));
        element(xml, "ETag", &format!("\"{}\"", object.etag));
        let _ = write!(xml, "<Size>{}</Size>", object.body.len());
        if owner == Owner::Shown {
            let _ = write!(xml, "<Owner><ID>{OWNER_ID}</ID></Owner>");
        }
        xml.push_str("<StorageClass>STANDARD</StorageClass></Contents>");
    }
    for prefix in &page.common_prefixes {
        xml.push_str("<CommonPrefixes>");
        encoding.element(xml, "Prefix", prefix);
        xml.push_str("</CommonPrefixes>");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store;

    fn archive() -> Bucket {
        store::buckets().into_iter().next().unwrap()
    }

    /// Every page of a selection, as one list of entries in order.
    fn walk(bucket: &Bucket, prefix: &str, delimiter: &str, max_keys: usize) -> Vec<String> {
        let mut entries = Vec::new();
        let mut after = String::new();
        loop {
            let page = Selection { prefix, delimiter, max_keys, after: &after }.page(bucket);
            assert!(page.contents.len() + page.common_prefixes.len() <= max_keys);
            entries.extend(page.contents.iter().map(|(key, _)| (*key).to_owned()));
            entries.extend(page.common_prefixes.iter().map(|prefix| (*prefix).to_owned()));
            match page.next {
                Some(next) => after = next.to_owned(),
                None => return entries,
            }
        }
    }

    #[test]
    fn pages_of_any_size_add_up_to_the_bucket() {
        let bucket = archive();
        let all: Vec<String> = bucket.objects.keys().cloned().collect();
        for max_keys in [1, 7, 999, 1000] {
            assert_eq!(walk(&bucket, "", "", max_keys), all, "{max_keys}");
        }
    }

    #[test]
    fn a_delimiter_rolls_keys_up_once() {
        let bucket = archive();
        for max_keys in [1, 2, 1000] {
            let mut entries = walk(&bucket, "", "/", max_keys);
            entries.sort();
            assert_eq!(entries, ["about.txt", "awkward/", "data/"], "{max_keys}");
            let years = walk(&bucket, "data/", "/", max_keys);
            assert_eq!(years, ["data/2023/", "data/2024/", "data/2025/"], "{max_keys}");
        }
    }

    #[test]
    fn names_are_encoded_on_request_only() {
        let mut plain = String::new();
        Encoding::Plain.element(&mut plain, "Key", "a b\n\r<é");
        assert_eq!(plain, "<Key>a b&#10;&#13;&lt;é</Key>");
        let mut url = String::new();
        Encoding::Url.element(&mut url, "Key", "a b+c/d=e~\n(é)%&");
        assert_eq!(url, "<Key>a+b%2Bc/d=e~%0A%28%C3%A9%29%25%26</Key>");
    }
}
