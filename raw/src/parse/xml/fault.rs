//! What can be wrong with a document, and where.

use crate::redact::Secrets;

/// Why a body is not the document it should be, and where.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{problem}{}", place(problem, *at, path))]
pub struct Fault {
    /// How many bytes of the body had been read.
    pub at: usize,
    /// The elements that were open there, at most eight, joined by slashes.
    pub path: String,
    /// What is wrong.
    pub problem: Problem,
}

impl Fault {
    pub(crate) fn ends_early(at: usize) -> Self {
        Self { at, path: String::new(), problem: Problem::EndsEarly }
    }

    /// Takes `secrets` out of what it quotes of the body.
    pub(crate) fn redact(&mut self, secrets: &Secrets) {
        secrets.redact(&mut self.path);
        match &mut self.problem {
            Problem::Entity(text)
            | Problem::Repeated(text)
            | Problem::Encoding(text)
            | Problem::StrayElement(text)
            | Problem::Root { found: text, .. }
            | Problem::Value { value: text, .. } => secrets.redact(text),
            Problem::Syntax(error) => {
                let mut text = error.to_string();
                secrets.redact(&mut text);
                // Its words cannot be changed, only left out.
                if text != error.to_string() {
                    self.problem = Problem::NotXml;
                }
            }
            Problem::Empty
            | Problem::NotXml
            | Problem::NotUtf8(_)
            | Problem::EndsEarly
            | Problem::TooLong { .. }
            | Problem::Trailing
            | Problem::TooDeep
            | Problem::TooMany(_)
            | Problem::TooDense { .. }
            | Problem::Character(_)
            | Problem::Prolog
            | Problem::StrayText
            | Problem::Missing(_) => {}
        }
    }

    pub(crate) fn not_utf8(error: std::str::Utf8Error) -> Self {
        let at = error.valid_up_to();
        Self { at, path: String::new(), problem: Problem::NotUtf8(error) }
    }
}

/// Nowhere in particular where nothing had been read, or where reading was not to go on.
fn place(problem: &Problem, at: usize, path: &str) -> String {
    match (problem, at, path) {
        (Problem::TooLong { .. }, _, _) | (_, 0, "") => String::new(),
        (_, at, "") => format!(", at byte {at}"),
        (_, at, path) => format!(", at byte {at}, in /{path}"),
    }
}

/// What can be wrong with a document.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
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
