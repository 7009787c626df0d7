//! A `curl` command line, as a shell would take it apart.

use super::{ReadError, Shown, of_url};

/// Options that take a value and say nothing about the request.
const IGNORED_WITH_VALUE: [&str; 14] = [
    "-o",
    "--output",
    "-w",
    "--write-out",
    "--max-time",
    "-m",
    "--connect-timeout",
    "--retry",
    "--cacert",
    "--resolve",
    "-x",
    "--proxy",
    "--limit-rate",
    "--ciphers",
];

/// The request of the first command in `text`.
pub(super) fn requests(text: &str) -> Result<Vec<Shown>, ReadError> {
    let words = words(text.trim_start_matches("$ "))?;
    let mut words = words.into_iter().skip(1);
    let (mut method, mut url, mut headers, mut body, mut is_get) =
        (None, None, Vec::new(), None::<String>, false);
    while let Some(word) = words.next() {
        let (option, joined) = match word.split_once('=') {
            Some((option, value)) if option.starts_with("--") => {
                (option.to_owned(), Some(value.to_owned()))
            }
            _ => match word.split_at_checked(2) {
                Some((option @ ("-X" | "-H" | "-d"), value)) if !value.is_empty() => {
                    (option.to_owned(), Some(value.to_owned()))
                }
                _ => (word.clone(), None),
            },
        };
        let mut value = |name: &str| {
            joined
                .clone()
                .or_else(|| words.next())
                .ok_or_else(|| ReadError(format!("curl's {name} has no value")))
        };
        match option.as_str() {
            "-X" | "--request" => method = Some(value("-X")?),
            "-I" | "--head" => method = Some("HEAD".to_owned()),
            "-G" | "--get" => is_get = true,
            "--url" => url = Some(value("--url")?),
            "-H" | "--header" => headers.push(header(&value("-H")?)?),
            "-A" | "--user-agent" => headers.push(("user-agent".to_owned(), value("-A")?)),
            "-b" | "--cookie" => headers.push(("cookie".to_owned(), value("-b")?)),
            "-e" | "--referer" => headers.push(("referer".to_owned(), value("-e")?)),
            "-d" | "--data" | "--data-ascii" | "--data-binary" | "--data-raw" | "--json" => {
                let text = value(&option)?;
                if option != "--data-raw" && text.starts_with('@') {
                    return Err(ReadError(format!(
                        "curl reads the body from {}: give its text with --data-raw",
                        &text[1..]
                    )));
                }
                if option == "--json" {
                    headers.push(("content-type".to_owned(), "application/json".to_owned()));
                    headers.push(("accept".to_owned(), "application/json".to_owned()));
                }
                match &mut body {
                    Some(before) => {
                        before.push('&');
                        before.push_str(&text);
                    }
                    None => body = Some(text),
                }
            }
            "--data-urlencode" | "-F" | "--form" | "-T" | "--upload-file" | "-u" | "--user"
            | "--aws-sigv4" => {
                return Err(ReadError(format!(
                    "curl makes a part of the request itself with {option}: give the log of curl -v"
                )));
            }
            ignored if IGNORED_WITH_VALUE.contains(&ignored) => drop(value(ignored)?),
            ignored if ignored.starts_with('-') && ignored.len() > 1 => {}
            _ => url = Some(word),
        }
    }
    let url = url.ok_or_else(|| ReadError("the curl command has no URL".to_owned()))?;
    let url = if url.contains("://") { url } else { format!("http://{url}") };
    let default = if body.is_some() && !is_get { "POST" } else { "GET" };
    let mut request = of_url(method.as_deref().unwrap_or(default), &url)?;
    let is_given = |name: &str, headers: &[(String, String)]| {
        headers.iter().any(|(given, _)| given.eq_ignore_ascii_case(name))
    };
    if is_given("host", &headers) {
        request.headers.clear();
    }
    // `-H 'Name:'` has curl leave the header out.
    let (left_out, mut given): (Vec<_>, Vec<_>) =
        headers.into_iter().partition(|(_, value)| value == "\0");
    if let Some(body) = body {
        if is_get {
            let mark = if request.target.contains('?') { '&' } else { '?' };
            request.target = format!("{}{mark}{body}", request.target);
        } else {
            if !is_given("content-type", &given) && !is_given("content-type", &left_out) {
                given.push((
                    "content-type".to_owned(),
                    "application/x-www-form-urlencoded".to_owned(),
                ));
            }
            request.body = body.into_bytes();
        }
    }
    request.headers.append(&mut given);
    Ok(vec![Shown { request, answer: None }])
}

fn header(text: &str) -> Result<(String, String), ReadError> {
    if text.starts_with('@') {
        return Err(ReadError(
            "curl reads headers from a file: give them one by one with -H".to_owned(),
        ));
    }
    if let Some(name) = text.strip_suffix(';') {
        // curl's way to send an empty header.
        return Ok((name.to_owned(), String::new()));
    }
    let Some((name, value)) = text.split_once(':') else {
        return Err(ReadError("a header of the curl command has no colon".to_owned()));
    };
    let value = value.trim();
    Ok((name.to_owned(), if value.is_empty() { "\0".to_owned() } else { value.to_owned() }))
}

/// The words of the first command, by the quoting rules of bash: `'…'`, `"…"`, `$'…'`, backslashes, and lines
/// continued by `\`, `^` or a backtick.
fn words(text: &str) -> Result<Vec<String>, ReadError> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut characters = text.chars().peekable();
    let open = |quote: char| ReadError(format!("a {quote} of the curl command is not closed"));
    while let Some(character) = characters.next() {
        match character {
            '\\' | '^' | '`'
                if characters.peek().is_some_and(|next| ['\n', '\r'].contains(next)) =>
            {
                while characters.next_if(|next| next.is_whitespace()).is_some() {}
                words.extend(word.take());
            }
            '\\' => word.get_or_insert_default().extend(characters.next()),
            '\'' => {
                let word = word.get_or_insert_default();
                loop {
                    match characters.next() {
                        Some('\'') => break,
                        Some(inside) => word.push(inside),
                        None => return Err(open('\'')),
                    }
                }
            }
            '"' => {
                let word = word.get_or_insert_default();
                loop {
                    match characters.next() {
                        Some('"') => break,
                        Some('\\') => match characters.next() {
                            Some(escaped @ ('"' | '\\' | '$' | '`')) => word.push(escaped),
                            Some('\n') => {}
                            Some(other) => word.extend(['\\', other]),
                            None => return Err(open('"')),
                        },
                        Some(inside) => word.push(inside),
                        None => return Err(open('"')),
                    }
                }
            }
            '$' if characters.next_if_eq(&'\'').is_some() => {
                let word = word.get_or_insert_default();
                loop {
                    match characters.next() {
                        Some('\'') => break,
                        Some('\\') => word.extend(escape(&mut characters)),
                        Some(inside) => word.push(inside),
                        None => return Err(open('\'')),
                    }
                }
            }
            '\n' | ';' | '|' => break,
            space if space.is_whitespace() => words.extend(word.take()),
            plain => word.get_or_insert_default().push(plain),
        }
    }
    words.extend(word.take());
    Ok(words)
}

type Characters<'t> = std::iter::Peekable<std::str::Chars<'t>>;

/// What stands for an escape in `$'…'`.
fn escape(characters: &mut Characters<'_>) -> Option<char> {
    match characters.next()? {
        'n' => Some('\n'),
        'r' => Some('\r'),
        't' => Some('\t'),
        'x' => number(characters, 2),
        'u' => number(characters, 4),
        'U' => number(characters, 8),
        other => Some(other),
    }
}

/// The character of at most `digits` hexadecimal digits.
fn number(characters: &mut Characters<'_>, digits: usize) -> Option<char> {
    let mut value = 0;
    for _ in 0..digits {
        let Some(digit) = characters.peek().and_then(|next| next.to_digit(16)) else { break };
        value = value * 16 + digit;
        characters.next();
    }
    char::from_u32(value)
}
