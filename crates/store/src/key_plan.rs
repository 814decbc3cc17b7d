//! What a transaction does to one key item.
//!
//! | why | mode |
//! |-----|------|
//! | a document gets a token that need not be unique | shared: no read, any number at once |
//! | a document gets a unique token | exclusive: read, holders verified |
//! | a document loses a token | exclusive |
//! | a criterion is guarded | exclusive; only checked if nothing else happens |

use std::collections::BTreeSet;

use crate::attribute::stored;
use crate::document::DocumentKey;
use crate::find::Guard;
use crate::identifier::Hash;
use crate::key_item::{Announcement, KeyItem};
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

/// See the module head.
#[derive(Debug, Clone, Default)]
pub(crate) struct KeyPlan {
    pub(crate) kind: String,
    /// The item that the plan is made on; none as long as it was not read.
    pub(crate) read: Option<KeyItem>,
    pub(crate) is_exclusive: bool,
    /// Whether who holds a token changes, as opposed to a mere guard.
    pub(crate) is_changed: bool,
    /// Ids of documents that come under the key.
    pub(crate) add: BTreeSet<String>,
    /// Ids of documents that leave it.
    pub(crate) remove: BTreeSet<String>,
    pub(crate) claims: Vec<Claim>,
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
    pub(crate) fn guard(&mut self, guard: Guard, owners: BTreeSet<DocumentKey>) -> bool {
        self.is_exclusive = true;
        self.documents.extend(owners);
        let is_same = self.read.as_ref().is_none_or(|read| *read == guard.read);
        self.read = Some(guard.read);
        is_same
    }

    /// Whether the item must be read before anything can be said about it.
    pub(crate) fn needs_read(&self) -> bool {
        self.is_exclusive && self.read.is_none()
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
                began: None,
            }
            .encode()
        })
    }

    /// The write that carries the plan out as part of a transaction, at the moment it commits.
    pub(crate) fn write(&self, key: &Key, transaction: &str) -> Write {
        let free = Condition::NotExists("p".into());
        let grown = Change::Add("ver".into(), Value::N(1));
        let (action, condition) = match self.read.as_ref().filter(|_| self.is_exclusive) {
            None => {
                let announced = self.announcements(transaction).collect();
                let own = Change::Add("own".into(), Value::Set(announced));
                (Action::Update(vec![own, grown]), free)
            }
            Some(read) => {
                let action = if self.is_changed {
                    Action::Update(vec![self.own_after(read, transaction), grown])
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

    fn own_after(&self, read: &KeyItem, transaction: &str) -> Change {
        let own = self.announced_after(read, transaction);
        if own.is_empty() {
            Change::Remove("own".into())
        } else {
            Change::Set("own".into(), Value::Set(own))
        }
    }
}

/// Nobody changed who holds a token since the item was read.
fn is_at_version(version: u64) -> Condition {
    match version {
        0 => Condition::NotExists("ver".into()),
        version => Condition::Equals("ver".into(), Value::N(stored(version))),
    }
}
