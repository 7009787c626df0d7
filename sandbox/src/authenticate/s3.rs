//! S3: strict about headers, and the most talkative of the three.

use std::time::Duration;

use time::format_description::well_known::Rfc3339;
use time::{OffsetDateTime, UtcOffset};

use super::Records;
use crate::facts::s3 as facts;
use crate::identity::{Identity, Token};
use crate::refusal::Refusal;
use crate::verify::{
    CONTENT_SHA256, ChunkFault, Claim, CredentialFault, Expires, Freshness, FrontEnd, HeaderFault,
    Location, PayloadHash, Presented, QueryFault, ReceivedRequest, Rules, SECURITY_TOKEN,
    Uncovered, check_chunks, match_signature, sha256_hex,
};

/// Who calls S3.
#[derive(Clone, Copy)]
pub(crate) enum Caller<'a> {
    Anonymous,
    Known(&'a Identity),
}

/// Where the request was sent, and where what it addresses lives.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) endpoint_region: &'a str,
    /// The bucket and its region, if there is such a bucket.
    pub(crate) bucket: Option<(&'a str, &'a str)>,
}

impl Place<'_> {
    /// S3 wants the bucket's own region in the scope, whatever endpoint it was called at.
    fn region(&self) -> &str {
        self.bucket.map_or(self.endpoint_region, |(_, region)| region)
    }
}

/// The order of checks of S3.
pub(crate) fn judge<'a>(
    received: &ReceivedRequest,
    place: Place<'_>,
    records: Records<'a>,
) -> Result<Caller<'a>, Refusal> {
    let Some(claim) = read_claim(received)? else {
        // The bucket's region matters even to those who do not say who they are.
        return redirect_elsewhere(place, place.endpoint_region).map(|()| Caller::Anonymous);
    };
    let rules = Rules::of("s3", place.region());
    claim.check_cover(received, rules.front_end).map_err(|it| refuse_uncovered(&it))?;
    let identity = find_key(&claim, records)?;
    judge_token(received, &claim, identity)?;
    judge_time(&claim, records.now)?;
    judge_scope(&claim, place)?;
    judge_signed_headers(received, &claim)?;
    let payload = PayloadHash::claimed(received, &claim, &rules);
    judge_payload(received, &claim, payload.as_ref())?;
    judge_lifetime(&claim, records.now)?;
    judge_signature(received, &claim, identity, &rules)?;
    if let Some(PayloadHash::Chunks { trailer, .. }) = payload {
        check_chunks(&received.body, trailer, &claim, &identity.secret_access_key, &rules)
            .map_err(refuse_chunks)?;
    }
    Ok(Caller::Known(identity))
}

fn read_claim(received: &ReceivedRequest) -> Result<Option<Claim>, Refusal> {
    match Presented::by(received, FrontEnd::S3) {
        Presented::Nothing => Ok(None),
        Presented::Version2Query => Err(Refusal::of(facts::VERSION_2)),
        // Quoted from S3 in catalyst/moodle-tool_objectfs#303; for two Authorization headers it is
        // unverified.
        Presented::Several { header } => Err(argument(
            Refusal::beyond_the_facts(
                400,
                "InvalidArgument",
                "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, \
                 Signature query string parameter or the Authorization header should be specified",
            ),
            header,
        )),
        Presented::Header(value) => Claim::from_header(received, value, FrontEnd::S3)
            .map(Some)
            .map_err(|fault| refuse_header(&fault, value)),
        Presented::Query => {
            let claim =
                Claim::from_query(received, FrontEnd::S3).map_err(|fault| refuse_query(&fault))?;
            match claim.expires {
                Some(_) => Ok(Some(claim)),
                None => Err(Refusal::of(facts::QUERY_INCOMPLETE)),
            }
        }
    }
}

fn argument(refusal: Refusal, value: &str) -> Refusal {
    refusal.detail("ArgumentName", "Authorization").detail("ArgumentValue", value)
}

fn refuse_header(fault: &HeaderFault, value: &str) -> Refusal {
    match fault {
        HeaderFault::OneWord(_) => argument(Refusal::of(facts::NOT_ONE_SPACE), value),
        HeaderFault::Scheme => argument(Refusal::of(facts::UNKNOWN_SCHEME), value),
        HeaderFault::Version2 => Refusal::of(facts::VERSION_2),
        HeaderFault::NotAPair(part) => Refusal::of(facts::BAD_COMPONENT).fill("part", part),
        HeaderFault::Missing(missing)
            if missing.credential || missing.signature || missing.signed_headers =>
        {
            Refusal::of(facts::COMPONENTS_MISSING)
        }
        HeaderFault::Missing(_) | HeaderFault::Date => Refusal::of(facts::NO_DATE),
        // No answer of S3's was found.
        HeaderFault::Repeated(_) => {
            Refusal::beyond_the_facts(400, "AuthorizationHeaderMalformed", fault.to_string())
        }
        HeaderFault::Credential(fault) => match fault {
            CredentialFault::Form | CredentialFault::Elements(_) => {
                Refusal::of(facts::BAD_CREDENTIAL)
            }
            CredentialFault::EmptyKey => Refusal::of(facts::EMPTY_ACCESS_KEY),
            CredentialFault::Date(sent) => {
                Refusal::of(facts::BAD_CREDENTIAL_DATE).fill("sent", sent)
            }
            CredentialFault::Terminator(sent) => {
                Refusal::of(facts::WRONG_TERMINATOR).fill("sent", sent)
            }
        },
    }
}

fn refuse_query(fault: &QueryFault) -> Refusal {
    match fault {
        QueryFault::Missing => Refusal::of(facts::QUERY_INCOMPLETE),
        QueryFault::Algorithm(_) => Refusal::of(facts::QUERY_ALGORITHM),
        // Of a malformed Credential in a query there is one fact; the header's finer ones have
        // no counterpart.
        QueryFault::Credential(_) => Refusal::of(facts::QUERY_BAD_CREDENTIAL),
        QueryFault::Date => Refusal::of(facts::QUERY_DATE),
        QueryFault::ExpiresNotANumber => Refusal::of(facts::EXPIRES_NOT_A_NUMBER),
        QueryFault::ExpiresNegative => Refusal::of(facts::EXPIRES_NEGATIVE),
        QueryFault::ExpiresTooLarge => Refusal::of(facts::EXPIRES_TOO_LARGE),
        // Documented is that 1 is the least; no answer of S3's was found to either.
        QueryFault::ExpiresZero | QueryFault::Repeated(_) => {
            Refusal::beyond_the_facts(400, "AuthorizationQueryParametersError", fault.to_string())
        }
    }
}

/// What no fact words.
fn refuse_uncovered(uncovered: &Uncovered) -> Refusal {
    Refusal::beyond_the_facts(400, "InvalidRequest", uncovered.to_string())
}

/// Codes as the chapter on chunked uploads has them, in words of our own.
fn refuse_chunks(fault: ChunkFault) -> Refusal {
    let (status, code) = match fault {
        ChunkFault::Form => (400, "IncompleteBody"),
        ChunkFault::Signature => (403, "SignatureDoesNotMatch"),
    };
    Refusal::beyond_the_facts(status, code, fault.to_string())
}

fn find_key<'a>(claim: &Claim, records: Records<'a>) -> Result<&'a Identity, Refusal> {
    records.owner_of(&claim.access_key_id).ok_or_else(|| {
        Refusal::of(facts::INVALID_ACCESS_KEY_ID).detail("AWSAccessKeyId", &claim.access_key_id)
    })
}

fn judge_token(
    received: &ReceivedRequest,
    claim: &Claim,
    identity: &Identity,
) -> Result<(), Refusal> {
    let sent = claim.session_token(received);
    let shown = sent.as_deref().unwrap_or_default();
    match identity.judge_token(sent.as_deref()) {
        Token::Right => Ok(()),
        Token::Missing => {
            Err(Refusal::of(facts::TOKEN_MISSING).detail("AWSAccessKeyId", &claim.access_key_id))
        }
        Token::Wrong => Err(Refusal::of(facts::INVALID_TOKEN).detail("Token-0", shown)),
        Token::Expired => Err(Refusal::of(facts::EXPIRED_TOKEN).detail("Token-0", shown)),
    }
}

/// A clock that is wrong. The end of a presigned URL is no matter of clocks, and judged later.
fn judge_time(claim: &Claim, now: OffsetDateTime) -> Result<(), Refusal> {
    let window = Rules::of("s3", "").window;
    match (claim.location, claim.freshness(window, now)) {
        (_, Freshness::Fresh) | (Location::Query, Freshness::Late { .. }) => Ok(()),
        (Location::Header, _) => Err(Refusal::of(facts::REQUEST_TIME_TOO_SKEWED)
            .detail("RequestTime", claim.time.to_string())
            .detail("ServerTime", server_time(now))
            .detail("MaxAllowedSkewMilliseconds", window.as_millis().to_string())),
        // That the window is the header's is not known.
        (Location::Query, Freshness::Early { .. }) => {
            let lifetime = claim.expires.map_or(Duration::ZERO, |Expires(lifetime)| lifetime);
            let milliseconds = claim.time.at.unix_timestamp() * 1000;
            Err(Refusal::of(facts::NOT_YET_VALID)
                .detail("X-Amz-Date", milliseconds.to_string())
                .detail("Expires", server_time(claim.time.at + lifetime))
                .detail("ServerTime", server_time(now)))
        }
    }
}

fn server_time(now: OffsetDateTime) -> String {
    let now = now.to_offset(UtcOffset::UTC).replace_nanosecond(0).unwrap_or(now);
    now.format(&Rfc3339).unwrap_or_default()
}

/// Region before service, as the region may send the request elsewhere altogether.
fn judge_scope(claim: &Claim, place: Place<'_>) -> Result<(), Refusal> {
    if claim.scope.date != claim.time.date() {
        return Err(match claim.location {
            Location::Header => Refusal::of(facts::DATES_DIFFER),
            Location::Query => Refusal::of(facts::QUERY_DATES_DIFFER)
                .fill("sent", &claim.scope.date)
                .fill("date", &claim.time.date()),
        });
    }
    if claim.scope.region != place.region() {
        redirect_elsewhere(place, &claim.scope.region)?;
        let case = match claim.location {
            Location::Header => facts::WRONG_REGION,
            Location::Query => facts::QUERY_WRONG_REGION,
        };
        let refusal = Refusal::of(case)
            .fill("sent", &claim.scope.region)
            .fill("right", place.region())
            .detail("Region", place.region());
        return Err(match place.bucket {
            Some((_, region)) => refusal.header("x-amz-bucket-region", region),
            None => refusal,
        });
    }
    if claim.scope.service != "s3" {
        let case = match claim.location {
            Location::Header => facts::WRONG_SERVICE,
            Location::Query => facts::QUERY_WRONG_SERVICE,
        };
        return Err(Refusal::of(case).fill("sent", &claim.scope.service));
    }
    Ok(())
}

/// Whoever takes the endpoint's region for that of a bucket elsewhere is sent there.
fn redirect_elsewhere(place: Place<'_>, assumed_region: &str) -> Result<(), Refusal> {
    match place.bucket {
        Some((bucket, region))
            if region != place.endpoint_region && assumed_region == place.endpoint_region =>
        {
            Err(Refusal::of(facts::PERMANENT_REDIRECT)
                .detail("Endpoint", format!("{bucket}.s3-{region}.amazonaws.com"))
                .detail("Bucket", bucket)
                .header("x-amz-bucket-region", region))
        }
        _ => Ok(()),
    }
}

/// Host and every `x-amz-*` header have to be signed; of x-amz-content-sha256 S3 does not mind.
fn judge_signed_headers(received: &ReceivedRequest, claim: &Claim) -> Result<(), Refusal> {
    let mut unsigned: Vec<String> = received
        .headers
        .iter()
        .map(|(name, _)| name.to_ascii_lowercase())
        .filter(|name| name == "host" || name.starts_with("x-amz-") && name != CONTENT_SHA256)
        .filter(|name| !claim.signs(name))
        .collect();
    if unsigned.is_empty() {
        return Ok(());
    }
    unsigned.sort_unstable();
    unsigned.dedup();
    let case = match unsigned[..] {
        [ref only] if only == SECURITY_TOKEN => facts::TOKEN_NOT_SIGNED,
        _ => facts::HEADERS_NOT_SIGNED,
    };
    Err(Refusal::of(case).detail("HeadersNotSigned", unsigned.join(", ")))
}

fn judge_payload(
    received: &ReceivedRequest,
    claim: &Claim,
    payload: Option<&PayloadHash>,
) -> Result<(), Refusal> {
    match (payload, claim.location) {
        (None, Location::Header) => Err(Refusal::of(facts::CONTENT_SHA256_MISSING)),
        (None, Location::Query)
        | (Some(PayloadHash::Unsigned(_) | PayloadHash::Chunks { .. }), _) => Ok(()),
        // S3 knows the asymmetric ones, but not with this algorithm: no answer of it was found.
        (Some(PayloadHash::Invalid(value) | PayloadHash::Asymmetric(value)), _) => {
            Err(Refusal::of(facts::CONTENT_SHA256_INVALID)
                .detail("ArgumentName", CONTENT_SHA256)
                .detail("ArgumentValue", value))
        }
        (Some(PayloadHash::Sha256(claimed)), _) => {
            let computed = sha256_hex(&received.body);
            if *claimed == computed {
                return Ok(());
            }
            Err(Refusal::of(facts::CONTENT_SHA256_MISMATCH)
                .detail("ClientComputedContentSHA256", claimed)
                .detail("S3ComputedContentSHA256", computed))
        }
    }
}

fn judge_lifetime(claim: &Claim, now: OffsetDateTime) -> Result<(), Refusal> {
    match claim.expires {
        Some(Expires(lifetime)) if now > claim.time.at + lifetime => {
            Err(Refusal::of(facts::PRESIGNED_EXPIRED)
                .detail("X-Amz-Expires", lifetime.as_secs().to_string())
                .detail("Expires", server_time(claim.time.at + lifetime))
                .detail("ServerTime", server_time(now)))
        }
        _ => Ok(()),
    }
}

fn judge_signature(
    received: &ReceivedRequest,
    claim: &Claim,
    identity: &Identity,
    rules: &Rules<'_>,
) -> Result<(), Refusal> {
    match_signature(received, claim, &identity.secret_access_key, rules).map_err(|right| {
        Refusal::of(facts::SIGNATURE_DOES_NOT_MATCH)
            .detail("AWSAccessKeyId", &claim.access_key_id)
            .detail("StringToSign", &right.string_to_sign)
            .detail("SignatureProvided", &claim.signature)
            .detail("StringToSignBytes", hex_pairs(&right.string_to_sign))
            .detail("CanonicalRequest", &right.canonical_request)
            .detail("CanonicalRequestBytes", hex_pairs(&right.canonical_request))
    })?;
    Ok(())
}

/// `41 57 53`, as S3 shows the bytes of a text.
fn hex_pairs(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ")
}
