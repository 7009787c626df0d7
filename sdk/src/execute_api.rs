//! The call of an IAM-protected route. The SDK has no service client for it, so this is what its
//! user writes: the SDK's signer, the SDK's credentials, and any HTTP client.

use aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SigningSettings, sign},
    sign::v4,
};
use contract::{
    Answer, ApiResponse, Credentials, Failure, InvokeApi, Phase, Signing, Stage, Target,
};

use crate::{
    credentials,
    failure::from_error,
    observe::{self, Exchange, Response},
    timing, trace,
};

pub(crate) async fn invoke(
    client: &reqwest::Client,
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
    send(client, request, target.limits.bytes).await
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
    let signed = trace::called(sign)(signable, &parameters);
    let (instructions, _signature) =
        signed.map_err(|error| from_error(Stage::Sign, &error))?.into_parts();
    instructions.apply_to_request_http1x(request);
    Ok(())
}

async fn send(
    client: &reqwest::Client,
    request: http::Request<&'static str>,
    longest: u64,
) -> Result<Answer, Failure> {
    let request =
        reqwest::Request::try_from(request).map_err(|error| from_error(Stage::Build, &error))?;
    timing::begin(Phase::Transmit);
    observe::sending(|| Exchange {
        method: request.method().to_string(),
        url: request.url().to_string(),
        headers: owned(request.headers()),
        ..Exchange::default()
    });
    let answered = trace::called(reqwest::Client::execute)(client, request).await;
    let mut response = answered.map_err(|error| from_reqwest(&error))?;
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
        if body.len() as u64 > longest {
            let text =
                format!("the answer ({status}) is longer than the {longest} bytes that are read");
            return Err(Failure { status: Some(status), ..Failure::new(Stage::Response, text) });
        }
    }
    let body = String::from_utf8_lossy(&body).into_owned();
    observe::received(|| Response {
        status,
        headers: owned(&headers),
        body: body.clone().into_bytes(),
    });
    // A redirect is not followed, since the signature is for one host, and is no answer.
    if (200..300).contains(&status) {
        return Ok(Answer::Api(ApiResponse { status, content_type, body }));
    }
    Err(Failure {
        status: Some(status),
        message: Some(body.clone()),
        request_id,
        // An answer without AWS's error type is some other server's.
        stage: if code.is_some() { Stage::Service } else { Stage::Response },
        code,
        ..Failure::new(Stage::Service, format!("the route answered {status}: {body}"))
    })
}

/// Under the time-outs and the proxy of the other calls.
pub(crate) fn http_client(target: &Target) -> Result<reqwest::Client, Failure> {
    // Whoever comes second finds ring installed already, which is what is wanted.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut client = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .connect_timeout(target.timeouts.connect)
        .timeout(target.timeouts.attempt);
    if let Some(proxy) = &target.proxy {
        let proxy = reqwest::Proxy::all(proxy).map_err(|error| from_error(Stage::Build, &error))?;
        client = client.proxy(proxy);
    }
    client.build().map_err(|error| from_error(Stage::Build, &error))
}

fn owned(headers: &reqwest::header::HeaderMap) -> Vec<(String, String)> {
    let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
    headers.iter().map(|(name, value)| (name.to_string(), text(value.as_bytes()))).collect()
}

fn from_reqwest(error: &reqwest::Error) -> Failure {
    let stage = match () {
        () if error.is_timeout() => Stage::Timeout,
        () if error.is_connect() || error.is_request() => Stage::Dispatch,
        () => Stage::Response,
    };
    from_error(stage, error)
}
