//! Why an operation of the store did not succeed. Only what a caller acts on is told apart.

use std::sync::Arc;

use crate::document::DocumentKey;

/// The cause of a failure, for the operator's log.
pub type Source = Arc<dyn std::error::Error + Send + Sync>;

/// Why something could not be read.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// Throttled beyond the attempts: try again later.
    #[error("the tables are too busy")]
    Busy,
    /// The tables do not answer, or refuse the request.
    #[error("the tables cannot be reached")]
    Unavailable(#[source] Source),
    /// An item is not what this version of the code writes.
    #[error("an item in the tables cannot be read: {0}")]
    Corrupt(String),
}

/// Why a transaction was not committed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum CommitError {
    /// Somebody else changed what the transaction was planned on: read again and plan again.
    /// Nothing was written. The documents concerned, as far as known.
    #[error("changed by somebody else: {}", list(.0))]
    Conflict(Vec<DocumentKey>),
    /// Another attempt at the same request owns its idempotency key by now. Nothing was written.
    #[error("another attempt has taken over")]
    TakenOver,
    /// Unique identifiers that another document holds; all of them. Nothing was written.
    #[error("{} unique identifiers are held by another document", .0.len())]
    Duplicates(Vec<Duplicate>),
    /// A document or the whole transaction is over a size limit. Nothing was written.
    #[error("too large: {0}")]
    TooLarge(String),
    /// Throttled, or contended beyond the attempts: try again later. Nothing was written.
    #[error("too much is going on at the same documents")]
    Busy,
    /// The transaction would have outlived its deadline. Nothing was written.
    #[error("the deadline has passed")]
    Deadline,
    /// No answer to the commit itself: the transaction is committed as a whole, or not at all, and
    /// which of the two is not known here.
    #[error("the outcome of the commit is unknown")]
    Unknown(#[source] Source),
    /// The tables failed before the commit. Nothing was written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A unique identifier that somebody else holds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Duplicate {
    /// Position of the write in the transaction.
    pub write: usize,
    /// Position of the identifier in that write.
    pub identifier: usize,
    /// Who holds it.
    pub holder: Holder,
}

/// Who holds a unique identifier.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Holder {
    /// A stored document.
    Document(DocumentKey),
    /// Another write of the same transaction, by its position.
    Write(usize),
}

fn list(keys: &[DocumentKey]) -> String {
    let names: Vec<String> = keys.iter().map(ToString::to_string).collect();
    names.join(", ")
}
