//! `sign --jsonl` and `verify --jsonl` in pairs: what one signs, the other accepts.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    process::{Command, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::{Value, json};

use crate::program::{Ended, Program};

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const TIME: &str = "20150830T123600Z";

/// A line that can be signed.
pub(crate) fn job(id: u32) -> Value {
    json!({
        "id": id, "method": "GET", "url": "https://example.amazonaws.com/?b=2&a=1",
        "headers": [["My-Header", "v"]], "body_base64": "", "service": "service",
        "region": "us-east-1", "time": TIME, "access_key_id": "AKIDEXAMPLE",
        "secret_access_key": SECRET, "session_token": null,
    })
}

/// `job` as a line for `verify`, judged at the moment at which it would be signed.
pub(crate) fn unsigned(job: &Value) -> Value {
    let mut line = job.clone();
    let fields = line.as_object_mut().expect("a line is an object");
    let time = fields.remove("time").expect("a job has a time");
    fields.insert("now".to_owned(), time);
    for of_signing in ["side", "location", "expires", "token", "content_sha256"] {
        fields.remove(of_signing);
    }
    line
}

/// What signing added to `job`, as a line for `verify`.
pub(crate) fn signed(job: &Value, answer: &Value) -> Value {
    assert_eq!(answer["error"], Value::Null, "{job}");
    let mut signed = unsigned(job);
    signed["url"] = answer["url"].clone();
    signed["headers"] = answer["headers"].clone();
    signed
}

/// What the verb answers to `lines`, none of which may show the secret.
pub(crate) fn answers(verb: &str, lines: &[Value]) -> Vec<Value> {
    let input = lines.iter().map(Value::to_string).collect::<Vec<_>>().join("\n");
    let ended = Program::new([verb, "--jsonl"]).input(input).secret(SECRET).run();
    let Ended { stderr, .. } = &ended;
    assert_eq!(stderr, "");
    let answers = ended.expect(0).json_lines();
    assert_eq!(answers.len(), lines.len(), "one answer for each line");
    for (answer, line) in answers.iter().zip(lines) {
        assert_eq!(answer["id"], line["id"], "in order");
    }
    answers
}

/// Xorshift: the same odd requests at every run.
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
fn two_hundred_odd_requests_are_accepted_whoever_signed_them_and_wherever() {
    let mut random = Random(0x5eed_0f51_64a5_1337);
    let mut jobs = Vec::new();
    for id in 0..100 {
        let job = random.job(id);
        for side in ["raw", "sdk"] {
            let mut job = job.clone();
            job["side"] = json!(side);
            jobs.push(job);
        }
    }
    let answered = answers("sign", &jobs);
    let signed: Vec<_> =
        jobs.iter().zip(&answered).map(|(job, answer)| signed(job, answer)).collect();
    for (verdict, line) in answers("verify", &signed).iter().zip(&signed) {
        assert_eq!(verdict["verdict"], "accepted", "{line:#}\n{verdict:#}");
    }
    for (pair, jobs) in answered.chunks(2).zip(jobs.chunks(2)) {
        assert_eq!(pair[0]["signature"], pair[1]["signature"], "{:#}", jobs[0]);
        // S3 takes the body of a presigned URL as unsigned, whatever was asked for.
        let signs_what_s3_does_not = jobs[0]["service"] == "s3"
            && jobs[0]["location"] == "query"
            && jobs[0]["payload"] == "signed";
        let expected = if signs_what_s3_does_not { "refused" } else { "accepted" };
        for (answer, job) in pair.iter().zip(jobs) {
            assert_eq!(answer["judged"]["verdict"], expected, "{job:#}\n{answer:#}");
        }
    }
}

/// A request of S3's with this path.
fn s3_job(path: &str, side: &str) -> Value {
    let mut job = job(1);
    job["url"] = json!(format!("https://s3.us-west-2.amazonaws.com/{path}"));
    job["service"] = json!("s3");
    job["region"] = json!("us-west-2");
    job["side"] = json!(side);
    job
}

fn has_note(answer: &Value, about: &str) -> bool {
    let notes = answer["notes"].as_array().expect("notes");
    notes.iter().any(|note| note.as_str().is_some_and(|note| note.contains(about)))
}

#[test]
fn raw_signs_s3_paths_as_s3_computes_them_and_the_note_names_the_path_that_is_meant() {
    for (path, canonical) in [
        ("b/lake/asset_id=7/x", "/b/lake/asset_id%3D7/x"),
        ("b/v0/2:abc", "/b/v0/2%3Aabc"),
        ("b/a(1).pdf", "/b/a%281%29.pdf"),
        ("b/Children's", "/b/Children%27s"),
        ("b/a%2bb", "/b/a%2Bb"),
        ("b/%7Ea", "/b/~a"),
        ("b/a,b!*$&@c", "/b/a%2Cb%21%2A%24%26%40c"),
    ] {
        let jobs = ["raw", "sdk"].map(|side| s3_job(path, side));
        let answered = answers("sign", &jobs);
        let lines = [0, 1].map(|side| signed(&jobs[side], &answered[side]));
        let verdicts = answers("verify", &lines);
        let line = answered[0]["canonical_request"].as_str().unwrap().lines().nth(1);
        assert_eq!(line, Some(canonical));
        for (side, verdict) in ["accepted", "refused"].into_iter().enumerate() {
            assert_eq!(verdicts[side]["verdict"], verdict, "{path}: {:#}", verdicts[side]);
            assert_eq!(answered[side]["judged"]["verdict"], verdict, "{path}");
            assert!(has_note(&answered[side], canonical), "{:#}", answered[side]["notes"]);
        }
        assert!(has_note(&answered[1], "SignatureDoesNotMatch"), "{:#}", answered[1]["notes"]);
    }
}

#[test]
fn what_signers_read_differently_is_said_with_what_to_write_instead() {
    let mut general = job(1);
    general["service"] = json!("execute-api");
    let with = |job: &Value, field: &str, value: Value| {
        let mut job = job.clone();
        job[field] = value;
        job
    };
    let url = |target: &str| {
        with(&general, "url", json!(format!("https://example.amazonaws.com/{target}")))
    };
    let tab = with(&general, "headers", json!([["X-Note", "a\tb"]]));
    for (job, about) in [
        (s3_job("b/libstdc++.rpm", "raw"), "write %2B for a plus"),
        (url("a/."), "write the path without the dots"),
        (url("a/b/.."), "write the path without the dots"),
        (url("?a=b+c"), "write %20 or %2B"),
        (url("?a=100%"), "write %25"),
        (url("100%/b"), "write %25"),
        (tab, "write a space"),
    ] {
        let answer = &answers("sign", std::slice::from_ref(&job))[0];
        assert!(has_note(answer, about), "{job}: {:#}", answer["notes"]);
        assert_eq!(answer["judged"]["verdict"], "accepted", "{job}: {:#}", answer["notes"]);
    }
    for job in [job(1), s3_job("b/a%20b/../c%2B", "raw"), url("a%2Bb/c/?d=%25"), url("a/..")] {
        let answer = &answers("sign", std::slice::from_ref(&job))[0];
        assert_eq!(answer["notes"], json!([]), "{job}");
    }
}

#[test]
fn a_given_hash_of_the_payload_wins_on_both_sides_or_is_refused() {
    for side in ["raw", "sdk"] {
        for (service, location) in
            [("s3", "header"), ("s3", "query"), ("execute-api", "header"), ("aoss", "header")]
        {
            let mut job = job(1);
            job["side"] = json!(side);
            job["service"] = json!(service);
            job["location"] = json!(location);
            job["body_base64"] = json!(BASE64_STANDARD.encode("hello"));
            job["headers"] = json!([["X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD"]]);
            let answer = &answers("sign", std::slice::from_ref(&job))[0];
            let canonical_request = answer["canonical_request"].as_str().unwrap();
            assert!(canonical_request.ends_with("\nUNSIGNED-PAYLOAD"), "{canonical_request}");
            assert!(
                canonical_request.contains("\nx-amz-content-sha256:UNSIGNED-PAYLOAD\n"),
                "{canonical_request}"
            );
            let sent = answer["headers"].as_array().unwrap().iter().filter(|header| {
                header[0].as_str().unwrap().eq_ignore_ascii_case("x-amz-content-sha256")
            });
            assert_eq!(sent.count(), 1, "{answer:#}");

            job["payload"] = json!("signed");
            let refused = &answers("sign", std::slice::from_ref(&job))[0];
            assert!(refused["error"].as_str().unwrap().contains("contradicts"), "{refused:#}");
        }
    }
}

#[test]
fn the_sdk_signs_headers_that_its_log_redacts() {
    let key = "x-amz-server-side-encryption-customer-key";
    for headers in [
        json!([["X-Amz-Security-Token", "to/ken"]]),
        json!([["Cookie", " a=b;  c=d"], ["cookie", "e"]]),
        json!([[key, "MTIz"], [format!("{key}-MD5"), "NDU2"]]),
        json!([["Proxy-Authorization", "Basic x"]]),
    ] {
        for location in ["header", "query"] {
            let jobs = ["raw", "sdk"].map(|side| {
                let mut job = job(1);
                job["side"] = json!(side);
                job["location"] = json!(location);
                job["headers"] = headers.clone();
                job
            });
            let answered = answers("sign", &jobs);
            assert_eq!(answered[1]["error"], Value::Null, "{headers}");
            for step in ["canonical_request", "signature"] {
                assert_eq!(answered[0][step], answered[1][step], "{headers}");
            }
        }
    }
}

#[test]
fn a_given_date_is_the_time_on_both_sides_and_in_both_locations() {
    for location in ["header", "query"] {
        let jobs = ["raw", "sdk"].map(|side| {
            let mut job = job(1);
            job["side"] = json!(side);
            job["location"] = json!(location);
            job["headers"] = json!([["X-Amz-Date", "20160101T000000Z"]]);
            job
        });
        let answered = answers("sign", &jobs);
        assert_eq!(answered[0]["canonical_request"], answered[1]["canonical_request"]);
        assert_eq!(answered[0]["signature"], answered[1]["signature"]);
        let string_to_sign = answered[1]["string_to_sign"].as_str().unwrap();
        assert!(string_to_sign.contains("\n20160101T000000Z\n"), "{string_to_sign}");
        assert_eq!(answered[1]["judged"]["verdict"], "accepted", "{:#}", answered[1]);
    }
}

#[test]
fn a_token_may_be_added_after_signing_and_an_empty_one_is_none() {
    let with = |token: &str, field: &str, value: &str, side: &str| {
        let mut job = job(1);
        job["session_token"] = json!(token);
        job[field] = json!(value);
        job["side"] = json!(side);
        answers("sign", &[job]).remove(0)
    };
    for side in ["raw", "sdk"] {
        let signed = with("to/ken", "token", "signed", side);
        let without = with("", "token", "signed", side);
        let afterwards = with("to/ken", "token", "afterwards", side);
        assert_ne!(signed["signature"], without["signature"]);
        assert_eq!(afterwards["signature"], without["signature"]);
        assert!(afterwards["headers"].to_string().contains("to/ken"), "{afterwards:#}");
        assert!(!without["headers"].to_string().contains("token"), "{without:#}");
        let presigned = with("to/ken", "location", "query", side);
        assert!(presigned["canonical_request"].as_str().unwrap().contains("Security-Token"));
    }
    let mut jobs = ["raw", "sdk"].map(|side| {
        let mut job = job(1);
        job["session_token"] = json!("to/ken");
        job["location"] = json!("query");
        job["service"] = json!("iotdevicegateway");
        job["side"] = json!(side);
        job
    });
    let answered = answers("sign", &jobs);
    assert_eq!(answered[0]["signature"], answered[1]["signature"]);
    for answer in &answered {
        assert!(!answer["canonical_request"].as_str().unwrap().contains("Security-Token"));
        assert!(answer["url"].as_str().unwrap().contains("X-Amz-Security-Token=to%2Fken"));
    }
    jobs[0]["headers"] = json!([["X-Amz-Security-Token", "another"]]);
    let refused = answers("sign", &jobs[..1]).remove(0);
    assert!(refused["error"].as_str().unwrap().contains("leave one of them out"), "{refused:#}");
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
        let said = answers[1].to_string();
        assert!(said.contains("not UTF-8") && said.contains("0xe9"), "{said}");
        if verb == "sign" {
            assert_eq!(answers[0]["error"], Value::Null);
            assert_eq!(answers[2]["error"], Value::Null);
        }
    }
}

#[test]
fn a_field_that_is_none_is_an_error_of_its_line_and_is_named() {
    for field in ["body", "tokens", "now"] {
        let mut job = job(7);
        job[field] = json!("hello");
        let answer = &answers("sign", &[job])[0];
        assert!(answer["error"].as_str().unwrap().contains(field), "{answer:#}");
        assert_eq!(answer["signature"], Value::Null);
    }
}

#[test]
fn a_partner_that_waits_for_each_answer_gets_it() {
    for (verb, line) in [("sign", job(1)), ("verify", unsigned(&job(1)))] {
        let mut program = Command::new(env!("CARGO_BIN_EXE_compare"))
            .args([verb, "--jsonl"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut input = program.stdin.take().expect("it is piped");
        let output = BufReader::new(program.stdout.take().expect("it is piped"));
        let (heard, answers) = mpsc::channel();
        let listener = thread::spawn(move || {
            output.lines().map_while(Result::ok).try_for_each(|line| heard.send(line))
        });
        for _ in 0..3 {
            writeln!(input, "{line}").expect("it reads");
            let answer = answers.recv_timeout(Duration::from_mins(1));
            assert!(answer.is_ok_and(|answer| answer.contains("\"id\":1")), "{verb}");
        }
        drop(input);
        assert!(program.wait().expect("it ends").success());
        listener.join().expect("no panic").expect("every line was wanted");
    }
}

#[test]
fn a_line_that_cannot_be_signed_answers_with_an_error_and_the_next_is_read() {
    let with = |field: &str, value: Value| {
        let mut job = job(7);
        job[field] = value;
        job.to_string()
    };
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
    assert_eq!(answers.len(), 2 * bad.len(), "an empty line is no request");
    for (pair, (line, id)) in answers.chunks(2).zip(&bad) {
        assert_eq!(pair[0]["id"], *id, "{line}");
        assert!(pair[0]["error"].as_str().is_some_and(|why| !why.is_empty()), "{line}");
        assert_eq!(pair[0]["signature"], Value::Null, "{line}");
        assert_eq!(pair[1]["id"], 8);
        assert_eq!(pair[1]["error"], Value::Null);
    }
}

#[test]
fn an_id_may_be_anything_and_what_is_absent_has_a_default() {
    let mut jobs = Vec::new();
    for id in [json!("text"), json!({"a": [1]}), json!(1.5), json!(u64::MAX), Value::Null] {
        let mut job = job(0);
        let fields = job.as_object_mut().unwrap();
        fields.insert("id".to_owned(), id);
        for absent in ["method", "headers", "body_base64", "session_token"] {
            fields.remove(absent);
        }
        jobs.push(job);
    }
    for answer in answers("sign", &jobs) {
        assert_eq!(answer["error"], Value::Null);
        assert_eq!(answer["side"], "raw");
        assert!(answer["canonical_request"].as_str().unwrap().starts_with("GET\n/\na=1&b=2\n"));
    }
}

#[test]
fn the_first_vector_of_awss_suite_comes_out_on_both_sides() {
    for side in ["raw", "sdk"] {
        let mut job = job(1);
        job["url"] = json!("https://example.amazonaws.com/");
        job["headers"] = json!([]);
        job["side"] = json!(side);
        let answer = &answers("sign", &[job])[0];
        // get-vanilla
        let signature = "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31";
        assert_eq!(answer["signature"], signature);
    }
}
