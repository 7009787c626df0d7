//! The results of `compare paths`: the code that runs between a call and its answer, and its cost.

use std::{borrow::Cow, fmt};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::{
    machine::Machine,
    run::{Difference, Outcome, TargetInfo},
    scenario::{Scenario, Service},
};

/// The result of `compare paths`.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Paths {
    /// Where the calls went.
    pub target: TargetInfo,
    /// The machine and build. Counts depend on the build, not on the machine's speed.
    pub machine: Machine,
    /// The operation.
    pub operation: Scenario,
    /// The service it calls.
    pub service: Service,
    /// Whether both sides had the same result and the expected outcome.
    pub agree: bool,
    /// Where the results differ.
    pub differences: Vec<Difference>,
    /// raw's code path.
    pub raw: CodePath,
    /// The SDK's code path.
    pub sdk: CodePath,
    /// The same requests, signed beforehand and without parsing; none if nothing is sent.
    pub bare: Option<CallCost>,
}

/// One side's code path from the call to the answer.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CodePath {
    /// The code that runs.
    #[serde(flatten)]
    pub trace: Trace,
    /// How it ended.
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["ok", "refused", "failed"])))]
    pub outcome: Outcome,
    /// HTTP attempts.
    pub requests: u32,
    /// What it costs.
    #[serde(flatten)]
    pub cost: CallCost,
}

/// The cost of a warm call.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CallCost {
    /// Heap allocations.
    pub heap: Heap,
    /// Processor instructions; none unless asked for.
    pub instructions: Option<Instructions>,
}

impl Paths {
    /// The instructions of a side's own work: without hashing, which every signer needs, and without the
    /// bare call, which every client needs. None unless both were counted.
    #[must_use]
    pub fn own_instructions(&self, side: &CodePath) -> Option<i64> {
        let signed = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        let instructions = side.cost.instructions.as_ref()?;
        let bare = self.bare.as_ref()?.instructions.as_ref()?;
        Some(signed(instructions.above_hashing()) - signed(bare.total))
    }
}

/// The code that runs on one side, by name.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Trace {
    /// In the order in which they begin.
    pub phases: Vec<TracedPhase>,
    /// The SDK's interceptors, in the order in which they are called.
    pub interceptors: Vec<Interceptor>,
    /// The SDK's classifiers, which decide whether to retry.
    #[cfg_attr(feature = "schema", schemars(inner(length(min = 1))))]
    pub retry_classifiers: Vec<Cow<'static, str>>,
    /// The SDK's plugins, which configure the client.
    #[cfg_attr(feature = "schema", schemars(inner(length(min = 1))))]
    pub plugins: Vec<String>,
}

/// A function, span or hook that was entered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TracedPhase {
    /// What it is.
    pub kind: PhaseKind,
    /// Its name in the source.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub name: Cow<'static, str>,
    /// How deeply it is nested in others.
    pub depth: usize,
}

/// The kind of a [`TracedPhase`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum PhaseKind {
    /// A function.
    Function,
    /// A span that the SDK opens.
    Span,
    /// A hook at which the SDK calls its interceptors.
    Hook,
}

/// The number of hooks at which the SDK calls its interceptors.
pub const HOOKS: usize = 19;

/// One of the SDK's interceptors.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Interceptor {
    /// Its own name for itself.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub name: Cow<'static, str>,
    /// The hooks at which it acts, in order; all hooks if it does not say.
    #[cfg_attr(feature = "schema", schemars(inner(length(min = 1))))]
    pub hooks: Vec<Cow<'static, str>>,
}

/// The heap use of a warm call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Heap {
    /// Allocations, reallocations included.
    pub allocations: u64,
    /// Bytes that they request.
    pub bytes: u64,
}

/// The instructions of a warm call, without the kernel's.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Instructions {
    /// The total.
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub total: u64,
    /// Distinct functions, without inlined ones.
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub functions: usize,
    /// By kind of work, largest first.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub groups: Vec<GroupShare>,
    /// By crate, largest first.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub crates: Vec<CrateShare>,
}

/// The share of one kind of work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct GroupShare {
    /// The kind of work.
    pub group: Group,
    /// Its instructions.
    pub instructions: u64,
    /// Its functions.
    pub functions: usize,
}

/// The share of one crate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CrateShare {
    /// Its name in source code.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub name: String,
    /// The kind of its work.
    pub group: Group,
    /// Its instructions.
    pub instructions: u64,
    /// Its functions.
    pub functions: usize,
}

/// Kinds of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// raw itself.
    Raw,
    /// The SDK: AWS's crates and the few lines of `sdk`.
    Sdk,
    /// SHA-256 and HMAC.
    Hashing,
    /// HTTP, from the client to the bytes, including URLs.
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
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Raw,
        Self::Sdk,
        Self::Hashing,
        Self::Http,
        Self::Runtime,
        Self::Xml,
        Self::System,
        Self::Std,
        Self::Other,
    ];

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

    /// The kind of work that the crate `name` does.
    #[must_use]
    pub fn of_crate(name: &str) -> Self {
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

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Group {
    fn schema_name() -> Cow<'static, str> {
        "Group".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "enum": Self::ALL.map(Self::name) })
    }
}

impl<'de> Deserialize<'de> for Group {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        let known = Self::ALL.into_iter().find(|group| group.name() == name);
        known.ok_or_else(|| D::Error::custom(format!("`{name}` is not a kind of work")))
    }
}

impl Instructions {
    /// The instructions of one kind of work.
    #[must_use]
    pub fn of_group(&self, group: Group) -> u64 {
        let share = self.groups.iter().find(|share| share.group == group);
        share.map_or(0, |share| share.instructions)
    }

    /// All instructions except those of hashing.
    #[must_use]
    pub fn above_hashing(&self) -> u64 {
        self.total - self.of_group(Group::Hashing)
    }
}
