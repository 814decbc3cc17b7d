//! Reindexing: a document gets the identifiers and index entries that today's rules give it, and
//! stays the version that it is.
//!
//! ```text
//! stage   new index entries, under a transaction of their own
//! commit  head and key items in one call: the revision grows, the version and its time do not
//! ```
//!
//! Optimistic: whoever writes the document meanwhile wins, and has its own entries. Entries that are
//! no longer wanted stay for a while, for searches that are under way (see `collect`). A commit
//! without answer is neither done nor failed: its entries stay, and reindexing again settles it.

use std::collections::BTreeSet;

use crate::attribute::stored;
use crate::calls::{Calls, store_error};
use crate::clock::Millis;
use crate::contention::Contender;
use crate::entry::entry_hash;
use crate::error::{CommitError, StoreError};
use crate::head::{Head, head_key};
use crate::identifier::{Held, Identifier};
use crate::plan::{Plan, PlannedWrite};
use crate::store::Store;
use crate::table::{self, Action, Change, Condition, MAX_TRANSACT_ITEMS, TableError, Value};
use crate::transaction::{Base, Entry, Write};

/// What became of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reindexed {
    /// It has other identifiers or index entries now.
    Changed,
    /// It had them already, or is deleted.
    Unchanged,
    /// Somebody else changes it, or has changed it: read it again.
    Conflict,
}

/// Why a document was not reindexed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ReindexError {
    /// More identifiers come and go than fit into one atomic call.
    #[error("{0} identifiers change, and at most 99 can at a time")]
    TooMany(usize),
    /// The head would be over its size limit.
    #[error("too large: {0}")]
    TooLarge(String),
    /// The tables fail. Whether the document was reindexed is not known; try again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Store {
    /// Whether a document has other identifiers or index entries than these.
    pub fn is_stale(head: &Head, identifiers: &[Identifier], entries: &[Entry]) -> bool {
        if head.deleted {
            return false;
        }
        let announced: BTreeSet<Held> = head.identifiers().iter().copied().collect();
        let listed: BTreeSet<u64> = head.state.entries.values().flatten().copied().collect();
        announced != identifiers.iter().map(Held::of).collect()
            || listed != entries.iter().map(entry_hash).collect()
    }

    /// Gives a document, as it was read, the identifiers and index entries that it should have. An
    /// identifier that others hold as well is no reason to fail. Two round trips and about a write
    /// unit for each new entry and the head; nothing when nothing changes.
    ///
    /// # Errors
    /// See [`ReindexError`].
    pub async fn reindex(
        &self,
        head: Head,
        identifiers: Vec<Identifier>,
        entries: Vec<Entry>,
    ) -> Result<Reindexed, ReindexError> {
        if !Self::is_stale(&head, &identifiers, &entries) {
            return Ok(Reindexed::Unchanged);
        }
        let calls = self.calls();
        let began = self.clock.now();
        let mut plan = Plan::of_entries(
            head,
            identifiers,
            entries,
            self.ids.transaction_id(began),
            began,
        );
        if plan.keys.len() >= MAX_TRANSACT_ITEMS {
            return Err(ReindexError::TooMany(plan.keys.len()));
        }
        let (staging, reading) = (calls.branch(), calls.branch());
        let (staged, read) = futures::future::join(
            staging.write_all(plan.take_entries()),
            plan.verify_claims(&reading),
        )
        .await;
        calls.join(&staging);
        calls.join(&reading);
        staged?;
        match read {
            Ok(()) => plan.commit_entries(&calls).await,
            Err(CommitError::Store(error)) => Err(error.into()),
            Err(_) => {
                calls.withdraw(&plan).await;
                Ok(Reindexed::Conflict)
            }
        }
    }
}

impl Plan {
    /// The plan of giving a document identifiers and entries, and no new version.
    fn of_entries(
        head: Head,
        identifiers: Vec<Identifier>,
        entries: Vec<Entry>,
        name: String,
        began: Millis,
    ) -> Self {
        // what is stored is stored: nothing is claimed, others may hold the same
        let claimless = |identifier| Identifier {
            unique: false,
            ..identifier
        };
        let mut plan = Self::empty(name, began);
        plan.add_entries_of(&Write {
            key: head.key.clone(),
            method: head.state.method,
            body: None,
            identifiers: identifiers.into_iter().map(claimless).collect(),
            entries,
            base: Base::Head(Box::new(head)),
        });
        plan
    }

    async fn commit_entries(&self, calls: &Calls<'_>) -> Result<Reindexed, ReindexError> {
        let writes = self.entry_writes(calls.store.clock.now());
        let mut failures = 0;
        let mut is_answered = true;
        loop {
            let attempt = match writes.as_slice() {
                [only] => calls.write_once(only.clone()).await,
                _ => calls.transact_once(&self.transaction, writes.clone()).await,
            };
            let error = match attempt {
                Ok(()) => return Ok(Reindexed::Changed),
                Err(error) => error,
            };
            match &error {
                // it may have been an attempt without answer that moved the head
                TableError::ConditionFailed(_) if !is_answered => return Ok(Reindexed::Conflict),
                TableError::ConditionFailed(_) => {
                    self.clear_heads(calls).await?;
                    calls.withdraw(self).await;
                    return Ok(Reindexed::Conflict);
                }
                TableError::TooLarge(what) if is_answered => {
                    calls.withdraw(self).await;
                    return Err(ReindexError::TooLarge(what.clone()));
                }
                TableError::TooLarge(_) | TableError::Refused(_) => {
                    return Err(store_error(error).into());
                }
                TableError::Unknown(_) => is_answered = false,
                TableError::Throttled | TableError::Conflict => {}
            }
            calls.pause_after(error, &mut failures).await?;
        }
    }

    /// Settles what a decided transaction left on the heads, so that trying again is some use.
    async fn clear_heads(&self, calls: &Calls<'_>) -> Result<(), StoreError> {
        for write in &self.writes {
            let at = head_key(&write.document);
            calls.clear(&at, Contender::Sweeper).await?;
        }
        Ok(())
    }

    /// The conditional writes of the heads and key items.
    fn entry_writes(&self, now: Millis) -> Vec<table::Write> {
        let heads = self.writes.iter().map(|write| {
            let revision = write.base.as_ref().map_or(0, |base| base.revision);
            let held = Held::encode(&write.state.identifiers);
            table::Write {
                key: head_key(&write.document),
                action: Action::Update(vec![
                    set_or_remove("ids", (!held.is_empty()).then(|| Value::B(held.into()))),
                    set_or_remove("ix", entries_value(write)),
                    Change::Set("ri".into(), Value::N(now.0)),
                    Change::Add("rev".into(), Value::N(1)),
                ]),
                condition: Some(Condition::All(vec![
                    Condition::Equals("rev".into(), Value::N(stored(revision))),
                    Condition::NotExists("p".into()),
                ])),
            }
        });
        let keys = self
            .keys
            .iter()
            .map(|(at, key)| key.write(at, &self.transaction));
        heads.chain(keys).collect()
    }
}

/// The new entries, as the head has them: it stays the state of the transaction that it is of.
fn entries_value(write: &PlannedWrite) -> Option<Value> {
    let (base, entries) = (write.base.as_ref()?, &write.state.entries);
    (!entries.is_empty()).then(|| Value::M(base.state.encode_entries(entries)))
}

fn set_or_remove(name: &str, value: Option<Value>) -> Change {
    match value {
        Some(value) => Change::Set(name.into(), value),
        None => Change::Remove(name.into()),
    }
}
