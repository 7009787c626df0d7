//! AWS called through aws-sdk-rust
