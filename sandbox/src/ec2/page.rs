//! Pagination by `MaxResults` and `NextToken`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::parameters::QueryParameters;
use super::{identifier, refusal};
use crate::refusal::Refusal;

/// The largest number of items on a page.
const LARGEST_PAGE: i64 = 1000;

/// The start and the size of the requested page.
pub(super) struct PageRequest {
    start: u64,
    size: usize,
}

impl PageRequest {
    /// Reads the parameters. Without `MaxResults` the page has no limit.
    ///
    /// `ids` is the parameter with a list of ids, which excludes pagination, and its name in AWS's
    /// refusal.
    pub(super) fn read(
        parameters: &QueryParameters<'_>,
        smallest: i64,
        ids: (&str, &str),
    ) -> Result<Self, Refusal> {
        let size = match parameters.integer("MaxResults")? {
            Some(_) if !parameters.list(ids.0).is_empty() => {
                return Err(refusal::ids_with_max_results(ids.1));
            }
            Some(size) if size < smallest => {
                return Err(refusal::max_results_too_small(size, smallest));
            }
            Some(size) => usize::try_from(size.min(LARGEST_PAGE)).unwrap_or(usize::MAX),
            None => usize::MAX,
        };
        let start = match parameters.text("NextToken") {
            None => 0,
            Some(token) => position(token).ok_or_else(|| refusal::invalid_next_token(token))?,
        };
        Ok(Self { start, size })
    }

    /// The items on this page, and the token of the next page. Items are numbered by their position in
    /// a list that only grows.
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

/// An opaque token like AWS's, with padding that a client must encode to send it back.
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
