//! Identifies processes across runs.

use std::{fs, process};

/// A process: `ORIGIN-PID-START`. The origin is a hash of the machine's boot, the PID namespace and the
/// user, so that a process elsewhere is not taken for one that has ended here. The start time tells it from
/// a later process with the same PID.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Process(String);

impl Process {
    /// This process; `None` on systems other than Linux, which have no `/proc`.
    #[must_use]
    pub fn this() -> Option<Self> {
        let pid = process::id();
        Some(Self(format!("{}-{pid}-{}", origin()?, start(pid)?)))
    }

    /// Reads the text of [`Self::as_str`].
    #[must_use]
    pub fn from_text(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The process as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the process is running; `None` if it belongs elsewhere.
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
    // Part of the origin, because other users' processes may be hidden.
    let user = fs::metadata("/proc/self").ok()?.uid();
    let hashed = Sha256::digest(format!("{boot} {} {user}", namespace.display()));
    Some(Hex::of(hashed.into()).as_str()[..12].to_owned())
}

#[cfg(not(target_os = "linux"))]
fn origin() -> Option<String> {
    None
}

/// The start time of a process in clock ticks since boot: field 22 of `proc_pid_stat(5)`. Fields are
/// counted from after the second, the program's name, which may contain anything. `None` if the process
/// does not exist or is a zombie.
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
    fn this_process_is_running_and_an_earlier_one_with_its_pid_is_not() {
        let this = Process::this().unwrap();
        assert_eq!(this.is_running(), Some(true));
        let (before, _) = this.as_str().rsplit_once('-').unwrap();
        assert_eq!(Process::from_text(format!("{before}-1")).is_running(), Some(false));
    }

    #[test]
    fn whether_a_process_on_another_machine_is_running_is_unknown() {
        assert_eq!(Process::from_text("0123456789ab-1-1").is_running(), None);
        assert_eq!(Process::from_text("no process").is_running(), None);
    }
}
