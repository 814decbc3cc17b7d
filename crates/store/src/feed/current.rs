//! The documents of a kind in the order in which they were last updated.
//!
//! Their time entries tell, of which most kinds have about one for each document; those of versions
//! that are over are left out. Bounded: a call looks at so many entries and months, and then says
//! where it stopped.
//!
//! Documents change while somebody pages. Without `until` each is enumerated where it is when it is
//! met: oldest first none is missed, as whatever changes moves ahead of the reader. With `until` the
//! order stands still: a document that changed later is enumerated where it was then, and none is
//! missed or met twice in either direction.

use std::collections::BTreeMap;

use super::merge::{Course, Merge};
use super::time_entry::{FeedPosition, TimeEntry};
use super::{MAX_LOOKED_AT, MIN_TOGETHER};
use crate::calls::Calls;
use crate::clock::Millis;
use crate::document::DocumentKey;
use crate::error::StoreError;
use crate::head::Head;
use crate::store::Store;
use crate::table::{Item, Key};
use crate::version::{Version, decode_version, version_key};

/// Months that one call reads, at most: eight partitions each.
const MAX_MONTHS: usize = 12;
/// The last instant that a time entry can have.
const END_OF_TIME: Millis = Millis(9_999_999_999_998);
/// What a position begins with that is no entry but a month. No kind is called so.
const MONTH: &str = "~";

/// Which documents are wanted, and in which order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CurrentQuery {
    /// Of this kind.
    pub kind: String,
    /// Last updated at or after this instant.
    pub since: Option<Millis>,
    /// Last updated at or before this instant. Documents that were changed later count as they were
    /// then.
    pub until: Option<Millis>,
    /// Newest first.
    pub descending: bool,
    /// Continue after this position: where the page before ended.
    pub after: Option<String>,
    /// At most so many documents.
    pub limit: usize,
}

/// A document at its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CurrentHit {
    /// The document as it is now; never a deleted one.
    pub head: Head,
    /// The instant of its place: when it was last updated, not counting changes after `until`.
    pub last_updated: Millis,
    /// Its place.
    pub position: String,
}

/// A page of documents.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CurrentPage {
    /// There may be less than the limit, or none, though more pages follow.
    pub hits: Vec<CurrentHit>,
    /// The `after` of the next page, if there is one.
    pub next: Option<String>,
}

/// Where a page begins.
struct Start {
    place: Option<FeedPosition>,
    month: Option<String>,
}

impl Store {
    /// A page of the documents of a kind. Three round trips for a page of up to 100: months, eight
    /// partitions side by side, heads; about a unit for each document, and eight for the partitions.
    ///
    /// # Errors
    /// When the tables cannot be read, or `after` is no position.
    pub async fn current(&self, query: &CurrentQuery) -> Result<CurrentPage, StoreError> {
        let calls = self.calls();
        let start = Start::parse(query.after.as_deref())?;
        let mut merge = Merge::begin(&calls, query.course(&start)).await?;
        let mut page = CurrentPage::default();
        let mut looked_at = 0;
        loop {
            let missing = query.limit - page.hits.len();
            let wanted = (missing + 1).max(MIN_TOGETHER);
            let mut entries = merge.take(wanted).await?;
            looked_at += entries.len();
            let is_last = entries.len() < wanted;
            let end = entries.last().map(|entry| entry.at.clone());
            entries.retain(|entry| start.place.as_ref() != Some(&entry.at));
            page.hits
                .extend(calls.current_hits(entries, query.until).await?);
            if page.hits.len() > query.limit {
                page.hits.truncate(query.limit);
                page.next = page.hits.last().map(|hit| hit.position.clone());
                return Ok(page);
            }
            if is_last {
                page.next = merge.next_month().map(|month| format!("{MONTH}{month}"));
                return Ok(page);
            }
            if looked_at >= MAX_LOOKED_AT {
                page.next = end.map(|end| end.to_string());
                return Ok(page);
            }
        }
    }
}

impl CurrentQuery {
    fn course(&self, start: &Start) -> Course {
        Course {
            kinds: Some([self.kind.clone()].into()),
            since: self.since,
            newest: self.until.unwrap_or(END_OF_TIME),
            descending: self.descending,
            beyond: start.place.clone(),
            from_month: start.month.clone(),
            max_months: MAX_MONTHS,
        }
    }
}

impl Start {
    fn parse(after: Option<&str>) -> Result<Self, StoreError> {
        let mut start = Self {
            place: None,
            month: None,
        };
        match after.map(|after| (after, after.strip_prefix(MONTH))) {
            None => {}
            Some((_, Some(month))) => start.month = Some(month.to_owned()),
            Some((place, None)) => {
                let place: Result<FeedPosition, _> = place.parse();
                start.place = Some(place.map_err(|e| StoreError::Corrupt(e.to_string()))?);
            }
        }
        if let Some(place) = &start.place {
            start.month = Some(crate::entry::month_text(place.last_updated));
        }
        Ok(start)
    }
}

impl Calls<'_> {
    /// The documents that these entries stand for, in the same order.
    async fn current_hits(
        &self,
        entries: Vec<TimeEntry>,
        until: Option<Millis>,
    ) -> Result<Vec<CurrentHit>, StoreError> {
        let heads = self
            .heads(entries.iter().map(TimeEntry::document).collect())
            .await?;
        let mut wanted = Vec::new();
        for entry in &entries {
            let head = heads.get(&entry.document());
            if head.is_some_and(|head| entry.is_in_question(head, until)) {
                wanted.push(version_key(&entry.document(), entry.version));
                wanted.push(version_key(&entry.document(), entry.version + 1));
            }
        }
        let items = self.get_all(wanted).await?;
        let mut hits = Vec::new();
        for entry in entries {
            let Some(head) = heads.get(&entry.document()) else {
                continue;
            };
            if !head.deleted && entry.is_current(head, until, &items)? {
                hits.push(CurrentHit {
                    head: head.clone(),
                    last_updated: entry.at.last_updated,
                    position: entry.at.to_string(),
                });
            }
        }
        Ok(hits)
    }
}

impl TimeEntry {
    /// Whether the version may have been the current one at that time, though it is not any more.
    fn is_in_question(&self, head: &Head, until: Option<Millis>) -> bool {
        let is_past = self.version < head.version && self.version > head.state.expunged;
        is_past && !head.deleted && until.is_some_and(|until| head.last_updated > until)
    }

    fn is_current(
        &self,
        head: &Head,
        until: Option<Millis>,
        items: &BTreeMap<Key, Item>,
    ) -> Result<bool, StoreError> {
        if self.version == head.version {
            return Ok(self.transaction == head.state.transaction);
        }
        let Some(until) = until.filter(|_| self.is_in_question(head, until)) else {
            return Ok(false);
        };
        let document = self.document();
        let is_ours = |version: Version| version.transaction == self.transaction;
        let is_real = past(&document, self.version, items)?.is_some_and(is_ours);
        let superseded = if self.version + 1 == head.version {
            Some(head.last_updated)
        } else {
            past(&document, self.version + 1, items)?.map(|version| version.last_updated)
        };
        Ok(is_real && superseded.is_some_and(|superseded| superseded > until))
    }
}

fn past(
    document: &DocumentKey,
    version: u64,
    items: &BTreeMap<Key, Item>,
) -> Result<Option<Version>, StoreError> {
    let at = version_key(document, version);
    items
        .get(&at)
        .map(|item| decode_version(&at, item))
        .transpose()
}
