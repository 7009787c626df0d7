//! `Filter.N`: a resource must match all filters, each by at least one of its values. `*` and `?` are
//! wildcards.

use std::borrow::Cow;

use super::parameters::QueryParameters;
use super::refusal;
use super::tag::Tags;
use crate::refusal::Refusal;

const VALUE_LIMIT: usize = 200;
const LONGEST_VALUE: usize = 255;

/// Reads the values that a filter compares: usually one, for lists one per member.
pub(super) type Attribute<T> = fn(&T) -> Vec<Cow<'_, str>>;

/// A resource that filters can select.
pub(super) trait Filterable: Sized {
    /// The attribute that the named filter compares; `None` if EC2 has no such filter.
    fn attribute(filter: &str) -> Option<Attribute<Self>>;

    /// The tags, for the filters `tag:KEY` and `tag-key`, which all resources have.
    fn tags(&self) -> &Tags;
}

/// The filters of one call.
pub(super) struct Filters<'a, T> {
    filters: Vec<Filter<'a, T>>,
}

struct Filter<'a, T> {
    subject: FilterKey<'a, T>,
    patterns: Vec<&'a str>,
}

enum FilterKey<'a, T> {
    Attribute(Attribute<T>),
    TagKey,
    TagValue(&'a str),
}

impl<'a, T: Filterable> Filters<'a, T> {
    pub(super) fn read(parameters: &QueryParameters<'a>) -> Result<Self, Refusal> {
        let filters = parameters.members("Filter").into_iter().map(|it| Filter::read(&it));
        let filters = filters.collect::<Result<Vec<_>, _>>()?;
        if filters.iter().map(|filter| filter.patterns.len()).sum::<usize>() > VALUE_LIMIT {
            return Err(refusal::too_many_filter_values(VALUE_LIMIT));
        }
        Ok(Self { filters })
    }

    pub(super) fn match_all(&self, candidate: &T) -> bool {
        self.filters.iter().all(|filter| filter.matches(candidate))
    }
}

impl<'a, T: Filterable> Filter<'a, T> {
    fn read(parameters: &QueryParameters<'a>) -> Result<Self, Refusal> {
        let name = parameters.required("Name")?;
        let subject = match name.strip_prefix("tag:") {
            Some(key) => FilterKey::TagValue(key),
            None if name == "tag-key" => FilterKey::TagKey,
            None => FilterKey::Attribute(
                T::attribute(name).ok_or_else(|| refusal::invalid_filter(name))?,
            ),
        };
        let patterns = parameters.list("Value");
        if patterns.iter().any(|pattern| pattern.chars().count() > LONGEST_VALUE) {
            return Err(refusal::filter_value_too_long(LONGEST_VALUE));
        }
        Ok(Self { subject, patterns })
    }

    fn matches(&self, candidate: &T) -> bool {
        let fits = |text: &str| self.patterns.iter().any(|pattern| matches(pattern, text));
        match self.subject {
            FilterKey::Attribute(attribute) => attribute(candidate).iter().any(|text| fits(text)),
            FilterKey::TagKey => candidate.tags().keys().any(|key| fits(key)),
            FilterKey::TagValue(key) => candidate.tags().get(key).is_some_and(|value| fits(value)),
        }
    }
}

/// The value of an attribute that every resource has.
pub(super) fn one(text: &str) -> Vec<Cow<'_, str>> {
    vec![text.into()]
}

/// The value of an optional attribute.
pub(super) fn some(text: Option<&str>) -> Vec<Cow<'_, str>> {
    text.map(Cow::from).into_iter().collect()
}

/// Whether `text` matches `pattern`, including case. `*` matches any text and `?` any character; a
/// backslash escapes both and itself.
fn matches(pattern: &str, text: &str) -> bool {
    // Where to backtrack to: the pattern after the last `*`, and the text that it has not consumed.
    let mut retry: Option<(&str, &str)> = None;
    let (mut pattern, mut text) = (pattern, text);
    loop {
        let mut wanted = pattern.chars();
        let mut present = text.chars();
        let step = match (wanted.next(), present.next()) {
            (None, None) => return true,
            (Some('*'), _) => {
                retry = Some((wanted.as_str(), text));
                pattern = wanted.as_str();
                continue;
            }
            (Some('?'), Some(_)) => true,
            (Some('\\'), Some(letter)) => wanted.next() == Some(letter),
            (Some(wanted), Some(letter)) => wanted == letter,
            (Some(_), None) | (None, Some(_)) => false,
        };
        if step {
            (pattern, text) = (wanted.as_str(), present.as_str());
            continue;
        }
        let Some((after_star, unconsumed)) = retry else { return false };
        let mut rest = unconsumed.chars();
        if rest.next().is_none() {
            return false;
        }
        retry = Some((after_star, rest.as_str()));
        (pattern, text) = (after_star, rest.as_str());
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn patterns_have_wildcards_and_escapes() {
        for (pattern, text) in [
            ("", ""),
            ("*", ""),
            ("al2023-ami-2023.*-kernel-6.1-x86_64", "al2023-ami-2023.9.1-kernel-6.1-x86_64"),
            ("*x*yz", "axxyzyz"),
            ("a?c", "aéc"),
            (r"\*\?\\", r"*?\"),
            ("**", "ab"),
        ] {
            assert!(matches(pattern, text), "{pattern} should match {text}");
        }
        for (pattern, text) in [
            ("", "a"),
            ("?", ""),
            ("AL2023*", "al2023"),
            ("a*b", "abc"),
            (r"\*", "a"),
            ("al2023-ami-2023.*", "al2023-ami-minimal-2023.9"),
        ] {
            assert!(!matches(pattern, text), "{pattern} should not match {text}");
        }
    }
}
