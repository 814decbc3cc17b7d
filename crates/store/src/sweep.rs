//! The sweep: finds large transactions that nobody finished, and forgets those finished long ago.
//!
//! | decision record | `fin` | what the sweep does |
//! |-----------------|-------|---------------------|
//! | none, or any    | no    | recovers the transaction, then notes `fin` on the record |
//! | any             | recent | nothing |
//! | any             | older than the retention | recovers once more, then deletes manifest and record |
//!
//! A record must outlive every delayed request and every slow reader of its transaction: without it
//! an intent that arrives late would look undecided. The manifest goes first, as a manifest without
//! record would look like a transaction that was never decided.

use std::collections::BTreeMap;

use crate::age::Age;
use crate::attribute;
use crate::calls::Calls;
use crate::decision::decision_key;
use crate::error::StoreError;
use crate::manifest::Manifest;
use crate::recover::Recovery;
use crate::store::Store;
use crate::table::{Action, Change, Condition, Item, Key, Scan, Sort, Table, Value, Write};

/// What a sweep did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Swept {
    /// Transactions that were carried out to the end.
    pub committed: u64,
    /// Transactions that were undone.
    pub aborted: u64,
    /// Transactions that may still be under way.
    pub undecided: u64,
    /// Transactions that were forgotten.
    pub forgotten: u64,
}

/// What the control table says about one transaction.
#[derive(Default)]
struct Record {
    decision: Option<Item>,
    parts: Vec<Key>,
}

impl Store {
    /// Sweeps one of so many segments of the transactions on record.
    ///
    /// # Errors
    /// When the tables do not answer: sweep again later.
    pub async fn sweep(&self, segment: u32, segments: u32) -> Result<Swept, StoreError> {
        let calls = self.calls();
        let mut swept = Swept::default();
        for (transaction, record) in calls.records(segment, segments).await? {
            calls.sweep(&transaction, record, &mut swept).await?;
        }
        Ok(swept)
    }
}

impl Calls<'_> {
    /// Everything on record. The segments of a scan keep a partition together.
    async fn records(
        &self,
        segment: u32,
        segments: u32,
    ) -> Result<BTreeMap<String, Record>, StoreError> {
        let mut scan = Scan {
            table: Table::Control,
            segment,
            segments,
            limit: None,
            after: None,
        };
        let mut records: BTreeMap<String, Record> = BTreeMap::new();
        loop {
            let page = self.scan(scan.clone()).await?;
            for (key, item) in page.items {
                let Some(transaction) = key.pk.strip_prefix("X#") else {
                    continue;
                };
                let record = records.entry(transaction.to_owned()).or_default();
                if key.sk == Sort::Text("-".to_owned()) {
                    record.decision = Some(item);
                } else {
                    record.parts.push(key);
                }
            }
            scan.after = page.next;
            if scan.after.is_none() {
                return Ok(records);
            }
        }
    }

    async fn sweep(
        &self,
        transaction: &str,
        record: Record,
        swept: &mut Swept,
    ) -> Result<(), StoreError> {
        let now = self.store.clock.now();
        let finished = record
            .decision
            .as_ref()
            .filter(|item| item.contains_key("fin"));
        let finished = finished
            .map(|item| attribute::instant(item, "fin"))
            .transpose()?;
        let is_old = |at| now.since(at) > self.store.settings.retention_ms;
        if finished.is_some_and(|finished| !is_old(finished)) {
            return Ok(());
        }
        let manifest = self.manifest(transaction).await?;
        // a record whose manifest is gone: a sweep stopped half way, or the intent came first
        let nothing = || Manifest::of(transaction, Age::new(now, None));
        match self.recover(&manifest.unwrap_or_else(nothing)).await? {
            Recovery::Committed => swept.committed += 1,
            Recovery::Aborted => swept.aborted += 1,
            Recovery::Undecided | Recovery::Unknown => {
                swept.undecided += 1;
                return Ok(());
            }
        }
        if finished.is_none() {
            self.note_finished(transaction).await;
            return Ok(());
        }
        let delete = |key: Key| Write {
            key,
            action: Action::Delete,
            condition: None,
        };
        self.write_all(record.parts.into_iter().map(delete).collect())
            .await?;
        self.write_all(vec![delete(decision_key(transaction))])
            .await?;
        swept.forgotten += 1;
        Ok(())
    }

    /// That nothing is left to do. Best effort: without it the next sweep looks again.
    pub(crate) async fn note_finished(&self, transaction: &str) {
        let now = Value::N(self.store.clock.now().0);
        let noted = Write {
            key: decision_key(transaction),
            action: Action::Update(vec![Change::Set("fin".into(), now)]),
            condition: Some(Condition::Exists("st".into())),
        };
        self.try_once(vec![noted]).await;
    }
}
