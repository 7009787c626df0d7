//! The tags, texts and entities of XML in its plainest form, `<Name>text</Name>`: nearly all that AWS
//! writes.

use std::borrow::Cow;

use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::BytesText;

/// The length of `quot`.
const LONGEST_ENTITY: usize = 4;

/// The text at the start of `rest`, up to the next tag or entity, and its length as it is written.
pub(super) fn text(rest: &str) -> Option<(Cow<'_, str>, usize)> {
    let up_to = |is_end: fn(u8) -> bool| rest.bytes().position(is_end).unwrap_or(rest.len());
    let length = up_to(|byte| matches!(byte, b'<' | b'&' | b'\r'));
    if rest[length..].starts_with('\r') {
        // XML normalises line ends. AWS writes none in a text.
        let length = up_to(|byte| matches!(byte, b'<' | b'&'));
        return Some((BytesText::from_escaped(&rest[..length]).xml10_content(), length));
    }
    (length > 0).then(|| (Cow::Borrowed(&rest[..length]), length))
}

/// The name in the start tag at the start of `rest`: letters only, no prefix, no attributes.
pub(super) fn start_tag(rest: &str) -> Option<&str> {
    let tag = rest.strip_prefix('<')?;
    let name = &tag[..tag.bytes().position(|byte| !byte.is_ascii_alphabetic())?];
    (!name.is_empty() && tag[name.len()..].starts_with('>')).then_some(name)
}

/// Whether `rest` starts with `</name>`.
pub(super) fn is_end_tag(rest: &str, name: &str) -> bool {
    rest.strip_prefix("</")
        .and_then(|tag| tag.strip_prefix(name))
        .is_some_and(|after| after.starts_with('>'))
}

/// What an entity such as `&lt;` at the start of `rest` stands for, and its length as it is written.
pub(super) fn entity(rest: &str) -> Option<(&'static str, usize)> {
    let entity = rest.strip_prefix('&')?;
    let length = entity.bytes().take(LONGEST_ENTITY + 1).position(|byte| byte == b';')?;
    Some((resolve_predefined_entity(&entity[..length])?, "&;".len() + length))
}
