//! Shows what each side does for one operation, step by step in AWS's order: what it signed, sent and
//! received, and the proof that both sign alike.

mod observed;
mod walk;

use std::sync::Arc;

use contract::{Clock, Credentials};
use findings::{
    explain::{
        Explanation,
        grammar::{self, LineDifference},
        headers,
    },
    run::{ScenarioResult, SideResult},
    scenario::{Given, Scenario, select},
};
use raw::redact::Secrets;

use crate::{
    error::ExitError,
    interrupt::Interrupt,
    observe::play_observed,
    run::{Choices, Player, Progress, with_cleanup},
    session::Session,
};
use observed::{Observed, RawSide, SdkSide};
use walk::walk;

/// Whether derived keys and tokens are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretsShown {
    /// `** redacted **` is shown instead.
    Masked,
    /// They are shown: `--show-secrets`, only for the sandbox's throw-away credentials.
    InFull,
}

/// Plays what `scenario` needs, then `scenario` itself under observation. Both sides sign with the same
/// time, so that it makes no difference between them. Everything launched is terminated.
///
/// # Errors
/// Exit 2 if secrets shall be shown that are not the sandbox's; exit 3 if the operation cannot be tried
/// here; and as [`crate::run::compare`].
pub async fn explain(
    mut session: Session,
    scenario: Scenario,
    given: Given,
    choices: Choices,
    shown: SecretsShown,
    progress: Arc<dyn Progress>,
    interrupt: Interrupt,
) -> Result<Explanation, ExitError> {
    if shown == SecretsShown::InFull && session.sandbox().is_none() {
        return Err(ExitError::usage(
            "--show-secrets works only with the sandbox's throw-away credentials",
        ));
    }
    session.target.clock = Clock::Fixed(session.target.clock.now());
    let needed = select(&[scenario.name().to_owned()], given)
        .map_err(|unknown| ExitError::usage(unknown.to_string()))?;
    with_cleanup(Arc::new(session), choices, interrupt, move |player| {
        observe(player, scenario, needed, shown, progress)
    })
    .await
}

async fn observe(
    mut player: Player,
    scenario: Scenario,
    needed: Vec<Scenario>,
    shown: SecretsShown,
    progress: Arc<dyn Progress>,
) -> Result<Explanation, ExitError> {
    let (sides, session) = (Arc::clone(&player.sides), Arc::clone(&player.session));
    let (raw, sdk) = (RawSide::of(&sides.raw), SdkSide::of(&sides.sdk, &session));
    let result = play_observed(&mut player, scenario, needed, (&raw, &sdk), &*progress).await;
    progress.end();
    assemble(&session, result?, raw.seen(), sdk.seen(), shown)
}

fn assemble(
    session: &Session,
    result: ScenarioResult,
    raw: Option<Observed>,
    sdk: Option<Observed>,
    shown: SecretsShown,
) -> Result<Explanation, ExitError> {
    let unsent = |name: &str, side: &SideResult| {
        let why = side.failure.as_ref().map_or("it does not say why", |failure| &failure.display);
        ExitError::unavailable(format!("{name} sent nothing: {why}"))
    };
    let raw = raw.ok_or_else(|| unsent("raw", &result.raw))?;
    let sdk = sdk.ok_or_else(|| unsent("the SDK", &result.sdk))?;

    let credentials = &session.credentials;
    let proof = sdk.prove(credentials)?;
    let differences = match (raw.canonical_request(), sdk.canonical_request()) {
        (Some(raw), Some(sdk)) => grammar::differences(raw, sdk),
        _ => Vec::new(),
    };
    let mask = Mask::of(credentials, shown);
    let raw = walk(raw, result.raw, &mask)?;
    let sdk = walk(sdk, result.sdk, &mask)?;
    Ok(Explanation {
        target: session.info.clone(),
        operation: result.name,
        service: result.service,
        headers: headers::rows(&raw, &sdk),
        differences: differences.into_iter().map(|line| mask.line(line)).collect(),
        raw,
        sdk,
        proof,
    })
}

/// Masks secrets in texts, unless they are shown.
pub(crate) struct Mask<'c> {
    pub(crate) credentials: &'c Credentials,
    pub(crate) shown: SecretsShown,
    secrets: Secrets,
}

impl<'c> Mask<'c> {
    fn of(credentials: &'c Credentials, shown: SecretsShown) -> Self {
        Self { credentials, shown, secrets: Secrets::of(credentials) }
    }

    pub(crate) fn text(&self, text: impl Into<String>) -> String {
        let mut text = text.into();
        if self.shown == SecretsShown::Masked {
            self.secrets.redact(&mut text);
        }
        text
    }

    fn line(&self, line: LineDifference) -> LineDifference {
        let LineDifference { line, raw, sdk, at } = line;
        let mask = |text: Option<String>| text.map(|text| self.text(text));
        LineDifference { line, raw: mask(raw), sdk: mask(sdk), at }
    }
}
