//! Calls a route of API Gateway with IAM authorisation. No service client exists for it, so this is
//! what the SDK's user writes: the SDK's signer and credentials, and an ordinary HTTP client.

use aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SigningSettings, sign},
    sign::v4,
};
use contract::{
    Answer, ApiResponse, Credentials, Failure, InvokeApi, Phase, Signing, Stage, Target,
};

use crate::{
    credentials,
    error::{from_error, from_reqwest},
    observe::{self, Exchange, Response, timing, trace},
    send::HttpClients,
};

pub(crate) async fn invoke(
    http: &HttpClients,
    target: &Target,
    credentials: &Credentials,
    input: &InvokeApi,
) -> Result<Answer, Failure> {
    let mut request = http::Request::get(&input.url)
        .body("")
        .map_err(|error| from_error(Stage::Build, &error))?;
    if input.signing == Signing::Signed {
        timing::begin(Phase::Sign);
        sign_request(target, credentials, input, &mut request)?;
    }
    send(http, request, target.limits.bytes).await
}

fn sign_request(
    target: &Target,
    credentials: &Credentials,
    input: &InvokeApi,
    request: &mut http::Request<&'static str>,
) -> Result<(), Failure> {
    let identity = credentials::for_sdk(credentials).into();
    let parameters = v4::SigningParams::builder()
        .identity(&identity)
        .region(input.region().unwrap_or(&target.region))
        .name("execute-api")
        .time(target.clock.now())
        .settings(SigningSettings::default())
        .build()
        .map_err(|error| from_error(Stage::Sign, &error))?
        .into();
    let signable =
        SignableRequest::new("GET", &input.url, std::iter::empty(), SignableBody::Bytes(&[]))
            .map_err(|error| from_error(Stage::Sign, &error))?;
    let signed = trace::function(sign)(signable, &parameters);
    let (instructions, _signature) =
        signed.map_err(|error| from_error(Stage::Sign, &error))?.into_parts();
    instructions.apply_to_request_http1x(request);
    Ok(())
}

async fn send(
    http: &HttpClients,
    request: http::Request<&'static str>,
    max_bytes: u64,
) -> Result<Answer, Failure> {
    let request =
        reqwest::Request::try_from(request).map_err(|error| from_error(Stage::Build, &error))?;
    let client = http.client_for(request.url())?;
    timing::begin(Phase::Transmit);
    observe::sending(|| Exchange {
        method: request.method().to_string(),
        url: request.url().to_string(),
        headers: owned(request.headers()),
        ..Exchange::default()
    });
    let sent = trace::function(reqwest::Client::execute)(client, request).await;
    let mut response = sent.map_err(|error| from_reqwest(&error))?;
    timing::begin(Phase::Parse);
    let status = response.status().as_u16();
    let headers = response.headers().clone();
    let header =
        |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let (content_type, request_id) = (header("content-type"), header("x-amzn-requestid"));
    let code = header("x-amzn-errortype");
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| from_reqwest(&error))? {
        body.extend_from_slice(&chunk);
        if body.len() as u64 > max_bytes {
            let text =
                format!("the answer ({status}) is longer than the {max_bytes} bytes that are read");
            return Err(Failure { status: Some(status), ..Failure::new(Stage::Response, text) });
        }
    }
    let body = String::from_utf8_lossy(&body).into_owned();
    observe::received(|| Response {
        status,
        headers: owned(&headers),
        body: body.clone().into_bytes(),
    });
    // Redirects are not followed, because the signature is for one host; they count as errors.
    if (200..300).contains(&status) {
        return Ok(Answer::Api(ApiResponse { status, content_type, body }));
    }
    Err(Failure {
        status: Some(status),
        message: Some(body.clone()),
        request_id,
        // Without AWS's error type, the response comes from another server.
        stage: if code.is_some() { Stage::Service } else { Stage::Response },
        code,
        ..Failure::new(Stage::Service, format!("the route answered {status}: {body}"))
    })
}

fn owned(headers: &reqwest::header::HeaderMap) -> Vec<(String, String)> {
    let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
    headers.iter().map(|(name, value)| (name.to_string(), text(value.as_bytes()))).collect()
}
