//! Ctrl-C and `kill`, as a value that calls can be raced against.

use tokio::sync::watch;

use crate::{
    error::{Signal, Stop},
    output::warn,
};

/// Tells whether a signal has come.
#[derive(Debug, Clone)]
pub struct Interrupt(watch::Receiver<Option<Signal>>);

impl Interrupt {
    /// Listens from now on. The first signal is handed out here; whoever sends a second one does
    /// not want to wait for the cleaning up, and the process ends at once.
    ///
    /// # Errors
    /// Exit 3 where the system gives no signal handler.
    pub fn listen() -> Result<Self, Stop> {
        let (sender, receiver) = watch::channel(None);
        let mut signals = Signals::install().map_err(|error| {
            Stop::impossible(format!("signals cannot be listened for: {error}"))
        })?;
        tokio::spawn(async move {
            let signal = signals.next().await;
            // Nobody left to tell is the end of the program.
            let _ = sender.send(Some(signal));
            signals.next().await;
            warn("ended without cleaning up; `compare cleanup` ends what was launched");
            std::process::exit(if signal == Signal::Interrupt { 130 } else { 143 });
        });
        Ok(Self(receiver))
    }

    /// One that never comes.
    #[must_use]
    pub fn never() -> Self {
        Self(watch::channel(None).1)
    }

    /// `future`'s value, unless a signal comes first.
    ///
    /// # Errors
    /// The signal, as the end of the program.
    pub async fn or<T>(&self, future: impl Future<Output = T>) -> Result<T, Stop> {
        let mut signal = self.0.clone();
        tokio::select! {
            biased;
            Ok(signal) = signal.wait_for(Option::is_some) => {
                Err(Stop::interrupted(signal.unwrap_or(Signal::Interrupt)))
            }
            value = future => Ok(value),
        }
    }
}

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn install() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn next(&mut self) -> Signal {
        tokio::select! {
            _ = self.interrupt.recv() => Signal::Interrupt,
            _ = self.terminate.recv() => Signal::Terminate,
        }
    }
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
