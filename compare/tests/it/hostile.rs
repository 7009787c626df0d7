//! A server that puts hostile text into every field. It must not change a terminal, a table or a page.

use std::sync::LazyLock;

use render::escape::is_hidden;
use serde_json::Value;

use crate::{
    program::{Ended, Program},
    run::scenario,
    server::{Message, serve},
};

/// Allowed in XML: C1 controls (one begins a colour, one a title), DEL, text direction, zero width,
/// separators, tags, a tab, and lines that imitate other output.
const IN_XML: &str = "a\u{9b}8mb\u{9d}0;title\u{9c}\u{7f}c\u{202e}d\u{2066}e\u{200b}\u{200d}\u{feff}\u{61c}\u{2028}f\u{2029}\u{ad}\u{e0041}\tg\nFORGED |h|`i`\n# FORGED ``j``";
/// Markup, without line feeds.
const MARKUP: &str = "<script>x</script> [k](http://forged.invalid) **FORGED**";
/// Terminal sequences: clear the screen, set a title, a link, a colour.
const SEQUENCES: &str = "\u{1b}[2J\u{1b}]0;title\u{7}\u{1b}]8;;http://forged.invalid\u{1b}\\l\u{1b}]8;;\u{1b}\\\u{1b}[8m\u{0}\u{8}\r";

/// All of it, for a JSON body.
static HOSTILE: LazyLock<String> = LazyLock::new(|| format!("{IN_XML}{SEQUENCES}{MARKUP}"));

/// How the server answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mood {
    /// With success and hostile values.
    Answers,
    /// The same, with characters that XML does not allow.
    AnswersWithSequences,
    /// With an error and hostile values.
    Refuses,
    /// The same, with characters that XML does not allow.
    RefusesWithSequences,
    /// With a redirect to a hostile place.
    Redirects,
    /// With something that is not an AWS error document.
    Rambles,
}

impl Mood {
    fn text(self) -> String {
        let text = match self {
            Self::Answers | Self::Refuses => format!("{IN_XML}{MARKUP}"),
            Self::AnswersWithSequences
            | Self::RefusesWithSequences
            | Self::Redirects
            | Self::Rambles => HOSTILE.clone(),
        };
        text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
    }

    fn answer(self, request: &Message) -> Message {
        let v = self.text();
        match self {
            Self::Answers | Self::AnswersWithSequences => success(request, &v),
            Self::Refuses | Self::RefusesWithSequences => refusal("403 Forbidden", request, &v),
            Self::Redirects => refusal("301 Moved Permanently", request, &v),
            Self::Rambles => answer("500 Internal Server Error", "text/html", &HOSTILE),
        }
    }
}

/// Adds hostile headers; they may hold tabs and anything beyond ASCII.
fn answer(status: &str, content_type: &str, body: &str) -> Message {
    let header: String = IN_XML.chars().filter(|it| !it.is_ascii_control()).collect();
    let plain = Message::answer(status, content_type, body);
    let end = format!(
        "x-amz-request-id: {header}\r\nx-amz-id-2: {header}\r\nx-amzn-requestid: {header}\r\n\
         x-amzn-errortype: {header}\r\nx-amz-bucket-region: {header}\r\nserver: {header}\r\n\
         location: http://127.0.0.1:1/{header}\r\n\r\n"
    );
    let head = plain.head.strip_suffix("\r\n").expect("an empty line ends it").to_owned() + &end;
    Message { head, ..plain }
}

fn refusal(status: &str, request: &Message, v: &str) -> Message {
    let body = if request.text().contains("Action=") {
        format!(
            "<Response><Errors><Error><Code>{v}</Code><Message>{v}</Message></Error></Errors>\
             <RequestID>{v}</RequestID></Response>"
        )
    } else if request.head.contains("/route") {
        let v = Value::from(HOSTILE.as_str());
        return answer(status, "application/json", &format!("{{\"message\":{v},\"Message\":{v}}}"));
    } else {
        format!(
            "<Error><Code>{v}</Code><Message>{v}</Message><Resource>{v}</Resource>\
             <BucketName>{v}</BucketName><Region>{v}</Region><Endpoint>{v}</Endpoint>\
             <CanonicalRequest>{v}</CanonicalRequest><StringToSign>{v}</StringToSign>\
             <RequestId>{v}</RequestId><HostId>{v}</HostId></Error>"
        )
    };
    answer(status, "application/xml", &body)
}

fn success(request: &Message, v: &str) -> Message {
    let state = "<code>16</code><name>running</name>";
    let instances = format!(
        "<instancesSet><item><instanceId>i-{v}</instanceId><imageId>{v}</imageId>\
         <instanceState>{state}</instanceState><instanceType>{v}</instanceType>\
         <launchTime>2026-01-01T00:00:00.000Z</launchTime><clientToken>{v}</clientToken>\
         <placement><availabilityZone>{v}</availabilityZone></placement>\
         <privateIpAddress>{v}</privateIpAddress>\
         <tagSet><item><key>{v}</key><value>{v}</value></item></tagSet></item></instancesSet>"
    );
    let body = if request.calls("DescribeImages") {
        format!(
            "<DescribeImagesResponse><requestId>{v}</requestId><imagesSet><item><imageId>ami-{v}</imageId>\
             <name>{v}</name><description>{v}</description><imageOwnerId>{v}</imageOwnerId>\
             <imageOwnerAlias>{v}</imageOwnerAlias><creationDate>2026-01-01T00:00:00.000Z</creationDate>\
             <architecture>x86_64</architecture><imageState>available</imageState>\
             <rootDeviceName>{v}</rootDeviceName><rootDeviceType>ebs</rootDeviceType>\
             <virtualizationType>hvm</virtualizationType></item></imagesSet></DescribeImagesResponse>"
        )
    } else if request.calls("RunInstances") && !request.is_launch() {
        return refusal("412 Precondition Failed", request, v);
    } else if request.calls("RunInstances") {
        format!(
            "<RunInstancesResponse><requestId>{v}</requestId>{instances}</RunInstancesResponse>"
        )
    } else if request.calls("DescribeInstances") {
        format!(
            "<DescribeInstancesResponse><requestId>{v}</requestId><reservationSet><item>{instances}\
             </item></reservationSet></DescribeInstancesResponse>"
        )
    } else if request.calls("TerminateInstances") {
        format!(
            "<TerminateInstancesResponse><instancesSet><item><instanceId>i-{v}</instanceId>\
             <currentState><code>32</code><name>shutting-down</name></currentState>\
             <previousState>{state}</previousState></item></instancesSet></TerminateInstancesResponse>"
        )
    } else if request.calls("CreateTags") {
        "<CreateTagsResponse><return>true</return></CreateTagsResponse>".to_owned()
    } else if request.head.contains("/route") {
        let v = Value::from(HOSTILE.as_str());
        return answer("200 OK", "application/json", &format!("{{{v}:{v}}}"));
    } else if request.head.contains("list-type=2") {
        format!(
            "<ListBucketResult><Name>{v}</Name><IsTruncated>false</IsTruncated><Contents><Key>{v}</Key>\
             <LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>{v}</ETag><Size>1</Size>\
             <StorageClass>{v}</StorageClass></Contents></ListBucketResult>"
        )
    } else {
        format!(
            "<ListAllMyBucketsResult><Buckets><Bucket><Name>{v}</Name>\
             <CreationDate>2026-01-01T00:00:00.000Z</CreationDate><BucketRegion>{v}</BucketRegion>\
             </Bucket></Buckets></ListAllMyBucketsResult>"
        )
    };
    answer("200 OK", "application/xml", &body)
}

fn run(endpoint: &str, args: &[&str]) -> Ended {
    let api_url = format!("{endpoint}/route");
    let args = args.iter().copied();
    Program::new(args.map(|arg| if arg == "API" { api_url.as_str() } else { arg }))
        .env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
        .env("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
        .env("AWS_REGION", "us-east-1")
        .env("AWS_ENDPOINT_URL", endpoint)
        .run()
}

/// Calls of every verb that talks to a server.
const CALLS: [&[&str]; 6] = [
    &["run", "--only", "s3,ec2,api", "--bucket", "bucket", "--key", "key", "--api-url", "API"],
    &["explain", "s3-list-buckets"],
    &["explain", "ec2-describe-images"],
    &["explain", "api-invoke", "--api-url", "API"],
    &["paths", "s3-list-buckets"],
    &["cleanup"],
];

/// Runs every verb against the server. No output may have its control characters, lines or markup.
#[track_caller]
fn is_harmless(mood: Mood) {
    let endpoint = serve(move |request| Some(mood.answer(&request)));
    for call in CALLS {
        // Without colours the output would be stripped once more, so text is checked with them.
        for (format, color) in [("text", "always"), ("json", "never"), ("markdown", "never")] {
            let args = [call, &["--format", format, "--color", color]].concat();
            let ended = run(&endpoint, &args);
            let what = format!("{mood:?} {args:?}, exit {}", ended.code);
            assert!(!ended.stdout.is_empty() || !ended.stderr.is_empty(), "{what}");
            harmless(&ended.stdout, color, &format!("stdout, {what}"));
            harmless(&ended.stderr, color, &format!("stderr, {what}"));
            if format == "markdown" {
                without_markup(&ended.stdout, &what);
            }
        }
    }
}

#[test]
fn hostile_values_are_harmless_in_every_output() {
    is_harmless(Mood::Answers);
    is_harmless(Mood::AnswersWithSequences);
}

#[test]
fn a_hostile_refusal_is_harmless_in_every_output() {
    is_harmless(Mood::Refuses);
    is_harmless(Mood::RefusesWithSequences);
}

#[test]
fn a_hostile_redirect_or_page_is_harmless_in_every_output() {
    is_harmless(Mood::Redirects);
    is_harmless(Mood::Rambles);
}

#[test]
fn in_json_a_hostile_value_is_unchanged() {
    let endpoint = serve(|request| Some(Mood::Answers.answer(&request)));
    let args =
        ["run", "--only", "s3-list-buckets,api-invoke", "--api-url", "API", "--format", "json"];
    let found = run(&endpoint, &args).json();
    let answer = |name: &str, side: &str| scenario(&found, name)[side]["answer"].clone();
    for side in ["raw", "sdk"] {
        let buckets = answer("s3-list-buckets", side);
        assert_eq!(buckets["buckets"][0]["name"], format!("{IN_XML}{MARKUP}"), "{side}");
        assert_eq!(answer("api-invoke", side)["body"][&*HOSTILE], *HOSTILE, "{side}");
    }
}

/// Fails if `text` has a hidden character other than line feeds and our own colours, or a line that the
/// server began.
#[track_caller]
fn harmless(text: &str, color: &str, what: &str) {
    let ours =
        ["0", "1", "2", "31", "1;31", "32", "33", "38;5;9", "38;5;10", "38;5;11", "39", "36"];
    let mut rest = text.to_owned();
    if color == "always" {
        for colour in ours {
            rest = rest.replace(&format!("\u{1b}[{colour}m"), "");
        }
    }
    if let Some(at) = rest.find(|it| is_hidden(it) && it != '\n') {
        let from = rest.floor_char_boundary(at.saturating_sub(200));
        panic!("{what}: {:?}", &rest[from..rest.ceil_char_boundary(at + 40)]);
    }
    let forged =
        rest.lines().find(|line| line.starts_with("FORGED") || line.starts_with("# FORGED"));
    assert_eq!(forged, None, "{what}");
}

/// Fails if Markdown has the server's markup outside code.
#[track_caller]
fn without_markup(text: &str, what: &str) {
    for line in text.lines() {
        let outside = outside_of_code(line);
        for markup in ["<script>", "](http", "**FORGED"] {
            let found = outside.replace(&format!("\\{markup}"), "").contains(markup);
            assert!(!found, "{what}: {markup} in {line}");
        }
    }
}

/// A line of Markdown without its code spans.
fn outside_of_code(line: &str) -> String {
    let (mut outside, mut rest) = (String::new(), line);
    while let Some(at) = rest.find('`') {
        outside.push_str(&rest[..at]);
        let behind = rest[at..].trim_start_matches('`');
        let fence = &rest[at..rest.len() - behind.len()];
        if outside.ends_with('\\') {
            rest = behind;
            continue;
        }
        let close = behind.match_indices(fence).map(|(at, _)| at).find(|at| {
            !behind[..*at].ends_with('`') && !behind[at + fence.len()..].starts_with('`')
        });
        rest = close.map_or(behind, |at| &behind[at + fence.len()..]);
    }
    outside + rest
}
