//! Tags and their limits.

use std::collections::BTreeMap;

use super::parameters::QueryParameters;
use super::refusal;
use super::xml_writer::XmlWriter;
use crate::refusal::Refusal;

pub(super) type Tags = BTreeMap<String, String>;

/// The tags of an untagged resource.
pub(super) static NONE: Tags = Tags::new();

// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html#tag-restrictions
const TAG_LIMIT: usize = 50;
const LONGEST_KEY: usize = 128;
const LONGEST_VALUE: usize = 256;

/// Reads `Tag.N.Key` and `Tag.N.Value` of a call or of one `TagSpecification`.
pub(super) fn read(parameters: &QueryParameters<'_>) -> Result<Tags, Refusal> {
    let mut tags = Tags::new();
    for tag in parameters.members("Tag") {
        let key = tag.text("Key").unwrap_or_default();
        let value = tag.text("Value").unwrap_or_default();
        check(key, value)?;
        if tags.insert(key.to_owned(), value.to_owned()).is_some() {
            return Err(refusal::duplicate_tag_key(key));
        }
    }
    check_number(&tags)?;
    Ok(tags)
}

/// Adds tags to the present ones; an existing key gets the new value.
pub(super) fn merge(present: &Tags, added: &Tags) -> Result<Tags, Refusal> {
    let mut merged = present.clone();
    merged.extend(added.iter().map(|(key, value)| (key.clone(), value.clone())));
    check_number(&merged)?;
    Ok(merged)
}

/// Writes `tagSet`, even if it is empty.
pub(super) fn write(document: &mut XmlWriter, tags: &Tags) {
    document.list("tagSet", tags, |item, (key, value)| {
        item.text("key", key);
        item.text("value", value);
    });
}

fn check(key: &str, value: &str) -> Result<(), Refusal> {
    if key.is_empty() {
        Err(refusal::empty_tag_key())
    } else if key.starts_with("aws:") {
        Err(refusal::reserved_tag_key())
    } else if key.chars().count() > LONGEST_KEY {
        Err(refusal::tag_too_long("key", LONGEST_KEY))
    } else if value.chars().count() > LONGEST_VALUE {
        Err(refusal::tag_too_long("value", LONGEST_VALUE))
    } else {
        Ok(())
    }
}

fn check_number(tags: &Tags) -> Result<(), Refusal> {
    if tags.len() > TAG_LIMIT { Err(refusal::tag_limit_exceeded()) } else { Ok(()) }
}
