//! Starts and ends: what the operating system charges any process for.

fn main() {}
