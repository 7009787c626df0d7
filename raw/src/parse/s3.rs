//! S3's answers (API version 2006-03-01).

use contract::{Answer, Bucket, Object, ObjectListing};

use super::Page;
use super::xml::{Document, Fault};

/// [`ListAllMyBucketsResult`](https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html).
pub(super) fn buckets(body: &[u8]) -> Result<Page, Fault> {
    let mut xml = Document::new(body)?;
    xml.expect_root("ListAllMyBucketsResult")?;
    let (mut buckets, mut next) = (Vec::new(), None);
    while let Some(element) = xml.child()? {
        match element {
            "Buckets" => {
                while let Some(element) = xml.child()? {
                    match element {
                        "Bucket" => buckets.push(bucket(&mut xml)?),
                        _ => xml.skip()?,
                    }
                }
            }
            "ContinuationToken" => next = Some(xml.string()?).filter(|token| !token.is_empty()),
            _ => xml.skip()?,
        }
    }
    xml.finish()?;
    Ok(Page { answer: Answer::Buckets(buckets), next })
}

fn bucket(xml: &mut Document<'_>) -> Result<Bucket, Fault> {
    let (mut name, mut created, mut region) = (None, None, None);
    while let Some(element) = xml.child()? {
        match element {
            "Name" => name = Some(xml.string()?),
            "CreationDate" => created = Some(xml.time("CreationDate")?),
            "BucketRegion" => region = Some(xml.string()?),
            _ => xml.skip()?,
        }
    }
    Ok(Bucket { name: name.ok_or_else(|| xml.missing("Name"))?, created, region })
}

/// [`ListBucketResult`](https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html) of
/// version 2.
pub(super) fn objects(body: &[u8]) -> Result<Page, Fault> {
    let mut xml = Document::new(body)?;
    xml.expect_root("ListBucketResult")?;
    let mut listing =
        ObjectListing { objects: Vec::new(), common_prefixes: Vec::new(), truncated: false };
    let (mut truncated, mut next, mut encoding) = (None, None, None);
    while let Some(element) = xml.child()? {
        match element {
            "Contents" => listing.objects.push(object(&mut xml)?),
            "CommonPrefixes" => listing.common_prefixes.push(common_prefix(&mut xml)?),
            "IsTruncated" => truncated = Some(xml.flag("IsTruncated")?),
            "NextContinuationToken" => next = Some(xml.string()?),
            "EncodingType" => encoding = Some(xml.string()?),
            _ => xml.skip()?,
        }
    }
    listing.truncated = truncated.ok_or_else(|| xml.missing("IsTruncated"))?;
    match (listing.truncated, &next) {
        (true, None) => return Err(xml.missing("NextContinuationToken")),
        (true, Some(_)) => {}
        // What S3 does not announce as more, is not asked for.
        (false, _) => next = None,
    }
    // Only now: nothing says that EncodingType comes before the keys that it is about. A server
    // that does not know encoding-type leaves it out, and its keys are as they are.
    match encoding.as_deref() {
        Some("url") => decode_keys(&xml, &mut listing)?,
        None | Some("") => {}
        Some(other) => {
            return Err(xml.value_fault("EncodingType", other, "an encoding known here"));
        }
    }
    xml.finish()?;
    Ok(Page { answer: Answer::Objects(listing), next })
}

fn object(xml: &mut Document<'_>) -> Result<Object, Fault> {
    let (mut key, mut size, mut etag) = (None, None, None);
    let (mut last_modified, mut storage_class) = (None, None);
    while let Some(element) = xml.child()? {
        match element {
            "Key" => key = Some(xml.string()?),
            "Size" => size = Some(xml.number("Size")?),
            "ETag" => etag = Some(xml.string()?),
            "LastModified" => last_modified = Some(xml.time("LastModified")?),
            "StorageClass" => storage_class = Some(xml.string()?),
            _ => xml.skip()?,
        }
    }
    let key = key.ok_or_else(|| xml.missing("Key"))?;
    Ok(Object { key, size, etag, last_modified, storage_class })
}

fn common_prefix(xml: &mut Document<'_>) -> Result<String, Fault> {
    let mut prefix = None;
    while let Some(element) = xml.child()? {
        match element {
            "Prefix" => prefix = Some(xml.string()?),
            _ => xml.skip()?,
        }
    }
    prefix.ok_or_else(|| xml.missing("Prefix"))
}

fn decode_keys(xml: &Document<'_>, listing: &mut ObjectListing) -> Result<(), Fault> {
    let keys = listing.objects.iter_mut().map(|object| ("Key", &mut object.key));
    let prefixes = listing.common_prefixes.iter_mut().map(|prefix| ("Prefix", prefix));
    for (element, text) in keys.chain(prefixes) {
        if text.contains(['%', '+']) {
            *text = decode(text)
                .ok_or_else(|| xml.value_fault(element, text, "percent-encoded UTF-8"))?;
        }
    }
    Ok(())
}

/// Undoes `encoding-type=url`. S3 encodes as HTML forms do: a space is a `+`, and a plus is `%2B`.
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
