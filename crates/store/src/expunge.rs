//! Expunging: the versions below the current one go for good.
//!
//! ```text
//! mark     the head says up to which version (`ex`): from now on no reader shows those
//! sweep    time entries, index entries and announcements of these versions, blobs, then the version items
//! ```
//!
//! Of a deleted document the deletion stays: a head without content, that keeps the id from coming
//! back through a call that arrives late. A version item that arrives late is not shown, because of
//! the mark; expunging again sweeps it up. Every step may be repeated.
//!
//! Backups keep what they have: with point-in-time recovery, for up to 35 days.

use std::collections::BTreeSet;

use bytes::Bytes;

use crate::attribute::stored;
use crate::calls::{Calls, store_error};
use crate::document::DocumentKey;
use crate::entry::{entry_hash, index_entry_key, put_time_entry};
use crate::error::StoreError;
use crate::head::{Head, head_key};
use crate::identifier::{Hash, Identifier};
use crate::key_item::{Announcement, key_item_key};
use crate::state::State;
use crate::store::Store;
use crate::table::{Action, Change, Condition, Key, Query, Sort, Table, TableError, Value, Write};
use crate::transaction::Entry;

/// What leads to a version: the identifiers and index entries that it was written with.
#[derive(Debug, Clone, Default)]
pub struct Traces {
    /// Its identifiers.
    pub identifiers: Vec<Identifier>,
    /// Its index entries.
    pub entries: Vec<Entry>,
}

impl Store {
    /// Expunges all versions of a document below the current one, and returns how many there were.
    /// `traces` tells from the content of a version what leads to it.
    ///
    /// # Errors
    /// [`StoreError::Busy`] when others keep changing the document; otherwise when the tables do
    /// not answer. Expunging again goes on where this stopped.
    pub async fn expunge_past(
        &self,
        key: &DocumentKey,
        traces: &(dyn Fn(&Bytes) -> Traces + Send + Sync),
    ) -> Result<u64, StoreError> {
        let calls = self.calls();
        let Some((head, expunged)) = calls.mark_expunged(self, key).await? else {
            return Ok(0);
        };
        calls.sweep_past(&head, traces).await?;
        Ok(expunged)
    }
}

impl Calls<'_> {
    /// Makes the head say that everything below it is expunged. Returns the head, and how many
    /// versions that are that were not before.
    async fn mark_expunged(
        &self,
        store: &Store,
        key: &DocumentKey,
    ) -> Result<Option<(Head, u64)>, StoreError> {
        let mut failures = 0;
        let mut wanted = None;
        loop {
            let Some(head) = store.read(key).await? else {
                return Ok(None);
            };
            let (past, before) = (head.version - 1, head.state.expunged);
            let first = *wanted.get_or_insert(past.saturating_sub(before));
            if past <= before {
                return Ok(Some((head, first)));
            }
            let as_read = Condition::All(vec![
                Condition::Equals("rev".into(), Value::N(stored(head.revision))),
                Condition::NotExists("p".into()),
            ]);
            let mark = Write {
                key: head_key(key),
                action: Action::Update(vec![
                    Change::Set("ex".into(), Value::N(stored(past))),
                    Change::Add("rev".into(), Value::N(1)),
                ]),
                condition: Some(as_read),
            };
            match self.write_once(mark).await {
                // read again: what is swept is what the head says
                Ok(()) => {}
                Err(error @ TableError::Refused(_)) => return Err(store_error(error)),
                Err(TableError::ConditionFailed(_)) => {
                    self.pause_after(TableError::Conflict, &mut failures)
                        .await?;
                }
                Err(error) => self.pause_after(error, &mut failures).await?,
            }
        }
    }

    /// Removes what is left of the expunged versions; the version items last, since they tell what
    /// else there is.
    async fn sweep_past(
        &self,
        head: &Head,
        traces: &(dyn Fn(&Bytes) -> Traces + Send + Sync),
    ) -> Result<(), StoreError> {
        let mut query = Query {
            table: Table::Versions,
            pk: head.key.to_string(),
            from: None,
            to: Some(Sort::Number(stored(head.state.expunged))),
            descending: false,
            limit: None,
            after: None,
        };
        let mut transactions = BTreeSet::new();
        let (mut versions, mut blobs) = (Vec::new(), Vec::new());
        loop {
            let page = self.query_unread(query.clone()).await?;
            let mut leftovers = Leftovers::default();
            for (key, item) in &page.items {
                let Sort::Number(version) = key.sk else {
                    continue;
                };
                let state = State::decode_version(item, version.unsigned_abs())?;
                transactions.insert(state.transaction.clone());
                leftovers.add(
                    head,
                    &state,
                    &self.traces(&state, traces).await?,
                    &transactions,
                );
                blobs.extend(state.blob()?);
            }
            self.write_all(leftovers.deletes.into_iter().collect())
                .await?;
            for write in leftovers.announcements {
                self.take_back(write).await?;
            }
            versions.extend(page.items.into_iter().map(|(key, _)| Write::delete(key)));
            query.after = page.next;
            if query.after.is_none() {
                self.delete_blobs(blobs).await?;
                return self.write_all(versions).await;
            }
        }
    }

    /// What leads to a version. Nothing does when its blob is gone: that goes after everything else.
    async fn traces(
        &self,
        state: &State,
        traces: &(dyn Fn(&Bytes) -> Traces + Send + Sync),
    ) -> Result<Traces, StoreError> {
        let body = match &state.body {
            Some(stored) => self.body_of(stored).await?,
            None => Some(Bytes::new()),
        };
        Ok(body.as_ref().map(traces).unwrap_or_default())
    }

    /// Takes an announcement back, which may be gone already.
    async fn take_back(&self, write: Write) -> Result<(), StoreError> {
        let mut failures = 0;
        loop {
            match self.write_once(write.clone()).await {
                Ok(()) | Err(TableError::ConditionFailed(_)) => return Ok(()),
                Err(error) => self.pause_after(error, &mut failures).await?,
            }
        }
    }
}

/// What is to be removed beside the version items.
#[derive(Default)]
struct Leftovers {
    deletes: Vec<Write>,
    announcements: Vec<Write>,
}

impl Leftovers {
    fn add(
        &mut self,
        head: &Head,
        state: &State,
        traces: &Traces,
        transactions: &BTreeSet<String>,
    ) {
        let document = &head.key;
        self.remove(put_time_entry(document, state).key);
        for transaction in transactions {
            let kept = head.state.entries.get(transaction);
            for entry in &traces.entries {
                let is_kept = kept.is_some_and(|kept| kept.contains(&entry_hash(entry)));
                if !is_kept {
                    self.remove(index_entry_key(document, entry, transaction));
                }
            }
        }
        let is_current = |key: Hash| head.identifiers().iter().any(|held| held.key == key);
        let keys: BTreeSet<Hash> = traces
            .identifiers
            .iter()
            .map(|identifier| Hash::of(&identifier.key))
            .filter(|key| !is_current(*key))
            .collect();
        let announced: BTreeSet<String> = transactions
            .iter()
            .map(|transaction| {
                Announcement {
                    id: document.id.clone(),
                    transaction: transaction.clone(),
                    age: None,
                }
                .encode()
            })
            .collect();
        self.announcements.extend(keys.into_iter().map(|key| Write {
            key: key_item_key(&document.kind, key),
            action: Action::Update(vec![Change::Delete("own".into(), announced.clone())]),
            condition: Some(Condition::Exists("own".into())),
        }));
    }

    fn remove(&mut self, key: Key) {
        if self.deletes.iter().all(|delete| delete.key != key) {
            self.deletes.push(Write::delete(key));
        }
    }
}
