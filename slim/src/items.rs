//! Splits Rust source text into items. The compiler's own lexer separates code from comments and
//! strings. Nothing else of the language is parsed: generated code does not need it.

use std::iter::Peekable;

use ra_ap_rustc_lexer::{FrontmatterAllowed, TokenKind, tokenize};

/// One item of a module, or one member of a trait or an `impl`, with the comments and attributes
/// before it and the line break after it. The items of a text, concatenated, are the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item<'a> {
    /// The whole item.
    pub text: &'a str,
    /// What kind of item it is.
    pub kind: ItemKind<'a>,
    /// The text between its braces, if it has any, from the first line inside.
    pub body: Option<&'a str>,
    /// What its code refers to.
    pub references: References<'a>,
}

/// The kind of an item, by its first keyword.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ItemKind<'a> {
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
    /// Any other definition, with its name.
    Named(&'a str),
    /// An inner attribute, or the comments at the end of the text.
    Nameless,
}

/// What the code of an item refers to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct References<'a> {
    /// Paths that begin with `crate`, without that segment.
    pub paths: Vec<Vec<&'a str>>,
    /// Names of the methods it calls.
    pub methods: Vec<&'a str>,
    /// Every identifier.
    pub identifiers: Vec<&'a str>,
}

/// A token that is neither white space nor a comment.
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

/// Splits `source` into its items.
///
/// # Errors
/// If brackets do not match, or an item has no end.
pub fn split(source: &str) -> Result<Vec<Item<'_>>, SplitError> {
    let tokens = code_tokens(source);
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

/// A text that cannot be split into items.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the item at line {line} has no end")]
pub struct SplitError {
    /// First line of the item, counted from 1.
    pub line: usize,
}

fn code_tokens(source: &str) -> Vec<Token<'_>> {
    let mut start = 0;
    let mut tokens = Vec::new();
    for token in tokenize(source, FrontmatterAllowed::No) {
        let text = &source[start..start + token.len as usize];
        let is_blank = matches!(
            token.kind,
            TokenKind::Whitespace | TokenKind::LineComment { .. } | TokenKind::BlockComment { .. }
        );
        if !is_blank {
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
    // Outer attributes belong to the item after them.
    while tokens.get(at)?.kind == TokenKind::Pound {
        at = closing(tokens, at + 1)? + 1;
    }
    let mut keywords = tokens[at..].iter().map(|token| token.text).peekable();
    let ends_in_semicolon = loop {
        match keywords.next()? {
            "use" | "static" | "type" => break true,
            "const"
                if keywords.peek().is_none_or(|next| !["fn", "unsafe", "async"].contains(next)) =>
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

/// The index of the token that closes the bracket at `open`.
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

/// The start of the next line, if nothing but white space follows `end` on its line; else `end`.
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
    // Users of the crate do not reach its own tests.
    let is_test =
        tokens.iter().map(|token| token.text).take(7).eq(["#", "[", "cfg", "(", "test", ")", "]"]);
    let references = if is_test { References::default() } else { references(tokens) };
    Item { text, kind: kind(tokens), body, references }
}

fn kind<'a>(tokens: &[Token<'a>]) -> ItemKind<'a> {
    let mut identifiers =
        tokens.iter().enumerate().filter(|(_, token)| token.kind == TokenKind::Ident);
    let keyword = identifiers.find(|(_, token)| {
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
    let Some((at, keyword)) = keyword else { return ItemKind::Nameless };
    let name = identifiers.next().map_or("", |(_, token)| token.text);
    match keyword.text {
        "mod" => ItemKind::Module(name),
        "use" => ItemKind::Use(segments(&tokens[at + 1..])),
        "fn" => ItemKind::Function(name),
        "trait" => ItemKind::Trait(name),
        "impl" => ItemKind::Impl,
        _ => ItemKind::Named(name),
    }
}

/// The identifiers of the path that begins at the first token: `a::b::c`.
fn segments<'a>(tokens: &[Token<'a>]) -> Vec<&'a str> {
    let mut tokens = tokens.iter().peekable();
    let mut segments = Vec::new();
    skip_colons(&mut tokens);
    while let Some(token) = tokens.next_if(|token| token.kind == TokenKind::Ident) {
        segments.push(token.text);
        if !skip_colons(&mut tokens) {
            break;
        }
    }
    segments
}

/// Skips `::` and returns whether it was there.
fn skip_colons<'t, 'a: 't>(tokens: &mut Peekable<impl Iterator<Item = &'t Token<'a>>>) -> bool {
    tokens.next_if(|token| token.kind == TokenKind::Colon).is_some()
        && tokens.next_if(|token| token.kind == TokenKind::Colon).is_some()
}

fn references<'a>(tokens: &[Token<'a>]) -> References<'a> {
    let mut references = References::default();
    for (at, token) in tokens.iter().enumerate().filter(|(_, token)| token.kind == TokenKind::Ident)
    {
        references.identifiers.push(token.text);
        if token.text == "crate" {
            let mut path = segments(&tokens[at..]);
            if path.len() > 1 {
                path.remove(0);
                references.paths.push(path);
            }
        }
        let is_called = tokens.get(at + 1).is_some_and(|next| next.kind == TokenKind::OpenParen);
        if is_called && at > 0 && tokens[at - 1].kind == TokenKind::Dot {
            references.methods.push(token.text);
        }
    }
    references
}

#[cfg(test)]
mod tests {
    use super::{ItemKind, SplitError, split};

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
    fn the_concatenated_items_are_the_text() {
        let items = split(SOURCE).unwrap();
        assert_eq!(items.iter().map(|item| item.text).collect::<String>(), SOURCE);
        let kinds: Vec<_> = items.into_iter().map(|item| item.kind).collect();
        assert_eq!(
            kinds,
            [
                ItemKind::Nameless,
                ItemKind::Module("one"),
                ItemKind::Use(vec!["crate", "types", "_two", "Two"]),
                ItemKind::Named("Three"),
                ItemKind::Impl,
                ItemKind::Named("SIX"),
                ItemKind::Nameless,
            ]
        );
    }

    #[test]
    fn comments_and_strings_refer_to_nothing() {
        let items = split(SOURCE).unwrap();
        let references = &items[4].references;
        assert_eq!(references.paths, [["operation", "four", "Four"]; 2]);
        assert_eq!(references.methods, ["five"]);
        let items = split("/// crate::a::b\nconst X: u8 = crate :: c::d();").unwrap();
        assert_eq!(items[0].references.paths, [["c", "d"]]);
    }

    #[test]
    fn the_body_of_an_impl_splits_into_items() {
        let items = split(SOURCE).unwrap();
        let members = split(items[4].body.unwrap()).unwrap();
        assert_eq!(members[0].kind, ItemKind::Function("from"));
    }

    #[test]
    fn unmatched_brackets_are_an_error() {
        assert_eq!(split("mod a;\nfn b() {").unwrap_err(), SplitError { line: 2 });
        assert_eq!(split("fn b() { ) }").unwrap_err(), SplitError { line: 1 });
        assert_eq!(split("mod a").unwrap_err(), SplitError { line: 1 });
    }
}
