//! The images of the region: made up by rule, with the names, owners and fields of real ones.
//!
//! Each publisher releases on its own rhythm, so that "the newest" means something. The two newest
//! respins of Amazon Linux 2023 were created in the same second: only the id tells them apart.

use time::macros::{date, datetime};
use time::{Date, Duration, OffsetDateTime, Time};

use super::Ec2Settings;
use super::identifier::{hash, id, product_code, scramble};
use super::image::{Image, Platform, RootDevice, Visibility};

/// A private image of a stranger: it is in no list, and cannot be launched.
pub(super) const NOT_YOURS: &str = "ami-0fee1dead0fee1dea";

const AMAZON: Owner = Owner { id: "137112412989", alias: Some("amazon") };
const AMAZON_ECS: Owner = Owner { id: "591542846629", alias: Some("amazon") };
const AMAZON_WINDOWS: Owner = Owner { id: "801119661308", alias: Some("amazon") };
const MARKETPLACE: Owner = Owner { id: "679593333241", alias: Some("aws-marketplace") };
const CANONICAL: Owner = Owner { id: "099720109477", alias: None };
const DEBIAN: Owner = Owner { id: "136693071363", alias: None };

const LINUX: Platform =
    Platform { name: None, details: "Linux/UNIX", usage_operation: "RunInstances" };

const X86_64: &str = "x86_64";
const ARM64: &str = "arm64";

/// All images, in no order that means anything, as on the wire.
pub(super) fn images(settings: &Ec2Settings) -> Vec<Image> {
    let mut images = Vec::new();
    amazon_linux_2023(&mut images);
    amazon_linux_2(&mut images);
    ubuntu(&mut images);
    debian(&mut images);
    windows(&mut images);
    marketplace(&mut images);
    private(&mut images, &settings.account_id);
    for image in &mut images {
        if image.id.is_empty() {
            let place = format!("{}/{}/{}", settings.region, image.owner_id, image.name);
            image.id = id("ami", hash(&place));
        }
        image.root.snapshot_id = id("snap", hash(&image.id));
    }
    images.sort_by_cached_key(|image| scramble(hash(&image.id)));
    images
}

fn amazon_linux_2023(images: &mut Vec<Image>) {
    for day in releases(date!(2025 - 11 - 10), 14, 46) {
        let mut respins = vec![0];
        if day == date!(2025 - 11 - 10) {
            respins.push(1);
        }
        for respin in respins {
            let version = format!("{}.{}.{respin}", al2023_minor(day), compact(day));
            for architecture in [X86_64, ARM64] {
                al2023_release(images, day, &version, architecture);
            }
        }
    }
}

fn al2023_release(images: &mut Vec<Image>, day: Date, version: &str, architecture: &'static str) {
    let kernels: &[&str] = if day < date!(2025 - 04 - 01) { &["6.1"] } else { &["6.1", "6.12"] };
    // Without the respin: those of one day come out in the same second.
    let created = at(day, &format!("al2023 {architecture}"));
    for kernel in kernels {
        for (kind, title, size) in [("", "AMI", 8), ("minimal-", "Minimal AMI", 2)] {
            let name = format!("al2023-ami-{kind}{version}-kernel-{kernel}-{architecture}");
            let description =
                format!("Amazon Linux 2023 {title} {version} {architecture} HVM kernel-{kernel}");
            let image = linux(&AMAZON, name, description, created, architecture);
            images.push(Image {
                root: root("/dev/xvda", size, "gp3"),
                imds_support: Some("v2.0"),
                ..image
            });
        }
    }
    let name = format!("al2023-ami-ecs-hvm-{version}-kernel-6.1-{architecture}");
    let description = format!(
        "Amazon Linux AMI 2023 ({version}) {architecture} HVM EBS for use with Amazon ECS & Docker"
    );
    let image = linux(&AMAZON_ECS, name, description, created, architecture);
    images.push(Image { root: root("/dev/xvda", 30, "gp3"), imds_support: Some("v2.0"), ..image });
}

/// The quarterly version that a release of Amazon Linux 2023 belonged to.
fn al2023_minor(day: Date) -> &'static str {
    const MINORS: [(Date, &str); 8] = [
        (date!(2025 - 09 - 23), "2023.9"),
        (date!(2025 - 06 - 24), "2023.8"),
        (date!(2025 - 03 - 25), "2023.7"),
        (date!(2024 - 10 - 25), "2023.6"),
        (date!(2024 - 07 - 01), "2023.5"),
        (date!(2024 - 03 - 21), "2023.4"),
        (date!(2023 - 12 - 20), "2023.3"),
        (date!(2023 - 09 - 20), "2023.2"),
    ];
    MINORS.iter().find(|(first, _)| day >= *first).map_or("2023.1", |(_, minor)| minor)
}

fn amazon_linux_2(images: &mut Vec<Image>) {
    let kinds = [("amzn2-ami-kernel-5.10-hvm", "Kernel 5.10 AMI"), ("amzn2-ami-hvm", "AMI")];
    for day in releases(date!(2025 - 11 - 05), 14, 40) {
        let version = format!("2.0.{}.0", compact(day));
        for architecture in [X86_64, ARM64] {
            for (kind, title) in kinds {
                let name = format!("{kind}-{version}-{architecture}-gp2");
                let description =
                    format!("Amazon Linux 2 {title} {version} {architecture} HVM gp2");
                let created = at(day, &name);
                images.push(Image {
                    boot_mode: (architecture == ARM64).then_some("uefi"),
                    ..linux(&AMAZON, name, description, created, architecture)
                });
            }
        }
    }
}

fn ubuntu(images: &mut Vec<Image>) {
    let suites = [
        ("jammy", "22.04", "hvm-ssd", "gp2", 34),
        ("noble", "24.04", "hvm-ssd-gp3", "gp3", 30),
        ("questing", "25.10", "hvm-ssd-gp3", "gp3", 2),
    ];
    for (suite, version, storage, volume_type, count) in suites {
        for day in releases(date!(2025 - 10 - 22), 14, count) {
            for (machine, architecture) in [("amd64", X86_64), ("arm64", ARM64)] {
                for (tree, flavour) in [("ubuntu", "server"), ("ubuntu-minimal", "minimal")] {
                    let name = format!(
                        "{tree}/images/{storage}/ubuntu-{suite}-{version}-{machine}-{flavour}-{}",
                        compact(day)
                    );
                    let description =
                        format!("Canonical, Ubuntu, {version}, {machine} {suite} image");
                    let created = at(day, &name);
                    let image = linux(&CANONICAL, name, description, created, architecture);
                    images.push(Image {
                        root: root("/dev/sda1", 8, volume_type),
                        ephemeral_devices: &["/dev/sdb", "/dev/sdc"],
                        imds_support: (suite != "jammy").then_some("v2.0"),
                        ..image
                    });
                }
            }
        }
    }
}

fn debian(images: &mut Vec<Image>) {
    for (version, count) in [(12, 34), (13, 8)] {
        for day in releases(date!(2025 - 10 - 06), 14, count) {
            let build = format!("{}-{}", compact(day), 2200 + hash(&compact(day)) % 60);
            for (machine, architecture) in [("amd64", X86_64), ("arm64", ARM64)] {
                let name = format!("debian-{version}-{machine}-{build}");
                let description = format!("Debian {version} ({build})");
                let created = at(day, &name);
                let image = linux(&DEBIAN, name, description, created, architecture);
                images.push(Image { root: root("/dev/xvda", 8, "gp3"), ..image });
            }
        }
    }
}

fn windows(images: &mut Vec<Image>) {
    for day in releases(date!(2025 - 10 - 16), 28, 9) {
        for version in ["2016", "2019", "2022", "2025"] {
            for language in ["English", "German", "Japanese"] {
                for edition in &WINDOWS_EDITIONS {
                    images.push(windows_image(day, version, language, edition));
                }
            }
        }
    }
}

fn windows_image(day: Date, version: &str, language: &str, edition: &WindowsEdition) -> Image {
    let (year, month, day_of_month) = day.to_calendar_date();
    let name = format!(
        "Windows_Server-{version}-{language}-{}-{year}.{:02}.{day_of_month:02}",
        edition.name,
        u8::from(month)
    );
    let description = format!(
        "Microsoft Windows Server {version} {} Locale {language} AMI provided by Amazon",
        edition.title
    );
    let is_latest = version == "2025";
    let created = at(day, &name);
    Image {
        platform: edition.platform,
        root: root("/dev/sda1", edition.size, if is_latest { "gp3" } else { "gp2" }),
        ephemeral_devices: &["xvdca", "xvdcb", "xvdcc"],
        boot_mode: None,
        imds_support: is_latest.then_some("v2.0"),
        ..linux(&AMAZON_WINDOWS, name, description, created, X86_64)
    }
}

struct WindowsEdition {
    name: &'static str,
    title: &'static str,
    platform: Platform,
    /// Of the root device, in GiB.
    size: u32,
}

// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/billing-info-fields.html
const WINDOWS: Platform =
    Platform { name: Some("windows"), details: "Windows", usage_operation: "RunInstances:0002" };

const WINDOWS_EDITIONS: [WindowsEdition; 4] = [
    WindowsEdition { name: "Full-Base", title: "Full", platform: WINDOWS, size: 30 },
    WindowsEdition { name: "Core-Base", title: "Core", platform: WINDOWS, size: 30 },
    WindowsEdition {
        name: "Full-SQL_2022_Standard",
        title: "Full with SQL Standard 2022",
        platform: Platform {
            details: "Windows with SQL Server Standard",
            usage_operation: "RunInstances:0006",
            ..WINDOWS
        },
        size: 50,
    },
    WindowsEdition {
        name: "Full-SQL_2022_Web",
        title: "Full with SQL Web 2022",
        platform: Platform {
            details: "Windows with SQL Server Web",
            usage_operation: "RunInstances:0202",
            ..WINDOWS
        },
        size: 50,
    },
];

fn marketplace(images: &mut Vec<Image>) {
    const PRODUCTS: [(&str, &str); 4] = [
        ("web-stack", "Web stack: \"nginx\" & PostgreSQL, <no> licence fee"),
        ("größe", "Größenrechner für 1 < n < 10⁶ Zeilen"),
        ("vpn", "VPN gateway; it's ready in 60 s"),
        ("日本語", "日本語の説明 & more"),
    ];
    for (product, title) in PRODUCTS {
        for day in releases(date!(2025 - 09 - 30), 90, 5) {
            let name = format!("{product}-{}", compact(day));
            let created = at(day, &name);
            let image = linux(&MARKETPLACE, name, title.to_owned(), created, X86_64);
            images.push(Image { product_code: Some(product_code(product)), ..image });
        }
    }
}

/// Two of the account's own, and one of a stranger.
fn private(images: &mut Vec<Image>, account_id: &str) {
    let mut private = |owner: &str, name: &str, description: &str, created, id: &str| {
        let image = linux(&AMAZON, name.to_owned(), description.to_owned(), created, X86_64);
        images.push(Image {
            id: id.to_owned(),
            owner_id: owner.to_owned(),
            owner_alias: None,
            visibility: Visibility::Private,
            ..image
        });
    };
    let first = datetime!(2025-06-02 08:30:00 UTC);
    let second = datetime!(2025-10-20 16:45:10 UTC);
    private(account_id, "golden-web-1", "Web server, R&D's \"golden\" image <1>", first, "");
    private(account_id, "golden-web-2", "Web server, R&D's \"golden\" image <2>", second, "");
    private("210987654321", "not-yours", "", second, NOT_YOURS);
}

struct Owner {
    id: &'static str,
    alias: Option<&'static str>,
}

/// What most Linux images have in common. The id is given when the region is known.
fn linux(
    owner: &Owner,
    name: String,
    description: String,
    created: OffsetDateTime,
    architecture: &'static str,
) -> Image {
    Image {
        id: String::new(),
        name,
        description,
        owner_id: owner.id.to_owned(),
        owner_alias: owner.alias,
        created,
        deprecated: deprecation(created),
        visibility: Visibility::Public,
        architecture,
        platform: LINUX,
        root: root("/dev/xvda", 8, "gp2"),
        ephemeral_devices: &[],
        boot_mode: Some(if architecture == ARM64 { "uefi" } else { "uefi-preferred" }),
        imds_support: None,
        product_code: None,
    }
}

fn root(name: &'static str, size: u32, volume_type: &'static str) -> RootDevice {
    RootDevice { name, snapshot_id: String::new(), size, volume_type }
}

/// Real images are deprecated after 90 days to two years. Here the older ones are, and the newer
/// ones have the longest time that EC2 allows, ten years: a catalogue that gets no new releases
/// must not run dry.
fn deprecation(created: OffsetDateTime) -> OffsetDateTime {
    let days = if created < datetime!(2024-10-01 0:00 UTC) { 90 } else { 3650 };
    created + Duration::days(days)
}

/// `count` days of release, the last one first, `interval` days apart.
fn releases(last: Date, interval: i64, count: i64) -> impl Iterator<Item = Date> {
    (0..count).map(move |back| last - Duration::days(back * interval))
}

/// A second of that day, the same in every run for the same `what`.
fn at(day: Date, what: &str) -> OffsetDateTime {
    const SECONDS_OF_A_DAY: u64 = 86_400;
    let second = hash(what) % SECONDS_OF_A_DAY;
    day.with_time(Time::MIDNIGHT).assume_utc() + std::time::Duration::from_secs(second)
}

/// `20251110`
fn compact(day: Date) -> String {
    let (year, month, day) = day.to_calendar_date();
    format!("{year}{:02}{day:02}", u8::from(month))
}
