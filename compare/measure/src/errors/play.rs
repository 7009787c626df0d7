//! Plays a case, first with raw and then with the SDK, and records what each side reports.

mod fixture;

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
use fixture::Fixture;

/// Age of the expired URL on raw's side, whose presigner uses the client's clock. The SDK's does not, so
/// there the case waits.
const EXPIRED_URL_AGE: Duration = Duration::from_hours(1);
/// The time until a URL that is valid for one second has expired.
const TWO_SECONDS: Duration = Duration::from_secs(2);
/// Time limit for fetching a presigned URL, because an answer may be endless.
const FETCH_TIMEOUT: Duration = Duration::from_secs(30);
/// The bytes of a text that are searched for facts. What follows is a body or its dump.
const MAX_READ: usize = 64 * 1024;
/// The bytes of a text that are shown.
const MAX_SHOWN: usize = 8 * 1024;
const BY_THE_SDK: &str = "the SDK signs by itself, so its user cannot make this mistake";

/// A case after raw's turn.
pub(super) struct RawPlayed {
    fixture: Fixture,
    raw: Call,
    /// `None` if the SDK does not let its user get into this state.
    sdk: Option<sdk::Client>,
}

/// A call and its exchanges.
struct Call {
    /// `Ok(None)` if the answer is not parsed.
    result: Result<Option<Answer>, Failure>,
    attempts: u32,
    elapsed: Duration,
    exchanges: Vec<RecordedExchange>,
}

/// The id of an image that can be launched in every sandbox: all have the same images.
pub(super) async fn newest_image() -> Result<String, ExitError> {
    match Fixture::of(IMAGES, "")?.right_answer().await? {
        Some(Answer::Images(images)) if !images.is_empty() => Ok(images[0].id.clone()),
        _ => Err(ExitError::unavailable("the embedded endpoint has no image to launch")),
    }
}

/// Plays raw's side of `case`. `image` is the id of an image that can be launched.
///
/// # Errors
/// Exit 3 if the sandbox cannot be started or a client cannot be built.
pub(super) async fn play_raw(case: &Case, image: &str) -> Result<RawPlayed, ExitError> {
    let fixture = Fixture::of(*case, image)?;
    let raw = by_raw(&fixture).await?;
    let sdk = if fixture.is_possible() { Some(fixture.sdk()?) } else { None };
    Ok(RawPlayed { fixture, raw, sdk })
}

impl RawPlayed {
    /// Plays the SDK's side.
    pub(super) async fn play_sdk(self) -> Result<CaseResult, ExitError> {
        let Self { fixture, raw, sdk } = self;
        let sdk = match sdk {
            Some(client) => Some(by_sdk(&fixture, &client).await?),
            None => None,
        };
        case_result(&fixture, raw, sdk).await
    }
}

async fn by_raw(fixture: &Fixture) -> Result<Call, ExitError> {
    let wrongly_signed = fixture.case.mistake().filter(|mistake| !mistake.is_of_configuration());
    let (client, request, signed) = match (fixture.case.play, wrongly_signed) {
        (_, Some(mistake)) => {
            let sent = fixture.wrongly_signed(mistake)?;
            let request = fixture::to_send(&sent).ok_or_else(|| {
                ExitError::unavailable(format!(
                    "HTTP cannot carry the request of {}",
                    fixture.case.id
                ))
            })?;
            (fixture.raw()?, request, Some(sent.steps))
        }
        (Play::Presigned(presigned), _) => {
            let client = match presigned {
                Presigned::Late => fixture.raw_before(EXPIRED_URL_AGE)?,
                Presigned::Fresh | Presigned::WithoutSignature => fixture.raw()?,
            };
            let url = fixture.presigned_url(&client, presigned).await?;
            (client, reqwest::Request::new(Method::GET, url), None)
        }
        _ => return call(fixture, &fixture.raw()?).await,
    };
    let url = request.url().clone();
    let started = Instant::now();
    let result = client.exchange(request).await;
    let elapsed = started.elapsed();
    let result = result.map(|_| None).map_err(|kind| fixture.raw_error(kind, &url, signed));
    Ok(Call { result, attempts: 1, elapsed, exchanges: fixture.exchanges() })
}

async fn by_sdk(fixture: &Fixture, client: &sdk::Client) -> Result<Call, ExitError> {
    let Play::Presigned(presigned) = fixture.case.play else { return call(fixture, client).await };
    let url = fixture.presigned_url(client, presigned).await?;
    if presigned == Presigned::Late {
        tokio::time::sleep(TWO_SECONDS).await;
    }
    let plain = plain_client()?;
    let started = Instant::now();
    let fetched = plain.get(url).send().await.and_then(reqwest::Response::error_for_status);
    let result = match fetched {
        Ok(_) => Ok(None),
        // The URL grants access, like a key.
        Err(error) => Err(reqwest_failure(&error.without_url())),
    };
    let elapsed = started.elapsed();
    Ok(Call { result, attempts: 1, elapsed, exchanges: fixture.exchanges() })
}

async fn call(fixture: &Fixture, client: &impl contract::Client) -> Result<Call, ExitError> {
    fixture.prepare(client).await?;
    let operation = fixture.operation(client.name());
    let started = Instant::now();
    let reply = guard::call(client, &operation).await;
    let elapsed = started.elapsed();
    let result = reply.result.map(Some);
    Ok(Call { result, attempts: reply.requests, elapsed, exchanges: fixture.exchanges() })
}

async fn case_result(
    fixture: &Fixture,
    raw: Call,
    sdk: Option<Call>,
) -> Result<CaseResult, ExitError> {
    let case = fixture.case;
    let wire = final_answer(fixture, &raw);
    let problem = problem(fixture, &wire, sdk.as_ref());
    let sdk = match sdk {
        Some(call) => side(fixture, call).await?,
        None => CaseSide { note: Some(BY_THE_SDK.to_owned()), ..unplayed() },
    };
    Ok(CaseResult {
        id: case.id.into(),
        service: case.service.as_str().into(),
        cause: case.cause,
        what: case.what().into(),
        source: case.source().into(),
        verified_by: case.verified_by().into(),
        problem,
        facts: facts(&wire, case.extra_headers),
        wire,
        raw: side(fixture, raw).await?,
        sdk: CaseSide { note: case.note().map(str::to_owned).or(sdk.note), ..sdk },
    })
}

/// The answer that decided the call: the last one, or the first if a later attempt succeeded.
fn final_answer(fixture: &Fixture, call: &Call) -> WireAnswer {
    let exchange = match call.result {
        Ok(_) => call.exchanges.first(),
        Err(_) => call.exchanges.last(),
    };
    on_the_wire(fixture, exchange)
}

fn on_the_wire(fixture: &Fixture, exchange: Option<&RecordedExchange>) -> WireAnswer {
    let answer = exchange.and_then(|exchange| exchange.response.as_ref());
    answer.map(|answer| wire::wire_answer(answer, |text| fixture.mask(text))).unwrap_or_default()
}

/// Why the case did not get the expected answer, if so.
fn problem(fixture: &Fixture, wire: &WireAnswer, sdk: Option<&Call>) -> Option<String> {
    let (status, code) = match (fixture.case.basis, fixture.case.fact()) {
        (Basis::Fact(_), Some(fact)) => (fact.status, fact.code.clone()),
        (Basis::Fact(case), None) => return Some(format!("there is no wire fact {case:?}")),
        (Basis::Played { status, .. }, _) => (status, None),
    };
    let to_raw = (wire.status, wire::code(wire));
    if to_raw.0 != status || code.is_some() && to_raw.1 != code {
        return Some(format!("raw got the answer {to_raw:?} instead of {:?}", (status, code)));
    }
    // Both are in the same state if they got the same status and code.
    let wire = on_the_wire(fixture, sdk?.exchanges.first());
    let to_sdk = (wire.status, wire::code(&wire));
    (to_sdk != to_raw).then(|| format!("the SDK first got the answer {to_sdk:?}, raw {to_raw:?}"))
}

async fn side(fixture: &Fixture, call: Call) -> Result<CaseSide, ExitError> {
    let facts = facts(&final_answer(fixture, &call), fixture.case.extra_headers);
    let (attempts, elapsed_ms) = (call.attempts, call.elapsed.as_secs_f64() * 1e3);
    let side = CaseSide { attempts, elapsed_ms, possible: true, ..unplayed() };
    let failure = match call.result {
        Ok(answer) => return with_answer(fixture, side, answer).await,
        Err(failure) => masked(fixture, failure),
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

/// A side that got an answer: the right one, perhaps after a retry, or a wrong one.
async fn with_answer(
    fixture: &Fixture,
    side: CaseSide,
    answer: Option<Answer>,
) -> Result<CaseSide, ExitError> {
    let side = CaseSide { outcome: Outcome::Ok, ..side };
    if let Some(wrong) = answer {
        let right = fixture.right_answer().await?;
        if right.as_ref() != Some(&wrong) {
            let operation = fixture.operation("raw");
            let shown = |answer: &Answer| capture::answer(&operation, answer);
            return Ok(CaseSide {
                silently_wrong: true,
                note: Some(format!("{}, and no error", wrong_answer(&wrong, right.as_ref()))),
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
        // The second attempt was accepted, so its time was not that of the caller's clock.
        _ if fixture.clock_is_wrong() => {
            Some("it corrected its clock by the answer's Date, retried, and succeeded")
        }
        _ => Some("it retried by itself and succeeded"),
    };
    Ok(CaseSide { note: note.map(str::to_owned), ..side })
}

/// How `wrong` differs from `right`, in numbers if it is a listing.
fn wrong_answer(wrong: &Answer, right: Option<&Answer>) -> String {
    match (wrong, right) {
        (Answer::Objects(wrong), Some(Answer::Objects(right))) => {
            let (count, all) = (wrong.objects.len(), right.objects.len());
            format!("{count} of {all} objects, truncated = {}", wrong.truncated)
        }
        (Answer::Images(wrong), Some(Answer::Images(right))) => {
            format!("{} of {} images", wrong.len(), right.len())
        }
        _ => "not the answer that the service has".to_owned(),
    }
}

/// Masks secrets: S3 quotes the session token, and the SDK's `{:?}` quotes S3.
fn masked(fixture: &Fixture, mut failure: Failure) -> Failure {
    let Failure { display, context, debug, code, message, advice, details, .. } = &mut failure;
    let optional = [code, message, advice].into_iter().flatten();
    let details = details.iter_mut().map(|(_, value)| value);
    for text in [display, context, debug].into_iter().chain(optional).chain(details) {
        text.truncate(text.floor_char_boundary(MAX_READ));
        fixture.mask(text);
    }
    failure
}

/// A side that did not call, because its user cannot get into this state.
fn unplayed() -> CaseSide {
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

/// The HTTP client with which a user of the SDK may fetch a presigned URL.
fn plain_client() -> Result<reqwest::Client, ExitError> {
    http_client::builder(Timeouts { attempt: FETCH_TIMEOUT, ..Timeouts::default() })
        // The sandbox speaks plain HTTP.
        .tls_certs_only([])
        .build()
        .map_err(|error| ExitError::unavailable(format!("no HTTP client can be built: {error}")))
}

fn reqwest_failure(error: &reqwest::Error) -> Failure {
    Failure {
        status: error.status().map(|status| status.as_u16()),
        debug: Failure::capped_text(format_args!("{error:?}")),
        ..Failure::new(Stage::Response, error.to_string())
    }
}

fn beginning(mut text: String) -> String {
    if text.len() > MAX_SHOWN {
        text.truncate(text.floor_char_boundary(MAX_SHOWN));
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{by_raw, by_sdk, case_result, fixture::Fixture};
    use crate::errors::catalogue::{self, Case};

    /// S3 quotes the session token in some of these, and the SDK's `{:?}` quotes S3.
    #[tokio::test]
    async fn no_result_contains_a_secret_of_its_sandbox() {
        let echoes = |case: &&Case| case.caller == "temporary" || case.caller == "expired";
        let mut played = 0;
        for case in catalogue::all().filter(echoes) {
            let fixture = Fixture::of(*case, "ami-0").expect("a sandbox");
            let raw = by_raw(&fixture).await.expect("raw's side");
            let sdk = if fixture.is_possible() {
                let client = fixture.sdk().expect("a client");
                Some(by_sdk(&fixture, &client).await.expect("a call"))
            } else {
                None
            };
            let result = case_result(&fixture, raw, sdk).await.expect("a result");
            let shown = serde_json::to_string(&result).expect("JSON");
            for secret in fixture.unmasked_secrets() {
                assert!(!shown.contains(&secret), "{}", case.id);
            }
            played += 1;
        }
        assert!(played >= 8, "{played}");
    }
}
