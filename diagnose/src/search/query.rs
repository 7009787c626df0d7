//! The query: which parameters are signed, how they are encoded, in what order, and how they are joined.

use super::{
    choice::{Choices, Found, Stage},
    path::lower_escapes,
};
use crate::{
    claim::{Claim, Location},
    request::{SignedRequest, decoded_bytes, encoded},
};

#[derive(Clone)]
struct Query {
    /// Names and values as on the wire.
    pairs: Vec<(String, String)>,
    encoding: Encoding,
    order: Order,
    join: Join,
}

#[derive(Clone, Copy, PartialEq)]
enum Encoding {
    Right,
    AsSent,
    Decoded,
    Twice,
    SpaceAsPlus,
    PlusAsSpace,
    PlusAsPlus,
    LowerCaseEscapes,
    Keeping(char),
    TildeEncoded,
}

#[derive(Clone, Copy, PartialEq)]
enum Order {
    Sorted,
    AsSent,
    ByName,
    ByDecoded,
    CaseInsensitive,
    Backwards,
}

#[derive(Clone, Copy, PartialEq)]
enum Join {
    Right,
    WithoutEquals,
    WithQuestionMark,
    WithTrailingAmpersand,
}

/// Everything that may have been signed for the query of `request`.
pub(super) fn choices(request: &SignedRequest, claim: &Claim, most: usize) -> Choices<String> {
    let sent: Vec<(String, String)> = request
        .query()
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let mut pairs = sent.clone();
    if claim.location == Location::Query {
        pairs.retain(|(name, _)| name != "X-Amz-Signature");
    }
    let start = Query { pairs, encoding: Encoding::Right, order: Order::Sorted, join: Join::Right };
    let stages: [Stage<'_, Query>; 4] = [
        Box::new(|query| other_lists(query, &sent)),
        Box::new(other_encodings),
        Box::new(|query| {
            [
                ("query-not-sorted", Order::AsSent),
                ("query-values-not-sorted", Order::ByName),
                ("query-sorted-before-encoding", Order::ByDecoded),
                ("query-sorted-case-insensitively", Order::CaseInsensitive),
                ("query-sorted-backwards", Order::Backwards),
            ]
            .map(|(id, order)| Query::with(id, Query { order, ..query.clone() }))
            .into()
        }),
        Box::new(|query| {
            [
                ("equals-sign-missing", Join::WithoutEquals),
                ("query-with-question-mark", Join::WithQuestionMark),
                ("query-with-trailing-ampersand", Join::WithTrailingAmpersand),
            ]
            .map(|(id, join)| Query::with(id, Query { join, ..query.clone() }))
            .into()
        }),
    ];
    Choices::of(&start, &stages, most, Query::canonical)
}

/// Other parameters than those that are sent.
fn other_lists(query: &Query, sent: &[(String, String)]) -> Vec<(Found, Query)> {
    let with = |id, at: String, pairs: Vec<(String, String)>| {
        (Found::new(id, at), Query { pairs, ..query.clone() })
    };
    if query.pairs.is_empty() && sent.is_empty() {
        return Vec::new();
    }
    let mut others = vec![with("query-left-out", "the query line is empty".to_owned(), Vec::new())];
    if sent.len() > query.pairs.len() {
        let at = "X-Amz-Signature is part of the query that was signed".to_owned();
        others.push(with("signature-in-signed-query", at, sent.to_vec()));
    }
    for left_out in 0..query.pairs.len() {
        let mut fewer = query.pairs.clone();
        let (name, _) = fewer.remove(left_out);
        let id = if name == "X-Amz-Security-Token" {
            "token-left-out-of-signed-query"
        } else {
            "parameter-added-after-signing"
        };
        others.push(with(id, format!("{name} is not in the query that was signed"), fewer));
    }
    let has_value = |(_, value): &(String, String)| !value.is_empty();
    if !query.pairs.iter().all(has_value) {
        let kept: Vec<_> = query.pairs.iter().filter(|pair| has_value(pair)).cloned().collect();
        others.push(with("empty-parameters-left-out", "parameters without value".to_owned(), kept));
    }
    let mut merged: Vec<(String, String)> = Vec::new();
    let (mut first, mut last) = (Vec::new(), Vec::new());
    for (name, value) in &query.pairs {
        if let Some((_, values)) = merged.iter_mut().find(|(known, _)| known == name) {
            values.push(',');
            values.push_str(value);
        } else {
            merged.push((name.clone(), value.clone()));
            first.push((name.clone(), value.clone()));
        }
        last.retain(|(known, _): &(String, String)| known != name);
        last.push((name.clone(), value.clone()));
    }
    if merged.len() < query.pairs.len() {
        let at = || "a parameter that is sent more than once".to_owned();
        others.push(with("repeated-parameters-merged", at(), merged));
        others.push(with("repeated-parameters-first-kept", at(), first));
        others.push(with("repeated-parameters-last-kept", at(), last));
    }
    others
}

fn other_encodings(query: &Query) -> Vec<(Found, Query)> {
    if query.pairs.is_empty() {
        return Vec::new();
    }
    let mut others: Vec<_> = [
        ("query-signed-as-sent", Encoding::AsSent),
        ("query-not-encoded", Encoding::Decoded),
        ("query-encoded-twice", Encoding::Twice),
        ("space-as-plus", Encoding::SpaceAsPlus),
        ("plus-as-space", Encoding::PlusAsSpace),
        ("plus-not-as-space", Encoding::PlusAsPlus),
        ("escapes-in-lower-case", Encoding::LowerCaseEscapes),
        ("query-tilde-encoded", Encoding::TildeEncoded),
    ]
    .map(|(id, encoding)| Query::with(id, Query { encoding, ..query.clone() }))
    .into();
    let plain: String = query.pairs.iter().map(|(_, value)| value.as_str()).collect();
    let plain = decoded_bytes(&plain);
    let reserved = "/:@,*!'();$=&+?[]{}|\"<> ".chars();
    others.extend(reserved.filter(|it| plain.contains(&(*it as u8))).map(|character| {
        let other = Query { encoding: Encoding::Keeping(character), ..query.clone() };
        (Found::new("query-not-encoded", format!("{character:?} stands as it is")), other)
    }));
    others
}

impl Query {
    fn with(id: &'static str, other: Self) -> (Found, Self) {
        (Found::new(id, format!("signed: {}", other.canonical())), other)
    }

    fn canonical(&self) -> String {
        let encode = |text: &str| self.encoding.write(text);
        let mut pairs: Vec<(String, String, &str, &str)> = self
            .pairs
            .iter()
            .map(|(name, value)| (encode(name), encode(value), name.as_str(), value.as_str()))
            .collect();
        match self.order {
            Order::Sorted => pairs.sort_by(|a, b| (&a.0, &a.1).cmp(&(&b.0, &b.1))),
            Order::AsSent => {}
            Order::ByName => pairs.sort_by(|a, b| a.0.cmp(&b.0)),
            Order::ByDecoded => {
                pairs.sort_by_cached_key(|pair| (decoded_bytes(pair.2), decoded_bytes(pair.3)));
            }
            Order::CaseInsensitive => {
                pairs.sort_by_cached_key(|pair| (pair.0.to_lowercase(), pair.1.to_lowercase()));
            }
            Order::Backwards => {
                pairs.sort_by(|a, b| (&b.0, &b.1).cmp(&(&a.0, &a.1)));
            }
        }
        let written = pairs.iter().map(|(name, value, ..)| match self.join {
            Join::WithoutEquals if value.is_empty() => name.clone(),
            Join::Right
            | Join::WithoutEquals
            | Join::WithQuestionMark
            | Join::WithTrailingAmpersand => {
                format!("{name}={value}")
            }
        });
        let text = written.collect::<Vec<_>>().join("&");
        match self.join {
            Join::WithQuestionMark => format!("?{text}"),
            Join::WithTrailingAmpersand => format!("{text}&"),
            Join::Right | Join::WithoutEquals => text,
        }
    }
}

impl Encoding {
    fn write(self, wire: &str) -> String {
        // A plus sign in a query is a space to AWS.
        let plain = || decoded_bytes(&wire.replace('+', " "));
        let right = || encoded(&plain(), "");
        match self {
            Self::Right => right(),
            Self::AsSent => wire.to_owned(),
            Self::Decoded => String::from_utf8_lossy(&plain()).into_owned(),
            Self::Twice => encoded(right().as_bytes(), ""),
            Self::SpaceAsPlus => right().replace("%20", "+"),
            Self::PlusAsSpace => right().replace("%2B", "%20"),
            Self::PlusAsPlus => encoded(&decoded_bytes(wire), ""),
            Self::LowerCaseEscapes => lower_escapes(&right()),
            Self::Keeping(character) => encoded(&plain(), &character.to_string()),
            Self::TildeEncoded => right().replace('~', "%7E"),
        }
    }
}
