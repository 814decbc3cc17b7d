//! The time entries of many partitions in one order, newest or oldest first.
//!
//! A month of a kind is [`TIME_SHARDS`] partitions. Those of one month are open at the same time,
//! read a few entries ahead; the months follow each other.

use std::cmp::Ordering;
use std::collections::{BTreeSet, VecDeque};

use futures::stream::{self, StreamExt, TryStreamExt};

use super::month::Month;
use super::time_entry::{FeedPosition, TimeEntry, lowest_sort};
use crate::calls::Calls;
use crate::clock::Millis;
use crate::entry::{TIME_SHARDS, month_partition};
use crate::error::StoreError;
use crate::table::{Query, Sort, Table};

/// Entries of a partition in one call: about as many as one read unit holds.
const ENTRIES_AHEAD: usize = 32;

/// Which entries are wanted, and in which direction.
#[derive(Debug, Clone)]
pub(crate) struct Course {
    /// Of these kinds; of all when none are given.
    pub(crate) kinds: Option<BTreeSet<String>>,
    /// The oldest instant, inclusive.
    pub(crate) since: Option<Millis>,
    /// The newest instant, inclusive.
    pub(crate) newest: Millis,
    /// Newest first.
    pub(crate) descending: bool,
    /// Only from this place on, in the direction of reading. May bring that very entry again.
    pub(crate) beyond: Option<FeedPosition>,
    /// Only from this month on, in the direction of reading: `yyyymm`.
    pub(crate) from_month: Option<String>,
    /// At most so many months.
    pub(crate) max_months: usize,
}

/// See the module head.
pub(crate) struct Merge<'c, 's> {
    calls: &'c Calls<'s>,
    course: Course,
    /// Still to be read; the next is the last.
    months: Vec<Month>,
    opened: usize,
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
    /// Looks up where the entries can be.
    pub(crate) async fn begin(calls: &'c Calls<'s>, course: Course) -> Result<Self, StoreError> {
        let mut months = calls.months(course.since, course.newest).await?;
        months.retain(|month| course.wants(month));
        if !course.descending {
            months.reverse();
        }
        Ok(Self {
            calls,
            course,
            months,
            opened: 0,
            open: Vec::new(),
        })
    }

    /// The month where to go on after the last entry, when there were too many.
    pub(crate) fn next_month(&self) -> Option<&str> {
        self.months.last().map(|month| month.month.as_str())
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
        let positions = self.open.iter_mut();
        let next = if self.course.descending {
            positions.max_by(|a, b| a.position().cmp(&b.position()))
        } else {
            positions.min_by(|a, b| a.position().cmp(&b.position()))
        };
        let Some(partition) = next else {
            return Ok(None);
        };
        let entry = partition.ahead.pop_front();
        partition.read_ahead(self.calls).await?;
        self.open.retain(|partition| !partition.ahead.is_empty());
        Ok(entry)
    }

    /// Opens the partitions of the next month. False when none is left, or enough were read.
    async fn open_month(&mut self) -> Result<bool, StoreError> {
        let next = self.next_month().map(str::to_owned);
        let Some(next) = next.filter(|_| self.opened < self.course.max_months) else {
            return Ok(false);
        };
        self.opened += 1;
        let same = self.months.iter().rev();
        let same = same.take_while(|month| month.month == next).count();
        let course = &self.course;
        let partitions: Vec<Partition> = self
            .months
            .split_off(self.months.len() - same)
            .iter()
            .flat_map(|month| (0..TIME_SHARDS).map(|shard| Partition::of(month, shard, course)))
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
    fn of(month: &Month, shard: u64, course: &Course) -> Self {
        Self {
            kind: month.kind.clone(),
            query: Query {
                table: Table::Index,
                pk: month_partition(&month.kind, &month.month, shard),
                from: course.lowest_sort(&month.kind),
                to: Some(course.highest_sort(&month.kind)),
                descending: course.descending,
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

impl Course {
    fn wants(&self, month: &Month) -> bool {
        let is_of_kind = self
            .kinds
            .as_ref()
            .is_none_or(|kinds| kinds.contains(&month.kind));
        let is_ahead = self.from_month.as_ref().is_none_or(|from| {
            if self.descending {
                month.month <= *from
            } else {
                month.month >= *from
            }
        });
        is_of_kind && is_ahead
    }

    /// The lowest sort key, inclusive, that a wanted entry of a kind can have.
    fn lowest_sort(&self, kind: &str) -> Option<Sort> {
        let since = self.since.map(lowest_sort);
        let beyond = self.beyond.as_ref().filter(|_| !self.descending);
        since.max(beyond.map(|beyond| beyond.sort_of(kind)))
    }

    /// The highest sort key, inclusive, that a wanted entry of a kind can have.
    fn highest_sort(&self, kind: &str) -> Sort {
        let newest = lowest_sort(self.newest.plus(1));
        let beyond = self.beyond.as_ref().filter(|_| self.descending);
        match beyond {
            Some(beyond) => newest.min(beyond.sort_of(kind)),
            None => newest,
        }
    }
}

impl FeedPosition {
    /// The place among the entries of a kind: of one instant, those of a lower kind come before.
    fn sort_of(&self, kind: &str) -> Sort {
        match kind.cmp(&self.kind) {
            Ordering::Less => lowest_sort(self.last_updated.plus(1)),
            Ordering::Equal => Sort::Text(self.sort.clone()),
            Ordering::Greater => lowest_sort(self.last_updated),
        }
    }
}
