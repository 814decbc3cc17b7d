//! Version items: what a document was before its current version.
//!
//! | key | `Versions`, partition `Organization/1`, sort key = version |
//! |-----|------------------------------------------------------------|
//! | all | the attributes of `state` without `v`, `ids`, `ix` |
//!
//! A version item is written by the *successor*, before that commits. Its content is a function of
//! (document, version): writing it twice, late or in vain does no harm. A reader takes it for real
//! only when the head has a higher version.

use bytes::Bytes;

use crate::attribute;
use crate::clock::Millis;
use crate::document::{DocumentKey, Method};
use crate::error::StoreError;
use crate::head::Head;
use crate::state::State;
use crate::table::{Action, Item, Key, Sort, Table, Write};

/// One version of a document, current or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// The document.
    pub key: DocumentKey,
    /// Which version, from 1.
    pub version: u64,
    /// When it was written.
    pub last_updated: Millis,
    /// Whether this version is a deletion.
    pub deleted: bool,
    /// Which kind of request made it.
    pub method: Method,
    /// The content; empty when deleted.
    pub body: Bytes,
    /// The transaction that made it.
    pub transaction: String,
}

impl From<Head> for Version {
    fn from(head: Head) -> Self {
        Self {
            key: head.key,
            version: head.version,
            last_updated: head.last_updated,
            deleted: head.deleted,
            method: head.state.method,
            body: head.body,
            transaction: head.state.transaction,
        }
    }
}

/// The primary key of a version item.
pub(crate) fn version_key(document: &DocumentKey, version: u64) -> Key {
    let sk = Sort::Number(attribute::stored(version));
    Key {
        table: Table::Versions,
        pk: document.to_string(),
        sk,
    }
}

/// Writes down the state that a head is about to lose.
pub(crate) fn put_version(document: &DocumentKey, state: &State) -> Write {
    Write {
        key: version_key(document, state.version),
        action: Action::Put(state.encode_version()),
        condition: None,
    }
}

pub(crate) fn decode_version(key: &Key, item: &Item) -> Result<Version, StoreError> {
    let Sort::Number(number) = key.sk else {
        return Err(StoreError::Corrupt(format!(
            "version item of {} without number",
            key.pk
        )));
    };
    let version = u64::try_from(number)
        .map_err(|_| StoreError::Corrupt(format!("version {number} of {}", key.pk)))?;
    let state = State::decode_version(item, version)?;
    Ok(Version {
        key: key
            .pk
            .parse()
            .map_err(|e| StoreError::Corrupt(format!("{}: {e}", key.pk)))?,
        version,
        last_updated: state.last_updated,
        deleted: state.is_deleted(),
        method: state.method,
        body: state.decode_body()?,
        transaction: state.transaction,
    })
}
