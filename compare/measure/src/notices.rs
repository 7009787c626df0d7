//! Notices for the user, apart from the result.

/// Receives notices: sentences for standard error. Only the command line prints.
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
