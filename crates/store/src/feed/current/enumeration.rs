//! What becomes of the time entries of an enumeration: a document at its place, or nothing.
//!
//! An entry is read before the head of its document. Changed in between, the document is found to
//! have moved: oldest first to a place that was perhaps read already as empty, newest first to one
//! that was passed. So an enumeration remembers who has moved, and brings in whom it did not meet.

use std::collections::{BTreeMap, BTreeSet};

use super::{CurrentHit, CurrentPage, CurrentQuery};
use crate::calls::Calls;
use crate::clock::Millis;
use crate::document::DocumentKey;
use crate::entry::month_text;
use crate::error::StoreError;
use crate::feed::MAX_LOOKED_AT;
use crate::feed::time_entry::{FeedPosition, TimeEntry};
use crate::head::Head;
use crate::table::{Item, Key};
use crate::version::{Version, decode_version, version_key};

/// See the module head.
pub(crate) struct Enumeration<'q> {
    query: &'q CurrentQuery,
    start: Option<FeedPosition>,
    hits: Vec<(FeedPosition, Head)>,
    met: BTreeSet<DocumentKey>,
    /// Where documents are that were not where their entry said, and that were not met yet.
    moved: BTreeMap<DocumentKey, (FeedPosition, Head)>,
    looked_at: usize,
    end: Option<FeedPosition>,
}

impl<'q> Enumeration<'q> {
    pub(crate) fn of(query: &'q CurrentQuery, start: Option<FeedPosition>) -> Self {
        Self {
            query,
            start,
            hits: Vec::new(),
            met: BTreeSet::new(),
            moved: BTreeMap::new(),
            looked_at: 0,
            end: None,
        }
    }

    /// How many documents the page can still take.
    pub(crate) fn missing(&self) -> usize {
        self.query.limit.saturating_sub(self.hits.len())
    }

    /// Whether the page is full, or has cost enough.
    pub(crate) fn is_over(&self) -> bool {
        self.hits.len() > self.query.limit || self.looked_at >= MAX_LOOKED_AT
    }

    /// Adds the documents for which these entries stand.
    pub(crate) async fn add(
        &mut self,
        calls: &Calls<'_>,
        entries: Vec<TimeEntry>,
    ) -> Result<(), StoreError> {
        self.looked_at += entries.len();
        let documents = entries.iter().map(TimeEntry::document).collect();
        let heads = calls.heads(documents).await?;
        let items = calls.get_all(self.in_question(&entries, &heads)).await?;
        for entry in entries {
            self.end = Some(entry.at.clone());
            let head = heads.get(&entry.document()).filter(|head| !head.deleted);
            let is_new = self.start.as_ref() != Some(&entry.at);
            let Some(head) = head.filter(|_| is_new) else {
                continue;
            };
            if entry.is_current(head, self.query.until, &items)? {
                self.meet(entry.at, head);
            } else if entry.version < head.version {
                self.note_moved(&entry, head);
            }
        }
        Ok(())
    }

    /// The page, and where the next one begins: in that month, if there was nothing left to read
    /// before it.
    pub(crate) fn page(mut self, is_read_up: bool, month: Option<String>) -> CurrentPage {
        let end = self.end.take().filter(|_| !is_read_up);
        for (_, (place, head)) in std::mem::take(&mut self.moved) {
            let is_within = end.as_ref().is_none_or(|end| place <= *end);
            let is_before = |month: &String| month_text(place.last_updated) < *month;
            // whoever moved further than this page is met on the next
            if is_within && month.as_ref().is_none_or(is_before) {
                self.hits.push((place, head));
            }
        }
        if !self.query.descending {
            self.hits.sort_by(|a, b| a.0.cmp(&b.0));
        }
        let mut next = if is_read_up {
            month
        } else {
            end.map(|end| end.to_string())
        };
        if self.hits.len() > self.query.limit {
            self.hits.truncate(self.query.limit);
            next = self.hits.last().map(|(place, _)| place.to_string());
        }
        let hits = self.hits.into_iter().map(CurrentHit::of);
        CurrentPage {
            hits: hits.collect(),
            next,
        }
    }

    fn meet(&mut self, place: FeedPosition, head: &Head) {
        self.moved.remove(&head.key);
        if self.met.insert(head.key.clone()) {
            self.hits.push((place, head.clone()));
        }
    }

    /// The document has a later place. Oldest first it is ahead; newest first it was passed, here or
    /// on a page before.
    fn note_moved(&mut self, entry: &TimeEntry, head: &Head) {
        let place = FeedPosition::of(&head.key, &head.state);
        if place <= entry.at {
            // the entry is of a transaction that was never committed: versions only get later
            return;
        }
        if self
            .query
            .until
            .is_some_and(|until| place.last_updated > until)
            || self.met.contains(&head.key)
        {
            return;
        }
        if !self.query.descending {
            self.moved.insert(head.key.clone(), (place, head.clone()));
        } else if self.start.as_ref().is_none_or(|start| place < *start) {
            self.meet(entry.at.clone(), head);
        }
    }

    /// Version items that tell whether a version was the current one at the end of the enumeration.
    fn in_question(&self, entries: &[TimeEntry], heads: &BTreeMap<DocumentKey, Head>) -> Vec<Key> {
        let is_in_question = |entry: &&TimeEntry| {
            let head = heads.get(&entry.document());
            head.is_some_and(|head| entry.is_in_question(head, self.query.until))
        };
        let entries = entries.iter().filter(is_in_question);
        entries
            .flat_map(|entry| {
                [entry.version, entry.version + 1]
                    .map(|version| version_key(&entry.document(), version))
            })
            .collect()
    }
}

impl CurrentHit {
    fn of((place, head): (FeedPosition, Head)) -> Self {
        Self {
            head,
            last_updated: place.last_updated,
            position: place.to_string(),
        }
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
