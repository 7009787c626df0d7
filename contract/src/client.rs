use crate::{Answer, Failure, Operation};

/// A client of AWS.
pub trait Client {
    /// The client's name in tables and JSON documents: `raw` or `sdk`.
    fn name(&self) -> &'static str;

    /// Performs `operation`, including all pages of a listing and all polls of a wait.
    fn call(&self, operation: &Operation) -> impl Future<Output = Reply> + Send;
}

/// The result of a [`Client::call`].
#[derive(Debug, Clone)]
pub struct Reply {
    /// The answer, or what went wrong.
    pub result: Result<Answer, Failure>,
    /// HTTP attempts that the client counted: pages, polls and retries included, 0 if it sent nothing.
    pub requests: u32,
}
