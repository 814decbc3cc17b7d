//! Reading index entries: the candidates of a search, in the order of their sort text.
//!
//! Entries precede commits and outlive them. So no document is missing that matches throughout, and
//! there may be some too many: whoever asks reads the heads and verifies each candidate.

use futures::stream::{self, StreamExt, TryStreamExt};

use crate::calls::Calls;
use crate::entry::{AFTER_SEPARATOR, IndexEntry, SEPARATOR, cut_sort, index_partition};
use crate::error::StoreError;
use crate::store::Store;
use crate::table::{Query, Sort, Table};

/// Which entries of one partition are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryQuery {
    /// The kind of the documents.
    pub kind: String,
    /// The name of the search parameter.
    pub parameter: String,
    /// The partition.
    pub partition: String,
    /// Lowest sort text, inclusive.
    pub from: Option<String>,
    /// Highest sort text, inclusive.
    pub to: Option<String>,
    /// Only after this position: where the page before ended.
    pub after: Option<String>,
    /// Look at so many entries at most.
    pub limit: usize,
}

/// A candidate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryHit {
    /// The id of the document.
    pub id: String,
    /// Its sort text, cut where it was too long for a key.
    pub sort: String,
    /// Its place in the partition: sort text, then id.
    pub position: String,
}

/// A page of candidates.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EntryPage {
    /// In the order of sort text, then id; no such pair twice on all pages together. There may be
    /// less than the limit, or none, though more pages follow.
    pub hits: Vec<EntryHit>,
    /// The `after` of the next page, if there is one.
    pub next: Option<String>,
}

impl Store {
    /// A page of the candidates in a partition. One round trip; a read unit for about 30 entries.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn entries(&self, query: &EntryQuery) -> Result<EntryPage, StoreError> {
        self.calls().entries(query.clone()).await
    }

    /// A page of each of several partitions, answered in the same order, side by side: one round
    /// trip.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn entries_of_many(
        &self,
        queries: &[EntryQuery],
    ) -> Result<Vec<EntryPage>, StoreError> {
        let calls = self.calls();
        let branches: Vec<Calls<'_>> = queries.iter().map(|_| calls.branch()).collect();
        let asked: Vec<_> = branches
            .iter()
            .zip(queries)
            .map(|(branch, query)| branch.entries(query.clone()))
            .collect();
        let pages = stream::iter(asked).buffered(self.settings.in_flight);
        let pages = pages.try_collect().await;
        calls.join_all(&branches);
        pages
    }
}

impl Calls<'_> {
    async fn entries(&self, query: EntryQuery) -> Result<EntryPage, StoreError> {
        let from = query.lowest();
        let to = query.to.as_deref().map(|to| after_all_of(cut_sort(to)));
        // the tables refuse a range that is upside down
        if from
            .as_ref()
            .zip(to.as_ref())
            .is_some_and(|(from, to)| from > to)
        {
            return Ok(EntryPage::default());
        }
        let page = self
            .query(Query {
                table: Table::Index,
                pk: index_partition(&query.kind, &query.parameter, &query.partition),
                from: from.map(Sort::Text),
                to: to.map(Sort::Text),
                descending: false,
                limit: Some(query.limit),
                after: None,
            })
            .await?;
        let is_more = page.next.is_some();
        let mut found = EntryPage::default();
        for (key, _) in &page.items {
            let Some(entry) = IndexEntry::decode(key)? else {
                continue;
            };
            let hit = EntryHit::of(entry);
            // the same value again, under another transaction
            if found.hits.last() != Some(&hit) {
                found.hits.push(hit);
            }
        }
        let last = found.hits.last().map(|hit| hit.position.clone());
        found.next = last.filter(|_| is_more);
        Ok(found)
    }
}

impl EntryQuery {
    fn lowest(&self) -> Option<String> {
        let from = self.from.as_deref().map(|from| cut_sort(from).to_owned());
        let after = self.after.as_deref().map(after_all_of);
        from.max(after)
    }
}

impl EntryHit {
    fn of(entry: IndexEntry) -> Self {
        let id = entry.document.id;
        Self {
            position: format!("{}{SEPARATOR}{id}", entry.sort),
            sort: entry.sort,
            id,
        }
    }
}

/// After every sort key that begins with these parts.
fn after_all_of(parts: &str) -> String {
    format!("{parts}{AFTER_SEPARATOR}")
}
