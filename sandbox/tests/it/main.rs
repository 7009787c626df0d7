//! The sandbox as its clients see it, and `verify`.

mod faults;
mod recording;
mod refusals;
mod server;
mod support;
mod verify;
