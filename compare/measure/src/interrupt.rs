//! Signals that end the program, as a value to race calls against.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

use crate::{
    error::{ExitError, Signal},
    launch::Ledger,
};

/// Reports the first SIGINT, SIGTERM or SIGHUP.
#[derive(Debug, Clone)]
pub struct Interrupt {
    signal: watch::Receiver<Option<Signal>>,
    /// The launches of the current run.
    launched: Arc<Mutex<Ledger>>,
}

impl Interrupt {
    /// Listens from now on. A second SIGINT or SIGTERM means that the user does not want to wait for
    /// cleanup: `on_second` then gets the first signal and a message about what is left running, and
    /// must end the process. A second SIGHUP is ignored: a closing terminal may send two, one from the
    /// shell and one from the kernel.
    ///
    /// # Errors
    /// Exit 3 if no signal handler can be installed.
    pub fn listen(
        on_second: impl FnOnce(Signal, &str) + Send + 'static,
    ) -> Result<Self, ExitError> {
        let (sender, receiver) = watch::channel(None);
        let mut signals = Signals::install().map_err(|error| {
            ExitError::unavailable(format!("signal handlers cannot be installed: {error}"))
        })?;
        let launched = Arc::<Mutex<Ledger>>::default();
        let known = Arc::clone(&launched);
        tokio::spawn(async move {
            let signal = signals.next().await;
            // Fails only if no receiver is left, at the end of the program.
            let _ = sender.send(Some(signal));
            while signals.next().await == Signal::Hangup {}
            let ledger = known.lock().unwrap_or_else(PoisonError::into_inner).clone();
            on_second(signal, &abandoned(&ledger));
        });
        Ok(Self { signal: receiver, launched })
    }

    /// Makes a second signal report what `ledger` says is left running.
    pub fn set_ledger(&self, ledger: &Ledger) {
        *self.launched.lock().unwrap_or_else(PoisonError::into_inner) = ledger.clone();
    }

    /// An interrupt that never comes.
    #[must_use]
    pub fn never() -> Self {
        Self { signal: watch::channel(None).1, launched: Arc::default() }
    }

    /// The output of `future`, unless a signal comes first.
    ///
    /// # Errors
    /// The signal, as the error that ends the program.
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
        "ended without cleanup; still running, or of unknown outcome: {}; {}",
        left.join(", "),
        ledger.cleanup_command()
    )
}

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
    /// `None` if the parent process ignores SIGHUP, as `nohup` does.
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

/// The first bit of `SigIgn` in `proc_pid_status(5)`. On systems without that file the answer is no, and
/// `nohup` has no effect.
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
        // Without a handler no signal is ever reported.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
        Signal::Interrupt
    }
}
