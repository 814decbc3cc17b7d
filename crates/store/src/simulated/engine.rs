//! The state of the tables, and what each call does to it. Synchronous: one call is one step.
//!
//! Refuses what DynamoDB refuses: too many items, the same item twice, unconditional calls with
//! conditions, keys of the wrong kind, items and transactions over their size.

use std::collections::{BTreeMap, BTreeSet};

use super::call::{Call, Reply};
use super::capacity::{read_units, write_units};
use super::condition::holds;
use super::paging::{self, Items};
use crate::clock::Millis;
use crate::item_size::item_bytes;
use crate::table::{
    Action, Answer, BatchGot, Consumed, FailedCondition, Item, Key, MAX_BATCH_GET, MAX_BATCH_WRITE,
    MAX_ITEM_BYTES, MAX_TRANSACT_BYTES, MAX_TRANSACT_ITEMS, Sort, SortKind, TableError, Write,
};

/// How long a transaction's token makes a repeat harmless.
const TOKEN_LIFE_MS: i64 = 10 * 60 * 1000;
const MAX_BATCH_BYTES: usize = 16 * 1024 * 1024;
const MAX_PARTITION_KEY_BYTES: usize = 2048;
const MAX_SORT_KEY_BYTES: usize = 1024;

/// Tables in memory.
#[derive(Debug, Clone, Default)]
pub struct Engine {
    items: Items,
    tokens: BTreeMap<String, (Millis, Vec<Write>)>,
}

impl Engine {
    /// Everything stored, in key order.
    pub fn items(&self) -> &BTreeMap<Key, Item> {
        &self.items
    }

    /// Does one call.
    ///
    /// # Errors
    /// As DynamoDB does: see [`TableError`]. Never [`TableError::Unknown`].
    pub fn answer(&mut self, call: &Call, now: Millis) -> Answer<Reply> {
        match call {
            Call::Get(key) => self.get(key),
            Call::BatchGet(keys) => self.batch_get(keys),
            Call::Write(write) => self.write(write),
            Call::BatchWrite(writes) => self.batch_write(writes),
            Call::Transact(token, writes) => self.transact(token, writes, now),
            Call::Query(query) => {
                check_key(
                    &Key {
                        table: query.table,
                        pk: query.pk.clone(),
                        sk: Sort::None,
                    },
                    false,
                )?;
                let (page, consumed) = paging::query(&self.items, query);
                Ok((Reply::Page(page), consumed))
            }
            Call::Scan(scan) => {
                let (page, consumed) = paging::scan(&self.items, scan);
                Ok((Reply::Page(page), consumed))
            }
        }
    }

    fn get(&self, key: &Key) -> Answer<Reply> {
        check_key(key, true)?;
        let item = self.items.get(key).cloned();
        let bytes = item.as_ref().map_or(0, |item| item_bytes(key, item));
        Ok((
            Reply::Item(item),
            Consumed {
                read_units: read_units(bytes),
                write_units: 0.0,
            },
        ))
    }

    fn batch_get(&self, keys: &[Key]) -> Answer<Reply> {
        check_batch(keys.iter(), MAX_BATCH_GET)?;
        let mut got = BatchGot::default();
        let mut consumed = Consumed::default();
        let mut bytes = 0;
        for key in keys {
            let item = self.items.get(key);
            let size = item.map_or(0, |item| item_bytes(key, item));
            if bytes + size > MAX_BATCH_BYTES {
                got.unprocessed.push(key.clone());
                continue;
            }
            bytes += size;
            consumed.read_units += read_units(size);
            got.items
                .extend(item.map(|item| (key.clone(), item.clone())));
        }
        Ok((Reply::Got(got), consumed))
    }

    fn write(&mut self, write: &Write) -> Answer<Reply> {
        check_key(&write.key, true)?;
        if write.action == Action::Check {
            return Err(refused("a check outside a transaction"));
        }
        let outcome = self.outcome(write)?;
        if !outcome.holds {
            return Err(TableError::ConditionFailed(vec![self.failed(0, write)]));
        }
        self.store(&write.key, outcome.item);
        Ok((
            Reply::Done,
            Consumed {
                read_units: 0.0,
                write_units: write_units(outcome.bytes),
            },
        ))
    }

    fn batch_write(&mut self, writes: &[Write]) -> Answer<Reply> {
        check_batch(writes.iter().map(|write| &write.key), MAX_BATCH_WRITE)?;
        let is_plain = |write: &Write| {
            write.condition.is_none() && matches!(write.action, Action::Put(_) | Action::Delete)
        };
        if !writes.iter().all(is_plain) {
            return Err(refused("a batch takes unconditional puts and deletes only"));
        }
        let outcomes = self.outcomes(writes)?;
        if outcomes.iter().map(|outcome| outcome.bytes).sum::<usize>() > MAX_BATCH_BYTES {
            return Err(TableError::TooLarge("a batch of more than 16 MB".into()));
        }
        let mut consumed = Consumed::default();
        for (write, outcome) in writes.iter().zip(outcomes) {
            consumed.write_units += write_units(outcome.bytes);
            self.store(&write.key, outcome.item);
        }
        Ok((Reply::Unprocessed(Vec::new()), consumed))
    }

    fn transact(&mut self, token: &str, writes: &[Write], now: Millis) -> Answer<Reply> {
        check_batch(writes.iter().map(|write| &write.key), MAX_TRANSACT_ITEMS)?;
        self.tokens
            .retain(|_, (used, _)| now.since(*used) < TOKEN_LIFE_MS);
        if let Some((_, before)) = self.tokens.get(token) {
            if before != writes {
                return Err(refused("the token was used for another transaction"));
            }
            return Ok((Reply::Done, Consumed::default()));
        }
        let outcomes = self.outcomes(writes)?;
        let failed = |n: usize, holds: bool| (!holds).then_some(n);
        let failed: Vec<_> = writes
            .iter()
            .zip(&outcomes)
            .enumerate()
            .filter_map(|(n, (write, outcome))| Some(self.failed(failed(n, outcome.holds)?, write)))
            .collect();
        if !failed.is_empty() {
            return Err(TableError::ConditionFailed(failed));
        }
        if outcomes.iter().map(|outcome| outcome.bytes).sum::<usize>() > MAX_TRANSACT_BYTES {
            return Err(TableError::TooLarge(
                "a transaction of more than 4 MB".into(),
            ));
        }
        let mut consumed = Consumed::default();
        for (write, outcome) in writes.iter().zip(outcomes) {
            // a transaction prepares and commits: each item is written twice
            consumed.write_units += 2.0 * write_units(outcome.bytes);
            if write.action != Action::Check {
                self.store(&write.key, outcome.item);
            }
        }
        self.tokens.insert(token.to_owned(), (now, writes.to_vec()));
        Ok((Reply::Done, consumed))
    }

    fn outcomes(&self, writes: &[Write]) -> Result<Vec<Outcome>, TableError> {
        writes.iter().map(|write| self.outcome(write)).collect()
    }

    fn outcome(&self, write: &Write) -> Result<Outcome, TableError> {
        let before = self.items.get(&write.key);
        let holds = write
            .condition
            .as_ref()
            .is_none_or(|condition| holds(condition, before));
        let item = match &write.action {
            _ if !holds => None,
            Action::Put(item) => Some(item.clone()),
            Action::Update(changes) => {
                let after = super::change::apply(changes, before);
                Some(after.map_err(|reason| refused(&reason))?)
            }
            Action::Delete => None,
            Action::Check => before.cloned(),
        };
        let size = |item: Option<&Item>| item.map_or(0, |item| item_bytes(&write.key, item));
        let (old, new) = (size(before), size(item.as_ref()));
        if new > MAX_ITEM_BYTES {
            return Err(TableError::TooLarge(format!("{}: {new} bytes", write.key)));
        }
        Ok(Outcome {
            holds,
            item,
            bytes: old.max(new),
        })
    }

    fn failed(&self, index: usize, write: &Write) -> FailedCondition {
        FailedCondition {
            index,
            item: self.items.get(&write.key).cloned(),
        }
    }

    fn store(&mut self, key: &Key, item: Option<Item>) {
        match item {
            Some(item) => self.items.insert(key.clone(), item),
            None => self.items.remove(key),
        };
    }
}

/// What a write would do.
struct Outcome {
    holds: bool,
    item: Option<Item>,
    /// The larger of the item before and after: what is charged.
    bytes: usize,
}

fn refused(reason: &str) -> TableError {
    TableError::Refused(reason.into())
}

fn check_batch<'a>(keys: impl Iterator<Item = &'a Key>, limit: usize) -> Result<(), TableError> {
    let mut seen = BTreeSet::new();
    for key in keys {
        check_key(key, true)?;
        if !seen.insert(key) {
            return Err(refused("the same item twice"));
        }
    }
    if seen.is_empty() || seen.len() > limit {
        return Err(refused("no items, or too many"));
    }
    Ok(())
}

fn check_key(key: &Key, with_sort: bool) -> Result<(), TableError> {
    if key.pk.is_empty() || key.pk.len() > MAX_PARTITION_KEY_BYTES {
        return Err(refused("the length of a partition key"));
    }
    let fits = match (&key.sk, key.table.sort_kind()) {
        (Sort::Text(text), SortKind::Text) => !text.is_empty() && text.len() <= MAX_SORT_KEY_BYTES,
        (Sort::None, SortKind::None) | (Sort::Number(_), SortKind::Number) => true,
        _ => !with_sort,
    };
    if fits {
        Ok(())
    } else {
        Err(refused("the kind or length of a sort key"))
    }
}
