//! Recovery: finishing what a coordinator left, whoever it was and whenever it stopped.
//!
//! | decision record | what recovery does with every item of the manifest |
//! |-----------------|-----------------------------------------------------|
//! | committed       | carries the intent out |
//! | aborted         | undoes it, takes early announcements back, removes time entries and blobs |
//! | none, lease over | decides "aborted", then the same |
//! | none, lease running | nothing: the coordinator may still be at work |
//!
//! When everything is settled the record says so (`fin`), and who comes later has nothing to do. Index
//! entries of aborted transactions are left to [`Store::collect`]: to list them in the manifest would
//! cost every transaction what only those need that die.
//!
//! Every step is conditional on the intent that it ends, so recovery may run twice, at the same time
//! as the coordinator, or stop half way.

use std::collections::BTreeSet;

use futures::future::FutureExt;

use crate::calls::Calls;
use crate::contention::Contender;
use crate::decision::{Decision, decision_key};
use crate::error::StoreError;
use crate::key_item::{Announcement, KeyItem};
use crate::manifest::Manifest;
use crate::side_by_side::side_by_side;
use crate::store::Store;
use crate::table::{Action, Change, Condition, Item, Key, Table, Write};

/// What became of a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recovery {
    /// It is committed, and everything of it has been carried out.
    Committed,
    /// It is aborted, and nothing of it is left.
    Aborted,
    /// It is not decided, and its lease is still running: try again later.
    Undecided,
    /// There is nothing to recover: it was small, or it was finished long ago.
    Unknown,
}

impl Store {
    /// Finishes a large transaction: to be called when the alarm says so, once its lease is over.
    /// May be called any number of times, by any number of processes at once. A read unit when there
    /// is nothing to do.
    ///
    /// [`Recovery::Undecided`] asks for another call later.
    ///
    /// # Errors
    /// When the tables do not answer: try again later.
    pub async fn recover(&self, transaction: &str) -> Result<Recovery, StoreError> {
        let calls = self.calls();
        let record = calls.get(decision_key(transaction)).await?;
        if let Some(record) = record.filter(|record| record.contains_key("fin")) {
            return Ok(match Decision::decode(&record)? {
                Decision::Committed => Recovery::Committed,
                Decision::Aborted => Recovery::Aborted,
            });
        }
        let Some(manifest) = calls.manifest(transaction).await? else {
            return Ok(Recovery::Unknown);
        };
        let recovery = calls.recover(&manifest).await?;
        if matches!(recovery, Recovery::Committed | Recovery::Aborted) {
            calls.note_finished(transaction).await;
        }
        Ok(recovery)
    }
}

impl Calls<'_> {
    /// Finishes the transaction of a manifest.
    pub(crate) async fn recover(&self, manifest: &Manifest) -> Result<Recovery, StoreError> {
        let Some(decision) = self
            .decision_on(&manifest.owner, Contender::Sweeper)
            .await?
        else {
            return Ok(Recovery::Undecided);
        };
        let items = self.get_all_unread(manifest.keys.clone()).await?;
        let has_intent = |(_, item): &(&Key, &Item)| item.contains_key("p");
        let open: Vec<&Key> = items
            .iter()
            .filter(has_intent)
            .map(|(key, _)| key)
            .collect();
        let branches: Vec<Calls<'_>> = open.iter().map(|_| self.branch()).collect();
        let clearing: Vec<_> = branches.iter().zip(open).collect();
        side_by_side(clearing, self.store.settings.in_flight, |(branch, key)| {
            let cleared = branch.clear(key, Contender::Sweeper);
            cleared.map(|way| way.map(|_| ())).boxed()
        })
        .await?;
        self.join_all(&branches);
        if decision == Decision::Committed {
            return Ok(Recovery::Committed);
        }
        let transaction = &manifest.owner.transaction;
        let mut announced = Vec::new();
        for (key, item) in items.iter().filter(|(key, _)| key.table == Table::Index) {
            announced.extend(take_back(key, &KeyItem::decode(item)?, transaction));
        }
        if !self.try_once(announced).await {
            return Err(StoreError::Busy);
        }
        let entries = manifest.entries.iter().cloned();
        self.write_all(entries.map(Write::delete).collect()).await?;
        self.delete_blobs(manifest.blobs.clone()).await?;
        Ok(Recovery::Aborted)
    }
}

/// Takes back what an aborted transaction announced before it was decided.
fn take_back(key: &Key, item: &KeyItem, transaction: &str) -> Option<Write> {
    let is_early =
        |announced: &&Announcement| announced.transaction == transaction && announced.age.is_some();
    let early: BTreeSet<String> = item
        .announced
        .iter()
        .filter(is_early)
        .map(Announcement::encode)
        .collect();
    (!early.is_empty()).then(|| Write {
        key: key.clone(),
        action: Action::Update(vec![Change::Delete("own".into(), early)]),
        condition: Some(Condition::Exists("own".into())),
    })
}
