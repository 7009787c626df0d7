//! The vocabulary of both clients: what to call ([`Operation`]), where and with which keys
//! ([`Target`], [`Credentials`]), and what comes back ([`Answer`] or [`Failure`]).
//!
//! It is a crate of its own so that neither client depends on the other, and nobody translates
//! between them. The compiler holds both to one list: after a new [`Operation`], neither builds until
//! it handles it.

mod answer;
mod client;
mod credentials;
mod failure;
mod operation;
mod phase;
mod proxy;
mod target;

pub use answer::{
    Answer, ApiResponse, Bucket, Image, Instance, Object, ObjectListing, PresignedUrl, StateChange,
    newest_image,
};
pub use client::{Client, Reply};
pub use credentials::{AccessKeyId, Credentials, CredentialsError, SecretKey, SessionToken};
pub use failure::{Failure, Stage};
pub use operation::{
    CreateTags, DescribeImages, DescribeInstances, DryRun, Filter, InvokeApi, ListObjects,
    Operation, Pages, PresignGet, RunInstances, Signing, Tag, TerminateInstances, WaitUntilRunning,
};
pub use phase::{Phase, Timeline};
pub use proxy::{CaBundle, Proxies, without_userinfo};
pub use target::{
    Addressing, CallLimits, Clock, Endpoint, ServiceEndpoint, Target, Timeouts, WaitPace,
};
