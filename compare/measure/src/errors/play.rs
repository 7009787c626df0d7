//! Plays a case: first raw, then the SDK, and the record of what each was told.

mod scene;

use std::time::{Duration, Instant};

use contract::{Answer, Failure, Stage, Timeouts};
use findings::{
    errors::{CaseResult, CaseSide, KeptBy, WireAnswer, WrongAndRight},
    run::Outcome,
};
use reqwest::Method;
use sandbox::RecordedExchange;

use super::{
    catalogue::{Basis, Case, IMAGES, Play, Presigned},
    kept::{kept_by, without_dump},
    wire::{self, facts},
};
use crate::{capture, error::ExitError, guard, http_client};
use scene::Scene;

/// So old is a presigned URL that raw uses too late. raw's presigner goes by its client's clock; the
/// SDK's does not, so there the time is waited for.
const AN_HOUR: Duration = Duration::from_hours(1);
/// Until a URL that was good for a second is no longer.
const TWO_SECONDS: Duration = Duration::from_secs(2);
/// How long the plain client may take over a presigned URL: what has the URL may answer without end.
const FETCH_TIMEOUT: Duration = Duration::from_secs(30);
/// So much of a text is looked at: what is beyond is a body, or the dump of one.
const MOST_TO_READ: usize = 64 * 1024;
/// So much of a text is put out.
const MOST_TO_SHOW: usize = 8 * 1024;
const BY_THE_SDK: &str = "the SDK signs by itself: its user cannot make this mistake";

/// A case of which raw's side has been played.
pub(super) struct Begun {
    scene: Scene,
    raw: Call,
    /// None where its user cannot come into the state that the case is about.
    sdk: Option<sdk::Client>,
}

/// A call, and what went over the wire for it.
struct Call {
    /// No answer where what came is not read.
    result: Result<Option<Answer>, Failure>,
    attempts: u32,
    elapsed: Duration,
    exchanges: Vec<RecordedExchange>,
}

/// The id of an image that can be launched in any sandbox: they all hold the same.
pub(super) async fn newest_image() -> Result<String, ExitError> {
    match Scene::of(IMAGES, "")?.right_answer().await? {
        Some(Answer::Images(images)) if !images.is_empty() => Ok(images[0].id.clone()),
        _ => Err(ExitError::unavailable("the embedded endpoint has no image to launch")),
    }
}

/// Plays raw's side of `case`; `image` is one that can be launched.
///
/// # Errors
/// Exit 3 where the sandbox cannot be started, or a client cannot be made.
pub(super) async fn begin(case: &Case, image: &str) -> Result<Begun, ExitError> {
    let scene = Scene::of(*case, image)?;
    let raw = by_raw(&scene).await?;
    let sdk = if scene.is_possible() { Some(scene.sdk()?) } else { None };
    Ok(Begun { scene, raw, sdk })
}

impl Begun {
    /// Plays the SDK's side.
    pub(super) async fn end(self) -> Result<CaseResult, ExitError> {
        let Self { scene, raw, sdk } = self;
        let sdk = match sdk {
            Some(client) => Some(by_sdk(&scene, &client).await?),
            None => None,
        };
        finding(&scene, raw, sdk).await
    }
}

async fn by_raw(scene: &Scene) -> Result<Call, ExitError> {
    let wrongly_signed = scene.case.mistake().filter(|mistake| !mistake.is_of_configuration());
    let (client, request, signed) = match (scene.case.play, wrongly_signed) {
        (_, Some(mistake)) => {
            let sent = scene.wrongly_signed(mistake)?;
            let request = scene::to_send(&sent).ok_or_else(|| {
                ExitError::unavailable(format!("HTTP cannot carry what {} sends", scene.case.id))
            })?;
            (scene.raw()?, request, Some(sent.steps))
        }
        (Play::Presigned(presigned), _) => {
            let client = match presigned {
                Presigned::Late => scene.raw_before(AN_HOUR)?,
                Presigned::Fresh | Presigned::WithoutSignature => scene.raw()?,
            };
            let url = scene.presigned_url(&client, presigned).await?;
            (client, reqwest::Request::new(Method::GET, url), None)
        }
        _ => return asking(scene, &scene.raw()?).await,
    };
    let url = request.url().clone();
    let started = Instant::now();
    let result = client.exchange(request).await;
    let elapsed = started.elapsed();
    let result = result.map(|_| None).map_err(|kind| scene.raw_error(kind, &url, signed));
    Ok(Call { result, attempts: 1, elapsed, exchanges: scene.exchanges() })
}

async fn by_sdk(scene: &Scene, client: &sdk::Client) -> Result<Call, ExitError> {
    let Play::Presigned(presigned) = scene.case.play else { return asking(scene, client).await };
    let url = scene.presigned_url(client, presigned).await?;
    if presigned == Presigned::Late {
        tokio::time::sleep(TWO_SECONDS).await;
    }
    let plain = plain_client()?;
    let started = Instant::now();
    let fetched = plain.get(url).send().await.and_then(reqwest::Response::error_for_status);
    let result = match fetched {
        Ok(_) => Ok(None),
        // The URL is as good as a key.
        Err(error) => Err(of_reqwest(&error.without_url())),
    };
    let elapsed = started.elapsed();
    Ok(Call { result, attempts: 1, elapsed, exchanges: scene.exchanges() })
}

async fn asking(scene: &Scene, client: &impl contract::Client) -> Result<Call, ExitError> {
    scene.prepare(client).await?;
    let operation = scene.operation(client.name());
    let started = Instant::now();
    let reply = guard::call(client, &operation).await;
    let elapsed = started.elapsed();
    let result = reply.result.map(Some);
    Ok(Call { result, attempts: reply.requests, elapsed, exchanges: scene.exchanges() })
}

async fn finding(scene: &Scene, raw: Call, sdk: Option<Call>) -> Result<CaseResult, ExitError> {
    let case = scene.case;
    let wire = told(scene, &raw);
    let problem = problem(scene, &wire, sdk.as_ref());
    let sdk = match sdk {
        Some(call) => side(scene, call).await?,
        None => CaseSide { note: Some(BY_THE_SDK.to_owned()), ..not_possible() },
    };
    Ok(CaseResult {
        id: case.id.into(),
        service: case.service.as_str().into(),
        cause: case.cause,
        what: case.what().into(),
        source: case.source().into(),
        verified_by: case.verified_by().into(),
        problem,
        facts: facts(&wire, case.beside),
        wire,
        raw: side(scene, raw).await?,
        sdk: CaseSide { note: case.note().map(str::to_owned).or(sdk.note), ..sdk },
    })
}

/// The answer that ended the call: the last one, or, where a later attempt went well, the one that
/// made it necessary.
fn told(scene: &Scene, call: &Call) -> WireAnswer {
    let exchange = match call.result {
        Ok(_) => call.exchanges.first(),
        Err(_) => call.exchanges.last(),
    };
    on_the_wire(scene, exchange)
}

fn on_the_wire(scene: &Scene, exchange: Option<&RecordedExchange>) -> WireAnswer {
    let answer = exchange.and_then(|exchange| exchange.response.as_ref());
    answer.map(|answer| wire::wire(answer, |text| scene.mask(text))).unwrap_or_default()
}

/// Why the case is not what it should be, if so.
fn problem(scene: &Scene, wire: &WireAnswer, sdk: Option<&Call>) -> Option<String> {
    let (status, code) = match (scene.case.basis, scene.case.fact()) {
        (Basis::Fact(_), Some(fact)) => (fact.status, fact.code.clone()),
        (Basis::Fact(case), None) => return Some(format!("there is no fact {case:?}")),
        (Basis::Played { status, .. }, _) => (status, None),
    };
    let to_raw = (wire.status, wire::code(wire));
    if to_raw.0 != status || code.is_some() && to_raw.1 != code {
        return Some(format!("raw was answered {to_raw:?}, and not {:?}", (status, code)));
    }
    // With the same status and code for both, they are in the same state.
    let wire = on_the_wire(scene, sdk?.exchanges.first());
    let to_sdk = (wire.status, wire::code(&wire));
    (to_sdk != to_raw).then(|| format!("the SDK was answered {to_sdk:?} at first, raw {to_raw:?}"))
}

async fn side(scene: &Scene, call: Call) -> Result<CaseSide, ExitError> {
    let facts = facts(&told(scene, &call), scene.case.beside);
    let (attempts, elapsed_ms) = (call.attempts, call.elapsed.as_secs_f64() * 1e3);
    let side = CaseSide { attempts, elapsed_ms, possible: true, ..not_possible() };
    let failure = match call.result {
        Ok(answer) => return with_answer(scene, side, answer).await,
        Err(failure) => masked(scene, failure),
    };
    let kept_by = kept_by(&failure, &facts);
    let error_context = without_dump(&failure);
    Ok(CaseSide {
        outcome: Outcome::from(&failure),
        lost: kept_by.lost(&facts),
        kept_by,
        facts,
        debug_left_out: error_context.len() < failure.context.len(),
        error_context: beginning(error_context.to_owned()),
        debug: beginning(failure.debug),
        display: failure.display,
        advice: failure.advice,
        ..side
    })
}

/// A side that got an answer: the right one, perhaps by trying again, or another.
async fn with_answer(
    scene: &Scene,
    side: CaseSide,
    answer: Option<Answer>,
) -> Result<CaseSide, ExitError> {
    let side = CaseSide { outcome: Outcome::Ok, ..side };
    if let Some(wrong) = answer {
        let right = scene.right_answer().await?;
        if right.as_ref() != Some(&wrong) {
            let operation = scene.operation("raw");
            let shown = |answer: &Answer| capture::answer(&operation, answer);
            return Ok(CaseSide {
                silently_wrong: true,
                note: Some(format!("{}, and no error", instead(&wrong, right.as_ref()))),
                answers: Some(WrongAndRight {
                    wrong: shown(&wrong),
                    right: right.as_ref().map(shown),
                }),
                ..side
            });
        }
    }
    let note = match side.attempts {
        1 => None,
        // The second attempt was accepted, so it bore another time than the caller's clock has.
        _ if scene.clock_is_wrong() => {
            Some("it set its clock by the answer's Date, tried again, and got its answer")
        }
        _ => Some("it tried again by itself, and got its answer"),
    };
    Ok(CaseSide { note: note.map(str::to_owned), ..side })
}

/// What of an answer is not as it should be, where that can be counted.
fn instead(wrong: &Answer, right: Option<&Answer>) -> String {
    match (wrong, right) {
        (Answer::Objects(wrong), Some(Answer::Objects(right))) => {
            let (count, all) = (wrong.objects.len(), right.objects.len());
            format!("{count} of {all} objects, truncated = {}", wrong.truncated)
        }
        (Answer::Images(wrong), Some(Answer::Images(right))) => {
            format!("{} of {} images", wrong.len(), right.len())
        }
        _ => "another answer than the service has".to_owned(),
    }
}

/// S3 quotes the session token, and the SDK's `{:?}` quotes S3.
fn masked(scene: &Scene, mut failure: Failure) -> Failure {
    let Failure { display, context, debug, code, message, advice, details, .. } = &mut failure;
    let optional = [code, message, advice].into_iter().flatten();
    let details = details.iter_mut().map(|(_, value)| value);
    for text in [display, context, debug].into_iter().chain(optional).chain(details) {
        text.truncate(text.floor_char_boundary(MOST_TO_READ));
        scene.mask(text);
    }
    failure
}

/// A side that was not asked, because it cannot be brought there.
fn not_possible() -> CaseSide {
    CaseSide {
        outcome: Outcome::Skipped,
        possible: false,
        silently_wrong: false,
        answers: None,
        note: None,
        attempts: 0,
        elapsed_ms: 0.0,
        display: String::new(),
        error_context: String::new(),
        debug_left_out: false,
        debug: String::new(),
        advice: None,
        facts: Vec::new(),
        kept_by: KeptBy::default(),
        lost: Vec::new(),
    }
}

/// The plain client with which a user of the SDK may fetch a URL.
fn plain_client() -> Result<reqwest::Client, ExitError> {
    http_client::builder(Timeouts { attempt: FETCH_TIMEOUT, ..Timeouts::default() })
        // The sandbox speaks plain HTTP.
        .tls_certs_only([])
        .build()
        .map_err(|error| ExitError::unavailable(format!("no HTTP client can be built: {error}")))
}

fn of_reqwest(error: &reqwest::Error) -> Failure {
    Failure {
        status: error.status().map(|status| status.as_u16()),
        debug: Failure::capped_text(format_args!("{error:?}")),
        ..Failure::new(Stage::Response, error.to_string())
    }
}

fn beginning(mut text: String) -> String {
    if text.len() > MOST_TO_SHOW {
        text.truncate(text.floor_char_boundary(MOST_TO_SHOW));
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{by_raw, by_sdk, finding, scene::Scene};
    use crate::errors::catalogue::{self, Case};

    /// S3 answers some of these with what it was sent, and the SDK's `{:?}` quotes S3.
    #[tokio::test]
    async fn no_finding_holds_a_secret_of_its_sandbox() {
        let echoes = |case: &&Case| case.caller == "temporary" || case.caller == "expired";
        let mut played = 0;
        for case in catalogue::all().filter(echoes) {
            let scene = Scene::of(*case, "ami-0").expect("a sandbox");
            let raw = by_raw(&scene).await.expect("raw's side");
            let sdk = if scene.is_possible() {
                let client = scene.sdk().expect("a client");
                Some(by_sdk(&scene, &client).await.expect("a call"))
            } else {
                None
            };
            let finding = finding(&scene, raw, sdk).await.expect("a finding");
            let shown = serde_json::to_string(&finding).expect("JSON");
            for secret in scene.secrets_in_the_open() {
                assert!(!shown.contains(&secret), "{}", case.id);
            }
            played += 1;
        }
        assert!(played >= 8, "{played}");
    }
}
