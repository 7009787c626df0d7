//! The plain HTTP client of measurements, which knows nothing of AWS.

use contract::Timeouts;

/// A builder with the settings of raw's client. It ignores proxy variables and follows no redirect, which
/// would take a signature to another host.
pub(crate) fn builder(timeouts: Timeouts) -> reqwest::ClientBuilder {
    // A second call finds the provider already installed; that is fine.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .connect_timeout(timeouts.connect)
        .timeout(timeouts.attempt)
}

/// The last cause of the error, which says most.
pub(crate) fn last_cause(error: &reqwest::Error) -> String {
    let causes = std::iter::successors(std::error::Error::source(error), |cause| cause.source());
    causes.last().map_or_else(|| error.to_string(), ToString::to_string)
}
