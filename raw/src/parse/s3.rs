//! The answers of S3, API version 2006-03-01.

use contract::{Answer, Bucket, Object, ObjectListing};

use super::Page;
use super::xml::{Document, XmlError};

/// [`ListAllMyBucketsResult`](https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html).
pub(super) fn buckets(body: &[u8]) -> Result<Page, XmlError> {
    let mut xml = Document::new(body)?;
    xml.expect_root("ListAllMyBucketsResult")?;
    let (mut buckets, mut next) = (None, None);
    while let Some(element) = xml.child()? {
        match element {
            "Buckets" => xml.once(&mut buckets, |xml| xml.list("Bucket", bucket))?,
            "ContinuationToken" => xml.once(&mut next, Document::string)?,
            _ => xml.skip()?,
        }
    }
    // The list is empty for an account without buckets, and never absent.
    let buckets = buckets.ok_or_else(|| xml.missing("Buckets"))?;
    xml.finish()?;
    let next = next.filter(|token: &String| !token.is_empty());
    Ok(Page { answer: Answer::Buckets(buckets), next })
}

fn bucket(xml: &mut Document<'_>) -> Result<Bucket, XmlError> {
    let (mut name, mut created, mut region) = (None, None, None);
    while let Some(element) = xml.child()? {
        match element {
            "Name" => xml.once(&mut name, |xml| xml.name("Name"))?,
            "CreationDate" => xml.once(&mut created, |xml| xml.time("CreationDate"))?,
            "BucketRegion" => xml.once(&mut region, Document::string)?,
            _ => xml.skip()?,
        }
    }
    Ok(Bucket { name: name.ok_or_else(|| xml.missing("Name"))?, created, region })
}

/// [`ListBucketResult`](https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html) of
/// version 2.
pub(super) fn objects(body: &[u8]) -> Result<Page, XmlError> {
    let mut xml = Document::new(body)?;
    xml.expect_root("ListBucketResult")?;
    let mut listing =
        ObjectListing { objects: Vec::new(), common_prefixes: Vec::new(), truncated: false };
    let (mut truncated, mut next, mut encoding) = (None, None, None);
    while let Some(element) = xml.child()? {
        match element {
            "Contents" => {
                listing.objects.push(object(&mut xml)?);
                xml.check_density(&listing.objects)?;
            }
            "CommonPrefixes" => listing.common_prefixes.push(common_prefix(&mut xml)?),
            "IsTruncated" => xml.once(&mut truncated, |xml| xml.flag("IsTruncated"))?,
            "NextContinuationToken" => xml.once(&mut next, Document::string)?,
            "EncodingType" => xml.once(&mut encoding, Document::string)?,
            _ => xml.skip()?,
        }
    }
    listing.truncated = truncated.ok_or_else(|| xml.missing("IsTruncated"))?;
    let next = next.filter(|token| !token.is_empty());
    if listing.truncated && next.is_none() {
        return Err(xml.missing("NextContinuationToken"));
    }
    // Only `IsTruncated` decides whether there is another page.
    let next = next.filter(|_| listing.truncated);
    // Keys are decoded at the end, because `EncodingType` need not come before them. A server that
    // ignores `encoding-type` leaves it out and sends the keys as they are.
    match encoding.as_deref() {
        Some("url") => decode_keys(&xml, &mut listing)?,
        None | Some("") => {}
        Some(other) => {
            return Err(xml.value_error("EncodingType", other, "a known encoding"));
        }
    }
    xml.finish()?;
    Ok(Page { answer: Answer::Objects(listing), next })
}

fn object(xml: &mut Document<'_>) -> Result<Object, XmlError> {
    let (mut key, mut size, mut etag) = (None, None, None);
    let (mut last_modified, mut storage_class) = (None, None);
    while let Some(element) = xml.child()? {
        match element {
            "Key" => xml.once(&mut key, |xml| xml.name("Key"))?,
            "Size" => xml.once(&mut size, |xml| xml.number("Size"))?,
            "ETag" => xml.once(&mut etag, Document::string)?,
            "LastModified" => xml.once(&mut last_modified, |xml| xml.time("LastModified"))?,
            "StorageClass" => xml.once(&mut storage_class, Document::string)?,
            _ => xml.skip()?,
        }
    }
    let key = key.ok_or_else(|| xml.missing("Key"))?;
    Ok(Object { key, size, etag, last_modified, storage_class })
}

fn common_prefix(xml: &mut Document<'_>) -> Result<String, XmlError> {
    let mut prefix = None;
    while let Some(element) = xml.child()? {
        match element {
            "Prefix" => xml.once(&mut prefix, |xml| xml.name("Prefix"))?,
            _ => xml.skip()?,
        }
    }
    prefix.ok_or_else(|| xml.missing("Prefix"))
}

fn decode_keys(xml: &Document<'_>, listing: &mut ObjectListing) -> Result<(), XmlError> {
    let keys = listing.objects.iter_mut().map(|object| ("Key", &mut object.key));
    let prefixes = listing.common_prefixes.iter_mut().map(|prefix| ("Prefix", prefix));
    for (element, text) in keys.chain(prefixes) {
        if text.contains(['%', '+']) {
            *text = decode(text)
                .ok_or_else(|| xml.value_error(element, text, "percent-encoded UTF-8"))?;
        }
    }
    Ok(())
}

/// Decodes a text that was encoded with `encoding-type=url`. S3 encodes as HTML forms do: a space
/// becomes `+`, and a plus `%2B`.
fn decode(text: &str) -> Option<String> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'+' => b' ',
            b'%' => (hex_digit(bytes.next()?)? << 4) | hex_digit(bytes.next()?)?,
            other => other,
        });
    }
    String::from_utf8(decoded).ok()
}

fn hex_digit(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}
