//! Tags: read from a call, and held to EC2's limits.

use std::collections::BTreeMap;

use super::document::Document;
use super::parameters::Parameters;
use super::{Ec2Error, refusal};

pub(super) type Tags = BTreeMap<String, String>;

/// The tags of whatever has none.
pub(super) static NONE: Tags = Tags::new();

// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html#tag-restrictions
const MOST_TAGS: usize = 50;
const LONGEST_KEY: usize = 128;
const LONGEST_VALUE: usize = 256;

/// The `Tag.N.Key` and `Tag.N.Value` of a call or of one `TagSpecification`.
pub(super) fn read(parameters: &Parameters<'_>) -> Result<Tags, Ec2Error> {
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

/// `present` with `added` on top of it, where a key that is there already gets the new value.
pub(super) fn merge(present: &Tags, added: &Tags) -> Result<Tags, Ec2Error> {
    let mut merged = present.clone();
    merged.extend(added.iter().map(|(key, value)| (key.clone(), value.clone())));
    check_number(&merged)?;
    Ok(merged)
}

/// `tagSet`, always there, empty or not.
pub(super) fn write(document: &mut Document, tags: &Tags) {
    document.list("tagSet", tags, |item, (key, value)| {
        item.text("key", key);
        item.text("value", value);
    });
}

fn check(key: &str, value: &str) -> Result<(), Ec2Error> {
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

fn check_number(tags: &Tags) -> Result<(), Ec2Error> {
    if tags.len() > MOST_TAGS { Err(refusal::tag_limit_exceeded()) } else { Ok(()) }
}
