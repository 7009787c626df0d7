use crate::{Answer, Failure, Operation};

/// One way of calling AWS.
pub trait Client {
    /// The side's name as it appears in every table and JSON document: `raw` or `sdk`.
    fn name(&self) -> &'static str;

    /// Performs `operation` to its end: every page of a listing, every poll of a wait.
    fn call(&self, operation: &Operation) -> impl Future<Output = Reply> + Send;
}

/// What came of one [`Client::call`].
#[derive(Debug, Clone)]
pub struct Reply {
    /// The answer, or why there is none.
    pub result: Result<Answer, Failure>,
    /// HTTP attempts that the client made, counted on its own side: pages, polls and retries
    /// included, 0 where nothing was sent.
    pub requests: u32,
}
