//! What a transaction does to one key item.
//!
//! | why | mode |
//! |-----|------|
//! | a document gets a token that need not be unique | shared: no read, any number at once |
//! | a document gets a unique token | exclusive: read, holders verified |
//! | a document loses a token | exclusive |
//! | a criterion is guarded | exclusive; only checked if nothing else happens |
//! | a criterion is held alone | exclusive |

use std::collections::BTreeSet;

use crate::attribute::stored;
use crate::clock::Millis;
use crate::document::DocumentKey;
use crate::find::Guard;
use crate::head::Head;
use crate::identifier::{Hash, Wanted};
use crate::intent::{self, Owner};
use crate::key_item::{Announcement, KeyIntent, KeyItem};
use crate::table::{Action, Change, Condition, Key, Value, Write};

/// A unique token that a write brings to its document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Claim {
    /// Position of the write.
    pub(crate) write: usize,
    /// Position of the identifier in the write.
    pub(crate) identifier: usize,
    pub(crate) token: Hash,
}

/// A search and whom it found.
#[derive(Debug, Clone)]
pub(crate) struct Guarded {
    pub(crate) wanted: Wanted,
    pub(crate) owners: BTreeSet<DocumentKey>,
}

impl Guarded {
    /// Whether the search should have found this live document, and did not.
    pub(crate) fn misses(&self, head: &Head) -> bool {
        self.wanted.is_met_by(head.identifiers()) && !self.owners.contains(&head.key)
    }
}

/// See the module head.
#[derive(Debug, Clone, Default)]
pub(crate) struct KeyPlan {
    pub(crate) kind: String,
    /// The item that the plan is made on; none as long as it was not read.
    pub(crate) read: Option<KeyItem>,
    pub(crate) is_exclusive: bool,
    /// Whether who holds a token changes, as opposed to a mere guard.
    pub(crate) is_changed: bool,
    /// When the transaction began that holds it alone, if one does. An item says so that is nothing
    /// but a guard, and goes when that is long ago.
    pub(crate) alone_since: Option<Millis>,
    /// Ids of documents that come under the key.
    pub(crate) add: BTreeSet<String>,
    /// Ids of documents that get another token under it, whether or not they come under it anew.
    pub(crate) gain: BTreeSet<String>,
    /// Whether a document loses a token under it, whether or not it leaves it.
    pub(crate) is_losing: bool,
    /// Ids of documents that leave it.
    pub(crate) remove: BTreeSet<String>,
    pub(crate) claims: Vec<Claim>,
    /// The searches whose answer must stay true.
    pub(crate) guards: Vec<Guarded>,
    /// Tokens that writes of this transaction hold in the end, by position.
    pub(crate) holders: Vec<(usize, Hash)>,
    /// The documents on whose behalf it is in the plan.
    pub(crate) documents: BTreeSet<DocumentKey>,
}

impl KeyPlan {
    pub(crate) fn for_kind(kind: &str) -> Self {
        Self {
            kind: kind.to_owned(),
            ..Self::default()
        }
    }

    /// Who holds a token changes, on behalf of this document.
    pub(crate) fn change(&mut self, document: &DocumentKey) {
        self.is_changed = true;
        self.documents.insert(document.clone());
    }

    /// Holds still what a search found. False when another search found it in another state.
    pub(crate) fn guard(
        &mut self,
        guard: Guard,
        owners: BTreeSet<DocumentKey>,
        began: Millis,
    ) -> bool {
        self.is_exclusive = true;
        if guard.is_alone {
            self.alone_since = Some(began);
        }
        // its version grows, so that whoever read it before is refused
        self.is_changed |= guard.is_alone;
        self.documents.extend(owners.iter().cloned());
        self.guards.push(Guarded {
            wanted: guard.wanted,
            owners,
        });
        let is_same = self.read.as_ref().is_none_or(|read| *read == guard.read);
        self.read = Some(guard.read);
        is_same
    }

    /// Stored documents that may hold a claimed token.
    pub(crate) fn rivals(&self) -> impl Iterator<Item = DocumentKey> {
        let candidates = self.read.iter().filter(|_| !self.claims.is_empty());
        candidates
            .flat_map(|read| read.candidates())
            .map(|id| DocumentKey::new(&self.kind, id))
    }

    /// The announcements after the transaction.
    fn announced_after(&self, read: &KeyItem, transaction: &str) -> BTreeSet<String> {
        let stays = |announced: &&Announcement| !self.remove.contains(&announced.id);
        let staying = read
            .announced
            .iter()
            .filter(stays)
            .map(Announcement::encode);
        staying.chain(self.announcements(transaction)).collect()
    }

    fn announcements(&self, transaction: &str) -> impl Iterator<Item = String> {
        self.add.iter().map(move |id| {
            let transaction = transaction.to_owned();
            Announcement {
                id: id.clone(),
                transaction,
                age: None,
            }
            .encode()
        })
    }

    /// The write that carries the plan out as part of a transaction, at the moment it commits.
    pub(crate) fn write(&self, key: &Key, transaction: &str) -> Write {
        let free = Condition::NotExists("p".into());
        let grown = Change::Add("ver".into(), Value::N(1));
        let (action, condition) = match self.read.as_ref().filter(|_| self.is_exclusive) {
            None => (announce(self.announcements(transaction).collect()), free),
            Some(read) => {
                let action = if self.is_changed {
                    let changes = vec![self.own_after(read, transaction), grown];
                    Action::Update(self.dated(changes))
                } else {
                    Action::Check
                };
                (
                    action,
                    Condition::All(vec![free, is_at_version(read.version)]),
                )
            }
        };
        Write {
            key: key.clone(),
            action,
            condition: Some(condition),
        }
    }

    /// The same changes; a guard says since when it is one.
    fn dated(&self, mut changes: Vec<Change>) -> Vec<Change> {
        let since = self.alone_since.map(|since| Value::N(since.0));
        changes.extend(since.map(|since| Change::Set("ts".into(), since)));
        changes
    }

    fn own_after(&self, read: &KeyItem, transaction: &str) -> Change {
        let own = self.announced_after(read, transaction);
        if own.is_empty() {
            Change::Remove("own".into())
        } else {
            Change::Set("own".into(), Value::Set(own))
        }
    }

    /// The announcements of a transaction that is not decided yet: they say since when. Also of
    /// documents that are announced already, since a guard that does not see them hold the token
    /// must know that they may.
    pub(crate) fn early_announcements(&self, owner: &Owner) -> BTreeSet<String> {
        let announcement = |id: &String| Announcement {
            id: id.clone(),
            transaction: owner.transaction.clone(),
            age: Some(owner.age),
        };
        self.gain
            .iter()
            .map(|id| announcement(id).encode())
            .collect()
    }

    /// What an exclusive plan wants, once its item was read.
    pub(crate) fn intent(&self, owner: &Owner) -> KeyIntent {
        let read = self.read.iter().flat_map(|read| &read.announced);
        let leaving = read.filter(|announced| self.remove.contains(&announced.id));
        KeyIntent {
            transaction: owner.transaction.clone(),
            age: owner.age,
            add: self.add.clone(),
            remove: leaving.map(Announcement::encode).collect(),
        }
    }

    /// Whether the plan is held by an intent until its transaction is decided. Whoever only comes
    /// to hold a token need not hold still who else does: an early announcement, at the version that
    /// was read, shows every rival that comes later whom to wait for.
    pub(crate) fn leaves_intent(&self) -> bool {
        self.is_exclusive && (self.is_losing || !self.guards.is_empty())
    }

    /// The write that prepares the plan before its transaction is decided.
    pub(crate) fn stage(&self, key: &Key, owner: &Owner) -> Write {
        let free = Condition::NotExists("p".into());
        let (action, condition) = match self.read.as_ref().filter(|_| self.is_exclusive) {
            None => (announce(self.early_announcements(owner)), free),
            Some(read) if !self.leaves_intent() => {
                let as_read = Condition::All(vec![free, is_at_version(read.version)]);
                (announce(self.early_announcements(owner)), as_read)
            }
            Some(read) => {
                let intent = Value::M(intent::on_key_item(&self.intent(owner)));
                let as_read = Condition::All(vec![free, is_at_version(read.version)]);
                let is_ours = intent::is_of(&owner.transaction);
                let action = Action::Update(self.dated(vec![Change::Set("p".into(), intent)]));
                (action, Condition::Any(vec![as_read, is_ours]))
            }
        };
        Write {
            key: key.clone(),
            action,
            condition: Some(condition),
        }
    }

    /// The write that carries the plan out after its transaction was committed; none when nothing
    /// is left to do.
    pub(crate) fn carry_out(&self, key: &Key, owner: &Owner) -> Option<Write> {
        let read = self.read.as_ref().filter(|_| self.leaves_intent())?;
        Some(intent::carry_out_key(key, read, &self.intent(owner)))
    }

    /// The write that takes back what was prepared; none when there was nothing.
    pub(crate) fn undo(&self, key: &Key, owner: &Owner) -> Option<Write> {
        if self.leaves_intent() {
            return Some(intent::undo_key(key, &owner.transaction));
        }
        let announced = self.early_announcements(owner);
        (!announced.is_empty()).then(|| Write {
            key: key.clone(),
            action: Action::Update(vec![Change::Delete("own".into(), announced)]),
            condition: Some(Condition::Exists("own".into())),
        })
    }
}

/// Counts up, and announces these if there are any: the tables take no empty set.
fn announce(announcements: BTreeSet<String>) -> Action {
    let mut changes = vec![Change::Add("ver".into(), Value::N(1))];
    if !announcements.is_empty() {
        changes.push(Change::Add("own".into(), Value::Set(announcements)));
    }
    Action::Update(changes)
}

/// Nobody changed who holds a token since the item was read.
fn is_at_version(version: u64) -> Condition {
    match version {
        0 => Condition::NotExists("ver".into()),
        version => Condition::Equals("ver".into(), Value::N(stored(version))),
    }
}
