//! Proves what is wrong with a signature, by the known ways to get one wrong.
//!
//! Two halves share one list of mistakes. Forwards, a [`Draft`] is a request before it is signed, and
//! [`mistakes`] signs it with one mistake in it; `compare errors` sends the result and shows what AWS answers.
//! Backwards, [`read`] takes a refused request from whatever shows it, and [`search`] tries combinations of
//! mistakes until one yields the signature that was sent.
//!
//! raw cannot be told to sign wrongly. Its steps are plain functions over plain values, so this crate
//! calls them in their order and changes the result of one step before the next step uses it.
//!
//! | module | has |
//! |---|---|
//! | [`mistakes`] | one row per mistake, in one file per step of the signature |
//! | [`draft`] | the request before and after signing |
//! | [`canonical`] | the canonical request in its parts |
//! | [`mod@sign`] | the steps of the signature |
//! | [`read`] | requests in HTTP text, curl commands and logs, URLs, botocore logs, HAR files |
//! | [`request`], [`claim`] | a signed request as it was sent, and what it says of its signature |
//! | [`search`] | the search: one file per part of a signature |
//! | [`answer`] | what the service said |
//! | [`known`], [`verdict`], [`mod@text`] | mistakes in words, the diagnosis, and its text |

pub mod answer;
pub mod canonical;
pub mod claim;
pub mod draft;
pub mod known;
pub mod mistakes;
pub mod read;
pub mod request;
pub mod search;
pub mod sign;
pub mod text;
pub mod verdict;

pub use draft::{Configuration, Draft, Sent};
pub use mistakes::Mistake;
pub use sign::{Tampering, sign};
