//! The known ways to get a signature wrong, as one list: [`mistakes`].

pub mod mistakes;
