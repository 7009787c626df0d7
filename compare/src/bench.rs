//! What both sides cost, measured: each subject by itself, as plain data.

pub mod signing;
