//! What became of a commit that was never answered, as far as the tables can tell.
//!
//! | what a head or key item shows | conclusion |
//! |-------------------------------|------------|
//! | a version with our transaction, current or past | committed |
//! | a revision past the one planned on, without us | overtaken: our condition is false for ever |
//! | a key item past the version read               | overtaken as well |
//! | still as planned on | open: the call may yet arrive |
//!
//! Revisions and the versions of key items only grow, and a head once created stays: that is why
//! "overtaken" can never turn into "committed".

use std::collections::BTreeMap;

use crate::calls::Calls;
use crate::document::DocumentKey;
use crate::error::StoreError;
use crate::head::{StoredHead, head_key};
use crate::key_item::KeyItem;
use crate::plan::{Plan, PlannedWrite};
use crate::table::{Item, Key};
use crate::version::{decode_version, version_key};

/// See the module head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Trace {
    Committed,
    Overtaken(Vec<DocumentKey>),
    Open,
}

impl Plan {
    /// Looks for the transaction in the tables.
    pub(crate) async fn trace(&self, calls: &Calls<'_>) -> Result<Trace, StoreError> {
        // key items first: if it was our own commit that moved one, the heads show it afterwards
        let mut overtaken = self.overtaken_keys(calls).await?;
        let heads = self
            .writes
            .iter()
            .map(|write| head_key(&write.document))
            .collect();
        let items = calls.get_all(heads).await?;
        for write in &self.writes {
            match write.trace(&items, calls).await? {
                Trace::Committed => return Ok(Trace::Committed),
                Trace::Overtaken(documents) => overtaken.extend(documents),
                Trace::Open => {}
            }
        }
        overtaken.sort();
        overtaken.dedup();
        // a transaction without writes leaves no trace and needs none
        if overtaken.is_empty() && !self.writes.is_empty() {
            return Ok(Trace::Open);
        }
        Ok(Trace::Overtaken(overtaken))
    }

    async fn overtaken_keys(&self, calls: &Calls<'_>) -> Result<Vec<DocumentKey>, StoreError> {
        let items = calls.get_all(self.keys.keys().cloned().collect()).await?;
        let mut overtaken = Vec::new();
        for (at, key) in &self.keys {
            let Some(planned_on) = key.read.as_ref().filter(|_| key.is_exclusive) else {
                continue;
            };
            let now = items
                .get(at)
                .map(KeyItem::decode)
                .transpose()?
                .unwrap_or_default();
            if now.version > planned_on.version {
                overtaken.extend(key.documents.iter().cloned());
            }
        }
        Ok(overtaken)
    }
}

impl PlannedWrite {
    async fn trace(
        &self,
        items: &BTreeMap<Key, Item>,
        calls: &Calls<'_>,
    ) -> Result<Trace, StoreError> {
        let at = head_key(&self.document);
        let Some(item) = items.get(&at) else {
            return Ok(Trace::Open);
        };
        let now = StoredHead::decode(&at, item)?;
        let Some(current) = now.current else {
            return Ok(Trace::Open);
        };
        let overtaken = || Trace::Overtaken(vec![self.document.clone()]);
        if current.transaction == self.state.transaction {
            return Ok(Trace::Committed);
        }
        if current.version > self.state.version {
            let past = version_key(&self.document, self.state.version);
            return match calls.get(past.clone()).await? {
                Some(item) => {
                    let is_ours =
                        decode_version(&past, &item)?.transaction == self.state.transaction;
                    Ok(if is_ours {
                        Trace::Committed
                    } else {
                        overtaken()
                    })
                }
                None => Ok(Trace::Open),
            };
        }
        let planned_on = self.base.as_ref().map_or(0, |base| base.revision);
        Ok(if now.revision > planned_on {
            overtaken()
        } else {
            Trace::Open
        })
    }
}
