//! Prunes the SDK's generated crates to the operations that this project calls, so that it builds on
//! a laptop in minutes.
//!
//! aws-sdk-ec2 has 811 operations in 1.2 million lines, and AWS publishes no smaller crate
//! (awslabs/aws-sdk-rust#113). `cargo run -p slim` reads the source that cargo fetched and copies the
//! files that our operations need to `target/slim`. A `paths` override makes cargo use the copy; it is
//! in a configuration file that `.cargo/config.toml` includes if it exists. Unlike `[patch]`, an
//! override does not change `Cargo.lock`: the copy has the version of the published crate.
//!
//! | module | what it does |
//! |---|---|
//! | [`project`] | finds the fetched sources, and the operations to keep: `[package.metadata.slim]` in `sdk/Cargo.toml` |
//! | [`items`] | splits Rust source into items, with the compiler's lexer |
//! | [`sources`] | reads the modules of a crate, and the lists among them |
//! | [`prune`] | follows the references of the operations, and drops what they do not reach |
//! | [`install`] | writes or removes the copies and the override |

pub mod install;
pub mod items;
pub mod project;
pub mod prune;
pub mod sources;
