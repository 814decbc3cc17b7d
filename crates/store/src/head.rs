//! The head of a document: its current state, and the state that an undecided transaction wants
//! to give it.
//!
//! | key   | `Heads`, `Organization/1` |
//! |-------|---------------------------|
//! | state | the attributes of `state`; absent while only an intent to create it is there |
//! | `rev` | N, grows with every change of the item, also one that makes no version |
//! | `ri`  | N, ms since 1970: when this version was last reindexed |
//! | `p`   | M, the intent: the attributes of `state`, and `ts`, when its transaction began |
//!
//! Invariants: at most one intent; set only on the state and the revision that its transaction read.

use bytes::Bytes;

use crate::attribute;
use crate::clock::Millis;
use crate::document::{DocumentKey, Method};
use crate::error::StoreError;
use crate::identifier::Held;
use crate::state::State;
use crate::table::{Item, Key, Sort, Table, Value};

/// The state of a document that is in effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The document.
    pub key: DocumentKey,
    /// Counts the versions, from 1.
    pub version: u64,
    /// Counts the changes of the head, also those that made no version.
    pub revision: u64,
    /// When the version was written.
    pub last_updated: Millis,
    /// Whether this version is a deletion.
    pub deleted: bool,
    /// The content; empty when deleted.
    pub body: Bytes,
    pub(crate) state: State,
    /// The transaction whose intent was on the item when it was read.
    pub(crate) intent: Option<String>,
}

impl Head {
    /// Which kind of request made this version.
    pub fn method(&self) -> Method {
        self.state.method
    }

    /// The transaction that made this version.
    pub fn transaction(&self) -> &str {
        &self.state.transaction
    }

    pub(crate) fn identifiers(&self) -> &[Held] {
        &self.state.identifiers
    }
}

/// What a transaction wants to make of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Intent {
    /// When the transaction began: the older one wins.
    pub(crate) began: Millis,
    pub(crate) state: State,
}

/// A head as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StoredHead {
    pub(crate) key: DocumentKey,
    pub(crate) revision: u64,
    /// None while the document is only about to be created.
    pub(crate) current: Option<State>,
    pub(crate) intent: Option<Intent>,
    /// When the current version was last reindexed, if it was.
    pub(crate) reindexed: Option<Millis>,
}

/// The primary key of the head.
pub(crate) fn head_key(document: &DocumentKey) -> Key {
    Key {
        table: Table::Heads,
        pk: document.to_string(),
        sk: Sort::None,
    }
}

impl StoredHead {
    pub(crate) fn decode(key: &Key, item: &Item) -> Result<Self, StoreError> {
        let document = key.pk.parse::<DocumentKey>();
        let current = item
            .contains_key("v")
            .then(|| State::decode(item))
            .transpose()?;
        let intent = attribute::map(item, "p")?.map(|intent| {
            let began = attribute::instant(intent, "ts")?;
            Ok(Intent {
                began,
                state: State::decode(intent)?,
            })
        });
        Ok(Self {
            key: document.map_err(|e| StoreError::Corrupt(format!("{}: {e}", key.pk)))?,
            revision: attribute::count(item, "rev")?,
            current,
            intent: intent.transpose()?,
            reindexed: item
                .contains_key("ri")
                .then(|| attribute::instant(item, "ri"))
                .transpose()?,
        })
    }

    /// The transaction whose intent is on it.
    pub(crate) fn pending(&self) -> Option<&str> {
        self.intent
            .as_ref()
            .map(|intent| intent.state.transaction.as_str())
    }

    /// The state in effect: the intent when its transaction is committed, else the current one.
    pub(crate) fn effective(self, intent_is_committed: bool) -> Result<Option<Head>, StoreError> {
        let pending = self.pending().map(str::to_owned);
        let (state, revision) = match self.intent {
            // what the head will be once the intent has been carried out
            Some(intent) if intent_is_committed => (Some(intent.state), self.revision + 1),
            _ => (self.current, self.revision),
        };
        let present = |state: State| {
            Ok(Head {
                key: self.key,
                version: state.version,
                revision,
                last_updated: state.last_updated,
                deleted: state.is_deleted(),
                body: state.decode_body()?,
                state,
                intent: pending,
            })
        };
        state.map(present).transpose()
    }
}

/// The item of a head without intent.
pub(crate) fn encode_head(state: &State, revision: u64) -> Item {
    let mut item = state.encode();
    item.insert("rev".to_owned(), Value::N(attribute::stored(revision)));
    item
}
