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

// vCPUs: https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-types.html
const FAMILIES: &[Family] = &[
    Family {
        names: &["m1"],
        generation: Generation::First,
        architectures: I386_AND_X86_64,
        sizes: &[("small", 1), ("medium", 1), ("large", 2), ("xlarge", 4)],
    },
    Family {
        names: &["t2"],
        generation: Generation::Xen,
        architectures: I386_AND_X86_64,
        sizes: &[
            ("nano", 1),
            ("micro", 1),
            ("small", 1),
            ("medium", 2),
            ("large", 2),
            ("xlarge", 4),
            ("2xlarge", 8),
        ],
    },
    Family {
        names: &["t3", "t3a"],
        generation: Generation::Nitro,
        architectures: X86_64,
        sizes: BURSTABLE,
    },
    Family {
        names: &["t4g"],
        generation: Generation::Nitro,
        architectures: ARM64,
        sizes: BURSTABLE,
    },
    Family {
        names: &[
            "m5", "m5a", "m6i", "m6a", "m7i", "m7a", "c5", "c5a", "c6i", "c6a", "c7i", "c7a", "r5",
            "r5a", "r6i", "r6a", "r7i", "r7a",
        ],
        generation: Generation::Nitro,
        architectures: X86_64,
        sizes: FIXED,
    },
    Family {
        names: &["m6g", "m7g", "m8g", "c6g", "c7g", "c8g", "r6g", "r7g", "r8g"],
        generation: Generation::Nitro,
        architectures: ARM64,
        sizes: FIXED_WITH_MEDIUM,
    },
    // A single instance of this type exceeds the vCPU limit of the account.
    Family {
        names: &["u7i-12tb"],
        generation: Generation::Nitro,
        architectures: X86_64,
        sizes: &[("224xlarge", 896)],
    },
];

const BURSTABLE: &[(&str, u32)] = &[
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
