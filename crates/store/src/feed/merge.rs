//! The time entries of many partitions in one order, newest first.
//!
//! A month of a kind is [`TIME_SHARDS`] partitions. Those of one month are open at the same time,
//! read a few entries ahead; the months follow each other.

use std::collections::VecDeque;

use futures::stream::{self, StreamExt, TryStreamExt};

use super::FeedPage;
use super::month::Month;
use super::time_entry::{FeedPosition, TimeEntry, lowest_sort};
use crate::calls::Calls;
use crate::entry::{TIME_SHARDS, month_partition};
use crate::error::StoreError;
use crate::table::{Query, Sort, Table};

/// Entries of a partition in one call: about as many as one read unit holds.
const ENTRIES_AHEAD: usize = 32;

/// See the module head.
pub(crate) struct Merge<'c, 's> {
    calls: &'c Calls<'s>,
    page: &'c FeedPage,
    /// Still to be read, oldest first.
    months: Vec<Month>,
    open: Vec<Partition>,
}

/// A partition that is being read, and the entries read ahead.
struct Partition {
    kind: String,
    query: Query,
    ahead: VecDeque<TimeEntry>,
    is_read: bool,
}

impl<'c, 's> Merge<'c, 's> {
    /// Looks up where the entries of a page can be.
    pub(crate) async fn begin(
        calls: &'c Calls<'s>,
        page: &'c FeedPage,
    ) -> Result<Self, StoreError> {
        let mut months = calls.months(page.since, page.newest()).await?;
        months.retain(|month| page.wants(&month.kind));
        Ok(Self {
            calls,
            page,
            months,
            open: Vec::new(),
        })
    }

    /// The next entries: as many as wanted, or less when these are the last.
    pub(crate) async fn take(&mut self, wanted: usize) -> Result<Vec<TimeEntry>, StoreError> {
        let mut entries = Vec::new();
        while entries.len() < wanted {
            match self.next().await? {
                Some(entry) => entries.push(entry),
                None => break,
            }
        }
        Ok(entries)
    }

    async fn next(&mut self) -> Result<Option<TimeEntry>, StoreError> {
        while self.open.is_empty() {
            if !self.open_month().await? {
                return Ok(None);
            }
        }
        let newest = self
            .open
            .iter_mut()
            .max_by(|a, b| a.position().cmp(&b.position()));
        let Some(partition) = newest else {
            return Ok(None);
        };
        let entry = partition.ahead.pop_front();
        partition.read_ahead(self.calls).await?;
        self.open.retain(|partition| !partition.ahead.is_empty());
        Ok(entry)
    }

    /// Opens the partitions of the last month that is left. False when none is.
    async fn open_month(&mut self) -> Result<bool, StoreError> {
        let Some(last) = self.months.last().map(|month| month.month.clone()) else {
            return Ok(false);
        };
        let at = self.months.partition_point(|month| month.month < last);
        let partitions: Vec<Partition> = self
            .months
            .split_off(at)
            .iter()
            .flat_map(|month| (0..TIME_SHARDS).map(|shard| Partition::of(month, shard, self.page)))
            .collect();
        let start = self.calls.branch();
        let opened = stream::iter(partitions.into_iter().map(|partition| {
            let calls = start.branch();
            async move { partition.opened(&calls).await.map(|it| (it, calls)) }
        }))
        .buffer_unordered(self.calls.store.settings.in_flight);
        let opened: Vec<(Partition, Calls<'_>)> = opened.try_collect().await?;
        for (partition, calls) in opened {
            self.calls.join(&calls);
            if !partition.ahead.is_empty() {
                self.open.push(partition);
            }
        }
        Ok(true)
    }
}

impl Partition {
    fn of(month: &Month, shard: u64, page: &FeedPage) -> Self {
        Self {
            kind: month.kind.clone(),
            query: Query {
                table: Table::Index,
                pk: month_partition(&month.kind, &month.month, shard),
                from: page.since.map(lowest_sort),
                to: Some(page.highest_sort(&month.kind)),
                descending: true,
                limit: Some(ENTRIES_AHEAD),
                after: None,
            },
            ahead: VecDeque::new(),
            is_read: false,
        }
    }

    fn position(&self) -> Option<&FeedPosition> {
        self.ahead.front().map(|entry| &entry.at)
    }

    async fn opened(mut self, calls: &Calls<'_>) -> Result<Self, StoreError> {
        self.read_ahead(calls).await?;
        Ok(self)
    }

    /// Makes sure that the next entry is there, if there is one.
    async fn read_ahead(&mut self, calls: &Calls<'_>) -> Result<(), StoreError> {
        while self.ahead.is_empty() && !self.is_read {
            let page = calls.query(self.query.clone()).await?;
            for (key, _) in &page.items {
                self.ahead.push_back(TimeEntry::decode(&self.kind, key)?);
            }
            self.is_read = page.next.is_none();
            self.query.after = page.next;
        }
        Ok(())
    }
}

impl FeedPage {
    /// The highest sort key, inclusive, that an entry of a kind on this page can have.
    fn highest_sort(&self, kind: &str) -> Sort {
        let whole_instant = lowest_sort(self.newest().plus(1));
        let Some(before) = &self.before else {
            return whole_instant;
        };
        match kind.cmp(&before.kind) {
            _ if self.newest() < before.last_updated => whole_instant,
            std::cmp::Ordering::Less => whole_instant,
            std::cmp::Ordering::Equal => Sort::Text(before.sort.clone()),
            std::cmp::Ordering::Greater => lowest_sort(before.last_updated),
        }
    }
}
