//! Where notices for the user go, beside the result.

/// Takes a notice: a sentence for standard error. Nothing below the command line prints by itself.
#[derive(Clone, Copy)]
pub struct Notices(pub fn(&str));

impl Notices {
    /// Hands `message` to the user.
    pub fn warn(self, message: &str) {
        (self.0)(message);
    }
}

/// Drops every notice.
impl Default for Notices {
    fn default() -> Self {
        Self(|_| ())
    }
}

impl std::fmt::Debug for Notices {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Notices")
    }
}
