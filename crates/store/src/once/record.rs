//! The record of an idempotency key.
//!
//! | key     | `Control`, partition `IDEM#<hash of the key>`, sort key `-` |
//! |---------|-------------------------------------------------------------|
//! | `rq`    | B, hash of the request |
//! | `gen`   | S, the first attempt |
//! | `own`   | S, the attempt at work; `-` when none is |
//! | `until` | N, when its lease ends, ms since 1970 |
//! | `exp`   | N, when the key may be used for something else |
//! | `out`   | B, what the committed transaction says became of the request |
//! | `res`   | B, the response |
//! | `ttl`   | N, seconds since 1970: when the record may go |
//!
//! The outcome of a part is in the same partition, sort key `<gen>#<part>`: `out` and `ttl`.

use bytes::Bytes;
use sha2::{Digest, Sha256};

use super::{Attempt, Claimed};
use crate::attribute;
use crate::clock::Millis;
use crate::error::StoreError;
use crate::table::{Action, Change, Condition, Item, Key, Sort, Table, Value, Write};

/// How long a key stands for its request.
const LIFE_MS: i64 = 24 * 60 * 60 * 1000;
/// How long a record stays beyond that, so that clocks that differ do not matter.
const SLACK_MS: i64 = 60 * 60 * 1000;

/// See the module head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Record {
    pub(super) request: Bytes,
    generation: String,
    pub(super) owner: String,
    pub(super) until: Millis,
    pub(super) expires: Millis,
    pub(super) outcome: Option<Bytes>,
    pub(super) response: Option<Bytes>,
}

pub(super) fn key_of(parts: &[&str]) -> Key {
    let parts: Vec<&[u8]> = parts.iter().map(|part| part.as_bytes()).collect();
    let hash = hash_of(&parts);
    let hash = hash.first_chunk().copied().map_or(0, u128::from_be_bytes);
    Key {
        table: Table::Control,
        pk: format!("IDEM#{hash:032x}"),
        sk: Sort::Text("-".to_owned()),
    }
}

pub(super) fn part_of(at: &Key, generation: &str, part: usize) -> Key {
    Key {
        sk: Sort::Text(format!("{generation}#{part}")),
        ..at.clone()
    }
}

pub(super) fn part_item(outcome: Bytes, ttl_s: i64) -> Item {
    Item::from([
        ("out".to_owned(), Value::B(outcome)),
        ("ttl".to_owned(), Value::N(ttl_s)),
    ])
}

/// A hash in which the parts do not run together.
pub(super) fn hash_of(parts: &[&[u8]]) -> Bytes {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_be_bytes());
        hash.update(part);
    }
    Bytes::copy_from_slice(&hash.finalize())
}

pub(super) fn is_owned_by(owner: &str) -> Condition {
    Condition::Equals("own".into(), Value::S(owner.to_owned()))
}

/// The outcome on a record, or on that of a part.
pub(super) fn outcome_of(item: &Item) -> Result<Option<Bytes>, StoreError> {
    let stored = attribute::bytes(item, "out")?;
    stored
        .map(|stored| crate::body::decode(&stored))
        .transpose()
}

impl Record {
    pub(super) fn fresh(request: &Bytes, owner: &str, now: Millis, lease_ms: i64) -> Self {
        Self {
            request: request.clone(),
            generation: owner.to_owned(),
            owner: owner.to_owned(),
            until: now.plus(lease_ms),
            expires: now.plus(LIFE_MS),
            outcome: None,
            response: None,
        }
    }

    pub(super) fn decode(item: &Item) -> Result<Self, StoreError> {
        let response = attribute::bytes(item, "res")?;
        Ok(Self {
            request: attribute::bytes(item, "rq")?.unwrap_or_default(),
            generation: attribute::text(item, "gen")?.to_owned(),
            owner: attribute::text(item, "own")?.to_owned(),
            until: attribute::instant(item, "until")?,
            expires: attribute::instant(item, "exp")?,
            outcome: outcome_of(item)?,
            response: response
                .map(|stored| crate::body::decode(&stored))
                .transpose()?,
        })
    }

    /// Writes a record that nothing has come of yet.
    pub(super) fn put(&self, at: &Key, condition: Condition) -> Write {
        let text = |text: &str| Value::S(text.to_owned());
        let item = Item::from([
            ("rq".to_owned(), Value::B(self.request.clone())),
            ("gen".to_owned(), text(&self.generation)),
            ("own".to_owned(), text(&self.owner)),
            ("until".to_owned(), Value::N(self.until.0)),
            ("exp".to_owned(), Value::N(self.expires.0)),
            ("ttl".to_owned(), Value::N(self.ttl_s())),
        ]);
        Write {
            key: at.clone(),
            action: Action::Put(item),
            condition: Some(condition),
        }
    }

    /// The record with another owner, and the write that makes it so. Refused when the one before
    /// was faster after all.
    pub(super) fn taken_over(self, at: &Key, owner: &str, until: Millis) -> (Self, Write) {
        let mut conditions = vec![is_owned_by(&self.owner)];
        if self.outcome.is_none() {
            conditions.push(Condition::NotExists("out".into()));
        }
        let changes = vec![
            Change::Set("own".into(), Value::S(owner.to_owned())),
            Change::Set("until".into(), Value::N(until.0)),
        ];
        let write = Write {
            key: at.clone(),
            action: Action::Update(changes),
            condition: Some(Condition::All(conditions)),
        };
        let record = Self {
            owner: owner.to_owned(),
            until,
            ..self
        };
        (record, write)
    }

    /// What the owner of the record is told.
    pub(super) fn claimed(self, at: &Key) -> Claimed {
        let attempt = Attempt {
            at: at.clone(),
            is_resumed: self.generation != self.owner,
            ttl_s: self.ttl_s(),
            generation: self.generation,
            owner: self.owner,
        };
        match self.outcome {
            Some(outcome) => Claimed::Done { attempt, outcome },
            None => Claimed::Begun(attempt),
        }
    }

    fn ttl_s(&self) -> i64 {
        self.expires.plus(SLACK_MS).0.div_euclid(1000)
    }
}
