//! Measures a process that makes one call and ends: what the operating system charges it, over many
//! starts of each side in turns.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use findings::{
    startup::{ProgramResult, Ratios, Startup},
    stats::Sorted,
};
use sandbox::Sandbox;
use serde::{Deserialize, Serialize};

use crate::{error::ExitError, helper_binaries, machine::this_machine};

/// What the program `account` prints about one run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Account {
    /// Whether the program ended with exit code 0.
    pub success: bool,
    /// What it wrote to standard output.
    pub output: String,
    /// What the operating system charged.
    pub charge: Charge,
}

/// What the operating system charged one run for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Charge {
    /// Wall-clock time, in microseconds.
    pub wall_us: f64,
    /// Processor time of user and system, in microseconds.
    pub cpu_us: f64,
    /// Peak memory, in bytes.
    pub peak_bytes: f64,
    /// Minor and major page faults; `None` if the system does not tell.
    pub page_faults: Option<f64>,
}

/// A program that is started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum StartedProgram {
    /// Lists the buckets by hand.
    Raw,
    /// Lists them through the SDK.
    Sdk,
    /// Lists them through the SDK with an HTTP client without TLS: the default one reads the system's
    /// certificates for any URL, raw only for https.
    SdkWithoutTls,
    /// Starts and ends: the cost of any Rust program.
    Nothing,
}

impl StartedProgram {
    /// All of them.
    const ALL: [Self; 4] = [Self::Raw, Self::Sdk, Self::SdkWithoutTls, Self::Nothing];

    /// The name in tables and JSON.
    fn name(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::Sdk => "sdk",
            Self::SdkWithoutTls => "sdk without tls",
            Self::Nothing => "nothing",
        }
    }
}

/// The programs and the endpoint that they call.
#[derive(Debug)]
struct Programs {
    account: PathBuf,
    /// In the order of [`StartedProgram::ALL`].
    called: [PathBuf; 4],
    endpoint: Sandbox,
}

impl Programs {
    /// Finds the programs, starts the embedded endpoint, and runs each program once.
    ///
    /// # Errors
    /// Exit 3 if a program is missing or `account` fails; exit 1 if a program lists the wrong buckets.
    fn find() -> Result<Self, ExitError> {
        let endpoint = Sandbox::start(sandbox::Options::default()).map_err(|error| {
            ExitError::unavailable(format!("the embedded endpoint cannot start: {error}"))
        })?;
        let names = ["account", "call-raw", "call-sdk", "call-sdk-without-tls", "call-nothing"];
        let [account, called @ ..] = helper_binaries::programs(names)?;
        let programs = Self { account, called, endpoint };
        for arm in StartedProgram::ALL {
            programs.run(arm)?;
        }
        Ok(programs)
    }

    /// Runs the program once. Its environment has only the endpoint and its keys.
    ///
    /// # Errors
    /// As [`Programs::find`].
    fn run(&self, arm: StartedProgram) -> Result<Charge, ExitError> {
        let failed =
            |why: String| ExitError::unavailable(format!("{} {why}", self.account.display()));
        let admin = self.endpoint.identity("admin").ok_or_else(|| {
            ExitError::unavailable("the embedded endpoint has no identity `admin`")
        })?;
        let output = Command::new(&self.account)
            .arg(self.binary(arm))
            .env_clear()
            .env("AWS_ENDPOINT_URL", self.endpoint.endpoint())
            .env("AWS_REGION", self.endpoint.region())
            .env("AWS_ACCESS_KEY_ID", &admin.access_key_id)
            .env("AWS_SECRET_ACCESS_KEY", &admin.secret_access_key)
            .output()
            .map_err(|error| failed(format!("cannot run: {error}")))?;
        let stderr = String::from_utf8_lossy(&output.stderr);
        let account: Account = serde_json::from_slice(&output.stdout)
            .map_err(|_| failed(format!("printed no account: {}", stderr.trim())))?;
        let buckets =
            if arm == StartedProgram::Nothing { Vec::new() } else { self.endpoint.bucket_names() };
        if account.success && account.output.lines().eq(&buckets) {
            return Ok(account.charge);
        }
        let program = self.binary(arm).display();
        Err(ExitError::failed(format!("{program} did not list the buckets: {}", stderr.trim())))
    }

    fn binary(&self, arm: StartedProgram) -> &Path {
        &self.called[arm as usize]
    }

    /// Runs each program once, in random order.
    fn round(&self) -> Result<[Charge; 4], ExitError> {
        let mut order = StartedProgram::ALL;
        fastrand::shuffle(&mut order);
        let mut round = [Charge::default(); 4];
        for arm in order {
            round[arm as usize] = self.run(arm)?;
        }
        Ok(round)
    }
}

/// Starts every program `rounds` times.
///
/// # Errors
/// Exit 3 if a program is missing or `account` fails; exit 1 if a program lists the wrong buckets.
pub fn measure(rounds: u32, progress: impl Fn(u32, u32)) -> Result<Startup, ExitError> {
    let programs = Programs::find()?;
    let mut taken = Vec::new();
    for done in 0..rounds {
        progress(done, rounds);
        taken.push(programs.round()?);
    }
    progress(rounds, rounds);
    let arms = StartedProgram::ALL.map(|arm| {
        let binary = programs.binary(arm);
        let file = fs::metadata(binary).map_err(|error| {
            ExitError::unavailable(format!("{} cannot be measured: {error}", binary.display()))
        })?;
        Ok(result(&taken, arm, file.len()))
    });
    let arms = arms.into_iter().collect::<Result<_, ExitError>>()?;
    Ok(Startup { machine: this_machine(), rounds: taken.len(), arms })
}

fn result(rounds: &[[Charge; 4]], arm: StartedProgram, binary_bytes: u64) -> ProgramResult {
    let charges = || rounds.iter().map(|round| round[arm as usize]);
    let median = |of: fn(Charge) -> f64| Sorted::new(charges().map(of)).median_estimate();
    let over_raw = |of: fn(Charge) -> f64| {
        let ratio =
            |round: &[Charge; 4]| of(round[arm as usize]) / of(round[StartedProgram::Raw as usize]);
        Sorted::new(rounds.iter().map(ratio)).median_estimate()
    };
    let page_faults = Sorted::new(charges().filter_map(|charge| charge.page_faults));
    ProgramResult {
        name: arm.name().into(),
        wall_us: median(|charge| charge.wall_us),
        cpu_us: median(|charge| charge.cpu_us),
        peak_bytes: median(|charge| charge.peak_bytes),
        page_faults: (!page_faults.is_empty()).then(|| page_faults.median_estimate()),
        binary_bytes,
        over_raw: Ratios {
            wall: over_raw(|charge| charge.wall_us),
            cpu: over_raw(|charge| charge.cpu_us),
            peak: over_raw(|charge| charge.peak_bytes),
        },
    }
}
