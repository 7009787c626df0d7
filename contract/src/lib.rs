//! The vocabulary that both clients speak: what can be asked ([`Operation`]), of whom ([`Target`],
//! [`Credentials`]), and what comes back ([`Answer`] or [`Failure`]).
//!
//! It is a crate of its own, on `std` alone, so that neither client's promise is a translation
//! written by the judge, and neither client sits below the other: the compiler holds both to one
//! list. A new [`Operation`] breaks both sides until both answer it.

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
