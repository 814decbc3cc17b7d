//! Loading bodies: those that are kept as blobs, and those that it takes a dictionary to read.
//!
//! Every item of a document that is read comes through here. A body that needs more than itself gets
//! an attribute beside it, [`LOADED`], that is never stored: the body as it is. The stored body stays
//! what it is, so that what is written down again points to the same blob.
//!
//! | the blob is not there | what it means |
//! |-----------------------|---------------|
//! | the head has changed  | its version was superseded and expunged meanwhile: read again |
//! | a version, and the head says that it is expunged | it is going: as if its item were gone |
//! | an intent             | its transaction was aborted, or somebody will find out |
//! | anything else         | an error for whoever wants to see the body |

use std::collections::BTreeMap;

use bytes::Bytes;
use futures::stream::{self, StreamExt, TryStreamExt};

use crate::attribute;
use crate::body::{decode_with, needs_more, raw};
use crate::calls::Calls;
use crate::error::StoreError;
use crate::spill::Pointer;
use crate::table::{Item, Key, Page, Query, Scan, Sort, Table, Value};

/// Blobs that a page of a scan brings, at most: a page is short rather than large.
const MAX_SCANNED_BLOB_BYTES: u64 = 8 * 1024 * 1024;

/// The attribute beside `body`.
pub(crate) const LOADED: &str = "loaded";

impl Calls<'_> {
    /// Reads one item.
    pub(crate) async fn get(&self, key: Key) -> Result<Option<Item>, StoreError> {
        let item = self.get_unread(key.clone()).await?;
        let items = item.map(|item| (key, item)).into_iter().collect();
        let item = self.loaded(items).await?.pop();
        Ok(item.map(|(_, item)| item))
    }

    /// Reads a page of a partition.
    pub(crate) async fn query(&self, query: Query) -> Result<Page, StoreError> {
        let Page { items, next } = self.query_unread(query).await?;
        let items = self.loaded(items).await?;
        Ok(Page { items, next })
    }

    /// Reads a page of a table.
    pub(crate) async fn scan(&self, scan: Scan) -> Result<Page, StoreError> {
        let Page { items, next } = cut(self.scan_unread(scan).await?)?;
        let items = self.loaded(items).await?;
        Ok(Page { items, next })
    }

    /// Reads any number of items, side by side. Absent ones are left out.
    pub(crate) async fn get_all(&self, keys: Vec<Key>) -> Result<BTreeMap<Key, Item>, StoreError> {
        let items = self.get_all_unread(keys).await?;
        let loaded = self.loaded(items.into_iter().collect()).await?;
        Ok(loaded.into_iter().collect())
    }

    /// Loads the bodies of these items. Those of versions that are gone are left out.
    pub(crate) async fn loaded(
        &self,
        items: Vec<(Key, Item)>,
    ) -> Result<Vec<(Key, Item)>, StoreError> {
        if !items.iter().any(|(key, item)| is_unread(key, item)) {
            return Ok(items);
        }
        let loading = items.into_iter().map(|(key, item)| self.load(key, item));
        let loaded: Vec<Option<(Key, Item)>> = stream::iter(loading.collect::<Vec<_>>())
            .buffered(self.store.settings.in_flight)
            .try_collect()
            .await?;
        Ok(loaded.into_iter().flatten().collect())
    }

    async fn load(&self, key: Key, mut item: Item) -> Result<Option<(Key, Item)>, StoreError> {
        for _ in 0..self.store.settings.attempts {
            if let Some(Value::M(intent)) = item.get_mut("p") {
                self.load_one(intent).await?;
            }
            if self.load_one(&mut item).await? {
                return Ok(Some((key, item)));
            }
            if let Sort::Number(version) = key.sk {
                return Ok(self.is_kept(&key, version).await?.then_some((key, item)));
            }
            let Some(now) = self.get_unread(key.clone()).await? else {
                return Ok(None);
            };
            if now.get("body") == item.get("body") {
                return Ok(Some((key, now)));
            }
            item = now;
        }
        Ok(Some((key, item)))
    }

    /// False when the body is a blob that is not there.
    async fn load_one(&self, item: &mut Item) -> Result<bool, StoreError> {
        let Some(Value::B(stored)) = item.get("body") else {
            return Ok(true);
        };
        if !needs_more(stored) {
            return Ok(true);
        }
        let Some(body) = self.body_of(stored).await? else {
            return Ok(false);
        };
        item.insert(LOADED.to_owned(), Value::B(raw(&body)));
        Ok(true)
    }

    /// The body, wherever it is; none when it is a blob that is not there.
    pub(crate) async fn body_of(&self, stored: &Bytes) -> Result<Option<Bytes>, StoreError> {
        let blob = match Pointer::decode(stored)? {
            None => stored.clone(),
            Some(pointer) => match self.get_blob(pointer.key.clone()).await? {
                None => return Ok(None),
                Some(blob) if pointer.is_of(&blob) => blob,
                Some(_) => {
                    let what = format!("{} is not what was put there", pointer.key);
                    return Err(StoreError::Corrupt(what));
                }
            },
        };
        decode_with(&blob, self.store.dictionaries).map(Some)
    }

    /// Whether the head does not say that this version is expunged.
    async fn is_kept(&self, at: &Key, version: i64) -> Result<bool, StoreError> {
        let head = Key {
            table: Table::Heads,
            pk: at.pk.clone(),
            sk: Sort::None,
        };
        let Some(head) = self.get_unread(head).await? else {
            return Ok(false);
        };
        let expunged = attribute::count(&head, "ex")?;
        Ok(version.unsigned_abs() > expunged)
    }
}

/// Ends a page where its blobs become too many.
fn cut(mut page: Page) -> Result<Page, StoreError> {
    let mut bytes = 0;
    for (at, (_, item)) in page.items.iter().enumerate() {
        bytes += blob_bytes(item)?;
        if bytes > MAX_SCANNED_BLOB_BYTES && at > 0 {
            page.items.truncate(at);
            page.next = page.items.last().map(|(key, _)| key.clone());
            break;
        }
    }
    Ok(page)
}

/// What the blobs of an item take, that of its intent included.
fn blob_bytes(item: &Item) -> Result<u64, StoreError> {
    let mut bytes = 0;
    if let Some(Value::M(intent)) = item.get("p") {
        bytes += blob_bytes(intent)?;
    }
    if let Some(Value::B(stored)) = item.get("body") {
        bytes += Pointer::decode(stored)?.map_or(0, |pointer| pointer.length);
    }
    Ok(bytes)
}

fn is_unread(key: &Key, item: &Item) -> bool {
    let is_unread =
        |item: &Item| matches!(item.get("body"), Some(Value::B(body)) if needs_more(body));
    matches!(key.table, Table::Heads | Table::Versions)
        && (is_unread(item) || matches!(item.get("p"), Some(Value::M(intent)) if is_unread(intent)))
}
