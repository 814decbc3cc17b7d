//! Bodies that are too large for the tables: kept as blobs, with key, hash and length in their
//! place.
//!
//! | bytes | meaning |
//! |-------|---------|
//! | 1     | codec 3 |
//! | 32    | SHA-256 of the blob, which is the stored form of the body (see `body`) |
//! | 8     | its length |
//! | rest  | its key, `blob/<transaction>/<n>` |
//!
//! A transaction with blobs is committed by decision record, whatever its size: its manifest says
//! which blobs to remove when it was aborted. They are put after the manifest and before the
//! decision. A blob belongs to one version, and goes when that is expunged.

use bytes::Bytes;
use sha2::{Digest, Sha256};

use crate::age::Age;
use crate::body::{ELSEWHERE, MAX_BODY_BYTES};
use crate::error::{CommitError, StoreError};
use crate::head::{encode_head, head_key};
use crate::intent;
use crate::item_size::item_bytes;
use crate::plan::{Plan, PlannedWrite};
use crate::settings::Settings;
use crate::table::{Item, MAX_ITEM_BYTES, Value};

/// Where a stored body is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pointer {
    pub(crate) key: String,
    sha256: [u8; 32],
    pub(crate) length: u64,
}

/// A stored body that is to be put.
#[derive(Debug, Clone)]
pub(crate) struct Blob {
    pub(crate) key: String,
    pub(crate) bytes: Bytes,
}

impl Pointer {
    fn to(blob: &Blob) -> Self {
        Self {
            key: blob.key.clone(),
            sha256: Sha256::digest(&blob.bytes).into(),
            length: blob.bytes.len() as u64,
        }
    }

    fn encode(&self) -> Bytes {
        let mut bytes = vec![ELSEWHERE];
        bytes.extend_from_slice(&self.sha256);
        bytes.extend_from_slice(&self.length.to_be_bytes());
        bytes.extend_from_slice(self.key.as_bytes());
        bytes.into()
    }

    /// None when the body is not elsewhere.
    pub(crate) fn decode(stored: &[u8]) -> Result<Option<Self>, StoreError> {
        let Some((&ELSEWHERE, rest)) = stored.split_first() else {
            return Ok(None);
        };
        let pointer = || {
            let (sha256, rest) = rest.split_first_chunk()?;
            let (length, key) = rest.split_first_chunk()?;
            Some(Self {
                key: std::str::from_utf8(key).ok()?.to_owned(),
                sha256: *sha256,
                length: u64::from_be_bytes(*length),
            })
        };
        let corrupt = || StoreError::Corrupt("a body that is elsewhere".into());
        pointer().map(Some).ok_or_else(corrupt)
    }

    /// Whether these are the bytes that were put.
    pub(crate) fn is_of(&self, bytes: &[u8]) -> bool {
        bytes.len() as u64 == self.length && Sha256::digest(bytes).as_slice() == self.sha256
    }
}

impl Plan {
    /// Takes out the bodies that are too large for the tables, and refuses what does not fit even
    /// so.
    ///
    /// # Errors
    /// [`CommitError::TooLarge`]
    pub(crate) fn spill(&mut self, settings: &Settings) -> Result<(), CommitError> {
        for (n, write) in self.writes.iter_mut().enumerate() {
            if let Some(stored) = &mut write.state.body
                && stored.len() > settings.max_inline_bytes
            {
                let blob = Blob {
                    key: format!("blob/{}/{n}", self.transaction),
                    bytes: stored.clone(),
                };
                *stored = Pointer::to(&blob).encode();
                self.blobs.push(blob);
            }
        }
        for write in &self.writes {
            let bytes = write.item_bytes();
            if bytes > MAX_ITEM_BYTES {
                return Err(CommitError::TooLarge(format!(
                    "{} takes {bytes} bytes with what it replaces, its identifiers and index \
                     entries, and there is room for {MAX_ITEM_BYTES}",
                    write.document
                )));
            }
        }
        Ok(())
    }
}

/// Refuses a body that no reader would take.
pub(crate) fn check_length(body: &[u8]) -> Result<(), CommitError> {
    if body.len() <= MAX_BODY_BYTES {
        return Ok(());
    }
    Err(CommitError::TooLarge(format!(
        "a document of {} bytes; {MAX_BODY_BYTES} are the most",
        body.len()
    )))
}

impl PlannedWrite {
    /// Bytes of the head while the transaction is undecided.
    fn item_bytes(&self) -> usize {
        let mut item = self
            .base
            .as_ref()
            .map_or_else(Item::new, |base| encode_head(&base.state, base.revision));
        let intent = intent::on_head(&self.state, Age::new(self.state.last_updated, None));
        item.insert("p".to_owned(), Value::M(intent));
        item_bytes(&head_key(&self.document), &item)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_survives_storage_and_knows_its_bytes() {
        let blob = Blob {
            key: "blob/t/0".into(),
            bytes: Bytes::from_static(b"abc"),
        };
        let stored = Pointer::to(&blob).encode();
        let pointer = Pointer::decode(&stored).unwrap().unwrap();
        assert_eq!(pointer, Pointer::to(&blob));
        assert!(pointer.is_of(b"abc"));
        assert!(!pointer.is_of(b"abd") && !pointer.is_of(b"abcd"));
    }

    #[test]
    fn what_is_not_a_pointer_is_none_or_an_error() {
        assert_eq!(Pointer::decode(b"\x01abc").unwrap(), None);
        assert!(Pointer::decode(b"\x03abc").is_err());
    }
}
