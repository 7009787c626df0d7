//! A selection of instance types with the properties that a launch depends on.

/// One instance type.
pub(super) struct InstanceType {
    pub(super) name: String,
    pub(super) vcpus: u32,
    /// The architectures of its processors, in EC2's order.
    pub(super) architectures: &'static [&'static str],
    pub(super) generation: Generation,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Generation {
    /// Only paravirtual, such as `m1.small`, the default of a launch without a type.
    First,
    Xen,
    Nitro,
}

impl InstanceType {
    /// Finds a type by its name, such as `t3.micro`; `None` if the table does not contain it.
    pub(super) fn find(name: &str) -> Option<Self> {
        let (family, size) = name.split_once('.')?;
        let family = FAMILIES.iter().find(|each| each.names.contains(&family))?;
        let (_, vcpus) = family.sizes.iter().find(|(each, _)| *each == size)?;
        let architectures = match family.architectures {
            I386_AND_X86_64 if !matches!(size, "nano" | "micro" | "small" | "medium") => X86_64,
            architectures => architectures,
        };
        Some(Self {
            name: name.to_owned(),
            vcpus: *vcpus,
            architectures,
            generation: family.generation,
        })
    }

    pub(super) fn threads_per_core(&self) -> u32 {
        let has_hyperthreads =
            self.generation == Generation::Nitro && self.architectures == X86_64 && self.vcpus > 1;
        if has_hyperthreads { 2 } else { 1 }
    }
}

struct Family {
    names: &'static [&'static str],
    generation: Generation,
    architectures: &'static [&'static str],
    sizes: &'static [(&'static str, u32)],
}

const X86_64: &[&str] = &["x86_64"];
const I386_AND_X86_64: &[&str] = &["i386", "x86_64"];
const ARM64: &[&str] = &["arm64"];

const fn family(
    names: &'static [&'static str],
    generation: Generation,
    architectures: &'static [&'static str],
    sizes: &'static [(&'static str, u32)],
) -> Family {
    Family { names, generation, architectures, sizes }
}

const FAMILIES: &[Family] = &[
    family(&["m1"], Generation::First, I386_AND_X86_64, M1),
    family(&["t2"], Generation::Xen, I386_AND_X86_64, T2),
    family(&["t3", "t3a"], Generation::Nitro, X86_64, T3),
    family(&["t4g"], Generation::Nitro, ARM64, T3),
    family(INTEL_AND_AMD, Generation::Nitro, X86_64, FIXED),
    family(GRAVITON, Generation::Nitro, ARM64, FIXED_WITH_MEDIUM),
    // A single instance of this type exceeds the vCPU limit of the account.
    family(&["u7i-12tb"], Generation::Nitro, X86_64, &[("224xlarge", 896)]),
];

const INTEL_AND_AMD: &[&str] = &[
    "m5", "m5a", "m6i", "m6a", "m7i", "m7a", "c5", "c5a", "c6i", "c6a", "c7i", "c7a", "r5", "r5a",
    "r6i", "r6a", "r7i", "r7a",
];
const GRAVITON: &[&str] = &["m6g", "m7g", "m8g", "c6g", "c7g", "c8g", "r6g", "r7g", "r8g"];

// Sizes with their vCPUs: https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-types.html

const M1: &[(&str, u32)] = &[("small", 1), ("medium", 1), ("large", 2), ("xlarge", 4)];
const T2: &[(&str, u32)] = &[
    ("nano", 1),
    ("micro", 1),
    ("small", 1),
    ("medium", 2),
    ("large", 2),
    ("xlarge", 4),
    ("2xlarge", 8),
];
const T3: &[(&str, u32)] = &[
    ("nano", 2),
    ("micro", 2),
    ("small", 2),
    ("medium", 2),
    ("large", 2),
    ("xlarge", 4),
    ("2xlarge", 8),
];
const FIXED: &[(&str, u32)] =
    &[("large", 2), ("xlarge", 4), ("2xlarge", 8), ("4xlarge", 16), ("8xlarge", 32)];
const FIXED_WITH_MEDIUM: &[(&str, u32)] =
    &[("medium", 1), ("large", 2), ("xlarge", 4), ("2xlarge", 8), ("4xlarge", 16), ("8xlarge", 32)];
