//! The known ways to get a Signature Version 4 wrong, as a table.
//!
//! [`mistakes::all`] lists them. A [`Draft`] is a request before it is signed; [`Mistake::sign`] signs it
//! with one mistake in it, and [`sign`](sign()) signs it correctly. `compare errors` sends both and shows
//! what AWS answers.
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

pub mod canonical;
pub mod draft;
pub mod mistakes;
pub mod sign;

pub use draft::{Configuration, Draft, Sent};
pub use mistakes::Mistake;
pub use sign::{Tampering, sign};
