//! `MaxResults` and `NextToken`: one page of a longer answer.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::parameters::Parameters;
use super::{Ec2Error, identifier, refusal};

/// EC2 gives no more than this on one page, whatever was asked for.
const LARGEST: i64 = 1000;

/// Where a page begins in the whole list, and how much of it is wanted.
pub(super) struct Page {
    start: u64,
    size: usize,
}

impl Page {
    /// Without `MaxResults` the page is as long as the list. `list` is the parameter of ids, which
    /// cannot be combined with pages, under the name that AWS gives it in its refusal.
    pub(super) fn read(
        parameters: &Parameters<'_>,
        smallest: i64,
        list: (&str, &str),
    ) -> Result<Self, Ec2Error> {
        let size = match parameters.integer("MaxResults")? {
            Some(_) if !parameters.list(list.0).is_empty() => {
                return Err(refusal::ids_with_max_results(list.1));
            }
            Some(size) if size < smallest => {
                return Err(refusal::max_results_too_small(size, smallest));
            }
            Some(size) => usize::try_from(size.min(LARGEST)).unwrap_or(usize::MAX),
            None => usize::MAX,
        };
        let start = match parameters.text("NextToken") {
            None => 0,
            Some(token) => position(token).ok_or_else(|| refusal::invalid_next_token(token))?,
        };
        Ok(Self { start, size })
    }

    /// Those of `items`, numbered by their place in a list that only grows, that are on this page,
    /// and the token of the next one.
    pub(super) fn cut<T>(&self, items: impl Iterator<Item = (u64, T)>) -> (Vec<T>, Option<String>) {
        let mut rest = items.skip_while(|(place, _)| *place < self.start).peekable();
        let mut page = Vec::new();
        while page.len() < self.size
            && let Some((_, item)) = rest.next()
        {
            page.push(item);
        }
        (page, rest.peek().map(|(place, _)| token(*place)))
    }
}

/// Opaque as AWS's are, with the padding that a client must encode to send it back.
fn token(position: u64) -> String {
    let check = identifier::scramble(position);
    let mask = identifier::scramble(check);
    STANDARD.encode([check.to_be_bytes(), (position ^ mask).to_be_bytes()].concat())
}

fn position(token: &str) -> Option<u64> {
    let bytes = STANDARD.decode(token).ok()?;
    let ([check, masked], []) = bytes.as_chunks() else { return None };
    let check = u64::from_be_bytes(*check);
    let position = u64::from_be_bytes(*masked) ^ identifier::scramble(check);
    (identifier::scramble(position) == check).then_some(position)
}
