//! Starts and ends, to measure what any process costs.

fn main() {}
