//! Ctrl-C, `kill` and a closed terminal, as a value that calls can be raced against.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

use crate::{
    error::{ExitError, Signal},
    launch::Ledger,
};

/// Tells whether a signal has come.
#[derive(Debug, Clone)]
pub struct Interrupt {
    signal: watch::Receiver<Option<Signal>>,
    /// What would be left running if the program ended now.
    launched: Arc<Mutex<Ledger>>,
}

impl Interrupt {
    /// Listens from now on. The first signal is handed out here. A second SIGINT or SIGTERM means that
    /// its sender does not want to wait for the cleaning up: `at_second` gets the first signal and the
    /// names of what is left running, and ends the process. A second SIGHUP means nothing, because a
    /// terminal that is closed may send two, the shell's and the kernel's.
    ///
    /// # Errors
    /// Exit 3 where the system gives no signal handler.
    pub fn listen(
        at_second: impl FnOnce(Signal, &str) + Send + 'static,
    ) -> Result<Self, ExitError> {
        let (sender, receiver) = watch::channel(None);
        let mut signals = Signals::install().map_err(|error| {
            ExitError::unavailable(format!("signals cannot be listened for: {error}"))
        })?;
        let launched = Arc::<Mutex<Ledger>>::default();
        let known = Arc::clone(&launched);
        tokio::spawn(async move {
            let signal = signals.next().await;
            // Nobody left to tell is the end of the program.
            let _ = sender.send(Some(signal));
            while signals.next().await == Signal::Hangup {}
            let ledger = known.lock().unwrap_or_else(PoisonError::into_inner).clone();
            at_second(signal, &abandoned(&ledger));
        });
        Ok(Self { signal: receiver, launched })
    }

    /// From now on a second signal names what is left in `ledger`.
    pub fn names(&self, ledger: &Ledger) {
        *self.launched.lock().unwrap_or_else(PoisonError::into_inner) = ledger.clone();
    }

    /// One that never comes.
    #[must_use]
    pub fn never() -> Self {
        Self { signal: watch::channel(None).1, launched: Arc::default() }
    }

    /// `future`'s value, unless a signal comes first.
    ///
    /// # Errors
    /// The signal, as the end of the program.
    pub async fn or<T>(&self, future: impl Future<Output = T>) -> Result<T, ExitError> {
        let mut signal = self.signal.clone();
        tokio::select! {
            biased;
            Ok(signal) = signal.wait_for(Option::is_some) => {
                Err(ExitError::interrupted(signal.unwrap_or(Signal::Interrupt)))
            }
            value = future => Ok(value),
        }
    }
}

fn abandoned(ledger: &Ledger) -> String {
    let left = ledger.left();
    if left.is_empty() {
        return "ended at the second signal".to_owned();
    }
    let left: Vec<_> = left.iter().map(ToString::to_string).collect();
    format!(
        "ended without cleaning up; left running, or of unknown outcome: {}; {}",
        left.join(", "),
        ledger.cleanup_command()
    )
}

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
    /// None where the caller has it ignored, as `nohup` does.
    hangup: Option<tokio::signal::unix::Signal>,
}

#[cfg(unix)]
impl Signals {
    fn install() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hangup: if hangup_is_ignored() { None } else { Some(signal(SignalKind::hangup())?) },
        })
    }

    async fn next(&mut self) -> Signal {
        let hangup = async {
            match &mut self.hangup {
                Some(hangup) => hangup.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = self.interrupt.recv() => Signal::Interrupt,
            _ = self.terminate.recv() => Signal::Terminate,
            _ = hangup => Signal::Hangup,
        }
    }
}

/// The first bit of `SigIgn` in `proc_pid_status(5)`. Where the system has no such file, no: a handler
/// is installed, and `nohup` has no effect.
#[cfg(unix)]
fn hangup_is_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask & 1 == 1)
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn install() -> std::io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) -> Signal {
        // Where no handler can be had, nothing ever comes.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
        Signal::Interrupt
    }
}
