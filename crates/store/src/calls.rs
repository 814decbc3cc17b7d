//! The calls of one operation: metered, and repeated where repeating is harmless.
//!
//! Reads and unconditional puts are repeated here until they are answered. Conditional writes are
//! made exactly once by [`Calls::write_once`] and [`Calls::transact_once`]: whoever makes one must
//! treat "no answer" as neither done nor failed, and that differs from case to case.
//!
//! Depth: a call made after others were awaited is one round trip deeper than the deepest of them.
//! Calls made side by side use a [`Calls::branch`] each.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures::future::BoxFuture;
use futures::stream::{self, StreamExt, TryStreamExt};

use crate::contention::Met;
use crate::error::StoreError;
use crate::side_by_side::in_chunks;
use crate::store::Store;
use crate::table::{
    Answer, BatchGot, Item, Key, MAX_BATCH_GET, MAX_BATCH_WRITE, Page, Query, Scan, TableError,
    Write,
};

/// See the module head.
#[derive(Clone)]
pub(crate) struct Calls<'a> {
    pub(crate) store: &'a Store,
    /// The transactions that were in the way, shared by the branches.
    pub(crate) met: Arc<Met>,
    depth: Arc<AtomicU64>,
}

impl Store {
    /// The calls of a new operation, which comes after everything on the receipt.
    pub(crate) fn calls(&self) -> Calls<'_> {
        let depth = self
            .receipt
            .as_ref()
            .map_or(0, |receipt| receipt.round_trips());
        Calls {
            store: self,
            met: Arc::default(),
            depth: Arc::new(AtomicU64::new(depth)),
        }
    }
}

impl<'a> Calls<'a> {
    /// Calls that are made side by side with those made here from now on.
    pub(crate) fn branch(&self) -> Calls<'a> {
        Calls {
            store: self.store,
            met: Arc::clone(&self.met),
            depth: Arc::new(AtomicU64::new(self.depth())),
        }
    }

    /// What is done from now on comes after the branch.
    pub(crate) fn join(&self, branch: &Calls<'_>) {
        self.reach(branch.depth());
    }

    /// What is done from now on comes after all of the branches.
    pub(crate) fn join_all(&self, branches: &[Calls<'_>]) {
        for branch in branches {
            self.join(branch);
        }
    }

    /// Reads one item, and leaves its body where it is.
    pub(crate) async fn get_unread(&self, key: Key) -> Result<Option<Item>, StoreError> {
        self.repeated(|| self.store.tables.get(key.clone())).await
    }

    /// Reads a page of a partition, and leaves the bodies where they are.
    pub(crate) async fn query_unread(&self, query: Query) -> Result<Page, StoreError> {
        self.repeated(|| self.store.tables.query(query.clone()))
            .await
    }

    /// Reads a page of a table, and leaves the bodies where they are.
    pub(crate) async fn scan_unread(&self, scan: Scan) -> Result<Page, StoreError> {
        self.repeated(|| self.store.tables.scan(scan.clone())).await
    }

    /// Reads any number of items, side by side, and leaves their bodies where they are. Absent ones
    /// are left out.
    ///
    /// Takes a vector, not an iterator: one that borrows, held across an await, costs the future of
    /// every caller its `Send`.
    pub(crate) async fn get_all_unread(
        &self,
        keys: Vec<Key>,
    ) -> Result<BTreeMap<Key, Item>, StoreError> {
        let distinct: Vec<Key> = keys
            .into_iter()
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect();
        let chunks: Vec<_> = distinct
            .chunks(MAX_BATCH_GET)
            .map(<[Key]>::to_vec)
            .collect();
        let start = self.depth();
        stream::iter(chunks.into_iter().map(|chunk| self.get_chunk(start, chunk)))
            .buffer_unordered(self.store.settings.in_flight)
            .try_concat()
            .await
            .map(|items: Vec<(Key, Item)>| items.into_iter().collect())
    }

    async fn get_chunk(
        &self,
        mut depth: u64,
        mut keys: Vec<Key>,
    ) -> Result<Vec<(Key, Item)>, StoreError> {
        let mut items = Vec::new();
        let mut failures = 0;
        while !keys.is_empty() {
            let answer = self
                .once(&mut depth, self.store.tables.batch_get(keys.clone()))
                .await;
            let BatchGot {
                items: found,
                unprocessed,
            } = match answer {
                Ok(got) => got,
                Err(error) => {
                    self.pause_after(error, &mut failures).await?;
                    continue;
                }
            };
            if unprocessed.len() == keys.len() {
                self.pause_after(TableError::Throttled, &mut failures)
                    .await?;
            }
            items.extend(found);
            keys = unprocessed;
        }
        Ok(items)
    }

    /// Applies any number of unconditional writes, side by side. When this succeeds each of them
    /// has been acknowledged.
    pub(crate) async fn write_all(&self, writes: Vec<Write>) -> Result<(), StoreError> {
        let chunks = in_chunks(writes, MAX_BATCH_WRITE);
        let start = self.depth();
        stream::iter(
            chunks
                .into_iter()
                .map(|chunk| self.write_chunk(start, chunk)),
        )
        .buffer_unordered(self.store.settings.in_flight)
        .try_collect()
        .await
    }

    async fn write_chunk(&self, mut depth: u64, mut writes: Vec<Write>) -> Result<(), StoreError> {
        let mut failures = 0;
        while !writes.is_empty() {
            let call = self.store.tables.batch_write(writes.clone());
            match self.once(&mut depth, call).await {
                Ok(unprocessed) if unprocessed.len() < writes.len() => writes = unprocessed,
                Ok(_) => {
                    self.pause_longer_after(TableError::Throttled, &mut failures)
                        .await?;
                }
                Err(error) => self.pause_longer_after(error, &mut failures).await?,
            }
        }
        Ok(())
    }

    /// One attempt at a conditional write.
    pub(crate) async fn write_once(&self, write: Write) -> Result<(), TableError> {
        self.once(&mut self.depth(), self.store.tables.write(write))
            .await
    }

    /// One attempt at a transaction.
    pub(crate) async fn transact_once(
        &self,
        token: &str,
        writes: Vec<Write>,
    ) -> Result<(), TableError> {
        let call = self.store.tables.transact(token.to_owned(), writes);
        self.once(&mut self.depth(), call).await
    }

    /// Waits a little longer after each failure, and gives up after the last attempt.
    pub(crate) async fn pause_after(
        &self,
        error: TableError,
        failures: &mut u32,
    ) -> Result<(), StoreError> {
        self.pause_unless_last(error, failures, self.store.settings.attempts)
            .await
    }

    /// The same with the patience of staging.
    pub(crate) async fn pause_longer_after(
        &self,
        error: TableError,
        failures: &mut u32,
    ) -> Result<(), StoreError> {
        self.pause_unless_last(error, failures, self.store.settings.staging_attempts)
            .await
    }

    async fn pause_unless_last(
        &self,
        error: TableError,
        failures: &mut u32,
        attempts: u32,
    ) -> Result<(), StoreError> {
        *failures += 1;
        let is_final = matches!(error, TableError::Refused(_) | TableError::TooLarge(_));
        if is_final || *failures >= attempts {
            return Err(store_error(error));
        }
        self.pause(*failures).await;
        Ok(())
    }

    /// Waits before attempt number `failures` + 1.
    pub(crate) async fn pause(&self, failures: u32) {
        let longest = self.store.settings.backoff_ms << failures.saturating_sub(1).min(7);
        let jitter = self.store.ids.jitter(longest / 2);
        if let Some(receipt) = &self.store.receipt {
            receipt.add_retry();
        }
        self.store.clock.sleep(longest - jitter).await;
    }

    async fn repeated<'c, T>(
        &'c self,
        call: impl Fn() -> BoxFuture<'c, Answer<T>>,
    ) -> Result<T, StoreError> {
        let mut depth = self.depth();
        let mut failures = 0;
        loop {
            match self.once(&mut depth, call()).await {
                Ok(value) => return Ok(value),
                Err(error) => self.pause_after(error, &mut failures).await?,
            }
        }
    }

    /// Makes one call, as the next link of the chain that is `depth` long.
    async fn once<T>(
        &self,
        depth: &mut u64,
        call: BoxFuture<'_, Answer<T>>,
    ) -> Result<T, TableError> {
        if let Some(receipt) = &self.store.receipt {
            receipt.add_request();
        }
        let answer = call.await;
        *depth += 1;
        self.reach(*depth);
        let (value, consumed) = answer?;
        if let Some(receipt) = &self.store.receipt {
            receipt.add_consumed(consumed);
        }
        Ok(value)
    }

    pub(crate) fn depth(&self) -> u64 {
        self.depth.load(Ordering::Relaxed)
    }

    pub(crate) fn reach(&self, depth: u64) {
        self.depth.fetch_max(depth, Ordering::Relaxed);
        if let Some(receipt) = &self.store.receipt {
            receipt.reach_round_trip(depth);
        }
    }
}

/// What a failure means to whoever only wanted to read, or to prepare a commit.
pub(crate) fn store_error(error: TableError) -> StoreError {
    match error {
        TableError::Throttled | TableError::Conflict => StoreError::Busy,
        TableError::Unknown(source) | TableError::Refused(source) => {
            StoreError::Unavailable(Arc::from(source))
        }
        error @ (TableError::ConditionFailed(_) | TableError::TooLarge(_)) => {
            StoreError::Unavailable(Arc::new(error))
        }
    }
}
