//! AWS called by hand: SigV4, HTTP and XML, with no SDK below

pub mod encode;
pub mod sigv4;
