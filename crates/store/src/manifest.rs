//! Manifests: which heads and key items an undecided transaction touches.
//!
//! | key  | `Control`, partition `X#<tx>`, sort key `M#<n>` |
//! |------|--------------------------------------------------|
//! | `ts` | N, when the transaction began |
//! | `k`  | B, the keys, one a line: `H Organization/1`, `K K#Organization#<hash>`; stored like a body |
//!
//! Written before the decision. Recovery needs it to find everything at once; nothing breaks without
//! it, as whoever meets an intent, or scans for them, settles it as well.

use crate::attribute;
use crate::calls::Calls;
use crate::clock::Millis;
use crate::error::StoreError;
use crate::head::head_key;
use crate::intent::Owner;
use crate::plan::Plan;
use crate::table::{Action, Item, Key, Query, Sort, Table, Value, Write};

/// Keys in one item: some 100 KB compressed.
const KEYS_AN_ITEM: usize = 2_500;

/// What a manifest says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Manifest {
    pub(crate) owner: Owner,
    pub(crate) keys: Vec<Key>,
}

impl Plan {
    /// The items of the manifest.
    pub(crate) fn manifest(&self) -> Vec<Write> {
        let heads = self.writes.iter().map(|write| head_key(&write.document));
        let keys: Vec<String> = heads
            .chain(self.keys.keys().cloned())
            .map(|key| encode(&key))
            .collect();
        let part = |(n, keys): (usize, &[String])| {
            let item = Item::from([
                ("ts".to_owned(), Value::N(self.began.0)),
                (
                    "k".to_owned(),
                    Value::B(crate::body::encode(keys.join("\n").as_bytes())),
                ),
            ]);
            let key = part_key(&self.transaction, &format!("M#{n:04}"));
            Write {
                key,
                action: Action::Put(item),
                condition: None,
            }
        };
        keys.chunks(KEYS_AN_ITEM).enumerate().map(part).collect()
    }
}

impl Calls<'_> {
    /// The manifest of a transaction; none when it has none (any more).
    pub(crate) async fn manifest(&self, transaction: &str) -> Result<Option<Manifest>, StoreError> {
        let mut query = Query {
            table: Table::Control,
            pk: format!("X#{transaction}"),
            from: Some(Sort::Text("M#".to_owned())),
            to: Some(Sort::Text("M#~".to_owned())),
            descending: false,
            limit: None,
            after: None,
        };
        let mut began = None;
        let mut keys = Vec::new();
        loop {
            let page = self.query(query.clone()).await?;
            for (_, item) in &page.items {
                began = Some(attribute::instant(item, "ts")?);
                keys.extend(decode(item)?);
            }
            query.after = page.next;
            if query.after.is_none() {
                break;
            }
        }
        let manifest = |began: Millis| Manifest {
            owner: Owner {
                transaction: transaction.to_owned(),
                began,
            },
            keys,
        };
        Ok(began.map(manifest))
    }
}

/// The primary key of a part of a manifest.
pub(crate) fn part_key(transaction: &str, part: &str) -> Key {
    Key {
        table: Table::Control,
        pk: format!("X#{transaction}"),
        sk: Sort::Text(part.to_owned()),
    }
}

fn encode(key: &Key) -> String {
    let table = if key.table == Table::Heads { 'H' } else { 'K' };
    format!("{table} {}", key.pk)
}

fn decode(item: &Item) -> Result<Vec<Key>, StoreError> {
    let corrupt = || StoreError::Corrupt("a manifest".to_owned());
    let stored = attribute::bytes(item, "k")?.ok_or_else(corrupt)?;
    let text = crate::body::decode(&stored)?;
    let text = std::str::from_utf8(&text).map_err(|_| corrupt())?;
    let key = |line: &str| match line.split_once(' ') {
        Some(("H", pk)) => Ok(Key {
            table: Table::Heads,
            pk: pk.to_owned(),
            sk: Sort::None,
        }),
        Some(("K", pk)) => {
            let sk = Sort::Text("-".to_owned());
            Ok(Key {
                table: Table::Index,
                pk: pk.to_owned(),
                sk,
            })
        }
        _ => Err(corrupt()),
    };
    text.lines().map(key).collect()
}
