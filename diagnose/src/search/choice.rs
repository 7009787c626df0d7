//! One part of what a signature is computed from, with everything that it may have been.

use std::{collections::HashMap, hash::Hash, ops::Range};

/// A mistake, found at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The id of the mistake.
    pub id: &'static str,
    /// Where it shows, in the reader's words.
    pub at: String,
    /// What kind of mistake it is.
    pub family: Family,
}

/// How many variants a mistake has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// A handful: it is combined with others freely.
    Few,
    /// A table or a range, such as every region: it is combined with one other mistake at most.
    Many,
}

/// A value that a part may have had, and the mistakes that lead to it. The right value needs none.
#[derive(Debug, Clone)]
pub(super) struct Choice<T> {
    /// The value.
    pub value: T,
    /// Each way to arrive at it: as many mistakes in every one.
    pub explanations: Vec<Vec<Found>>,
}

/// The values that one part may have had, fewest mistakes first, each value once.
#[derive(Debug, Clone)]
pub(super) struct Choices<T> {
    values: Vec<Choice<T>>,
    /// Where the values of each level end: those of small families, and all.
    ends: Vec<(usize, usize)>,
}

/// A place in the making of a part where one mistake can be made, or none.
pub(super) type Stage<'s, S> = Box<dyn Fn(&S) -> Vec<(Found, S)> + 's>;

impl Found {
    /// The mistake `id`, which shows at `at`.
    pub(super) fn new(id: &'static str, at: impl Into<String>) -> Self {
        Self { id, at: at.into(), family: Family::Few }
    }

    /// The same, as one of a table or a range.
    pub(super) fn of_many(id: &'static str, at: impl Into<String>) -> Self {
        Self { family: Family::Many, ..Self::new(id, at) }
    }
}

impl<T: Clone + Eq + Hash> Choices<T> {
    /// What comes of `start` when at most `most` of `stages` go wrong, written by `finish`.
    pub(super) fn of<S: Clone>(
        start: &S,
        stages: &[Stage<'_, S>],
        most: usize,
        finish: impl Fn(&S) -> T,
    ) -> Self {
        let mut reached: Vec<(S, Vec<Found>)> = vec![(start.clone(), Vec::new())];
        for stage in stages {
            let mut more = Vec::new();
            for (state, found) in reached.iter().filter(|(_, found)| found.len() < most) {
                more.extend(stage(state).into_iter().map(|(mistake, changed)| {
                    let mut found = found.clone();
                    found.push(mistake);
                    (changed, found)
                }));
            }
            reached.extend(more);
        }
        reached.sort_by_key(|(_, found)| found.len());
        Self::from_pairs(reached.into_iter().map(|(state, found)| (finish(&state), found)))
    }

    /// From values in ascending number of mistakes.
    pub(super) fn from_pairs(pairs: impl IntoIterator<Item = (T, Vec<Found>)>) -> Self {
        let mut values: Vec<Choice<T>> = Vec::new();
        let mut known: HashMap<T, usize> = HashMap::new();
        for (value, found) in pairs {
            match known.get(&value) {
                None => {
                    known.insert(value.clone(), values.len());
                    values.push(Choice { value, explanations: vec![found] });
                }
                // The same value by as many mistakes is another explanation; by more, it is none.
                Some(&at) => {
                    let explanations = &mut values[at].explanations;
                    let is_new = !explanations.contains(&found);
                    if explanations[0].len() == found.len() && is_new {
                        explanations.push(found);
                    }
                }
            }
        }
        values.sort_by_key(|choice| (choice.level(), choice.family()));
        let deepest = values.last().map_or(0, Choice::level);
        let end = |last: (usize, Family)| {
            values.partition_point(|choice| (choice.level(), choice.family()) <= last)
        };
        let ends = (0..=deepest)
            .map(|level| (end((level, Family::Few)), end((level, Family::Many))))
            .collect();
        Self { values, ends }
    }
}

impl<T> Choices<T> {
    /// The places of the values that take exactly `level` mistakes of families up to `family`.
    pub(super) fn places(&self, level: usize, family: Family) -> Range<usize> {
        let none = (self.values.len(), self.values.len());
        let begin = if level == 0 { 0 } else { self.ends.get(level - 1).unwrap_or(&none).1 };
        let (few, all) = *self.ends.get(level).unwrap_or(&none);
        begin..if family == Family::Few { few } else { all }
    }

    /// The values at [`Choices::places`].
    pub(super) fn at(&self, level: usize, family: Family) -> &[Choice<T>] {
        &self.values[self.places(level, family)]
    }

    /// All values.
    pub(super) fn all(&self) -> &[Choice<T>] {
        &self.values
    }

    /// The right value.
    pub(super) fn right(&self) -> &T {
        &self.values[0].value
    }
}

impl<T> Choice<T> {
    fn level(&self) -> usize {
        self.explanations[0].len()
    }

    fn family(&self) -> Family {
        let found = self.explanations[0].iter().map(|found| found.family);
        found.max().unwrap_or(Family::Few)
    }
}
