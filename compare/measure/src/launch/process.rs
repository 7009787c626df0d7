//! A process, as another one on the same machine can recognise it.

use std::{fs, process};

/// A process: `ORIGIN-PID-START`. The origin is a hash of the machine's boot, the PID namespace and the
/// user, so that a process elsewhere is never taken for one that has ended here; the start keeps a
/// process from being taken for another that got its number later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Process(String);

impl Process {
    /// This one; `None` where the system has no `/proc`, as only Linux has.
    #[must_use]
    pub fn this() -> Option<Self> {
        let pid = process::id();
        Some(Self(format!("{}-{pid}-{}", origin()?, start(pid)?)))
    }

    /// One that was written down.
    #[must_use]
    pub fn written(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// As it is written down.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it still runs; `None` where this cannot be told from here.
    #[must_use]
    pub fn is_running(&self) -> Option<bool> {
        let mut parts = self.0.split('-');
        let (there, pid, started) = (parts.next()?, parts.next()?, parts.next()?);
        let pid = pid.parse().ok()?;
        (there == origin()?).then(|| start(pid).is_some_and(|start| start == started))
    }
}

#[cfg(target_os = "linux")]
fn origin() -> Option<String> {
    use std::os::unix::fs::MetadataExt as _;

    use raw::sigv4::Hex;
    use sha2::{Digest as _, Sha256};

    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    let namespace = fs::read_link("/proc/self/ns/pid").ok()?;
    // Other users' processes may be hidden.
    let user = fs::metadata("/proc/self").ok()?.uid();
    let hashed = Sha256::digest(format!("{boot} {} {user}", namespace.display()));
    Some(Hex::of(hashed.into()).as_str()[..12].to_owned())
}

#[cfg(not(target_os = "linux"))]
fn origin() -> Option<String> {
    None
}

/// When the process started, in the kernel's ticks since its boot: field 22 of `proc_pid_stat(5)`,
/// counted from behind the program's name, which is the second and may hold anything. `None` where
/// there is no such process, or it has ended and nobody has asked yet how (state `Z`).
fn start(pid: u32) -> Option<String> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, fields) = text.rsplit_once(')')?;
    let fields: Vec<_> = fields.split_whitespace().collect();
    let (state, start) = (fields.first()?, fields.get(22 - 3)?);
    (!["Z", "X"].contains(state)).then(|| (*start).to_owned())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::Process;

    #[test]
    fn this_process_runs_and_one_that_started_earlier_under_its_number_does_not() {
        let this = Process::this().unwrap();
        assert_eq!(this.is_running(), Some(true));
        let (before, _) = this.as_str().rsplit_once('-').unwrap();
        assert_eq!(Process::written(format!("{before}-1")).is_running(), Some(false));
    }

    #[test]
    fn of_a_process_on_another_machine_nothing_is_known() {
        assert_eq!(Process::written("0123456789ab-1-1").is_running(), None);
        assert_eq!(Process::written("no process").is_running(), None);
    }
}
