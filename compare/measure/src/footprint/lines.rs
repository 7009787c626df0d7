//! Counts lines of Rust code with the compiler's own lexer: lines that have something other than white
//! space and comments. Items under `#[cfg(test)]` do not count, nor do files and folders of tests, benches
//! and examples.

use std::{fs, io, path::Path};

use ra_ap_rustc_lexer::{FrontmatterAllowed, TokenKind, tokenize};

/// Folders and files that a user of the crate does not build.
const NOT_COUNTED: [&str; 7] =
    ["tests", "tests.rs", "test.rs", "benches", "examples", "fuzz", "target"];

/// Lines of code in `path`, a file or a folder with everything below it.
///
/// # Errors
/// If something in it cannot be read.
pub(super) fn below(path: &Path) -> io::Result<u64> {
    let name = path.file_name().unwrap_or_default();
    if NOT_COUNTED.iter().any(|excluded| name == *excluded) {
        return Ok(0);
    }
    if path.is_dir() {
        return fs::read_dir(path)?.map(|entry| below(&entry?.path())).sum();
    }
    if path.extension().is_none_or(|extension| extension != "rs") {
        return Ok(0);
    }
    // Invalid UTF-8 does not matter here: the compiler accepts none in files that it builds.
    Ok(of(&String::from_utf8_lossy(&fs::read(path)?)))
}

/// Lines of code in `source`.
fn of(source: &str) -> u64 {
    let mut lines = 0;
    let mut last_counted = None;
    let (mut line, mut at) = (0_usize, 0_usize);
    let mut tests = Tests::default();
    for token in tokenize(source, FrontmatterAllowed::Yes) {
        let text = &source[at..at + token.len as usize];
        at += token.len as usize;
        let first = line;
        line += text.matches('\n').count();
        let is_code = !matches!(
            token.kind,
            TokenKind::Whitespace | TokenKind::LineComment { .. } | TokenKind::BlockComment { .. }
        );
        if !is_code || tests.hold(text) == Held::Yes {
            continue;
        }
        // A string may span several lines, of which the first may be counted already.
        let from = last_counted.map_or(first, |last| first.max(last + 1));
        lines += (line + 1).saturating_sub(from);
        last_counted = Some(line.max(last_counted.unwrap_or(0)));
    }
    u64::try_from(lines).unwrap_or(u64::MAX)
}

/// Recognises items under `#[cfg(test)]`. The attribute itself is counted, as one line.
#[derive(Default)]
struct Tests {
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Outside of a test, after this many tokens of the attribute.
    Outside(usize),
    /// In the item after the attribute, inside this many brackets.
    Item(usize),
    /// After the item's last brace. A semicolon may still belong to it.
    Closed,
}

impl Default for State {
    fn default() -> Self {
        Self::Outside(0)
    }
}

#[derive(PartialEq, Eq)]
enum Held {
    Yes,
    No,
}

const ATTRIBUTE: [&str; 7] = ["#", "[", "cfg", "(", "test", ")", "]"];

impl Tests {
    /// Whether the next token, `text`, belongs to a test.
    fn hold(&mut self, text: &str) -> Held {
        let (state, held) = match (self.state, text) {
            (State::Closed | State::Item(0), ";") => (State::default(), Held::Yes),
            (State::Closed, _) => (attribute(0, text), Held::No),
            (State::Outside(seen), _) => (attribute(seen, text), Held::No),
            (State::Item(1), "}") => (State::Closed, Held::Yes),
            (State::Item(depth), "{" | "(" | "[") => (State::Item(depth + 1), Held::Yes),
            (State::Item(depth), "}" | ")" | "]") => {
                (State::Item(depth.saturating_sub(1)), Held::Yes)
            }
            (State::Item(depth), _) => (State::Item(depth), Held::Yes),
        };
        self.state = state;
        held
    }
}

/// The state after `text`, which follows the first `seen` tokens of the attribute.
fn attribute(seen: usize, text: &str) -> State {
    match () {
        () if ATTRIBUTE[seen] != text => State::Outside(usize::from(text == ATTRIBUTE[0])),
        () if seen + 1 == ATTRIBUTE.len() => State::Item(0),
        () => State::Outside(seen + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::{below, of};

    #[test]
    fn blank_lines_and_comments_do_not_count() {
        assert_eq!(of(""), 0);
        assert_eq!(
            of("//! A crate.\n\n/* one\n /* two */\n*/\n\nfn f() {\n    // nothing\n}\n"),
            2
        );
        assert_eq!(of("let a = 1; // one\nlet b = 2; /* two\n*/ let c = 3;\n"), 3);
    }

    #[test]
    fn a_string_that_looks_like_a_comment_counts() {
        assert_eq!(of("let a = \"// no comment\n\n/* neither\";\nlet b = r#\"\n\"#;"), 5);
    }

    #[test]
    fn tests_do_not_count_but_the_code_after_them_does() {
        let source = "fn f() {}\n\n#[cfg(test)]\nmod tests {\n    #[test]\n    fn t() {\n    }\n}\n\nfn g() {}\n";
        assert_eq!(of(source), 3, "f, the attribute, g");
        assert_eq!(of("#[cfg(test)]\nuse a::{b, c};\nfn f() {}\n"), 2);
        assert_eq!(of("#[cfg(feature = \"a\")]\nfn f() {\n}\n"), 3);
    }

    #[test]
    fn folders_of_tests_and_files_in_other_languages_do_not_count() {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        write("src/lib.rs", "fn f() {}\n");
        write("src/deep/er.rs", "fn f() {\n}\n");
        write("src/deep/tests.rs", "fn f() {}\n");
        write("tests/it.rs", "fn f() {}\n");
        write("src/c.c", "int f();\n");
        assert_eq!(below(folder.path()).unwrap(), 3);
    }
}
