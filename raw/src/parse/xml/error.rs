//! What can be wrong with a document, and where.

use crate::redact::Secrets;

/// Why a body is not the document it should be, and where.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{kind}{}", place(kind, *at, path))]
pub struct XmlError {
    /// How many bytes of the body had been read.
    pub at: usize,
    /// The elements that were open there, at most eight, joined by slashes.
    pub path: String,
    /// What is wrong.
    pub kind: XmlErrorKind,
}

impl XmlError {
    pub(crate) fn ends_early(at: usize) -> Self {
        Self { at, path: String::new(), kind: XmlErrorKind::EndsEarly }
    }

    /// Takes `secrets` out of what it quotes of the body.
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
                // Its words cannot be changed, only left out.
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

/// Nowhere in particular where nothing had been read, or where reading was not to go on.
fn place(kind: &XmlErrorKind, at: usize, path: &str) -> String {
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
    /// There is no document.
    #[error("the body is empty")]
    Empty,
    /// It is text without any element.
    #[error("not XML")]
    NotXml,
    /// It breaks XML's grammar.
    #[error("not well-formed XML: {0}")]
    Syntax(quick_xml::Error),
    /// AWS sends UTF-8; this is not.
    #[error("{0}")]
    NotUtf8(std::str::Utf8Error),
    /// It ends before its root does.
    #[error("the document ends early")]
    EndsEarly,
    /// An error's document went on past what is read of one.
    #[error("the first {read} bytes{} were read", promised.as_ref().map(|length| format!(" of {length}")).unwrap_or_default())]
    TooLong {
        /// Bytes that were read.
        read: usize,
        /// The Content-Length.
        promised: Option<String>,
    },
    /// An error's document has more elements or members than are kept.
    #[error("only the first {0} elements were kept")]
    TooMany(usize),
    /// It goes on after its root.
    #[error("something follows the end of the document")]
    Trailing,
    /// Text stands where only elements belong.
    #[error("text where only elements belong")]
    StrayText,
    /// An element stands where only text belongs.
    #[error("<{0}> where only text belongs")]
    StrayElement(String),
    /// An entity that is not one of the five that XML defines.
    #[error("the entity &{0}; is none of the five of XML, and no other is expanded")]
    Entity(String),
    /// A character that XML has no place for, literally or as a reference.
    #[error("the character U+{0:04X}, which XML forbids")]
    Character(u32),
    /// A second declaration or document type, or one behind something else.
    #[error("an XML declaration or document type where none may stand")]
    Prolog,
    /// The declaration names another encoding than UTF-8.
    #[error("the document declares the encoding {0:?}, and AWS sends UTF-8")]
    Encoding(String),
    /// Elements are nested as no answer of AWS's is.
    #[error("elements are nested too deeply")]
    TooDeep,
    /// A list of so many items in so few bytes that it is made to fill the memory.
    #[error("{items} items in so few bytes are not an answer of AWS")]
    TooDense {
        /// Items that had been read.
        items: usize,
    },
    /// An element that stands once stands a second time.
    #[error("<{0}> stands twice")]
    Repeated(String),
    /// It is a document, of another kind.
    #[error("the document is a <{found}>, not the <{expected}> that was asked for")]
    Root {
        /// What the operation answers with.
        expected: &'static str,
        /// What came.
        found: String,
    },
    /// An element without which the answer means nothing is not there.
    #[error("<{0}> is missing")]
    Missing(&'static str),
    /// An element's text cannot be read as what it stands for.
    #[error("<{element}> holds {value:?}, which is not {expected}")]
    Value {
        /// Its name.
        element: &'static str,
        /// Its text, or the beginning of a long one.
        value: String,
        /// Such as `a whole number`.
        expected: &'static str,
    },
}
