//! `ListObjectsV2` and `ListObjects`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::fmt::Write as _;

use super::document::{NAMESPACE, XML};
use super::listing::{Encoding, ListingPage, ListingQuery, OwnerField, write_entries};
use super::request::S3Request;
use crate::facts::s3 as facts;
use crate::refusal::Refusal;
use crate::response::ServiceResponse;
use crate::store::Bucket;
use crate::xml::{XML_DECLARATION, element};

/// `ListObjectsV2`, which continues after an opaque token.
pub(super) fn version_2(
    bucket: &Bucket,
    request: &S3Request<'_>,
) -> Result<ServiceResponse, Refusal> {
    let encoding = Encoding::of(request)?;
    let start_after = request.parameter("start-after");
    let token = request.parameter("continuation-token");
    let resumed = token.map(read_token).transpose()?;
    let after = resumed.as_deref().or(start_after).unwrap_or_default();
    let query = ListingQuery::read(request, after)?;
    let page = query.page(bucket);
    let owner = match request.parameter("fetch-owner") {
        Some("true") => OwnerField::Included,
        _ => OwnerField::Omitted,
    };

    let mut xml = begin(bucket, &query, encoding);
    if let Some(start_after) = start_after {
        encoding.element(&mut xml, "StartAfter", start_after);
    }
    if let Some(token) = token {
        element(&mut xml, "ContinuationToken", token);
    }
    if let Some(next) = page.next {
        element(&mut xml, "NextContinuationToken", &write_token(next));
    }
    let _ = write!(
        xml,
        "<KeyCount>{}</KeyCount><MaxKeys>{}</MaxKeys>",
        page.contents.len() + page.common_prefixes.len(),
        query.max_keys
    );
    end(&mut xml, &query, encoding, &page);
    write_entries(&mut xml, &page, encoding, owner);
    xml.push_str("</ListBucketResult>");
    Ok(ServiceResponse::new(200, XML, xml).with("x-amz-bucket-region", bucket.region))
}

/// `ListObjects`, which continues after the last name. It returns `NextMarker` only with a delimiter.
pub(super) fn version_1(
    bucket: &Bucket,
    request: &S3Request<'_>,
) -> Result<ServiceResponse, Refusal> {
    let encoding = Encoding::of(request)?;
    let after = request.parameter("marker").unwrap_or_default();
    let query = ListingQuery::read(request, after)?;
    let page = query.page(bucket);

    let mut xml = begin(bucket, &query, encoding);
    encoding.element(&mut xml, "Marker", query.after);
    if let Some(next) = page.next.filter(|_| !query.delimiter.is_empty()) {
        encoding.element(&mut xml, "NextMarker", next);
    }
    let _ = write!(xml, "<MaxKeys>{}</MaxKeys>", query.max_keys);
    end(&mut xml, &query, encoding, &page);
    write_entries(&mut xml, &page, encoding, OwnerField::Included);
    xml.push_str("</ListBucketResult>");
    Ok(ServiceResponse::new(200, XML, xml).with("x-amz-bucket-region", bucket.region))
}

fn begin(bucket: &Bucket, query: &ListingQuery<'_>, encoding: Encoding) -> String {
    let mut xml = format!("{XML_DECLARATION}<ListBucketResult xmlns=\"{NAMESPACE}\">");
    element(&mut xml, "Name", bucket.name);
    encoding.element(&mut xml, "Prefix", query.prefix);
    xml
}

fn end(xml: &mut String, query: &ListingQuery<'_>, encoding: Encoding, page: &ListingPage<'_>) {
    if !query.delimiter.is_empty() {
        encoding.element(xml, "Delimiter", query.delimiter);
    }
    if encoding == Encoding::Url {
        xml.push_str("<EncodingType>url</EncodingType>");
    }
    let _ = write!(xml, "<IsTruncated>{}</IsTruncated>", page.next.is_some());
}

/// The first byte distinguishes these tokens from other Base64. Like S3's, they contain `+` and `/`,
/// which clients must encode in the next query.
fn write_token(last: &str) -> String {
    STANDARD.encode([b"\x01", last.as_bytes()].concat())
}

fn read_token(token: &str) -> Result<String, Refusal> {
    STANDARD
        .decode(token)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .and_then(|text| text.strip_prefix('\x01').map(str::to_owned))
        .ok_or_else(|| {
            Refusal::from_fact(facts::CONTINUATION_TOKEN)
                .detail("ArgumentName", "continuation-token")
        })
}
