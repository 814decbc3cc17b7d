//! Collecting entries that are of no use any more: those of superseded states, those of transactions
//! that were never committed, and guards of criteria that nobody asks for any more.
//!
//! | entry | goes when |
//! |-------|-----------|
//! | index | its owner began longer ago than a request can be delayed, the head does not list it, and has not changed for the grace |
//! | time  | the same, and its version does not exist, or is of another transaction |
//! | guard | whoever held it last began longer ago than that and the grace, and nobody announces there |
//!
//! Why that is safe: a head never lists an entry again that it once did not, since whatever adds a
//! value again does so under its own transaction; a commit planned on a head that lists it fails
//! once the head has changed; and a transaction that may still commit is young. The grace is for
//! searches that read the entries of a document before it changed, and its head afterwards. A guard that
//! comes back counts from 1 again: whoever read it before it went must be gone by then, or would
//! take a new count for the one that he read.
//!
//! Time entries of versions below the current one stay: which of them are real is only known from
//! the version items, and readers verify them.

use std::collections::BTreeMap;

use crate::attribute;
use crate::calls::Calls;
use crate::clock::Millis;
use crate::document::DocumentKey;
use crate::entry::IndexEntry;
use crate::error::StoreError;
use crate::feed::TimeEntry;
use crate::head::{StoredHead, head_key};
use crate::store::Store;
use crate::table::{Action, Condition, Item, Key, Scan, Sort, Table, Value, Write};

/// Which part of the entries is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CollectQuery {
    /// This segment, from 0.
    pub segment: u32,
    /// Of so many.
    pub segments: u32,
    /// Continue after this position: where the page before ended.
    pub after: Option<String>,
    /// Look at so many items at most.
    pub limit: usize,
    /// How long a head must have stood still, in ms: longer than the longest search.
    pub grace_ms: i64,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Collected {
    /// Items that were looked at.
    pub looked_at: u64,
    /// Entries that were removed.
    pub removed: u64,
    /// The `after` of the next page, if there is one.
    pub next: Option<String>,
}

/// What an entry claims of a document.
enum Claim {
    /// It has this value.
    Listed { transaction: String, hash: u64 },
    /// This is a version of it.
    Written { transaction: String, version: u64 },
}

struct Suspect {
    key: Key,
    document: DocumentKey,
    claim: Claim,
}

impl Store {
    /// Looks at a page of the entries, and removes those of no use. Three round trips, and one more
    /// for guards; a read unit for about 30 items and one for each document, a write unit for each
    /// entry removed.
    ///
    /// # Errors
    /// When the tables do not answer, or `after` is no position. Collecting again is harmless.
    pub async fn collect(&self, query: &CollectQuery) -> Result<Collected, StoreError> {
        let calls = self.calls();
        let now = self.clock.now();
        let page = calls
            .scan(Scan {
                table: Table::Index,
                segment: query.segment,
                segments: query.segments,
                limit: Some(query.limit),
                after: query.after.as_deref().map(parse).transpose()?,
            })
            .await?;
        let mut suspects = Vec::new();
        for (key, item) in &page.items {
            suspects.extend(suspect(key, item, now.plus(-self.settings.retention_ms))?);
        }
        let useless = calls.useless(suspects, now.plus(-query.grace_ms)).await?;
        let old = now.plus(-self.settings.retention_ms).plus(-query.grace_ms);
        let guards = page
            .items
            .iter()
            .map(|(key, item)| old_guard(key, item, old));
        let guards: Vec<Write> = guards
            .filter_map(Result::transpose)
            .collect::<Result<_, _>>()?;
        let removed = useless.len() + guards.len();
        calls.write_all(useless).await?;
        if !calls.try_once(guards).await {
            return Err(StoreError::Busy);
        }
        Ok(Collected {
            looked_at: count(page.items.len()),
            removed: count(removed),
            next: page.next.as_ref().map(position),
        })
    }
}

impl Calls<'_> {
    /// The deletions of those entries that nobody needs whose document has stood still since then.
    async fn useless(
        &self,
        suspects: Vec<Suspect>,
        since: Millis,
    ) -> Result<Vec<Write>, StoreError> {
        let keys = suspects.iter().map(|suspect| head_key(&suspect.document));
        let items = self.get_all(keys.collect()).await?;
        let mut heads = BTreeMap::new();
        for (key, item) in &items {
            let head = StoredHead::decode(key, item)?;
            heads.insert(head.key.clone(), head);
        }
        let is_useless = |suspect: &Suspect| match heads.get(&suspect.document) {
            Some(head) => head.has_no_use_for(&suspect.claim, since),
            None => true,
        };
        let useless = suspects.into_iter().filter(is_useless);
        Ok(useless.map(|suspect| Write::delete(suspect.key)).collect())
    }
}

impl StoredHead {
    fn has_no_use_for(&self, claim: &Claim, since: Millis) -> bool {
        let Some(current) = self.current.as_ref().filter(|_| self.intent.is_none()) else {
            return false;
        };
        match claim {
            Claim::Listed { transaction, hash } => {
                let changed = self.reindexed.unwrap_or_default().max(current.last_updated);
                let listed = current.entries.get(transaction);
                changed <= since && !listed.is_some_and(|listed| listed.contains(hash))
            }
            Claim::Written {
                transaction,
                version,
            } => {
                let is_current = current.version == *version;
                current.version < *version || (is_current && current.transaction != *transaction)
            }
        }
    }
}

/// An entry whose transaction can no longer be under way.
fn suspect(key: &Key, item: &Item, before: Millis) -> Result<Option<Suspect>, StoreError> {
    let (document, began, claim) = if let Some(entry) = IndexEntry::decode(key)? {
        let claim = Claim::Listed {
            transaction: entry.transaction,
            hash: entry.hash,
        };
        (entry.document, attribute::instant(item, "ts")?, claim)
    } else if let Some(kind) = key.pk.strip_prefix("T#") {
        let kind = kind.split('#').next().unwrap_or_default();
        let entry = TimeEntry::decode(kind, key)?;
        let claim = Claim::Written {
            transaction: entry.transaction.clone(),
            version: entry.version,
        };
        (entry.document(), entry.at.last_updated, claim)
    } else {
        return Ok(None);
    };
    Ok((began < before).then(|| Suspect {
        key: key.clone(),
        document,
        claim,
    }))
}

/// The deletion of an item that was a guard and nothing else, the last time before this instant.
fn old_guard(key: &Key, item: &Item, before: Millis) -> Result<Option<Write>, StoreError> {
    let is_guard = key.pk.starts_with("K#") && item.contains_key("ts");
    let is_free = !item.contains_key("own") && !item.contains_key("p");
    if !is_guard || !is_free {
        return Ok(None);
    }
    let held = attribute::instant(item, "ts")?;
    let as_read = Condition::All(vec![
        Condition::Equals("ts".into(), Value::N(held.0)),
        Condition::NotExists("own".into()),
        Condition::NotExists("p".into()),
    ]);
    Ok((held < before).then(|| Write {
        key: key.clone(),
        action: Action::Delete,
        condition: Some(as_read),
    }))
}

/// The text of a key: the length of its first part tells the parts apart.
fn position(key: &Key) -> String {
    let sort = match &key.sk {
        Sort::Text(sort) => sort.as_str(),
        Sort::None | Sort::Number(_) => "",
    };
    format!("{}:{}{sort}", key.pk.len(), key.pk)
}

fn parse(position: &str) -> Result<Key, StoreError> {
    let parts = || {
        let (length, rest) = position.split_once(':')?;
        rest.split_at_checked(length.parse().ok()?)
    };
    let (pk, sk) = parts().ok_or_else(|| StoreError::Corrupt("not a position".into()))?;
    Ok(Key {
        table: Table::Index,
        pk: pk.to_owned(),
        sk: Sort::Text(sk.to_owned()),
    })
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
