//! From a symbol to the crate whose code it is, and to the kind of that crate's work.
//!
//! What a compiler inlines has no symbol left: its instructions count for the function into which it
//! went. Older symbols do not name what a generic function was made for: those of the standard
//! library stay there, whomever they serve.

use std::fmt;

use serde::{Serialize, Serializer};

/// Whose code it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Crate {
    /// As it is called in the source; the file's name, where it is no Rust.
    pub name: String,
    /// The kind of its work.
    pub group: Group,
}

/// Kinds of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// raw itself.
    Raw,
    /// The SDK: every crate of AWS's, and the few lines around it.
    Sdk,
    /// SHA-256 and HMAC.
    Hashing,
    /// HTTP, from the client to the bytes, URLs included.
    Http,
    /// The runtime: tasks, timers, sockets.
    Runtime,
    /// XML.
    Xml,
    /// The allocator, copying and system calls.
    System,
    /// Rust's standard library.
    Std,
    /// The rest.
    Other,
}

impl Group {
    /// The name in tables and JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::Sdk => "SDK",
            Self::Hashing => "hashing",
            Self::Http => "HTTP",
            Self::Runtime => "runtime",
            Self::Xml => "XML",
            Self::System => "allocator and C library",
            Self::Std => "standard library",
            Self::Other => "other",
        }
    }

    fn of(name: &str) -> Self {
        match name {
            "raw" => Self::Raw,
            "sdk" => Self::Sdk,
            "aws_smithy_xml" | "xmlparser" | "quick_xml" => Self::Xml,
            _ if name.starts_with("aws_") => Self::Sdk,
            "sha2" | "sha1" | "hmac" | "digest" | "block_buffer" | "crypto_common"
            | "hybrid_array" | "cpufeatures" | "ctutils" | "cmov" | "ring" => Self::Hashing,
            "reqwest" | "hyper" | "hyper_util" | "hyper_rustls" | "h2" | "http" | "http_body"
            | "http_body_util" | "httparse" | "httpdate" | "tower" | "tower_service"
            | "tower_layer" | "tower_http" | "want" | "try_lock" | "bytes" | "url" | "idna"
            | "form_urlencoded" | "percent_encoding" | "ipnet" | "mime" | "sync_wrapper"
            | "rustls" | "tokio_rustls" | "webpki" => Self::Http,
            "tokio" | "tokio_util" | "mio" | "socket2" | "futures_core" | "futures_util"
            | "futures_channel" | "futures_task" | "futures_sink" | "pin_project_lite" | "slab"
            | "parking_lot" | "parking_lot_core" | "lock_api" => Self::Runtime,
            "std" | "core" | "alloc" | "compiler_builtins" | "hashbrown" => Self::Std,
            _ => Self::Other,
        }
    }
}

impl fmt::Display for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for Group {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// Whose code `symbol` is, which stands in the file `object`: that of the first crate in its name
/// that is not the standard library, so `core::ptr::drop_in_place<hyper::…>` is hyper's.
#[must_use]
pub fn crate_of(symbol: &str, object: &str) -> Crate {
    let name = match rustc_demangle::try_demangle(symbol) {
        Ok(path) => of_rust(&format!("{path:#}")),
        Err(_) => of_c(symbol, object),
    };
    let group = if name.ends_with(".so") { Group::System } else { Group::of(&name) };
    Crate { name, group }
}

fn of_rust(path: &str) -> String {
    let first = roots(path).find(|root| !["std", "core", "alloc"].contains(root));
    match first {
        // The compiler's own, between the standard library and the allocator.
        Some("__rustc") | None => "std".to_owned(),
        Some(root) => root.to_owned(),
    }
}

/// The first parts of all paths in `path`.
fn roots(path: &str) -> impl Iterator<Item = &str> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    path.match_indices("::").filter_map(move |(at, _)| {
        let before = &path[..at];
        let start = before.rfind(|c| !is_part(c)).map_or(0, |at| at + 1);
        let is_root = start < at && !before[..start].ends_with("::");
        is_root.then(|| &before[start..])
    })
}

/// ring brings its C and assembly along; the rest is the system's.
fn of_c(symbol: &str, object: &str) -> String {
    if symbol.starts_with("ring_core") {
        return "ring".to_owned();
    }
    let file = object.rsplit('/').next().unwrap_or(object);
    match file.split_once(".so") {
        Some((library, _)) => format!("{library}.so"),
        // In the program itself: what the linker put there.
        None if symbol.starts_with("__rust") || symbol.starts_with("rust_") => "std".to_owned(),
        None => "startup.so".to_owned(),
    }
}
