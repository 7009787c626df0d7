//! Prunes the SDK's generated crates, on the user's machine, to the operations that this project
//! calls, so that a build of it takes a laptop's memory and minutes.
//!
//! aws-sdk-ec2 has 811 operations in 1.2 million lines, and AWS offers no smaller crate
//! (awslabs/aws-sdk-rust#113). `cargo run -p slim` takes the source that cargo has fetched, copies the
//! files that our operations reach to `target/slim`, and has cargo use the copy by a `paths` override
//! in a configuration file that `.cargo/config.toml` includes if it is there. Unlike `[patch]`, an
//! override leaves `Cargo.lock` alone: the published crate and the copy are the same version.
//!
//! | file | does |
//! |---|---|
//! | [`project`] | finds the fetched sources, and what is wanted of them: `[package.metadata.slim]` in `sdk/Cargo.toml` |
//! | [`items`] | cuts Rust source into items, with the compiler's lexer |
//! | [`sources`] | reads a crate: its modules, and which of them only list the others |
//! | [`prune`] | follows what the operations mention, and drops the rest |
//! | [`install`] | writes the copy and the override, or removes them |

pub mod install;
pub mod items;
pub mod project;
pub mod prune;
pub mod sources;
