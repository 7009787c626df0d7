//! What can be wrong with a document, and where.

use crate::redact::Secrets;

/// Why a body is not the document it should be, and where.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{kind}{}", location(kind, *at, path))]
pub struct XmlError {
    /// How many bytes of the body had been read.
    pub at: usize,
    /// The elements that were open there, outermost first, at most eight, joined by slashes.
    pub path: String,
    /// What is wrong.
    pub kind: XmlErrorKind,
}

impl XmlError {
    pub(crate) fn ends_early(at: usize) -> Self {
        Self { at, path: String::new(), kind: XmlErrorKind::EndsEarly }
    }

    /// Removes `secrets` from the quoted parts of the body.
    pub(crate) fn redact(&mut self, secrets: &Secrets) {
        secrets.redact(&mut self.path);
        match &mut self.kind {
            XmlErrorKind::Entity(text)
            | XmlErrorKind::Repeated(text)
            | XmlErrorKind::Encoding(text)
            | XmlErrorKind::StrayElement(text)
            | XmlErrorKind::Root { found: text, .. }
            | XmlErrorKind::Value { value: text, .. } => secrets.redact(text),
            XmlErrorKind::Syntax(error) => {
                let mut text = error.to_string();
                secrets.redact(&mut text);
                // quick-xml's message cannot be edited, only dropped.
                if text != error.to_string() {
                    self.kind = XmlErrorKind::NotXml;
                }
            }
            XmlErrorKind::Empty
            | XmlErrorKind::NotXml
            | XmlErrorKind::NotUtf8(_)
            | XmlErrorKind::EndsEarly
            | XmlErrorKind::TooLong { .. }
            | XmlErrorKind::Trailing
            | XmlErrorKind::TooDeep
            | XmlErrorKind::TooMany(_)
            | XmlErrorKind::TooDense { .. }
            | XmlErrorKind::Character(_)
            | XmlErrorKind::Prolog
            | XmlErrorKind::StrayText
            | XmlErrorKind::Missing(_) => {}
        }
    }

    pub(crate) fn not_utf8(error: std::str::Utf8Error) -> Self {
        let at = error.valid_up_to();
        Self { at, path: String::new(), kind: XmlErrorKind::NotUtf8(error) }
    }
}

/// The position as text. Empty where it would say nothing: before the first byte, and where reading
/// stopped at the limit.
fn location(kind: &XmlErrorKind, at: usize, path: &str) -> String {
    match (kind, at, path) {
        (XmlErrorKind::TooLong { .. }, _, _) | (_, 0, "") => String::new(),
        (_, at, "") => format!(", at byte {at}"),
        (_, at, path) => format!(", at byte {at}, in /{path}"),
    }
}

/// What can be wrong with a document.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum XmlErrorKind {
    /// The body is empty.
    #[error("the body is empty")]
    Empty,
    /// The body holds text outside any element.
    #[error("not XML")]
    NotXml,
    /// The document breaks XML's grammar.
    #[error("not well-formed XML: {0}")]
    Syntax(quick_xml::Error),
    /// AWS sends UTF-8; this is not.
    #[error("{0}")]
    NotUtf8(std::str::Utf8Error),
    /// The document ends before its root does.
    #[error("the document ends early")]
    EndsEarly,
    /// An error document is longer than the part that is read of one.
    #[error("only the first {read} bytes{} were read", promised.as_ref().map(|length| format!(" of {length}")).unwrap_or_default())]
    TooLong {
        /// Bytes that were read.
        read: usize,
        /// The Content-Length.
        promised: Option<String>,
    },
    /// An error document has more elements or members than are kept.
    #[error("only the first {0} elements were kept")]
    TooMany(usize),
    /// The document continues after its root.
    #[error("something follows the end of the document")]
    Trailing,
    /// Text stands where only elements belong.
    #[error("text where only elements belong")]
    StrayText,
    /// An element stands where only text belongs.
    #[error("<{0}> where only text belongs")]
    StrayElement(String),
    /// An entity that is not one of the five that XML defines.
    #[error("the entity &{0}; is not one of XML's five, and no other is expanded")]
    Entity(String),
    /// A character that XML forbids, literally or as a reference.
    #[error("the character U+{0:04X}, which XML forbids")]
    Character(u32),
    /// A second declaration or document type, or one that is not at the beginning.
    #[error("an XML declaration or document type in the wrong place")]
    Prolog,
    /// The declaration names another encoding than UTF-8.
    #[error("the document declares the encoding {0:?}, and AWS sends UTF-8")]
    Encoding(String),
    /// Elements are nested deeper than in any answer from AWS.
    #[error("elements are nested too deeply")]
    TooDeep,
    /// A list has so many items in so few bytes that it seems made to fill the memory.
    #[error("{items} items in so few bytes do not come from AWS")]
    TooDense {
        /// Items that had been read.
        items: usize,
    },
    /// An element that may appear once appears a second time.
    #[error("<{0}> appears twice")]
    Repeated(String),
    /// The document is of another kind.
    #[error("the document is a <{found}>, not the expected <{expected}>")]
    Root {
        /// The root of this operation's answers.
        expected: &'static str,
        /// The root that was found.
        found: String,
    },
    /// A required element is absent.
    #[error("<{0}> is missing")]
    Missing(&'static str),
    /// An element's text cannot be read as its type.
    #[error("<{element}> holds {value:?}, which is not {expected}")]
    Value {
        /// The element's name.
        element: &'static str,
        /// The first characters of its text.
        value: String,
        /// The type in words, such as `a whole number`.
        expected: &'static str,
    },
}
