//! Rust source text, cut into items. Comments and strings are told from code by the compiler's own
//! lexer; nothing else of the language is understood, because generated code needs no more.

use std::iter::Peekable;

use ra_ap_rustc_lexer::{FrontmatterAllowed, TokenKind, tokenize};

/// One item of a module, or one member of a trait or an `impl`, with the comments and attributes
/// before it and the line end behind it. The items of a text, put together, are the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item<'a> {
    /// All of it.
    pub text: &'a str,
    /// What it is.
    pub kind: Kind<'a>,
    /// What stands between its braces, where it has some, from the first line that is within.
    pub body: Option<&'a str>,
    /// The code that it mentions.
    pub mentions: Mentions<'a>,
}

/// What an item is, by its first keyword.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind<'a> {
    /// `mod name;`
    Module(&'a str),
    /// `use path;`, with the segments of the path.
    Use(Vec<&'a str>),
    /// `fn name`
    Function(&'a str),
    /// `trait name`
    Trait(&'a str),
    /// `impl …`
    Impl,
    /// Another definition with this name.
    Named(&'a str),
    /// What has no name: an inner attribute, or the comments at the end.
    Nameless,
}

/// The code that a text mentions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mentions<'a> {
    /// Paths that begin with `crate`, without that word.
    pub paths: Vec<Vec<&'a str>>,
    /// Names of methods that are called.
    pub methods: Vec<&'a str>,
    /// Every identifier.
    pub words: Vec<&'a str>,
}

/// A token that is code.
#[derive(Debug, Clone, Copy)]
struct Token<'a> {
    kind: TokenKind,
    text: &'a str,
    start: usize,
}

impl Token<'_> {
    fn end(&self) -> usize {
        self.start + self.text.len()
    }
}

/// Cuts `source` into its items.
///
/// # Errors
/// Where braces, brackets or parentheses do not match, or an item does not end.
pub fn split(source: &str) -> Result<Vec<Item<'_>>, SplitError> {
    let tokens = code(source);
    let mut items = Vec::new();
    let (mut start, mut first) = (0, 0);
    while first < tokens.len() {
        let last = end_of_item(&tokens, first)
            .ok_or(SplitError { line: line_at(source, tokens[first].start) })?;
        let end = after_line(source, tokens[last].end());
        items.push(item(source, &source[start..end], &tokens[first..=last]));
        (start, first) = (end, last + 1);
    }
    if start < source.len() {
        items.push(item(source, &source[start..], &[]));
    }
    Ok(items)
}

/// A text that is no sequence of items.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the item that begins at line {line} has no end")]
pub struct SplitError {
    /// Where the item begins, counted from 1.
    pub line: usize,
}

/// The tokens that are neither white space nor comment.
fn code(source: &str) -> Vec<Token<'_>> {
    let mut start = 0;
    let mut tokens = Vec::new();
    for token in tokenize(source, FrontmatterAllowed::No) {
        let text = &source[start..start + token.len as usize];
        let comment = matches!(
            token.kind,
            TokenKind::Whitespace | TokenKind::LineComment { .. } | TokenKind::BlockComment { .. }
        );
        if !comment {
            tokens.push(Token { kind: token.kind, text, start });
        }
        start += text.len();
    }
    tokens
}

/// The index of the last token of the item that begins at `first`.
fn end_of_item(tokens: &[Token<'_>], first: usize) -> Option<usize> {
    let attribute = tokens[first].kind == TokenKind::Pound;
    if attribute && tokens.get(first + 1)?.kind == TokenKind::Bang {
        return closing(tokens, first + 2);
    }
    let mut at = first;
    // Outer attributes belong to what follows.
    while tokens.get(at)?.kind == TokenKind::Pound {
        at = closing(tokens, at + 1)? + 1;
    }
    let mut words = tokens[at..].iter().map(|token| token.text).peekable();
    let ends_in_semicolon = loop {
        match words.next()? {
            "use" | "static" | "type" => break true,
            "const"
                if words.peek().is_none_or(|next| !["fn", "unsafe", "async"].contains(next)) =>
            {
                break true;
            }
            "mod" | "fn" | "struct" | "enum" | "union" | "trait" | "impl" | "{" | ";" => {
                break false;
            }
            _ => {}
        }
    };
    loop {
        match tokens.get(at)?.kind {
            TokenKind::Semi => return Some(at),
            TokenKind::OpenBrace if !ends_in_semicolon => return closing(tokens, at),
            TokenKind::OpenBrace | TokenKind::OpenParen | TokenKind::OpenBracket => {
                at = closing(tokens, at)? + 1;
            }
            _ => at += 1,
        }
    }
}

/// The index of the token that closes what opens at `open`.
fn closing(tokens: &[Token<'_>], open: usize) -> Option<usize> {
    let mut expected = Vec::new();
    for (at, token) in tokens.iter().enumerate().skip(open) {
        match token.kind {
            TokenKind::OpenBrace => expected.push(TokenKind::CloseBrace),
            TokenKind::OpenParen => expected.push(TokenKind::CloseParen),
            TokenKind::OpenBracket => expected.push(TokenKind::CloseBracket),
            kind @ (TokenKind::CloseBrace | TokenKind::CloseParen | TokenKind::CloseBracket)
                if expected.pop() != Some(kind) =>
            {
                return None;
            }
            _ => {}
        }
        if expected.is_empty() {
            return Some(at);
        }
    }
    None
}

/// The end of the line on which `end` stands, if nothing else stands there.
fn after_line(source: &str, end: usize) -> usize {
    let rest = &source[end..];
    match rest.find('\n') {
        Some(line_end) if rest[..line_end].trim().is_empty() => end + line_end + 1,
        Some(_) | None => end,
    }
}

fn line_at(source: &str, at: usize) -> usize {
    source[..at].matches('\n').count() + 1
}

fn item<'a>(source: &'a str, text: &'a str, tokens: &[Token<'a>]) -> Item<'a> {
    let body = match tokens.last() {
        Some(last) if last.kind == TokenKind::CloseBrace => tokens
            .iter()
            .find(|token| token.kind == TokenKind::OpenBrace)
            .map(|open| &source[after_line(source, open.end())..last.start]),
        _ => None,
    };
    // What is compiled for the crate's own tests alone is not reached by its users.
    let for_tests =
        tokens.iter().map(|token| token.text).take(7).eq(["#", "[", "cfg", "(", "test", ")", "]"]);
    let mentions = if for_tests { Mentions::default() } else { mentions(tokens) };
    Item { text, kind: kind(tokens), body, mentions }
}

fn kind<'a>(tokens: &[Token<'a>]) -> Kind<'a> {
    let mut words = tokens.iter().enumerate().filter(|(_, token)| token.kind == TokenKind::Ident);
    let keyword = words.find(|(_, token)| {
        matches!(
            token.text,
            "mod"
                | "use"
                | "fn"
                | "struct"
                | "enum"
                | "union"
                | "trait"
                | "impl"
                | "static"
                | "type"
                | "macro_rules"
        )
    });
    let Some((at, keyword)) = keyword else { return Kind::Nameless };
    let name = words.next().map_or("", |(_, token)| token.text);
    match keyword.text {
        "mod" => Kind::Module(name),
        "use" => Kind::Use(segments(&tokens[at + 1..])),
        "fn" => Kind::Function(name),
        "trait" => Kind::Trait(name),
        "impl" => Kind::Impl,
        _ => Kind::Named(name),
    }
}

/// The identifiers of a path that begins with the first token: `a::b::c`.
fn segments<'a>(tokens: &[Token<'a>]) -> Vec<&'a str> {
    let mut tokens = tokens.iter().peekable();
    let mut segments = Vec::new();
    colons(&mut tokens);
    while let Some(token) = tokens.next_if(|token| token.kind == TokenKind::Ident) {
        segments.push(token.text);
        if !colons(&mut tokens) {
            break;
        }
    }
    segments
}

/// Takes `::`, if that is next.
fn colons<'t, 'a: 't>(tokens: &mut Peekable<impl Iterator<Item = &'t Token<'a>>>) -> bool {
    tokens.next_if(|token| token.kind == TokenKind::Colon).is_some()
        && tokens.next_if(|token| token.kind == TokenKind::Colon).is_some()
}

fn mentions<'a>(tokens: &[Token<'a>]) -> Mentions<'a> {
    let mut mentions = Mentions::default();
    for (at, token) in tokens.iter().enumerate().filter(|(_, token)| token.kind == TokenKind::Ident)
    {
        mentions.words.push(token.text);
        if token.text == "crate" {
            let mut path = segments(&tokens[at..]);
            if path.len() > 1 {
                path.remove(0);
                mentions.paths.push(path);
            }
        }
        let called = tokens.get(at + 1).is_some_and(|next| next.kind == TokenKind::OpenParen);
        if called && at > 0 && tokens[at - 1].kind == TokenKind::Dot {
            mentions.methods.push(token.text);
        }
    }
    mentions
}

#[cfg(test)]
mod tests {
    use super::{Kind, SplitError, split};

    const SOURCE: &str = r##"// Generated.
#![allow(x)]
/// A module; with { in its comment.
pub(crate) mod one;

pub use crate::types::_two::Two;

#[derive(Debug)]
pub struct Three;
impl<R> From<crate::operation::four::Four<R>> for Three
where
    R: Send,
{
    fn from(_: crate::operation::four::Four<R>) -> Self {
        let text = "} crate::no::path";
        let raw = r#"{"#;
        text.five(raw, '{')
    }
}
pub static SIX: &[u8] = { &[1] };
/* the end */
"##;

    #[test]
    fn the_items_of_a_text_are_the_text() {
        let items = split(SOURCE).unwrap();
        assert_eq!(items.iter().map(|item| item.text).collect::<String>(), SOURCE);
        let kinds: Vec<_> = items.into_iter().map(|item| item.kind).collect();
        assert_eq!(
            kinds,
            [
                Kind::Nameless,
                Kind::Module("one"),
                Kind::Use(vec!["crate", "types", "_two", "Two"]),
                Kind::Named("Three"),
                Kind::Impl,
                Kind::Named("SIX"),
                Kind::Nameless,
            ]
        );
    }

    #[test]
    fn what_stands_in_comments_and_strings_is_not_mentioned() {
        let items = split(SOURCE).unwrap();
        let mentions = &items[4].mentions;
        assert_eq!(mentions.paths, [["operation", "four", "Four"]; 2]);
        assert_eq!(mentions.methods, ["five"]);
        let items = split("/// crate::a::b\nconst X: u8 = crate :: c::d();").unwrap();
        assert_eq!(items[0].mentions.paths, [["c", "d"]]);
    }

    #[test]
    fn the_members_of_an_impl_are_items_too() {
        let items = split(SOURCE).unwrap();
        let members = split(items[4].body.unwrap()).unwrap();
        assert_eq!(members[0].kind, Kind::Function("from"));
    }

    #[test]
    fn braces_that_do_not_match_are_an_error() {
        assert_eq!(split("mod a;\nfn b() {").unwrap_err(), SplitError { line: 2 });
        assert_eq!(split("fn b() { ) }").unwrap_err(), SplitError { line: 1 });
        assert_eq!(split("mod a").unwrap_err(), SplitError { line: 1 });
    }
}
