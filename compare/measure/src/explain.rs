//! What each side does with one operation, step by step, in AWS's order: what it really signed, sent
//! and got back, and the proof that both sign alike.

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
    run::{Outcome, ScenarioResult},
    scenario::{Given, Scenario, select},
};
use raw::redact::Secrets;

use crate::{
    error::ExitError,
    interrupt::Interrupt,
    run::{Choices, Player, Progress, with_cleanup},
    session::Session,
};
use observed::{Observed, RawSide, SdkSide};
use walk::walk;

/// Whether derived keys and tokens may be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretsShown {
    /// `** redacted **` in their place.
    Masked,
    /// `--show-secrets`, for the sandbox's throw-away credentials.
    InFull,
}

/// Plays what `scenario` needs, then `scenario` itself under observation, with one moment for both
/// sides, so that time is no difference. What it launches is terminated.
///
/// # Errors
/// Exit 2 where secrets are to be shown that are not the sandbox's; exit 3 where the operation
/// cannot be tried here; and as [`crate::run::compare`].
pub async fn explain(
    mut place: Session,
    scenario: Scenario,
    given: Given,
    choices: Choices,
    shown: SecretsShown,
    progress: Arc<dyn Progress>,
    interrupt: Interrupt,
) -> Result<Explanation, ExitError> {
    if shown == SecretsShown::InFull && place.sandbox().is_none() {
        return Err(ExitError::usage(
            "--show-secrets is for the sandbox's throw-away credentials alone",
        ));
    }
    place.target.clock = Clock::Fixed(place.target.clock.now());
    let needed = select(&[scenario.name().to_owned()], given)
        .map_err(|unknown| ExitError::usage(unknown.to_string()))?;
    with_cleanup(Arc::new(place), choices, interrupt, move |player| {
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
    let sides = Arc::clone(&player.sides);
    let total = needed.len();
    for (index, before) in needed.into_iter().filter(|needed| *needed != scenario).enumerate() {
        progress.begin(before, index, total);
        player.play_once(before, &sides.raw, &sides.sdk).await.inspect_err(|_| progress.end())?;
    }
    progress.begin(scenario, total - 1, total);
    let place = Arc::clone(&player.session);
    let (raw, sdk) = (RawSide::of(&sides.raw), SdkSide::of(&sides.sdk, &place));
    let finding = player.play_once(scenario, &raw, &sdk).await;
    progress.end();
    let finding = tried(finding?)?;
    assemble(&place, finding, raw.seen(), sdk.seen(), shown)
}

fn tried(finding: ScenarioResult) -> Result<ScenarioResult, ExitError> {
    match (&finding.raw.reason, finding.raw.outcome) {
        (Some(reason), Outcome::Skipped | Outcome::Failed) => Err(ExitError::unavailable(format!(
            "{} cannot be explained here: {reason}",
            finding.name
        ))),
        _ => Ok(finding),
    }
}

fn assemble(
    place: &Session,
    finding: ScenarioResult,
    raw: Option<Observed>,
    sdk: Option<Observed>,
    shown: SecretsShown,
) -> Result<Explanation, ExitError> {
    let unsent = |side: &str, words: Option<&str>| {
        let words = words.unwrap_or("it does not say why");
        ExitError::unavailable(format!("{side} sent nothing: {words}"))
    };
    let words = |side: &findings::run::SideResult| side.failure.as_ref().map(|f| f.display.clone());
    let raw = raw.ok_or_else(|| unsent("raw", words(&finding.raw).as_deref()))?;
    let sdk = sdk.ok_or_else(|| unsent("the SDK", words(&finding.sdk).as_deref()))?;

    let credentials = &place.credentials;
    let proof = sdk.prove(credentials)?;
    let differences = match (raw.canonical_request(), sdk.canonical_request()) {
        (Some(raw), Some(sdk)) => grammar::differences(raw, sdk),
        _ => Vec::new(),
    };
    let mask = Mask::of(credentials, shown);
    let raw = walk(raw, finding.raw, &mask)?;
    let sdk = walk(sdk, finding.sdk, &mask)?;
    Ok(Explanation {
        target: place.info.clone(),
        operation: finding.name,
        service: finding.service,
        headers: headers::rows(&raw, &sdk),
        differences: differences.into_iter().map(|line| mask.line(line)).collect(),
        raw,
        sdk,
        proof,
    })
}

/// Takes out of every text what must not be seen.
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
