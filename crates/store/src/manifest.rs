//! Manifests: which heads and key items an undecided transaction touches.
//!
//! | key  | `Control`, partition `X#<tx>`, sort key `M#<n>` |
//! |------|--------------------------------------------------|
//! | `ts`, `t0` | N, when the transaction began (see `age`) |
//! | `k`  | B, one a line: `H Organization/1 <version> <ms>`, where `<ms>` is how much later than `ts` it was updated, `K K#Organization#<hash>`, `B <key of a blob>`; stored like a body |
//!
//! Written before the decision. Recovery needs it to find everything at once; nothing breaks without
//! it, as whoever meets an intent, or scans for them, settles it as well.

use crate::age::Age;
use crate::attribute;
use crate::calls::Calls;
use crate::document::DocumentKey;
use crate::entry::time_entry_key;
use crate::error::StoreError;
use crate::head::head_key;
use crate::intent::Owner;
use crate::plan::Plan;
use crate::table::{Action, Item, Key, Query, Sort, Table, Value, Write};

/// Lines in one item: some 50 KB compressed.
const LINES_AN_ITEM: usize = 2_500;

/// What a manifest says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Manifest {
    pub(crate) owner: Owner,
    pub(crate) keys: Vec<Key>,
    /// What goes when the transaction was aborted: its time entries.
    pub(crate) entries: Vec<Key>,
    /// Likewise its blobs, by key.
    pub(crate) blobs: Vec<String>,
}

impl Plan {
    /// The items of the manifest.
    pub(crate) fn manifest(&self) -> Vec<Write> {
        let heads = self.writes.iter().map(|write| {
            let later = write.state.last_updated.since(self.began);
            format!("H {} {} {later}", write.document, write.state.version)
        });
        let keys = self.keys.keys().map(|key| format!("K {}", key.pk));
        let blobs = self.blobs.iter().map(|blob| format!("B {}", blob.key));
        let lines: Vec<String> = heads.chain(keys).chain(blobs).collect();
        let part = |(n, lines): (usize, &[String])| {
            let text = crate::body::encode(lines.join("\n").as_bytes());
            let mut item = Item::from([("k".to_owned(), Value::B(text))]);
            self.age().put_into(&mut item);
            Write {
                key: part_key(&self.transaction, &format!("M#{n:04}")),
                action: Action::Put(item),
                condition: None,
            }
        };
        lines.chunks(LINES_AN_ITEM).enumerate().map(part).collect()
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
        let mut manifest = None;
        loop {
            let page = self.query(query.clone()).await?;
            for (_, item) in &page.items {
                let age = Age::decode(item)?;
                let of = || Manifest::of(transaction, age);
                manifest.get_or_insert_with(of).add(item)?;
            }
            query.after = page.next;
            if query.after.is_none() {
                return Ok(manifest);
            }
        }
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

impl Manifest {
    /// One that says nothing.
    pub(crate) fn of(transaction: &str, age: Age) -> Self {
        Self {
            owner: Owner {
                transaction: transaction.to_owned(),
                age,
            },
            keys: Vec::new(),
            entries: Vec::new(),
            blobs: Vec::new(),
        }
    }

    fn add(&mut self, item: &Item) -> Result<(), StoreError> {
        let corrupt = || StoreError::Corrupt("a manifest".to_owned());
        let stored = attribute::bytes(item, "k")?.ok_or_else(corrupt)?;
        let text = crate::body::decode(&stored)?;
        let text = std::str::from_utf8(&text).map_err(|_| corrupt())?;
        text.lines()
            .try_for_each(|line| self.add_line(line).ok_or_else(corrupt))
    }

    fn add_line(&mut self, line: &str) -> Option<()> {
        match line.split_once(' ')? {
            ("H", head) => {
                let mut parts = head.split(' ');
                let document: DocumentKey = parts.next()?.parse().ok()?;
                self.keys.push(head_key(&document));
                if let (Some(version), Some(later)) = (parts.next(), parts.next()) {
                    let at = self.owner.age.began.plus(later.parse().ok()?);
                    let transaction = &self.owner.transaction;
                    let entry = time_entry_key(&document, at, version.parse().ok()?, transaction);
                    self.entries.push(entry);
                }
            }
            ("K", pk) => self.keys.push(Key {
                table: Table::Index,
                pk: pk.to_owned(),
                sk: Sort::Text("-".to_owned()),
            }),
            ("B", key) => self.blobs.push(key.to_owned()),
            _ => return None,
        }
        Some(())
    }
}
