//! `sign --jsonl` and `verify --jsonl` together: one signs, the other accepts.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    process::{Command, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::{Value, json};

use crate::{program::Program, sign::SECRET};

/// A line that can be signed.
pub(crate) fn job(id: u32) -> Value {
    json!({
        "id": id, "method": "GET", "url": "https://example.amazonaws.com/?b=2&a=1",
        "headers": [["My-Header", "v"]], "body_base64": "", "service": "service",
        "region": "us-east-1", "time": "20150830T123600Z", "access_key_id": "AKIDEXAMPLE",
        "secret_access_key": SECRET, "session_token": null,
    })
}

/// `job` with these fields set.
fn with(job: &Value, fields: &Value) -> Value {
    let mut job = job.clone();
    for (name, value) in fields.as_object().expect("fields") {
        job[name] = value.clone();
    }
    job
}

/// `job` for each side.
fn by_both(job: &Value) -> [Value; 2] {
    ["raw", "sdk"].map(|side| with(job, &json!({"side": side})))
}

/// `job` as a line for `verify`, to be judged at the time of signing.
pub(crate) fn unsigned(job: &Value) -> Value {
    let mut line = job.clone();
    let fields = line.as_object_mut().expect("a line is an object");
    let time = fields.remove("time").expect("a job has a time");
    fields.insert("now".to_owned(), time);
    for only_for_signing in ["side", "location", "expires", "token", "content_sha256"] {
        fields.remove(only_for_signing);
    }
    line
}

/// The request that `answer` signed for `job`, as a line for `verify`.
pub(crate) fn signed(job: &Value, answer: &Value) -> Value {
    assert_eq!(answer["error"], Value::Null, "{job}");
    with(&unsigned(job), &json!({"url": answer["url"], "headers": answer["headers"]}))
}

/// The answers of `verb` to `lines`. None may show the secret.
pub(crate) fn answers(verb: &str, lines: &[Value]) -> Vec<Value> {
    let input = lines.iter().map(Value::to_string).collect::<Vec<_>>().join("\n");
    let ended = Program::new([verb, "--jsonl"]).input(input).secret(SECRET).run().expect(0);
    assert_eq!(ended.stderr, "");
    let answers = ended.json_lines();
    assert_eq!(answers.len(), lines.len(), "one answer for each line");
    for (answer, line) in answers.iter().zip(lines) {
        assert_eq!(answer["id"], line["id"], "in order");
    }
    answers
}

/// The answer of `verb` to one line.
pub(crate) fn answer(verb: &str, line: &Value) -> Value {
    answers(verb, std::slice::from_ref(line)).remove(0)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is not text"))
}

/// Xorshift: makes the same requests in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).expect("31 bits") % limit
    }

    fn one_of<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[self.below(choices.len())]
    }

    fn some_of(&mut self, choices: &[&str], most: usize, separator: &str) -> String {
        let count = self.below(most + 1);
        (0..count).map(|_| self.one_of(choices)).collect::<Vec<_>>().join(separator)
    }

    fn job(&mut self, id: u32) -> Value {
        const SEGMENTS: &[&str] = &[
            "a",
            "foo",
            "%20",
            "%E1%88%B4",
            "a%25b",
            "~",
            "-._",
            ".",
            "..",
            "",
            "%C3%BC",
            "x%3Dy",
        ];
        const PARAMETERS: &[&str] =
            &["a=b", "a=a", "A=1", "b=", "c", "d=%2F%20", "e=~-._", "%C3%BC=%E1%88%B4", "f=%3D%26"];
        const VALUES: &[&str] = &["v", "a  b", "\"quoted  twice\"", "1,2", "a;b=c", ""];
        let service = self.one_of(&["s3", "ec2", "execute-api", "service"]);
        let path = self.some_of(SEGMENTS, 4, "/");
        let query = self.some_of(PARAMETERS, 4, "&");
        let mark = if query.is_empty() { "" } else { "?" };
        let mut job = job(id);
        job["method"] = json!(self.one_of(&["GET", "POST", "PUT", "DELETE", "HEAD"]));
        job["url"] = json!(format!("https://example.amazonaws.com/{path}{mark}{query}"));
        job["headers"] = (0..self.below(4))
            .map(|index| json!([format!("X-Test-{index}"), self.one_of(VALUES)]))
            .collect();
        let body = self.some_of(&["body", "\u{fc}", "\n", "Action=A&B=c"], 3, "");
        job["body_base64"] = json!(BASE64_STANDARD.encode(body));
        job["service"] = json!(service);
        job["region"] = json!(self.one_of(&["us-east-1", "eu-west-1", "cn-north-1"]));
        if self.below(3) == 0 {
            job["session_token"] = json!("AQoDYXdzEPT//////////wEXAMPLE+token==");
        }
        job["location"] = json!(self.one_of(&["header", "query"]));
        job["payload"] = json!(self.one_of(&["signed", "unsigned"]));
        job
    }
}

#[test]
fn verify_accepts_two_hundred_random_requests_that_either_side_signed() {
    let mut random = Random(0x5eed_0f51_64a5_1337);
    let jobs: Vec<_> = (0..100).flat_map(|id| by_both(&random.job(id))).collect();
    let answered = answers("sign", &jobs);
    let signed: Vec<_> =
        jobs.iter().zip(&answered).map(|(job, answer)| signed(job, answer)).collect();
    for (verdict, line) in answers("verify", &signed).iter().zip(&signed) {
        assert_eq!(verdict["verdict"], "accepted", "{line:#}\n{verdict:#}");
    }
    for (pair, jobs) in answered.chunks(2).zip(jobs.chunks(2)) {
        assert_eq!(pair[0]["signature"], pair[1]["signature"], "{:#}", jobs[0]);
        // S3 takes the body of a presigned URL as unsigned, so a signature over the body is wrong there.
        let signs_the_body_of_an_s3_url = jobs[0]["service"] == "s3"
            && jobs[0]["location"] == "query"
            && jobs[0]["payload"] == "signed";
        let expected = if signs_the_body_of_an_s3_url { "refused" } else { "accepted" };
        for (answer, job) in pair.iter().zip(jobs) {
            assert_eq!(answer["judged"]["verdict"], expected, "{job:#}\n{answer:#}");
        }
    }
}

/// A request to S3 with this path.
fn s3_job(path: &str) -> Value {
    let url = format!("https://s3.us-west-2.amazonaws.com/{path}");
    with(&job(1), &json!({"url": url, "service": "s3", "region": "us-west-2"}))
}

fn has_note(answer: &Value, about: &str) -> bool {
    answer["notes"].as_array().expect("notes").iter().any(|note| text(note).contains(about))
}

#[test]
fn raw_signs_s3_paths_as_s3_does_and_a_note_says_which_path_to_write() {
    for (path, canonical) in [
        ("b/lake/asset_id=7/x", "/b/lake/asset_id%3D7/x"),
        ("b/v0/2:abc", "/b/v0/2%3Aabc"),
        ("b/a(1).pdf", "/b/a%281%29.pdf"),
        ("b/Children's", "/b/Children%27s"),
        ("b/a%2bb", "/b/a%2Bb"),
        ("b/%7Ea", "/b/~a"),
        ("b/a,b!*$&@c", "/b/a%2Cb%21%2A%24%26%40c"),
    ] {
        let jobs = by_both(&s3_job(path));
        let answered = answers("sign", &jobs);
        let lines = [0, 1].map(|side| signed(&jobs[side], &answered[side]));
        let verdicts = answers("verify", &lines);
        assert_eq!(text(&answered[0]["canonical_request"]).lines().nth(1), Some(canonical));
        for (side, verdict) in ["accepted", "refused"].into_iter().enumerate() {
            assert_eq!(verdicts[side]["verdict"], verdict, "{path}: {:#}", verdicts[side]);
            assert_eq!(answered[side]["judged"]["verdict"], verdict, "{path}");
            assert!(has_note(&answered[side], canonical), "{:#}", answered[side]["notes"]);
        }
        assert!(has_note(&answered[1], "SignatureDoesNotMatch"), "{:#}", answered[1]["notes"]);
    }
}

#[test]
fn what_signers_read_differently_is_noted_with_what_to_write_instead() {
    let general = with(&job(1), &json!({"service": "execute-api"}));
    let url = |target: &str| {
        with(&general, &json!({"url": format!("https://example.amazonaws.com/{target}")}))
    };
    for (job, about) in [
        (s3_job("b/libstdc++.rpm"), "write %2B for a plus"),
        (url("a/."), "write the path without the dots"),
        (url("a/b/.."), "write the path without the dots"),
        (url("?a=b+c"), "write %20 or %2B"),
        (url("?a=100%"), "write %25"),
        (url("100%/b"), "write %25"),
        (with(&general, &json!({"headers": [["X-Note", "a\tb"]]})), "write a space"),
    ] {
        let answer = answer("sign", &job);
        assert!(has_note(&answer, about), "{job}: {:#}", answer["notes"]);
        assert_eq!(answer["judged"]["verdict"], "accepted", "{job}: {:#}", answer["notes"]);
    }
    for job in [job(1), s3_job("b/a%20b/../c%2B"), url("a%2Bb/c/?d=%25"), url("a/..")] {
        assert_eq!(answer("sign", &job)["notes"], json!([]), "{job}");
    }
}

#[test]
fn a_given_payload_hash_is_used_by_both_sides_unless_it_contradicts_payload() {
    for (service, location) in
        [("s3", "header"), ("s3", "query"), ("execute-api", "header"), ("aoss", "header")]
    {
        for job in by_both(&with(
            &job(1),
            &json!({
                "service": service, "location": location, "body_base64": BASE64_STANDARD.encode("hello"),
                "headers": [["X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD"]],
            }),
        )) {
            let signed = answer("sign", &job);
            let canonical = text(&signed["canonical_request"]);
            assert!(canonical.ends_with("\nUNSIGNED-PAYLOAD"), "{canonical}");
            let header = "\nx-amz-content-sha256:UNSIGNED-PAYLOAD\n";
            assert!(canonical.contains(header), "{canonical}");
            let sent = signed["headers"].to_string().to_lowercase();
            assert_eq!(sent.matches("\"x-amz-content-sha256\"").count(), 1, "{sent}");

            let refused = answer("sign", &with(&job, &json!({"payload": "signed"})));
            assert!(text(&refused["error"]).contains("contradicts"), "{refused:#}");
        }
    }
}

#[test]
fn both_sides_sign_the_headers_that_the_sdks_log_redacts() {
    let key = "x-amz-server-side-encryption-customer-key";
    for headers in [
        json!([["X-Amz-Security-Token", "to/ken"]]),
        json!([["Cookie", " a=b;  c=d"], ["cookie", "e"]]),
        json!([[key, "MTIz"], [format!("{key}-MD5"), "NDU2"]]),
        json!([["Proxy-Authorization", "Basic x"]]),
    ] {
        for location in ["header", "query"] {
            let job = with(&job(1), &json!({"location": location, "headers": headers}));
            let answered = answers("sign", &by_both(&job));
            assert_eq!(answered[1]["error"], Value::Null, "{headers}");
            for step in ["canonical_request", "signature"] {
                assert_eq!(answered[0][step], answered[1][step], "{headers}");
            }
        }
    }
}

#[test]
fn a_given_date_is_the_time_of_signing_on_both_sides() {
    for location in ["header", "query"] {
        let headers = json!([["X-Amz-Date", "20160101T000000Z"]]);
        let job = with(&job(1), &json!({"location": location, "headers": headers}));
        let answered = answers("sign", &by_both(&job));
        assert_eq!(answered[0]["canonical_request"], answered[1]["canonical_request"]);
        assert_eq!(answered[0]["signature"], answered[1]["signature"]);
        let string_to_sign = text(&answered[1]["string_to_sign"]);
        assert!(string_to_sign.contains("\n20160101T000000Z\n"), "{string_to_sign}");
        assert_eq!(answered[1]["judged"]["verdict"], "accepted", "{:#}", answered[1]);
    }
}

#[test]
fn a_session_token_may_be_added_after_signing() {
    let sign = |side: &str, fields: Value| {
        answer("sign", &with(&with(&job(1), &json!({"side": side})), &fields))
    };
    for side in ["raw", "sdk"] {
        let signed = sign(side, json!({"session_token": "to/ken", "token": "signed"}));
        let without = sign(side, json!({"session_token": "", "token": "signed"}));
        let afterwards = sign(side, json!({"session_token": "to/ken", "token": "afterwards"}));
        assert_ne!(signed["signature"], without["signature"]);
        assert_eq!(afterwards["signature"], without["signature"]);
        assert!(afterwards["headers"].to_string().contains("to/ken"), "{afterwards:#}");
        assert!(!without["headers"].to_string().contains("token"), "{without:#}");
        let presigned = sign(side, json!({"session_token": "to/ken", "location": "query"}));
        assert!(text(&presigned["canonical_request"]).contains("Security-Token"));
    }
    let iot =
        json!({"session_token": "to/ken", "location": "query", "service": "iotdevicegateway"});
    let jobs = by_both(&with(&job(1), &iot));
    let answered = answers("sign", &jobs);
    assert_eq!(answered[0]["signature"], answered[1]["signature"]);
    for answer in &answered {
        assert!(!text(&answer["canonical_request"]).contains("Security-Token"));
        assert!(text(&answer["url"]).contains("X-Amz-Security-Token=to%2Fken"));
    }
    let two = with(&jobs[0], &json!({"headers": [["X-Amz-Security-Token", "another"]]}));
    let refused = answer("sign", &two);
    assert!(text(&refused["error"]).contains("leave one of them out"), "{refused:#}");
}

#[test]
fn a_line_that_is_not_utf8_is_answered_and_a_byte_order_mark_is_skipped() {
    let good = job(1).to_string();
    let mut input = b"\xef\xbb\xbf".to_vec();
    input.extend_from_slice(good.as_bytes());
    input.extend_from_slice(b"\n{\"id\": 2, \"url\": \"https://h.example/\xe9\"}\n");
    input.extend_from_slice(good.as_bytes());
    for verb in ["sign", "verify"] {
        let ended = Program::new([verb, "--jsonl"]).input(input.clone()).run().expect(0);
        let answers = ended.json_lines();
        assert_eq!(answers.len(), 3, "{verb}");
        assert_eq!(answers[0]["id"], 1, "{verb}");
        assert_eq!(answers[1]["id"], 2, "{verb}");
        let answer = answers[1].to_string();
        assert!(answer.contains("not UTF-8") && answer.contains("0xe9"), "{answer}");
        if verb == "sign" {
            assert_eq!(answers[0]["error"], Value::Null);
            assert_eq!(answers[2]["error"], Value::Null);
        }
    }
}

#[test]
fn every_answer_is_flushed_for_a_program_that_waits_for_it() {
    for (verb, line) in [("sign", job(1)), ("verify", unsigned(&job(1)))] {
        let mut program = Command::new(env!("CARGO_BIN_EXE_compare"))
            .args([verb, "--jsonl"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut input = program.stdin.take().expect("it is piped");
        let output = BufReader::new(program.stdout.take().expect("it is piped"));
        let (sender, answers) = mpsc::channel();
        let reader = thread::spawn(move || {
            output.lines().map_while(Result::ok).try_for_each(|line| sender.send(line))
        });
        for _ in 0..3 {
            writeln!(input, "{line}").expect("it reads");
            let answer = answers.recv_timeout(Duration::from_mins(1));
            assert!(answer.is_ok_and(|answer| answer.contains("\"id\":1")), "{verb}");
        }
        drop(input);
        assert!(program.wait().expect("it ends").success());
        reader.join().expect("no panic").expect("the test received every line");
    }
}

#[test]
fn a_line_that_cannot_be_signed_answers_with_an_error_and_the_next_is_read() {
    let with = |field: &str, value: Value| with(&job(7), &json!({field: value})).to_string();
    let bad = [
        ("not JSON".to_owned(), Value::Null),
        ("{\"id\": 5}".to_owned(), json!(5)),
        ("[]".to_owned(), Value::Null),
        (with("url", json!("not a URL")), json!(7)),
        (with("time", json!("yesterday")), json!(7)),
        (with("body_base64", json!("?")), json!(7)),
        (with("headers", json!([["X-A", "one\r\ntwo"]])), json!(7)),
        (with("method", json!("")), json!(7)),
        (with("side", json!("left")), json!(7)),
        (with("location", json!("body")), json!(7)),
        (with("region", Value::Null), json!(7)),
        (with("expires", json!(-1)), json!(7)),
        (with("url", json!("https://h.example/a b")), json!(7)),
        (with("url", json!("https://h.example/caf\u{e9}")), json!(7)),
        (with("url", json!("https://h.example/a#b")), json!(7)),
    ];
    let mut input = String::new();
    for (line, _) in &bad {
        input.push_str(line);
        input.push('\n');
        input.push_str(&job(8).to_string());
        input.push_str("\n\n");
    }
    let ended = Program::new(["sign", "--jsonl"]).input(input).secret(SECRET).run().expect(0);
    let answers = ended.json_lines();
    assert_eq!(answers.len(), 2 * bad.len(), "an empty line is not a request");
    for (pair, (line, id)) in answers.chunks(2).zip(&bad) {
        assert_eq!(pair[0]["id"], *id, "{line}");
        assert!(pair[0]["error"].as_str().is_some_and(|why| !why.is_empty()), "{line}");
        assert_eq!(pair[0]["signature"], Value::Null, "{line}");
        assert_eq!(pair[1]["id"], 8);
        assert_eq!(pair[1]["error"], Value::Null);
    }
}

#[test]
fn an_unknown_field_is_an_error_that_names_it() {
    for field in ["body", "tokens", "now"] {
        let answer = answer("sign", &with(&job(7), &json!({field: "hello"})));
        assert!(text(&answer["error"]).contains(field), "{answer:#}");
        assert_eq!(answer["signature"], Value::Null);
    }
}

#[test]
fn an_id_may_be_any_value_and_absent_fields_have_defaults() {
    let mut jobs = Vec::new();
    for id in [json!("text"), json!({"a": [1]}), json!(1.5), json!(u64::MAX), Value::Null] {
        let mut job = with(&job(0), &json!({"id": id}));
        for absent in ["method", "headers", "body_base64", "session_token"] {
            job.as_object_mut().unwrap().remove(absent);
        }
        jobs.push(job);
    }
    for answer in answers("sign", &jobs) {
        assert_eq!(answer["error"], Value::Null);
        assert_eq!(answer["side"], "raw");
        assert!(text(&answer["canonical_request"]).starts_with("GET\n/\na=1&b=2\n"));
    }
}

#[test]
fn both_sides_make_the_signature_of_awss_first_test_vector() {
    let vector = json!({"url": "https://example.amazonaws.com/", "headers": []});
    for answer in answers("sign", &by_both(&with(&job(1), &vector))) {
        // get-vanilla
        let signature = "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31";
        assert_eq!(answer["signature"], signature);
    }
}
