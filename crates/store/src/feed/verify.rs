//! Which time entries tell the truth: those whose transaction really made that version.
//!
//! Heads first, then the version items below them: a version is written down before the head moves
//! on, so an item that is missing then was never committed.

use std::collections::{BTreeMap, BTreeSet};

use super::time_entry::{FeedPosition, TimeEntry};
use crate::calls::Calls;
use crate::clock::Millis;
use crate::document::DocumentKey;
use crate::error::StoreError;
use crate::head::Head;
use crate::table::{Item, Key};
use crate::version::{Version, decode_version, version_key};

/// A version that was committed, at its place in the feed.
pub(crate) struct Verified {
    pub(crate) at: FeedPosition,
    pub(crate) version: Version,
    /// When the version after it was written; only when that was asked for.
    pub(crate) superseded: Option<Millis>,
}

impl TimeEntry {
    pub(crate) fn document(&self) -> DocumentKey {
        DocumentKey::new(self.at.kind.as_str(), self.id.as_str())
    }
}

impl Calls<'_> {
    /// The versions of these entries that are real, in the same order.
    pub(crate) async fn verified(
        &self,
        entries: Vec<TimeEntry>,
        with_successors: bool,
    ) -> Result<Vec<Verified>, StoreError> {
        let documents: BTreeSet<DocumentKey> = entries.iter().map(TimeEntry::document).collect();
        let heads = self.heads(documents.into_iter().collect()).await?;
        let mut wanted = Vec::new();
        for entry in &entries {
            let document = entry.document();
            let current = heads.get(&document).map_or(0, |head| head.version);
            if entry.version < current {
                wanted.push(version_key(&document, entry.version));
            }
            if with_successors && entry.version + 1 < current {
                wanted.push(version_key(&document, entry.version + 1));
            }
        }
        let known = Known {
            heads,
            items: self.get_all(wanted).await?,
        };
        let verified = |entry| known.verify(entry).transpose();
        entries.into_iter().filter_map(verified).collect()
    }
}

/// The heads of the documents, and version items below them.
struct Known {
    heads: BTreeMap<DocumentKey, Head>,
    items: BTreeMap<Key, Item>,
}

impl Known {
    fn verify(&self, entry: TimeEntry) -> Result<Option<Verified>, StoreError> {
        let document = entry.document();
        let found = self.version(&document, entry.version)?;
        let real = found.filter(|version| version.transaction == entry.transaction);
        let Some(version) = real else {
            return Ok(None);
        };
        let successor = self.version(&document, entry.version + 1)?;
        Ok(Some(Verified {
            at: entry.at,
            version,
            superseded: successor.map(|version| version.last_updated),
        }))
    }

    fn version(&self, document: &DocumentKey, version: u64) -> Result<Option<Version>, StoreError> {
        match self.heads.get(document) {
            Some(head) if head.version == version => Ok(Some(head.clone().into())),
            Some(head) if head.state.expunged >= version => Ok(None),
            Some(head) if head.version > version => {
                let at = version_key(document, version);
                let item = self.items.get(&at);
                item.map(|item| decode_version(&at, item)).transpose()
            }
            _ => Ok(None),
        }
    }
}
