//! Key items: who announced to hold an identifier, and the guard of that set.
//!
//! | key   | `Index`, partition `K#Organization#<hash of the key>`, sort key `-` |
//! |-------|---------------------------------------------------------------------|
//! | `own` | SS, announcements `<id>#<tx>`; `<id>#<tx>#<ts>` (`#<t0>`, see `age`) when made before `tx` was decided |
//! | `ver` | N, grows with every change of who holds a token under this key |
//! | `p`   | M, the intent of an undecided transaction: `tx`, `ts`, `add` (SS of ids), `rem` (SS) |
//!
//! Announcements are a superset of the holders: a reader verifies each on the holder's head. They
//! carry the transaction, so that a late duplicate of one never undoes another.
//!
//! A key item is taken *shared* to add a holder of a token that need not be unique: any number of
//! transactions may. It is taken *exclusive*, at the `ver` that was read, to add a holder of a
//! unique token, to take a holder away, and to guard a criterion.

use std::collections::BTreeSet;

use crate::age::Age;
use crate::attribute;
use crate::error::StoreError;
use crate::identifier::Hash;
use crate::table::{Item, Key, Sort, Table, Value};

/// An announcement: this document may hold an identifier under the key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Announcement {
    pub(crate) id: String,
    pub(crate) transaction: String,
    /// The age of the transaction, if it announced before it was decided.
    pub(crate) age: Option<Age>,
}

impl Announcement {
    pub(crate) fn encode(&self) -> String {
        match self.age {
            Some(age) => format!("{}#{}#{}", self.id, self.transaction, age.to_text()),
            None => format!("{}#{}", self.id, self.transaction),
        }
    }

    fn decode(text: &str) -> Result<Self, StoreError> {
        let corrupt = || StoreError::Corrupt(format!("announcement {text}"));
        let mut parts = text.splitn(3, '#');
        let id = parts.next().ok_or_else(corrupt)?.to_owned();
        let transaction = parts.next().ok_or_else(corrupt)?.to_owned();
        let age = parts
            .next()
            .map(|age| Age::from_text(age).ok_or_else(corrupt));
        Ok(Self {
            id,
            transaction,
            age: age.transpose()?,
        })
    }
}

/// A key item as it is stored; an absent one is the default.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct KeyItem {
    pub(crate) version: u64,
    pub(crate) announced: BTreeSet<Announcement>,
    pub(crate) intent: Option<KeyIntent>,
}

/// What an undecided transaction wants to change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeyIntent {
    pub(crate) transaction: String,
    pub(crate) age: Age,
    /// Ids of the documents to announce.
    pub(crate) add: BTreeSet<String>,
    /// Announcements to take away, encoded.
    pub(crate) remove: BTreeSet<String>,
}

/// The primary key of the key item.
pub(crate) fn key_item_key(kind: &str, key: Hash) -> Key {
    Key {
        table: Table::Index,
        pk: format!("K#{kind}#{}", key.to_hex()),
        sk: Sort::Text("-".to_owned()),
    }
}

impl KeyItem {
    pub(crate) fn decode(item: &Item) -> Result<Self, StoreError> {
        let announced = texts(item, "own")?;
        Ok(Self {
            version: attribute::count(item, "ver")?,
            announced: announced
                .iter()
                .map(|a| Announcement::decode(a))
                .collect::<Result<_, _>>()?,
            intent: attribute::map(item, "p")?
                .map(KeyIntent::decode)
                .transpose()?,
        })
    }

    /// The documents that may hold an identifier: announced, or about to be.
    pub(crate) fn candidates(&self) -> BTreeSet<&str> {
        let announced = self.announced.iter().map(|a| a.id.as_str());
        let adding = self
            .intent
            .iter()
            .flat_map(|intent| intent.add.iter().map(String::as_str));
        announced.chain(adding).collect()
    }
}

impl KeyIntent {
    fn decode(item: &Item) -> Result<Self, StoreError> {
        Ok(Self {
            transaction: attribute::text(item, "tx")?.to_owned(),
            age: Age::decode(item)?,
            add: texts(item, "add")?,
            remove: texts(item, "rem")?,
        })
    }
}

/// The set of text at `name`; empty when absent, as the tables keep no empty set.
fn texts(item: &Item, name: &str) -> Result<BTreeSet<String>, StoreError> {
    match item.get(name) {
        None => Ok(BTreeSet::new()),
        Some(Value::Set(texts)) => Ok(texts.clone()),
        Some(_) => Err(StoreError::Corrupt(format!("attribute {name}: no set"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Millis;

    #[test]
    fn an_announcement_survives_storage_with_and_without_its_time() {
        let first = Some(Millis(9));
        let ages = [Age::new(Millis(17), None), Age::new(Millis(17), first)];
        for age in [None, Some(ages[0]), Some(ages[1])] {
            let announced = Announcement {
                id: "1".into(),
                transaction: "t".into(),
                age,
            };
            assert_eq!(
                Announcement::decode(&announced.encode()).unwrap(),
                announced
            );
        }
        assert!(Announcement::decode("1").is_err());
    }
}
