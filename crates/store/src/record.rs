//! Records: small documents of the host that change under a condition, such as jobs and leases.
//!
//! | key    | `Control`, partition `J#<partition>`, sort key as given |
//! |--------|----------------------------------------------------------|
//! | `rev`  | N, grows with every change |
//! | `body` | B, as bodies at rest are |
//! | `w`    | S, which write made it so: tells a write without answer from that of somebody else |
//! | `exp`  | N, ms since 1970: when it is over |
//! | `ttl`  | N, seconds since 1970: when it may go |

use bytes::Bytes;

use crate::attribute::{self, stored};
use crate::calls::{Calls, store_error};
use crate::clock::Millis;
use crate::error::StoreError;
use crate::store::Store;
use crate::table::{
    Action, Condition, FailedCondition, Item, Key, Query, Sort, Table, TableError, Value, Write,
};

/// How long a record stays after it is over, so that clocks that differ do not matter.
const SLACK_MS: i64 = 60 * 60 * 1000;

/// What a record is called.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordKey {
    /// Records of one partition are found together: at most 1,000 bytes.
    pub partition: String,
    /// Orders them: at most 1,000 bytes, at least one.
    pub sort: String,
}

/// A record as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// What it is called.
    pub key: RecordKey,
    /// Grows with every change, from 1.
    pub revision: u64,
    /// The content: 300 KB compressed at most.
    pub body: Bytes,
    /// When it is over. It may still be read for a while, or not.
    pub expires: Option<Millis>,
}

/// A page of the records of a partition.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RecordPage {
    /// In the order of their sort text.
    pub records: Vec<Record>,
    /// The `after` of the next page, if there is one.
    pub next: Option<String>,
}

/// Why a record was not changed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum RecordError {
    /// It is not as it was expected to be: read it again.
    #[error("the record has been changed by somebody else")]
    Conflict,
    /// The content is over the size limit.
    #[error("too large: {0}")]
    TooLarge(String),
    /// No answer: whether it was changed is not known.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Store {
    /// Reads a record. One round trip.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn record(&self, key: &RecordKey) -> Result<Option<Record>, StoreError> {
        let at = key.at();
        let item = self.calls().get(at.clone()).await?;
        item.map(|item| Record::decode(&at, &item)).transpose()
    }

    /// Writes a record whose revision is the expected one, or that does not exist when none is, and
    /// returns its new revision. One round trip.
    ///
    /// # Errors
    /// [`RecordError::Conflict`] when it is not as expected; see [`RecordError`].
    pub async fn put_record(
        &self,
        key: &RecordKey,
        body: Bytes,
        expected: Option<u64>,
        expires: Option<Millis>,
    ) -> Result<u64, RecordError> {
        let revision = expected.unwrap_or(0) + 1;
        let name = self.ids.uuid();
        let mut item = Item::from([
            ("rev".to_owned(), Value::N(stored(revision))),
            ("body".to_owned(), Value::B(crate::body::encode(&body))),
            ("w".to_owned(), Value::S(name.clone())),
        ]);
        if let Some(expires) = expires {
            let ttl_s = expires.plus(SLACK_MS).0.div_euclid(1000);
            item.insert("exp".to_owned(), Value::N(expires.0));
            item.insert("ttl".to_owned(), Value::N(ttl_s));
        }
        let write = Write {
            key: key.at(),
            action: Action::Put(item),
            condition: Some(is_at(expected)),
        };
        let calls = self.calls();
        calls.change_record(write, &name).await.map(|()| revision)
    }

    /// Deletes a record of this revision. One round trip. The write that once created it may still
    /// arrive late and bring it back: let it expire where that matters.
    ///
    /// # Errors
    /// [`RecordError::Conflict`] when it has another revision, or is gone.
    pub async fn delete_record(&self, key: &RecordKey, expected: u64) -> Result<(), RecordError> {
        let write = Write {
            key: key.at(),
            action: Action::Delete,
            condition: Some(is_at(Some(expected))),
        };
        self.calls().change_record(write, "").await
    }

    /// A page of the records of a partition, from a sort text on (inclusive) or after a position
    /// (exclusive). One round trip.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn records(
        &self,
        partition: &str,
        from: Option<&str>,
        after: Option<&str>,
        limit: usize,
    ) -> Result<RecordPage, StoreError> {
        let named = |sort: &str| RecordKey {
            partition: partition.to_owned(),
            sort: sort.to_owned(),
        };
        let page = self
            .calls()
            .query(Query {
                table: Table::Control,
                pk: pk_of(partition),
                from: from.map(|from| Sort::Text(from.to_owned())),
                to: None,
                descending: false,
                limit: Some(limit),
                after: after.map(|after| named(after).at()),
            })
            .await?;
        let records = page
            .items
            .iter()
            .map(|(key, item)| Record::decode(key, item));
        Ok(RecordPage {
            records: records.collect::<Result<_, _>>()?,
            next: page.next.and_then(|key| text(&key.sk).map(str::to_owned)),
        })
    }
}

impl Calls<'_> {
    /// Repeats a conditional write until it is answered. After an attempt without answer the record
    /// itself tells whose write it shows.
    async fn change_record(&self, write: Write, name: &str) -> Result<(), RecordError> {
        let mut failures = 0;
        let mut is_answered = true;
        loop {
            let error = match self.write_once(write.clone()).await {
                Ok(()) => return Ok(()),
                Err(error) => error,
            };
            match &error {
                TableError::ConditionFailed(failed) => {
                    let is_done = !is_answered && is_shown(&write, name, failed);
                    return if is_done {
                        Ok(())
                    } else {
                        Err(RecordError::Conflict)
                    };
                }
                TableError::TooLarge(what) => return Err(RecordError::TooLarge(what.clone())),
                TableError::Refused(_) => return Err(store_error(error).into()),
                TableError::Unknown(_) => is_answered = false,
                TableError::Throttled | TableError::Conflict => {}
            }
            self.pause_after(error, &mut failures).await?;
        }
    }
}

/// Whether the item is as this write leaves it.
fn is_shown(write: &Write, name: &str, failed: &[FailedCondition]) -> bool {
    let item = failed.iter().find_map(|failed| failed.item.as_ref());
    match write.action {
        Action::Delete => item.is_none(),
        _ => item.and_then(|item| item.get("w")) == Some(&Value::S(name.to_owned())),
    }
}

fn is_at(expected: Option<u64>) -> Condition {
    match expected {
        None => Condition::NotExists("pk".into()),
        Some(revision) => Condition::Equals("rev".into(), Value::N(stored(revision))),
    }
}

fn pk_of(partition: &str) -> String {
    format!("J#{partition}")
}

fn text(sort: &Sort) -> Option<&str> {
    match sort {
        Sort::Text(text) => Some(text),
        Sort::None | Sort::Number(_) => None,
    }
}

impl RecordKey {
    /// The record of this sort text in a partition.
    pub fn new(partition: impl Into<String>, sort: impl Into<String>) -> Self {
        Self {
            partition: partition.into(),
            sort: sort.into(),
        }
    }

    fn at(&self) -> Key {
        Key {
            table: Table::Control,
            pk: pk_of(&self.partition),
            sk: Sort::Text(self.sort.clone()),
        }
    }
}

impl Record {
    fn decode(key: &Key, item: &Item) -> Result<Self, StoreError> {
        let partition = key.pk.strip_prefix("J#");
        let (Some(partition), Some(sort)) = (partition, text(&key.sk)) else {
            return Err(StoreError::Corrupt(format!("record {}", key.pk)));
        };
        let body = attribute::bytes(item, "body")?;
        let body = body.ok_or_else(|| StoreError::Corrupt(format!("record {}", key.pk)))?;
        let expires = item.contains_key("exp");
        Ok(Self {
            key: RecordKey::new(partition, sort),
            revision: attribute::count(item, "rev")?,
            body: crate::body::decode(&body)?,
            expires: expires
                .then(|| attribute::instant(item, "exp"))
                .transpose()?,
        })
    }
}
