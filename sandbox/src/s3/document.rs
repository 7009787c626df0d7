//! What S3's response documents have in common.

/// The Content-Type.
pub(super) const XML: &str = "application/xml";
/// The XML namespace of all documents except errors.
pub(super) const NAMESPACE: &str = "http://s3.amazonaws.com/doc/2006-03-01/";
/// The canonical user that owns every bucket.
pub(super) const OWNER_ID: &str =
    "9df0a1c7e3b24f58a6d1c0b7f2e4938155aa0c6d7b8e9f10213243546576879b";
