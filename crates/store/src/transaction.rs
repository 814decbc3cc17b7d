//! What a caller wants changed: writes of whole documents, all or none.

use bytes::Bytes;

use crate::clock::Millis;
use crate::document::{DocumentKey, Method};
use crate::find::Found;
use crate::head::Head;
use crate::identifier::Identifier;
use crate::once::Mark;

/// Writes that take effect together, or not at all.
#[derive(Debug, Clone, Default)]
pub struct Transaction {
    /// At most one for each document.
    pub writes: Vec<Write>,
    /// Criteria whose owners must still be the same when the transaction commits.
    pub guards: Vec<Found>,
    /// When the first attempt at this transaction began, if it was planned before: of two
    /// transactions that want the same, the older one wins.
    pub first_attempt: Option<Millis>,
    /// Not to be committed after this instant.
    pub deadline: Option<Millis>,
    /// Committed at most once under a key: this is what becomes of it.
    pub mark: Option<Mark>,
}

/// The new version of one document.
#[derive(Debug, Clone)]
pub struct Write {
    /// The state that the caller planned on: any other state is a conflict.
    pub base: Base,
    /// The document.
    pub key: DocumentKey,
    /// How the change came about.
    pub method: Method,
    /// The new content; none deletes the document.
    pub body: Option<Bytes>,
    /// All identifiers of the new version. When it is deleted, those that it is to be found by among
    /// the buried.
    pub identifiers: Vec<Identifier>,
    /// All index entries of the new version. None when it is deleted.
    pub entries: Vec<Entry>,
}

/// The state that a write is planned on.
#[derive(Debug, Clone)]
pub enum Base {
    /// The document never existed.
    Absent,
    /// This head; it may be a deleted one.
    Head(Box<Head>),
}

impl Base {
    /// The head, if there was one.
    pub fn head(&self) -> Option<&Head> {
        match self {
            Self::Absent => None,
            Self::Head(head) => Some(head),
        }
    }
}

impl From<Option<Head>> for Base {
    fn from(head: Option<Head>) -> Self {
        head.map_or(Self::Absent, |head| Self::Head(Box::new(head)))
    }
}

/// An index entry: makes a document a candidate for searches that read its partition.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Entry {
    /// The name of the search parameter.
    pub parameter: String,
    /// Which partition of the parameter.
    pub partition: String,
    /// Where in the partition; entries are ordered by it.
    pub sort: String,
}

/// A version that was committed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Committed {
    /// The document.
    pub key: DocumentKey,
    /// Its new version.
    pub version: u64,
    /// When it was written: later than the version before.
    pub last_updated: Millis,
}
