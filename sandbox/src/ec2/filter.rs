//! `Filter.N`: all filters must match, each by any one of its values, `*` and `?` being wildcards.

use std::borrow::Cow;

use super::parameters::Parameters;
use super::tag::Tags;
use super::{Ec2Error, refusal};

/// The request parameters that filters are read from.
pub(super) const NAME: &str = "Filter.N.Name";
pub(super) const VALUE: &str = "Filter.N.Value.N";

const MOST_VALUES: usize = 200;
const LONGEST_VALUE: usize = 255;

/// What a filter compares its values with: usually one text, for lists one for each member.
pub(super) type Attribute<T> = fn(&T) -> Vec<Cow<'_, str>>;

/// What can be described by filters.
pub(super) trait Filterable: Sized {
    /// How to read what the filter of that name compares; `None` where EC2 knows no such filter.
    fn attribute(filter: &str) -> Option<Attribute<Self>>;

    /// For the filters `tag:KEY` and `tag-key`, which all resources share.
    fn tags(&self) -> &Tags;
}

/// The filters of one call.
pub(super) struct Filters<'a, T> {
    filters: Vec<Filter<'a, T>>,
}

struct Filter<'a, T> {
    subject: Subject<'a, T>,
    patterns: Vec<&'a str>,
}

enum Subject<'a, T> {
    Attribute(Attribute<T>),
    TagKey,
    TagValue(&'a str),
}

impl<'a, T: Filterable> Filters<'a, T> {
    pub(super) fn read(parameters: &Parameters<'a>) -> Result<Self, Ec2Error> {
        let filters = parameters.members("Filter").into_iter().map(|it| Filter::read(&it));
        let filters = filters.collect::<Result<Vec<_>, _>>()?;
        if filters.iter().map(|filter| filter.patterns.len()).sum::<usize>() > MOST_VALUES {
            return Err(refusal::too_many_filter_values(MOST_VALUES));
        }
        Ok(Self { filters })
    }

    pub(super) fn match_all(&self, candidate: &T) -> bool {
        self.filters.iter().all(|filter| filter.matches(candidate))
    }
}

impl<'a, T: Filterable> Filter<'a, T> {
    fn read(parameters: &Parameters<'a>) -> Result<Self, Ec2Error> {
        let name = parameters.required("Name")?;
        let subject = match name.strip_prefix("tag:") {
            Some(key) => Subject::TagValue(key),
            None if name == "tag-key" => Subject::TagKey,
            None => {
                Subject::Attribute(T::attribute(name).ok_or_else(|| refusal::invalid_filter(name))?)
            }
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
            Subject::Attribute(attribute) => attribute(candidate).iter().any(|text| fits(text)),
            Subject::TagKey => candidate.tags().keys().any(|key| fits(key)),
            Subject::TagValue(key) => candidate.tags().get(key).is_some_and(|value| fits(value)),
        }
    }
}

/// The value of an attribute that everything has.
pub(super) fn one(text: &str) -> Vec<Cow<'_, str>> {
    vec![text.into()]
}

/// The value of an attribute that not everything has.
pub(super) fn some(text: Option<&str>) -> Vec<Cow<'_, str>> {
    text.map(Cow::from).into_iter().collect()
}

/// Whether `text` is what `pattern` describes, letter case included. `*` stands for any text, `?`
/// for one character, and a backslash before either (or before itself) for the character as such.
fn matches(pattern: &str, text: &str) -> bool {
    // Where to go on after the last `*`: its rest of the pattern, and the text it has not eaten.
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
        let Some((after_star, eaten)) = retry else { return false };
        let mut rest = eaten.chars();
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
    fn wildcards_stand_for_text_and_escapes_for_themselves() {
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
