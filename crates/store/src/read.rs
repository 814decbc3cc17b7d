//! Reading documents: the state in effect, or a version of the past.
//!
//! A head with an intent is in doubt until the decision record of its transaction has been read,
//! after the head: committed, the intent is in effect; otherwise the current state is.

use std::collections::{BTreeMap, BTreeSet};

use crate::calls::Calls;
use crate::decision::Decision;
use crate::document::DocumentKey;
use crate::error::StoreError;
use crate::head::{Head, StoredHead, head_key};
use crate::store::Store;
use crate::version::{Version, decode_version, version_key};

impl Store {
    /// The state of a document that is in effect; a deleted head when it is deleted, none when it
    /// never existed. One round trip, and one more while its last transaction is being carried out.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn read(&self, key: &DocumentKey) -> Result<Option<Head>, StoreError> {
        let calls = self.calls();
        let at = head_key(key);
        match calls.get(at.clone()).await? {
            Some(item) => calls.in_effect(StoredHead::decode(&at, &item)?).await,
            None => Ok(None),
        }
    }

    /// Any number of documents, answered in the same order. Each is read on its own: two documents
    /// that one transaction wrote may be seen from before and after it.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn read_many(&self, keys: &[DocumentKey]) -> Result<Vec<Option<Head>>, StoreError> {
        let heads = self.calls().heads(keys.to_vec()).await?;
        Ok(keys.iter().map(|key| heads.get(key).cloned()).collect())
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
        let calls = self.calls();
        let (head_at, version_at) = (head_key(key), version_key(key, version));
        let items = calls
            .get_all(vec![head_at.clone(), version_at.clone()])
            .await?;
        let Some(item) = items.get(&head_at) else {
            return Ok(None);
        };
        let Some(head) = calls.in_effect(StoredHead::decode(&head_at, item)?).await? else {
            return Ok(None);
        };
        if version <= head.state.expunged {
            return Ok(None);
        }
        if version >= head.version {
            return Ok((version == head.version).then(|| head.into()));
        }
        let past = match items.get(&version_at) {
            Some(item) => Some(item.clone()),
            // a batch is not atomic: the version may have been superseded between the two reads
            None => calls.get(version_at.clone()).await?,
        };
        past.map(|item| decode_version(&version_at, &item))
            .transpose()
    }
}

impl Calls<'_> {
    /// The effective heads of these documents; those that never existed are left out.
    pub(crate) async fn heads(
        &self,
        keys: Vec<DocumentKey>,
    ) -> Result<BTreeMap<DocumentKey, Head>, StoreError> {
        let items = self.get_all(keys.iter().map(head_key).collect()).await?;
        let stored = items
            .iter()
            .map(|(key, item)| StoredHead::decode(key, item))
            .collect::<Result<_, _>>()?;
        let heads = self.all_in_effect(stored).await?;
        let named = |head: Head| (head.key.clone(), head);
        Ok(heads.into_iter().map(named).collect())
    }

    /// The states in effect, in the same order; those never created are left out.
    pub(crate) async fn all_in_effect(
        &self,
        stored: Vec<StoredHead>,
    ) -> Result<Vec<Head>, StoreError> {
        let committed = self.committed_intents(&stored).await?;
        let head = |head: StoredHead| {
            let is_committed = head.pending().is_some_and(|tx| committed.contains(tx));
            head.effective(is_committed).transpose()
        };
        stored.into_iter().filter_map(head).collect()
    }

    /// The transactions of intents on these heads that are committed.
    pub(crate) async fn committed_intents(
        &self,
        stored: &[StoredHead],
    ) -> Result<BTreeSet<String>, StoreError> {
        let pending = stored
            .iter()
            .filter_map(|head| head.pending().map(str::to_owned))
            .collect();
        let decided = self.decisions(pending).await?;
        let is_committed = |(_, decision): &(String, Decision)| *decision == Decision::Committed;
        Ok(decided
            .into_iter()
            .filter(is_committed)
            .map(|(tx, _)| tx)
            .collect())
    }

    /// The state of a head that is in effect.
    pub(crate) async fn in_effect(&self, head: StoredHead) -> Result<Option<Head>, StoreError> {
        let Some(transaction) = head.pending().map(str::to_owned) else {
            return head.effective(false);
        };
        let decided = self.decisions([transaction.clone()].into()).await?;
        head.effective(decided.get(&transaction) == Some(&Decision::Committed))
    }
}
