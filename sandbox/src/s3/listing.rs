//! What both versions of `ListObjects` share: the page, and the encoding of names.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::ops::Bound;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::document::OWNER_ID;
use super::request::S3Request;
use crate::facts::s3 as facts;
use crate::refusal::Refusal;
use crate::store::{Bucket, Object};
use crate::xml::element;
use crate::xml::timestamp;

/// The largest number of entries on a page.
const LARGEST_PAGE: usize = 1000;

/// The requested part of a bucket.
pub(super) struct ListingQuery<'a> {
    pub(super) prefix: &'a str,
    pub(super) delimiter: &'a str,
    pub(super) max_keys: usize,
    /// The page starts after this key.
    pub(super) after: &'a str,
}

/// A page of a listing.
pub(super) struct ListingPage<'a> {
    pub(super) contents: Vec<(&'a str, &'a Object)>,
    pub(super) common_prefixes: Vec<&'a str>,
    /// The last key or common prefix on this page, if there are more pages.
    pub(super) next: Option<&'a str>,
}

impl<'q> ListingQuery<'q> {
    pub(super) fn read(request: &'q S3Request<'_>, after: &'q str) -> Result<Self, Refusal> {
        Ok(ListingQuery {
            prefix: request.parameter("prefix").unwrap_or_default(),
            delimiter: request.parameter("delimiter").unwrap_or_default(),
            max_keys: max_keys(request)?,
            after,
        })
    }

    pub(super) fn page<'a>(&self, bucket: &'a Bucket) -> ListingPage<'a> {
        let mut page =
            ListingPage { contents: Vec::new(), common_prefixes: Vec::new(), next: None };
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
            let grouped = self.common_prefix(key);
            // The prefix is already listed, on this page or on the one before.
            if grouped
                .is_some_and(|it| it == self.after || page.common_prefixes.last() == Some(&it))
            {
                continue;
            }
            if page.contents.len() + page.common_prefixes.len() == self.max_keys {
                page.next = Some(last);
                break;
            }
            match grouped {
                Some(prefix) => page.common_prefixes.push(prefix),
                None => page.contents.push((key, object)),
            }
            last = grouped.unwrap_or(key);
        }
        page
    }

    /// The key up to the first delimiter after the prefix.
    fn common_prefix<'a>(&self, key: &'a str) -> Option<&'a str> {
        if self.delimiter.is_empty() {
            return None;
        }
        let at = key[self.prefix.len()..].find(self.delimiter)?;
        Some(&key[..self.prefix.len() + at + self.delimiter.len()])
    }
}

/// The requested number of entries, limited to 1,000.
fn max_keys(request: &S3Request<'_>) -> Result<usize, Refusal> {
    let Some(text) = request.parameter("max-keys").filter(|text| !text.is_empty()) else {
        return Ok(LARGEST_PAGE);
    };
    let refuse = |case, name| {
        Refusal::from_fact(case).detail("ArgumentName", name).detail("ArgumentValue", text)
    };
    let number: i32 = text.parse().map_err(|_| refuse(facts::MAX_KEYS_NOT_A_NUMBER, "max-keys"))?;
    let number =
        usize::try_from(number).map_err(|_| refuse(facts::MAX_KEYS_NEGATIVE, "maxKeys"))?;
    Ok(number.min(LARGEST_PAGE))
}

/// The encoding of names: none, or percent-encoding on request.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Plain,
    Url,
}

/// The characters that `encoding-type=url` encodes. Recorded from S3 are that `/` and `=` stay and
/// that a space becomes `+` (which botocore decodes); the rest is the usual form encoding.
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
    pub(super) fn of(request: &S3Request<'_>) -> Result<Self, Refusal> {
        match request.parameter("encoding-type") {
            None => Ok(Encoding::Plain),
            Some("url") => Ok(Encoding::Url),
            Some(other) => Err(Refusal::from_fact(facts::ENCODING_TYPE)
                .detail("ArgumentName", "encoding-type")
                .detail("ArgumentValue", other)),
        }
    }

    /// Writes `<name>text</name>`, where the text may contain characters that XML would not preserve.
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

/// Whether entries include their owner.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum OwnerField {
    Included,
    Omitted,
}

/// Writes the entries of a page: objects, then common prefixes.
pub(super) fn write_entries(
    xml: &mut String,
    page: &ListingPage<'_>,
    encoding: Encoding,
    owner: OwnerField,
) {
    for (key, object) in &page.contents {
        xml.push_str("<Contents>");
        encoding.element(xml, "Key", key);
        element(xml, "LastModified", &timestamp(object.modified));
        element(xml, "ETag", &format!("\"{}\"", object.etag));
        let _ = write!(xml, "<Size>{}</Size>", object.body.len());
        if owner == OwnerField::Included {
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

    /// The entries of all pages of a query.
    fn walk(bucket: &Bucket, prefix: &str, delimiter: &str, max_keys: usize) -> Vec<String> {
        let mut entries = Vec::new();
        let mut after = String::new();
        loop {
            let page = ListingQuery { prefix, delimiter, max_keys, after: &after }.page(bucket);
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
    fn a_delimiter_groups_keys_into_common_prefixes() {
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
    fn names_are_encoded_only_on_request() {
        let mut plain = String::new();
        Encoding::Plain.element(&mut plain, "Key", "a b\n\r<é");
        assert_eq!(plain, "<Key>a b&#10;&#13;&lt;é</Key>");
        let mut url = String::new();
        Encoding::Url.element(&mut url, "Key", "a b+c/d=e~\n(é)%&");
        assert_eq!(url, "<Key>a+b%2Bc/d=e~%0A%28%C3%A9%29%25%26</Key>");
    }
}
