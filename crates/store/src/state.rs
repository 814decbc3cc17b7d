//! The state that one transaction gave a document: what a head shows, what an intent promises,
//! what a version item remembers.
//!
//! | attribute | type | meaning |
//! |-----------|------|---------|
//! | `v`       | N    | version, from 1 |
//! | `lu`      | N    | last updated, ms since 1970; greater than that of the version before |
//! | `tx`      | S    | the transaction that wrote it |
//! | `m`       | S    | method: `POST`, `PUT`, `PATCH`, `DELETE` |
//! | `del`     | BOOL | present when deleted |
//! | `body`    | B    | stored body (see `body`), absent when deleted |
//! | `ids`     | B    | identifiers: 32 bytes each (see `identifier`) |
//! | `ex`      | N    | versions up to this one are expunged (see `expunge`); absent for none |
//! | `ix`      | M    | index entries: owner transaction (`=` for `tx`) -> 8 bytes of hash each |
//!
//! A version item leaves `v` (its sort key), `ids`, `ix` and `ex` out: it is a function of (document,
//! version), so that writing it twice, or late, changes nothing.

use std::collections::BTreeMap;

use bytes::Bytes;

use crate::attribute;
use crate::clock::Millis;
use crate::document::Method;
use crate::error::StoreError;
use crate::identifier::Held;
use crate::load::LOADED;
use crate::spill::Pointer;
use crate::table::{Item, Value};

/// In place of the name of the transaction that a state is of: heads are scanned, and each byte counts.
const OWN: &str = "=";

/// Index entries by the transaction that wrote them, as hashes (see `entry`).
pub(crate) type EntryHashes = BTreeMap<String, Vec<u64>>;

/// See the module head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct State {
    pub(crate) version: u64,
    pub(crate) last_updated: Millis,
    pub(crate) transaction: String,
    pub(crate) method: Method,
    /// The stored body; none when deleted.
    pub(crate) body: Option<Bytes>,
    /// The body as it is, when it takes more than the stored one to read it (see `load`).
    pub(crate) loaded: Option<Bytes>,
    pub(crate) identifiers: Vec<Held>,
    pub(crate) entries: EntryHashes,
    /// Versions up to this one are expunged.
    pub(crate) expunged: u64,
}

impl State {
    pub(crate) fn is_deleted(&self) -> bool {
        self.body.is_none()
    }

    /// The body, decompressed; empty when deleted.
    pub(crate) fn decode_body(&self) -> Result<Bytes, StoreError> {
        self.loaded
            .as_ref()
            .or(self.body.as_ref())
            .map_or_else(|| Ok(Bytes::new()), crate::body::decode)
    }

    /// The key of the blob that the body is in, if it is in one.
    pub(crate) fn blob(&self) -> Result<Option<String>, StoreError> {
        let stored = self.body.as_deref().unwrap_or_default();
        Ok(Pointer::decode(stored)?.map(|pointer| pointer.key))
    }

    /// The attributes of a version item.
    pub(crate) fn encode_version(&self) -> Item {
        let mut item = Item::from([
            ("lu".to_owned(), Value::N(self.last_updated.0)),
            ("tx".to_owned(), Value::S(self.transaction.clone())),
            ("m".to_owned(), Value::S(self.method.as_str().to_owned())),
        ]);
        match &self.body {
            Some(body) => item.insert("body".to_owned(), Value::B(body.clone())),
            None => item.insert("del".to_owned(), Value::Bool(true)),
        };
        item
    }

    /// All attributes.
    pub(crate) fn encode(&self) -> Item {
        let mut item = self.encode_version();
        item.insert("v".to_owned(), Value::N(attribute::stored(self.version)));
        if !self.identifiers.is_empty() {
            item.insert(
                "ids".to_owned(),
                Value::B(Held::encode(&self.identifiers).into()),
            );
        }
        if self.expunged > 0 {
            let expunged = Value::N(attribute::stored(self.expunged));
            item.insert("ex".to_owned(), expunged);
        }
        if !self.entries.is_empty() {
            item.insert(
                "ix".to_owned(),
                Value::M(self.encode_entries(&self.entries)),
            );
        }
        item
    }

    /// The reverse of [`Self::encode`].
    pub(crate) fn decode(item: &Item) -> Result<Self, StoreError> {
        Self::decode_version(item, attribute::count(item, "v")?)
    }

    /// The reverse of [`Self::encode_version`].
    pub(crate) fn decode_version(item: &Item, version: u64) -> Result<Self, StoreError> {
        let method = attribute::text(item, "m")?;
        let transaction = attribute::text(item, "tx")?;
        let identifiers = attribute::bytes(item, "ids")?.unwrap_or_default();
        let deleted = attribute::is_set(item, "del");
        let body = attribute::bytes(item, "body")?;
        if body.is_none() != deleted {
            return Err(StoreError::Corrupt("neither body nor deletion".into()));
        }
        Ok(Self {
            version,
            last_updated: attribute::instant(item, "lu")?,
            transaction: transaction.to_owned(),
            method: Method::from_name(method)
                .ok_or_else(|| StoreError::Corrupt(format!("method {method}")))?,
            body,
            loaded: attribute::bytes(item, LOADED)?,
            identifiers: Held::decode(&identifiers)
                .ok_or_else(|| StoreError::Corrupt("length of identifiers".into()))?,
            expunged: attribute::count(item, "ex")?,
            entries: attribute::map(item, "ix")?.map_or_else(
                || Ok(EntryHashes::new()),
                |entries| decode_entries(entries, transaction),
            )?,
        })
    }

    /// Index entries, as an item of this state has them.
    pub(crate) fn encode_entries(&self, entries: &EntryHashes) -> Item {
        let packed = |hashes: &Vec<u64>| {
            let bytes: Vec<u8> = hashes.iter().flat_map(|hash| hash.to_be_bytes()).collect();
            Value::B(bytes.into())
        };
        let named = |owner: &String| {
            let is_own = *owner == self.transaction;
            if is_own {
                OWN.to_owned()
            } else {
                owner.clone()
            }
        };
        entries
            .iter()
            .map(|(owner, hashes)| (named(owner), packed(hashes)))
            .collect()
    }
}

/// Index entries of a state of this transaction.
fn decode_entries(item: &Item, own: &str) -> Result<EntryHashes, StoreError> {
    let unpacked = |owner: &String| {
        let bytes = attribute::bytes(item, owner)?.unwrap_or_default();
        let (hashes, rest) = bytes.as_chunks();
        if !rest.is_empty() {
            return Err(StoreError::Corrupt("length of index entries".into()));
        }
        let owner = if owner == OWN { own } else { owner };
        Ok((
            owner.to_owned(),
            hashes
                .iter()
                .map(|hash| u64::from_be_bytes(*hash))
                .collect(),
        ))
    };
    item.keys().map(unpacked).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identifier::Identifier;

    fn state() -> State {
        let identifier = Identifier {
            key: "1".into(),
            token: "a|1".into(),
            unique: true,
        };
        State {
            version: 3,
            last_updated: Millis(1_700_000_000_000),
            transaction: "t1".into(),
            method: Method::Put,
            body: Some(crate::body::encode(b"{}")),
            loaded: None,
            identifiers: vec![Held::of(&identifier)],
            expunged: 1,
            entries: EntryHashes::from([("t0".into(), vec![1, u64::MAX]), ("t1".into(), vec![7])]),
        }
    }

    #[test]
    fn a_state_survives_storage() {
        assert_eq!(State::decode(&state().encode()).unwrap(), state());
    }

    #[test]
    fn a_version_item_has_neither_identifiers_nor_entries() {
        let expected = State {
            identifiers: vec![],
            entries: EntryHashes::new(),
            expunged: 0,
            ..state()
        };
        assert_eq!(
            State::decode_version(&state().encode_version(), 3).unwrap(),
            expected
        );
    }

    #[test]
    fn a_state_without_body_must_say_that_it_is_deleted() {
        let mut item = state().encode();
        item.remove("body");
        assert!(matches!(State::decode(&item), Err(StoreError::Corrupt(_))));
        item.insert("del".into(), Value::Bool(true));
        assert!(State::decode(&item).unwrap().is_deleted());
    }
}
