//! Proxies and certificates, for each host of a run.

use crate::{
    program::Program,
    run::scenario,
    server::{proxy, sandbox},
    target::{BUCKETS, CLOSED, buckets, notes},
};

#[test]
fn a_ca_bundle_is_named_and_one_that_cannot_be_used_is_an_error() {
    for (bundle, parts) in [
        ("absent.pem", &["AWS_CA_BUNDLE", "cannot be read"][..]),
        ("empty.pem", &["no PEM certificate"]),
        ("broken.pem", &["cannot be read"]),
    ] {
        buckets(&["--endpoint-url", "https://127.0.0.1:9"])
            .example_keys()
            .env("AWS_CA_BUNDLE", bundle)
            .file("empty.pem", "")
            .file("broken.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
            .run()
            .expect_error(3, &[parts, &[bundle]].concat());
    }
}

#[test]
fn a_machine_without_root_certificates_can_speak_plain_http() {
    let sandbox = sandbox();
    let api_url = sandbox.api_url();
    let args = ["--format", "json", "--only", "s3-presigned-get,ec2-describe-images,api"];
    let program = |endpoint: &str| {
        Program::new(args.into_iter().chain(["--endpoint-url", endpoint, "--api-url", &api_url]))
            .keys(&sandbox, "admin")
            .env("SSL_CERT_FILE", "/nonexistent")
            .env("SSL_CERT_DIR", "/nonexistent")
    };
    let run = program(sandbox.endpoint()).json(0);
    assert_eq!(run["agree"], true, "{run:#}");
    let https = sandbox.endpoint().replace("http:", "https:");
    program(&https).run().expect_error(3, &["certificates"]);
}

#[test]
fn every_form_of_no_proxy_is_honoured() {
    let sandbox = sandbox();
    let address = sandbox.endpoint().replace("http://", "");
    let local = sandbox.endpoint().replace("127.0.0.1", "localhost");
    for (exempt, endpoint) in [
        ("127.0.0.0/8", sandbox.endpoint()),
        (&*address, sandbox.endpoint()),
        ("example.org, LocalHost", &*local),
        ("*", sandbox.endpoint()),
    ] {
        let run = buckets(&["--endpoint-url", endpoint])
            .keys(&sandbox, "admin")
            .env("http_proxy", CLOSED)
            .env("no_proxy", exempt)
            .json(0);
        assert!(notes(&run).contains("without the proxy of http_proxy"), "{exempt}: {run}");
    }
}

#[test]
fn no_proxy_is_honoured_on_aws_too() {
    let ended = buckets(&["--target", "aws", "--region", "eu-west-1", "--timeout", "1"])
        .example_keys()
        .env("HTTPS_PROXY", CLOSED)
        .env("NO_PROXY", "localhost,.AMAZONAWS.com")
        .run();
    assert!(!ended.stderr.contains("through the proxy"), "{}", ended.stderr);
}

#[test]
fn the_proxy_is_chosen_for_each_host_of_a_run() {
    let sandbox = sandbox();
    let args = ["--format", "json", "--only", "s3-list-buckets,api-invoke", "--api-url"];
    let run = Program::new(args.into_iter().chain(["http://route.invalid/x"]))
        .keys(&sandbox, "admin")
        .env("AWS_ENDPOINT_URL", sandbox.endpoint())
        .env("http_proxy", CLOSED)
        .env("NO_PROXY", "127.0.0.1")
        .run()
        .json();
    for side in ["raw", "sdk"] {
        assert_eq!(scenario(&run, "s3-list-buckets")[side]["outcome"], "ok", "{run:#}");
        // It goes through the proxy, which is closed; without it, the name would not be found.
        let failure = &scenario(&run, "api-invoke")[side]["failure"];
        assert_eq!(failure["stage"], "dispatch", "{run:#}");
    }
    let display = scenario(&run, "api-invoke")["raw"]["failure"]["display"].as_str().unwrap();
    assert!(display.contains("through the proxy http://127.0.0.1:9"), "{display}");
}

#[test]
fn a_proxy_without_a_scheme_is_called_over_http() {
    let sandbox = sandbox();
    let proxy = proxy(&sandbox, |request, endpoint| {
        let is_authorised = request.head.contains("Basic bWU6aHVudGVyMg==");
        is_authorised.then(|| crate::server::forward(endpoint, &request))
    });
    let run = Program::at(&sandbox, "admin", BUCKETS)
        .secret("hunter2")
        .env("http_proxy", &proxy.replace("http://", "me:hunter2@"))
        .json(0);
    assert!(notes(&run).contains("through the proxy"), "{run}");
}

#[test]
fn the_password_of_a_proxy_is_not_shown() {
    for proxy in [
        CLOSED.replace("//", "//me:hunter2@"),
        CLOSED.replace("http://", "me:hunter2@"),
        "http://me:hunter2@[".to_owned(),
        "socks5://me:hunter2@127.0.0.1:9".to_owned(),
    ] {
        let program = buckets(&["--endpoint-url", "http://bucket.example"]).example_keys();
        let program = program.env("AWS_REGION", "us-east-1").secret("hunter2");
        program.env("http_proxy", &proxy).run().expect_error(3, &["proxy"]);
    }
}
