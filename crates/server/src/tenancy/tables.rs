//! The tables of one tenant: those of all, with its name in front of every partition key.
//!
//! A scan reads what all tenants have and keeps what is the tenant's own, so that it costs as much as
//! all of them together, and a page of it may be empty. The place where such a page ends may be a
//! key of another tenant. It goes back and forth as `~` and the whole key: our own keys never begin
//! so, and nobody but the job that scans ever sees it.

use std::sync::Arc;

use futures::future::{BoxFuture, FutureExt};
use sha2::{Digest, Sha256};
use store::table::{Answer, BatchGot, Item, Key, Page, Query, Scan, Tables, Write};

use super::name::Prefix;

/// What a place in a scan begins with that is a key of another tenant.
const FOREIGN: char = '~';

pub(super) struct TenantTables {
    all: Arc<dyn Tables>,
    prefix: Prefix,
}

impl TenantTables {
    pub(super) fn new(all: Arc<dyn Tables>, prefix: Prefix) -> Self {
        Self { all, prefix }
    }

    fn add(&self, key: Key) -> Key {
        Key {
            pk: self.prefix.add(&key.pk),
            ..key
        }
    }

    fn add_to_all(&self, writes: Vec<Write>) -> Vec<Write> {
        let add = |write: Write| Write {
            key: self.add(write.key),
            ..write
        };
        writes.into_iter().map(add).collect()
    }

    /// None for a key of another tenant.
    fn strip(&self, key: Key) -> Option<Key> {
        let pk = self.prefix.strip(&key.pk)?.to_owned();
        Some(Key { pk, ..key })
    }

    fn strip_all(&self, items: Vec<(Key, Item)>) -> Vec<(Key, Item)> {
        let own = items.into_iter();
        own.filter_map(|(key, item)| Some((self.strip(key)?, item)))
            .collect()
    }

    fn place_in_scan(&self, key: Key) -> Key {
        match self.prefix.strip(&key.pk) {
            Some(own) => Key {
                pk: own.to_owned(),
                ..key
            },
            None => Key {
                pk: format!("{FOREIGN}{}", key.pk),
                ..key
            },
        }
    }

    fn place_of_scan(&self, place: Key) -> Key {
        match place.pk.strip_prefix(FOREIGN) {
            Some(foreign) => Key {
                pk: foreign.to_owned(),
                ..place
            },
            None => self.add(place),
        }
    }

    /// Two tenants may choose the same token, which a table takes for one call made twice.
    fn token(&self, token: &str) -> String {
        let digest = Sha256::digest(self.prefix.add(token));
        let digits = digest.iter().take(16).map(|byte| format!("{byte:02x}"));
        digits.collect()
    }
}

impl Tables for TenantTables {
    fn get(&self, key: Key) -> BoxFuture<'_, Answer<Option<Item>>> {
        self.all.get(self.add(key))
    }

    fn batch_get(&self, keys: Vec<Key>) -> BoxFuture<'_, Answer<BatchGot>> {
        let keys = keys.into_iter().map(|key| self.add(key)).collect();
        async move {
            let (got, consumed) = self.all.batch_get(keys).await?;
            let unprocessed = got.unprocessed.into_iter();
            let got = BatchGot {
                items: self.strip_all(got.items),
                unprocessed: unprocessed.filter_map(|key| self.strip(key)).collect(),
            };
            Ok((got, consumed))
        }
        .boxed()
    }

    fn write(&self, write: Write) -> BoxFuture<'_, Answer<()>> {
        self.all.write(Write {
            key: self.add(write.key),
            ..write
        })
    }

    fn batch_write(&self, writes: Vec<Write>) -> BoxFuture<'_, Answer<Vec<Write>>> {
        let writes = self.add_to_all(writes);
        async move {
            let (unprocessed, consumed) = self.all.batch_write(writes).await?;
            let strip = |write: Write| {
                Some(Write {
                    key: self.strip(write.key)?,
                    ..write
                })
            };
            Ok((
                unprocessed.into_iter().filter_map(strip).collect(),
                consumed,
            ))
        }
        .boxed()
    }

    fn transact(&self, token: String, writes: Vec<Write>) -> BoxFuture<'_, Answer<()>> {
        self.all
            .transact(self.token(&token), self.add_to_all(writes))
    }

    fn query(&self, query: Query) -> BoxFuture<'_, Answer<Page>> {
        let query = Query {
            pk: self.prefix.add(&query.pk),
            after: query.after.map(|key| self.add(key)),
            ..query
        };
        async move {
            let (page, consumed) = self.all.query(query).await?;
            let page = Page {
                items: self.strip_all(page.items),
                next: page.next.and_then(|key| self.strip(key)),
            };
            Ok((page, consumed))
        }
        .boxed()
    }

    fn scan(&self, scan: Scan) -> BoxFuture<'_, Answer<Page>> {
        let scan = Scan {
            after: scan.after.map(|place| self.place_of_scan(place)),
            ..scan
        };
        async move {
            let (page, consumed) = self.all.scan(scan).await?;
            let page = Page {
                items: self.strip_all(page.items),
                next: page.next.map(|key| self.place_in_scan(key)),
            };
            Ok((page, consumed))
        }
        .boxed()
    }
}

#[cfg(test)]
mod tests;
