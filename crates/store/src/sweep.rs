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
//!
//! One sweep reads so many pages of the control table at most. The next one goes on from there: the
//! place is the record `sweep`, which is there only as long as a round is longer than one sweep. Two
//! sweeps at once do some of the work twice, and no harm.

use std::collections::BTreeMap;

use bytes::Bytes;

use crate::age::Age;
use crate::attribute;
use crate::calls::Calls;
use crate::clock::Millis;
use crate::decision::decision_key;
use crate::error::StoreError;
use crate::manifest::Manifest;
use crate::record::{Record, RecordKey};
use crate::recover::Recovery;
use crate::store::Store;
use crate::table::{Action, Change, Condition, Item, Key, Query, Scan, Sort, Table, Value, Write};

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
    /// Whether there is more: the next sweep goes on.
    pub is_unfinished: bool,
}

impl Store {
    /// Sweeps on from where the last sweep ended, for so many pages of 1 MB at most: a read unit for
    /// each 4 KB, and what there is to do.
    ///
    /// # Errors
    /// When the tables do not answer: sweep again later.
    pub async fn sweep(&self, pages: usize) -> Result<Swept, StoreError> {
        let calls = self.calls();
        let place = self.record(&place_key()).await?;
        let mut scan = Scan {
            table: Table::Control,
            segment: 0,
            segments: 1,
            limit: None,
            after: place.as_ref().and_then(place_of),
        };
        let mut swept = Swept::default();
        for _ in 0..pages {
            let page = calls.scan(scan.clone()).await?;
            // its transaction was swept with the page before
            let before = scan.after.as_ref().and_then(transaction_of);
            let before = before.map(str::to_owned);
            for (transaction, decision) in on_record(page.items) {
                if before.as_ref() != Some(&transaction) {
                    calls.sweep(&transaction, decision, &mut swept).await?;
                }
            }
            scan.after = page.next;
            if scan.after.is_none() {
                break;
            }
        }
        swept.is_unfinished = scan.after.is_some();
        self.note_place(place, scan.after).await;
        Ok(swept)
    }

    /// Best effort: without it the next sweep does some of the work again.
    async fn note_place(&self, before: Option<Record>, place: Option<Key>) {
        let revision = before.map(|record| record.revision);
        let _ = match (place, revision) {
            (Some(place), revision) => {
                let text = place_text(&place);
                let body = Bytes::from(text.into_bytes());
                let noted = self.put_record(&place_key(), body, revision, None).await;
                noted.map(drop)
            }
            (None, Some(revision)) => self.delete_record(&place_key(), revision).await,
            (None, None) => Ok(()),
        };
    }
}

fn place_key() -> RecordKey {
    RecordKey::new("sweep", "-")
}

/// `<partition>\n<sort text>`, neither of which has an end of line.
fn place_text(place: &Key) -> String {
    let sort = match &place.sk {
        Sort::Text(sort) => sort.as_str(),
        Sort::None | Sort::Number(_) => "",
    };
    format!("{}\n{sort}", place.pk)
}

fn place_of(record: &Record) -> Option<Key> {
    let text = std::str::from_utf8(&record.body).ok()?;
    let (pk, sort) = text.split_once('\n')?;
    Some(Key {
        table: Table::Control,
        pk: pk.to_owned(),
        sk: Sort::Text(sort.to_owned()),
    })
}

/// The transaction that an item of the control table is about, if it is about one.
fn transaction_of(key: &Key) -> Option<&str> {
    key.pk.strip_prefix("X#")
}

/// The transactions of a page, with their decision records as far as those are in it. The items of
/// one transaction are one after the other.
fn on_record(items: Vec<(Key, Item)>) -> BTreeMap<String, Option<Item>> {
    let mut found: BTreeMap<String, Option<Item>> = BTreeMap::new();
    for (key, item) in items {
        let Some(transaction) = transaction_of(&key) else {
            continue;
        };
        let decision = found.entry(transaction.to_owned()).or_default();
        if key.sk == Sort::Text("-".to_owned()) {
            *decision = Some(item);
        }
    }
    found
}

impl Calls<'_> {
    async fn sweep(
        &self,
        transaction: &str,
        decision: Option<Item>,
        swept: &mut Swept,
    ) -> Result<(), StoreError> {
        let decision = match decision {
            Some(decision) => Some(decision),
            None => self.get(decision_key(transaction)).await?,
        };
        let now = self.store.clock.now();
        let finished = finished_at(decision.as_ref())?;
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
        self.forget(transaction).await?;
        swept.forgotten += 1;
        Ok(())
    }

    /// Deletes the manifest, and then the decision record.
    async fn forget(&self, transaction: &str) -> Result<(), StoreError> {
        let decision = decision_key(transaction);
        let mut query = Query {
            table: Table::Control,
            pk: decision.pk.clone(),
            from: None,
            to: None,
            descending: false,
            limit: None,
            after: None,
        };
        loop {
            let page = self.query(query.clone()).await?;
            let keys = page.items.into_iter().map(|(key, _)| key);
            let parts = keys.filter(|key| *key != decision).map(Write::delete);
            self.write_all(parts.collect()).await?;
            query.after = page.next;
            if query.after.is_none() {
                break;
            }
        }
        self.write_all(vec![Write::delete(decision)]).await
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

fn finished_at(decision: Option<&Item>) -> Result<Option<Millis>, StoreError> {
    let finished = decision.filter(|item| item.contains_key("fin"));
    finished
        .map(|item| attribute::instant(item, "fin"))
        .transpose()
}
