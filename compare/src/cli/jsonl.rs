//! Reads one JSON document a line from standard input and answers each with one line, in order.

use std::io::{self, BufRead};

use measure::error::ExitError;
use render::escape;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::output::{self, Reader};

/// Some editors and shells write it before the text.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// Answers every line until the end of the input. `answer` answers a line that is a `Job`. `unreadable`
/// answers any other; it gets the line's `id` (null without one) and what is wrong. Every answer is
/// flushed, because the other program may wait for it before it writes its next line.
pub(super) fn answer_lines<Job: DeserializeOwned, Answer: Serialize>(
    answer: impl Fn(&Job) -> Answer,
    unreadable: impl Fn(Value, String) -> Answer,
) -> Result<(), ExitError> {
    let (mut input, mut stdout) = (io::stdin().lock(), io::stdout().lock());
    let mut line = Vec::new();
    loop {
        line.clear();
        let length = input
            .read_until(b'\n', &mut line)
            .map_err(|error| ExitError::unavailable(format!("standard input: {error}")))?;
        if length == 0 {
            return Ok(());
        }
        let text = line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&line).trim_ascii();
        if text.is_empty() {
            continue;
        }
        let answer = match read(text) {
            Ok(job) => answer(&job),
            Err(why) => unreadable(id_of(text), why),
        };
        let answer = serde_json::to_string(&answer)
            .unwrap_or_else(|error| unreachable!("plain data always serialises: {error}"));
        let answer = escape::json(&answer).into_owned() + "\n";
        if output::write(&mut stdout, answer.as_bytes())? == Reader::Gone {
            return Ok(());
        }
    }
}

/// Parses a line, or says what is wrong with it.
fn read<Job: DeserializeOwned>(line: &[u8]) -> Result<Job, String> {
    let text = str::from_utf8(line).map_err(|error| {
        let index = error.valid_up_to();
        format!("the line is not UTF-8: byte {} is {:#04x}", index + 1, line[index])
    })?;
    serde_json::from_str(text).map_err(|error| format!("the line cannot be read: {error}"))
}

fn id_of(line: &[u8]) -> Value {
    serde_json::from_str::<Value>(&String::from_utf8_lossy(line))
        .ok()
        .and_then(|value| value.get("id").cloned())
        .unwrap_or(Value::Null)
}
