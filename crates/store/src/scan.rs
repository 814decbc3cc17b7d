//! Scanning: all documents, segment by segment, as they are or as they were at one instant.
//!
//! A scan reads the heads, which is cheap, and is not atomic. At an instant after which no commit
//! can carry an earlier time ([`Store::closed_until`]) it does not have to be: of each document the
//! newest version that is not later is wanted, and neither that version nor the question which it is
//! can change any more. So a scan *as of* a closed instant shows every transaction as a whole or not
//! at all, whenever its parts are read.

use futures::future::FutureExt;
use futures::stream::{self, StreamExt, TryStreamExt};

use crate::attribute::stored as number;
use crate::calls::Calls;
use crate::clock::Millis;
use crate::document::DocumentKey;
use crate::error::StoreError;
use crate::head::{Head, StoredHead};
use crate::state::State;
use crate::store::Store;
use crate::table::{Item, Key, Query, Scan, Sort, Table};
use crate::version::version_key;

/// Version items read in one call when a document was changed more than once since the instant.
const VERSIONS_TOGETHER: usize = 16;

/// Which part of all documents is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScanQuery {
    /// This segment, from 0.
    pub segment: u32,
    /// Of so many. The segments together are all documents; a document is in one of them.
    pub segments: u32,
    /// Continue after this position: where the page before ended.
    pub after: Option<String>,
    /// At most so many documents; a page has a megabyte of heads at most.
    pub limit: usize,
    /// The documents as they were at this instant, [`Store::closed_until`] or earlier; as they are
    /// when none is given.
    pub as_of: Option<Millis>,
}

/// A page of documents, in no particular order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ScanPage {
    /// Deleted ones too; those that did not exist yet are left out. A head from the past has the
    /// revision 0: a write that is planned on it is a conflict.
    pub heads: Vec<Head>,
    /// The `after` of the next page, if there is one. There may be one though this page is empty.
    pub next: Option<String>,
}

/// The newest state of a document that is not too new, or where it is to be looked for.
enum Wanted {
    Here(Box<Head>),
    Earlier(Earlier),
    Nowhere,
}

/// Version items of a document: from this version downwards, those that are not expunged.
struct Earlier {
    document: DocumentKey,
    version: u64,
    expunged: u64,
}

impl Store {
    /// A page of all documents. One round trip, a read unit for 4 KB of heads; one more while large
    /// transactions are being carried out, and one or two more, with a unit each, for documents that
    /// were changed after `as_of`.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn scan(&self, query: &ScanQuery) -> Result<ScanPage, StoreError> {
        let calls = self.calls();
        let after = query.after.clone().map(|pk| Key {
            table: Table::Heads,
            pk,
            sk: Sort::None,
        });
        let page = calls
            .scan(Scan {
                table: Table::Heads,
                segment: query.segment,
                segments: query.segments,
                limit: Some(query.limit),
                after,
            })
            .await?;
        let stored: Vec<StoredHead> = page
            .items
            .iter()
            .map(|(key, item)| StoredHead::decode(key, item))
            .collect::<Result<_, _>>()?;
        let heads = match query.as_of {
            None => calls.all_in_effect(stored).await?,
            Some(as_of) => calls.as_of(stored, as_of).await?,
        };
        Ok(ScanPage {
            heads,
            next: page.next.map(|key| key.pk),
        })
    }
}

impl Calls<'_> {
    async fn as_of(&self, stored: Vec<StoredHead>, as_of: Millis) -> Result<Vec<Head>, StoreError> {
        let committed = self.committed_intents(&stored).await?;
        let mut heads = Vec::with_capacity(stored.len());
        let mut earlier = Vec::new();
        for head in stored {
            let is_committed = head.pending().is_some_and(|tx| committed.contains(tx));
            match head.wanted(is_committed, as_of)? {
                Wanted::Here(head) => heads.push(*head),
                Wanted::Earlier(versions) => earlier.push(versions),
                Wanted::Nowhere => {}
            }
        }
        heads.extend(self.earlier(earlier, as_of).await?);
        Ok(heads)
    }

    /// The newest versions, from the given ones downwards, that are not too new. Mostly the first
    /// is: those are read together.
    async fn earlier(&self, wanted: Vec<Earlier>, as_of: Millis) -> Result<Vec<Head>, StoreError> {
        let items = self
            .get_all(wanted.iter().map(Earlier::key).collect())
            .await?;
        let mut heads = Vec::new();
        let mut older = Vec::new();
        for versions in wanted {
            let item = items.get(&versions.key());
            let head = item.map(|item| past(&versions.document, versions.version, item));
            match head.transpose()? {
                Some(head) if head.last_updated <= as_of => heads.push(head),
                Some(_) => older.extend(versions.below()),
                // expunged since the head was read
                None => {}
            }
        }
        let branches: Vec<Calls<'_>> = older.iter().map(|_| self.branch()).collect();
        let searches: Vec<_> = branches
            .iter()
            .zip(older)
            .map(|(branch, versions)| branch.newest_of(versions, as_of).boxed())
            .collect();
        let found = stream::iter(searches).buffer_unordered(self.store.settings.in_flight);
        let found: Vec<Option<Head>> = found.try_collect().await?;
        self.join_all(&branches);
        heads.extend(found.into_iter().flatten());
        Ok(heads)
    }

    async fn newest_of(
        &self,
        versions: Earlier,
        as_of: Millis,
    ) -> Result<Option<Head>, StoreError> {
        let mut query = Query {
            table: Table::Versions,
            pk: versions.document.to_string(),
            from: Some(Sort::Number(number(versions.expunged + 1))),
            to: Some(Sort::Number(number(versions.version))),
            descending: true,
            limit: Some(VERSIONS_TOGETHER),
            after: None,
        };
        loop {
            let page = self.query(query.clone()).await?;
            for (key, item) in &page.items {
                let Sort::Number(version) = key.sk else {
                    continue;
                };
                let head = past(&versions.document, version.unsigned_abs(), item)?;
                if head.last_updated <= as_of {
                    return Ok(Some(head));
                }
            }
            query.after = page.next;
            if query.after.is_none() {
                return Ok(None);
            }
        }
    }
}

impl Earlier {
    fn key(&self) -> Key {
        version_key(&self.document, self.version)
    }

    /// The versions below this one, if there are any.
    fn below(self) -> Option<Self> {
        let version = self.version.saturating_sub(1);
        (version > self.expunged).then_some(Self { version, ..self })
    }
}

impl StoredHead {
    /// A committed intent is the newest state, and the current state the one before it.
    fn wanted(self, intent_is_committed: bool, as_of: Millis) -> Result<Wanted, StoreError> {
        let current = self.current.clone().filter(|_| intent_is_committed);
        let document = self.key.clone();
        let Some(newest) = self.effective(intent_is_committed)? else {
            return Ok(Wanted::Nowhere);
        };
        if newest.last_updated <= as_of {
            return Ok(Wanted::Here(Box::new(newest)));
        }
        let mut too_new = newest.version;
        if let Some(current) = current {
            if current.last_updated <= as_of {
                let past = Head::of_the_past(document, current)?;
                return Ok(Wanted::Here(Box::new(past)));
            }
            too_new = current.version;
        }
        let too_new = Earlier {
            document,
            version: too_new,
            expunged: newest.state.expunged,
        };
        Ok(too_new.below().map_or(Wanted::Nowhere, Wanted::Earlier))
    }
}

impl Head {
    fn of_the_past(key: DocumentKey, state: State) -> Result<Self, StoreError> {
        Ok(Self {
            key,
            version: state.version,
            revision: 0,
            last_updated: state.last_updated,
            deleted: state.is_deleted(),
            body: state.decode_body()?,
            state,
            intent: None,
        })
    }
}

fn past(document: &DocumentKey, version: u64, item: &Item) -> Result<Head, StoreError> {
    Head::of_the_past(document.clone(), State::decode_version(item, version)?)
}
