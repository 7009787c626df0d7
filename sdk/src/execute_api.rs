//! The call of an IAM-protected route. The SDK has no service client for it, so this is what its
//! user writes: the SDK's signer, the SDK's credentials, and any HTTP client.

use aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SigningSettings, sign},
    sign::v4,
};
use std::sync::OnceLock;

use contract::{
    Answer, ApiResponse, Credentials, Failure, InvokeApi, Phase, Proxies, Signing, Stage, Target,
};

use crate::{
    config::Tls,
    credentials,
    error::from_error,
    observe::{self, Exchange, Response, timing, trace},
};

pub(crate) async fn invoke(
    http: &Http,
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
    let signed = trace::called(sign)(signable, &parameters);
    let (instructions, _signature) =
        signed.map_err(|error| from_error(Stage::Sign, &error))?.into_parts();
    instructions.apply_to_request_http1x(request);
    Ok(())
}

async fn send(
    http: &Http,
    request: http::Request<&'static str>,
    longest: u64,
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

/// HTTP clients under the time-outs, proxies and certificates of the other calls.
#[derive(Debug)]
pub(crate) struct Http {
    target: Target,
    plain: reqwest::Client,
    /// Made when first needed: a machine without certificates can still speak plain HTTP.
    trusting: OnceLock<reqwest::Client>,
}

impl Http {
    /// Clients for `target`.
    ///
    /// # Errors
    /// A failure of stage `build` where a proxy's URL is not one.
    pub(crate) fn new(target: &Target) -> Result<Self, Failure> {
        let plain = http_client(target, Trust::Nobody)?;
        Ok(Self { target: target.clone(), plain, trusting: OnceLock::new() })
    }

    /// Whether requests to `url` need TLS.
    ///
    /// # Errors
    /// As [`Http::client_for`].
    pub(crate) fn check(&self, url: &reqwest::Url) -> Result<Tls, Failure> {
        self.client_for(url)?;
        Ok(if needs_tls(&self.target, url) { Tls::Needed } else { Tls::Unused })
    }

    /// The client for `url`.
    ///
    /// # Errors
    /// A failure of stage `build` where `url` needs TLS and there are no usable root certificates.
    pub(crate) fn client_for(&self, url: &reqwest::Url) -> Result<&reqwest::Client, Failure> {
        if !needs_tls(&self.target, url) {
            return Ok(&self.plain);
        }
        if let Some(client) = self.trusting.get() {
            return Ok(client);
        }
        let client = http_client(&self.target, Trust::Roots)?;
        Ok(self.trusting.get_or_init(|| client))
    }
}

/// Whether a request to `url` is encrypted, to the host or to the proxy before it.
fn needs_tls(target: &Target, url: &reqwest::Url) -> bool {
    let proxy = target.proxy.as_ref().and_then(|proxies| proxy_for(proxies, url));
    url.scheme() == "https" || proxy.is_some_and(|proxy| proxy.starts_with("https:"))
}

fn proxy_for<'p>(proxies: &'p Proxies, url: &reqwest::Url) -> Option<&'p str> {
    let (host, port) = (url.host_str()?, url.port_or_known_default()?);
    proxies.for_request(url.scheme(), host, port)
}

/// Whom a connection may trust.
#[derive(Clone, Copy)]
enum Trust {
    /// The target's bundle, or the system's certificates.
    Roots,
    Nobody,
}

fn http_client(target: &Target, trust: Trust) -> Result<reqwest::Client, Failure> {
    let failed = |error: reqwest::Error| {
        let failure = from_error(Stage::Build, &error);
        let why = match trust {
            Trust::Nobody => "a proxy's URL cannot be used",
            Trust::Roots => {
                "are there root certificates (of the system, in SSL_CERT_FILE or AWS_CA_BUNDLE)?"
            }
        };
        let display = format!("the HTTP client cannot be set up; {why} {}", failure.context);
        Failure { display, ..failure }
    };
    // Whoever comes second finds ring installed already, which is what is wanted.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut client = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .connect_timeout(target.timeouts.connect)
        .timeout(target.timeouts.attempt);
    if let Some(proxies) = target.proxy.clone() {
        // A function's URL that cannot be read would be passed over, and the proxy with it.
        for url in [&proxies.http, &proxies.https].into_iter().flatten() {
            reqwest::Proxy::all(url).map_err(failed)?;
        }
        let through = move |url: &reqwest::Url| proxy_for(&proxies, url).map(str::to_owned);
        client = client.proxy(reqwest::Proxy::custom(through));
    }
    client = match (trust, &target.ca_bundle) {
        (Trust::Nobody, _) => client.tls_certs_only([]),
        (Trust::Roots, None) => client,
        (Trust::Roots, Some(bundle)) => client
            .tls_certs_only(reqwest::Certificate::from_pem_bundle(&bundle.pem).map_err(failed)?),
    };
    client.build().map_err(failed)
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
