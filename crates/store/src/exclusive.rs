//! Reading the key items that a transaction takes exclusively, until nothing about them is in doubt.
//!
//! Two things can be: an intent on the item, and announcements of transactions that were not decided
//! when they were made. Both are cleared, by waiting, wounding or aborting; afterwards the version of
//! the item, on which the commit insists, stands for a set of holders that nobody can change unseen.

use std::collections::BTreeSet;

use crate::calls::Calls;
use crate::contention::Way;
use crate::document::DocumentKey;
use crate::error::CommitError;
use crate::head::Head;
use crate::intent::Owner;
use crate::key_item::{Announcement, KeyItem};
use crate::key_plan::KeyPlan;
use crate::plan::Plan;
use crate::table::Key;

impl Plan {
    /// Reads what is not read yet, and clears what is in doubt.
    ///
    /// # Errors
    /// [`CommitError::Conflict`] when a guarded item has changed, or does not become free.
    pub(crate) async fn read_keys(&mut self, calls: &Calls<'_>) -> Result<(), CommitError> {
        let mut unread = self.unread();
        while !unread.is_empty() {
            let items = calls.get_all(unread.clone()).await?;
            for at in &unread {
                let read = items
                    .get(at)
                    .map(KeyItem::decode)
                    .transpose()?
                    .unwrap_or_default();
                let way = match read.intent {
                    Some(_) => calls.clear(at, self.contender()).await?,
                    None => Way::Free,
                };
                let Some(key) = self.keys.get_mut(at) else {
                    continue;
                };
                if way == Way::Blocked {
                    return Err(key.conflict());
                }
                if key
                    .read
                    .as_ref()
                    .is_some_and(|before| before.version != read.version)
                {
                    return Err(key.conflict());
                }
                key.read = Some(read);
            }
            unread = self.unread();
        }
        self.clear_announcements(calls).await
    }

    /// The items that must be read, or read again.
    fn unread(&self) -> Vec<Key> {
        let is_unread = |key: &KeyPlan| {
            key.is_exclusive && key.read.as_ref().is_none_or(|read| read.intent.is_some())
        };
        let unread = self.keys.iter().filter(|(_, key)| is_unread(key));
        unread.map(|(at, _)| at.clone()).collect()
    }

    /// Has every transaction decided that announced a holder before it was, and looks again whether
    /// that makes somebody an owner whom a guard did not see.
    async fn clear_announcements(&self, calls: &Calls<'_>) -> Result<(), CommitError> {
        let contender = self.contender();
        let suspects = self.keys.values().flat_map(KeyPlan::undecided);
        let suspects: BTreeSet<DocumentKey> = suspects.map(|(_, suspect)| suspect).collect();
        let mut heads = calls.heads(suspects.into_iter().collect()).await?;
        let mut decided = BTreeSet::new();
        let mut doubtful = BTreeSet::new();
        for key in self.keys.values() {
            for (owner, suspect) in key.undecided() {
                // who shows the version of a transaction shows that it is committed
                let head: Option<&Head> = heads.get(&suspect);
                if head.is_some_and(|head| head.transaction() == owner.transaction) {
                    continue;
                }
                if decided.insert(owner.transaction.clone())
                    && calls.decision_on(&owner, contender).await?.is_none()
                {
                    return Err(key.conflict());
                }
                doubtful.insert(suspect);
            }
        }
        let again = calls.heads(doubtful.into_iter().collect()).await?;
        heads.extend(again);
        for key in self.keys.values() {
            for (_, suspect) in key.undecided() {
                let is_owner = heads.get(&suspect).is_some_and(|head| {
                    !head.deleted && key.guards.iter().any(|guard| guard.misses(head))
                });
                if is_owner {
                    return Err(key.conflict());
                }
            }
        }
        Ok(())
    }
}

impl KeyPlan {
    fn conflict(&self) -> CommitError {
        CommitError::Conflict(self.documents.iter().cloned().collect())
    }

    /// Announcements that were made before their transaction was decided, and that no guard has
    /// seen come true.
    fn undecided(&self) -> impl Iterator<Item = (Owner, DocumentKey)> {
        let announced = self.read.iter().filter(|_| self.is_exclusive);
        announced
            .flat_map(|read| &read.announced)
            .filter_map(|announced: &Announcement| {
                let age = announced.age?;
                let document = DocumentKey::new(&self.kind, &announced.id);
                let is_seen = |owners: &BTreeSet<DocumentKey>| owners.contains(&document);
                let is_seen = !self.guards.is_empty()
                    && self.guards.iter().all(|guard| is_seen(&guard.owners));
                let owner = Owner {
                    transaction: announced.transaction.clone(),
                    age,
                };
                (!is_seen || !self.claims.is_empty()).then_some((owner, document))
            })
    }
}
