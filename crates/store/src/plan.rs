//! What a transaction will write, worked out before anything is written. Pure.
//!
//! | step   | items |
//! |--------|-------|
//! | staged | version items of the states that end, time entries, new index entries: unconditional |
//! | truth  | heads and key items: each on the condition that it is as the plan found it |

mod keys;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bytes::Bytes;

use crate::body::encode_as;
use crate::clock::Millis;
use crate::dictionary::Dictionaries;
use crate::document::DocumentKey;
use crate::entry::{entry_hash, put_index_entry, put_time_entry};
use crate::error::{CommitError, StoreError};
use crate::head::Head;
use crate::identifier::Held;
use crate::key_plan::KeyPlan;
use crate::once::Mark;
use crate::settings::Settings;
use crate::spill::{Blob, check_length};
use crate::state::{EntryHashes, State};
use crate::table::{self, Key, MAX_TRANSACT_BYTES, MAX_TRANSACT_ITEMS};
use crate::transaction::{Committed, Transaction, Write};
use crate::version::put_version;

/// Room for what is not body, in one of the items of a transaction: generous.
const ATTRIBUTE_BYTES: usize = 4 * 1024;

/// See the module head.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) transaction: String,
    pub(crate) began: Millis,
    /// The time of all its versions: later than those of the versions that end. One for all, so
    /// that there is no instant at which a part of the transaction is the newest, and a part is not.
    pub(crate) last_updated: Millis,
    /// When the first attempt at it began, if this is another one.
    pub(crate) first: Option<Millis>,
    pub(crate) deadline: Option<Millis>,
    /// In the order of the transaction.
    pub(crate) writes: Vec<PlannedWrite>,
    pub(crate) keys: BTreeMap<Key, KeyPlan>,
    /// Written with them, so that the transaction is committed once.
    pub(crate) mark: Option<Mark>,
    /// Index and time entries; they belong to this transaction alone. Once staged: their deletes.
    pub(crate) entries: Vec<table::Write>,
    /// Bodies too large for the tables.
    pub(crate) blobs: Vec<Blob>,
    /// Whether heads and key items fit into one atomic call.
    pub(crate) is_direct: bool,
}

/// The change of one head.
#[derive(Debug)]
pub(crate) struct PlannedWrite {
    pub(crate) document: DocumentKey,
    pub(crate) base: Option<PlannedOn>,
    pub(crate) state: State,
}

/// The state that a write was planned on.
#[derive(Debug)]
pub(crate) struct PlannedOn {
    pub(crate) state: State,
    pub(crate) revision: u64,
}

impl PlannedOn {
    fn of(head: &Head) -> Self {
        Self {
            state: head.state.clone(),
            revision: head.revision,
        }
    }
}

impl Write {
    /// The identifiers as a head keeps them.
    fn held(&self) -> Vec<Held> {
        let held: BTreeSet<Held> = self.identifiers.iter().map(Held::of).collect();
        held.into_iter().collect()
    }
}

/// A transaction that does not say what it wants of a document.
#[derive(Debug, thiserror::Error)]
#[error("{0} is written twice in one transaction")]
struct WrittenTwice(DocumentKey);

impl Plan {
    /// Works out what `transaction` writes when it goes by the name of `name`.
    ///
    /// # Errors
    /// When the transaction contradicts itself.
    pub(crate) fn new(
        transaction: Transaction,
        name: String,
        began: Millis,
        dictionaries: Dictionaries,
    ) -> Result<Self, CommitError> {
        let bases = transaction
            .writes
            .iter()
            .filter_map(|write| write.base.head());
        let after_bases = bases.map(|head| head.last_updated.plus(1));
        let mut plan = Self {
            first: transaction.first_attempt,
            deadline: transaction.deadline,
            mark: transaction.mark,
            last_updated: after_bases.fold(began, Millis::max),
            ..Self::empty(name, began)
        };
        for found in transaction.guards {
            let owners: BTreeSet<_> = found.owners.into_iter().map(|head| head.key).collect();
            let for_kind = || KeyPlan::for_kind(&found.guard.kind);
            let key = plan
                .keys
                .entry(found.guard.key.clone())
                .or_insert_with(for_kind);
            if !key.guard(found.guard, owners.clone(), began) {
                return Err(CommitError::Conflict(owners.into_iter().collect()));
            }
        }
        let mut seen = BTreeSet::new();
        for (position, write) in transaction.writes.into_iter().enumerate() {
            if !seen.insert(write.key.clone()) {
                return Err(StoreError::Unavailable(Arc::new(WrittenTwice(write.key))).into());
            }
            check_length(write.body.as_deref().unwrap_or_default())?;
            plan.add_write(position, write, dictionaries);
        }
        plan.note_holders();
        Ok(plan)
    }

    /// The plan of a transaction that wants nothing yet.
    pub(crate) fn empty(transaction: String, began: Millis) -> Self {
        Self {
            transaction,
            began,
            last_updated: began,
            first: None,
            deadline: None,
            writes: Vec::new(),
            keys: BTreeMap::new(),
            mark: None,
            entries: Vec::new(),
            blobs: Vec::new(),
            is_direct: true,
        }
    }

    /// Takes the direct path if heads and key items fit into one atomic call.
    pub(crate) fn choose_path(&mut self, settings: &Settings) {
        let items = self.writes.len() + self.keys.len() + usize::from(self.mark.is_some());
        let bodies = self
            .writes
            .iter()
            .filter_map(|write| write.state.body.as_ref());
        let bytes: usize = bodies.map(Bytes::len).sum();
        self.is_direct = self.blobs.is_empty()
            && items <= settings.max_direct_items.min(MAX_TRANSACT_ITEMS)
            && bytes + items * ATTRIBUTE_BYTES <= MAX_TRANSACT_BYTES;
    }

    /// The entries. Of those the plan keeps what takes them back.
    pub(crate) fn take_entries(&mut self) -> Vec<table::Write> {
        let taken_back = self
            .entries
            .iter()
            .map(|put| table::Write::delete(put.key.clone()))
            .collect();
        std::mem::replace(&mut self.entries, taken_back)
    }

    /// Everything that is written before the commit.
    pub(crate) fn staged(&mut self) -> Vec<table::Write> {
        let entries = self.take_entries();
        let ending = |write: &PlannedWrite| {
            write
                .base
                .as_ref()
                .map(|base| put_version(&write.document, &base.state))
        };
        let endings = self.writes.iter().filter_map(ending);
        let manifest = if self.is_direct {
            Vec::new()
        } else {
            self.manifest()
        };
        entries.into_iter().chain(endings).chain(manifest).collect()
    }

    /// What the caller is told.
    pub(crate) fn committed(self) -> Vec<Committed> {
        let committed = |write: PlannedWrite| Committed {
            key: write.document,
            version: write.state.version,
            last_updated: write.state.last_updated,
        };
        self.writes.into_iter().map(committed).collect()
    }

    /// Gives a document identifiers and entries, and leaves it the version that it is.
    pub(crate) fn add_entries_of(&mut self, write: &Write) {
        let Some(head) = write.base.head() else {
            return;
        };
        self.add_keys(0, write, head.identifiers());
        let state = State {
            identifiers: write.held(),
            entries: self.add_entries(write),
            ..head.state.clone()
        };
        self.writes.push(PlannedWrite {
            document: head.key.clone(),
            base: Some(PlannedOn::of(head)),
            state,
        });
    }

    fn add_write(&mut self, position: usize, write: Write, dictionaries: Dictionaries) {
        let base = write.base.head();
        let held_before = base.map_or(&[][..], Head::identifiers);
        self.add_keys(position, &write, held_before);
        let state = State {
            version: base.map_or(0, |head| head.version) + 1,
            last_updated: self.last_updated,
            transaction: self.transaction.clone(),
            method: write.method,
            body: write
                .body
                .as_deref()
                .map(|body| encode_as(&write.key.kind, body, dictionaries)),
            loaded: None,
            identifiers: write.held(),
            entries: self.add_entries(&write),
            expunged: base.map_or(0, |head| head.state.expunged),
        };
        self.entries.push(put_time_entry(&write.key, &state));
        let base = base.map(PlannedOn::of);
        self.writes.push(PlannedWrite {
            document: write.key,
            base,
            state,
        });
    }

    /// Keeps the entries that the base has already, and adds those that are new.
    fn add_entries(&mut self, write: &Write) -> EntryHashes {
        let mut owners = BTreeMap::new();
        for (owner, hashes) in write
            .base
            .head()
            .iter()
            .flat_map(|head| &head.state.entries)
        {
            owners.extend(hashes.iter().map(|hash| (*hash, owner.clone())));
        }
        let mut kept = EntryHashes::new();
        let mut seen = BTreeSet::new();
        for entry in &write.entries {
            let hash = entry_hash(entry);
            if !seen.insert(hash) {
                continue;
            }
            let owner = owners.remove(&hash).unwrap_or_else(|| {
                let put = put_index_entry(&write.key, entry, &self.transaction, self.began);
                self.entries.push(put);
                self.transaction.clone()
            });
            kept.entry(owner).or_default().push(hash);
        }
        kept
    }
}
