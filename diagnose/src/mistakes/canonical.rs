//! A canonical request taken apart into AWS's lines, changed, and put together again.

/// `<SignedHeaders>`: the last line but one.
pub(super) fn signed_headers(canonical_request: &str) -> &str {
    canonical_request.trim_end().rsplit('\n').nth(1).unwrap_or_default()
}

/// The lines of a canonical request, under AWS's names.
pub(super) struct Lines {
    pub(super) method: String,
    pub(super) uri: String,
    pub(super) query: String,
    /// `name:value` each.
    pub(super) headers: Vec<String>,
    pub(super) signed_headers: String,
    pub(super) hashed_payload: String,
}

impl Lines {
    /// Takes apart what raw wrote.
    pub(super) fn of(canonical_request: &str) -> Self {
        let mut lines = canonical_request.split('\n').map(str::to_owned);
        let mut next = || lines.next().unwrap_or_default();
        let (method, uri, query) = (next(), next(), next());
        let mut headers = Vec::new();
        // An empty line ends the headers.
        loop {
            match next() {
                line if line.is_empty() => break,
                line => headers.push(line),
            }
        }
        Self { method, uri, query, headers, signed_headers: next(), hashed_payload: next() }
    }

    /// The same with `change` made to it, as text.
    pub(super) fn applied(canonical_request: &str, change: impl FnOnce(&mut Self)) -> String {
        let mut lines = Self::of(canonical_request);
        change(&mut lines);
        lines.text("\n\n")
    }

    /// The text without the empty line behind the headers. An empty query leaves a line empty too,
    /// which stays: so no search for two line feeds will do.
    pub(super) fn text_without_blank_line(&self) -> String {
        self.text("\n")
    }

    fn text(&self, end_of_headers: &str) -> String {
        let Self { method, uri, query, headers, signed_headers, hashed_payload } = self;
        let headers = headers.join("\n");
        format!(
            "{method}\n{uri}\n{query}\n{headers}{end_of_headers}{signed_headers}\n{hashed_payload}"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::{Lines, signed_headers};

    #[test]
    fn what_is_taken_apart_and_not_changed_is_the_same_again() {
        let text = "GET\n/a\n\nhost:h\nx-amz-date:d\n\nhost;x-amz-date\nhash";
        assert_eq!(Lines::applied(text, |_| {}), text);
        assert_eq!(Lines::of(text).headers, ["host:h", "x-amz-date:d"]);
        let without = "GET\n/a\n\nhost:h\nx-amz-date:d\nhost;x-amz-date\nhash";
        assert_eq!(Lines::of(text).text_without_blank_line(), without);
        assert_eq!(signed_headers(text), "host;x-amz-date");
        assert_eq!(signed_headers(&format!("{text}\n")), "host;x-amz-date");
    }
}
