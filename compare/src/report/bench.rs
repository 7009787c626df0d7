//! What was measured → text, a file for each subject.

pub mod signing;
