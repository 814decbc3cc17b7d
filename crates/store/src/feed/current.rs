//! The documents of a kind in the order in which they were last updated.
//!
//! Their time entries tell, of which most kinds have about one for each document; those of versions
//! that are over are left out. Bounded: a call looks at so many entries and months, and then says
//! where it stopped.
//!
//! Documents change while somebody pages. Oldest first, whatever changes moves ahead of the reader:
//! none is missed. Newest first it moves behind: one that changes between two pages may be missed,
//! unless the pages have an end (`until`) that is closed. Then the order stands still: a document that
//! was changed later is enumerated where it was then, once.

mod enumeration;

use self::enumeration::Enumeration;
use super::MIN_TOGETHER;
use super::merge::{Course, Merge};
use super::time_entry::FeedPosition;
use crate::clock::Millis;
use crate::error::StoreError;
use crate::head::Head;
use crate::store::Store;

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
    /// Last updated at or before this instant. Documents that were changed later are where they were
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
        let mut enumeration = Enumeration::of(query, start.place);
        loop {
            let wanted = (enumeration.missing() + 1).max(MIN_TOGETHER);
            let entries = merge.take(wanted).await?;
            let is_last = entries.len() < wanted;
            enumeration.add(&calls, entries).await?;
            if is_last || enumeration.is_over() {
                let month = merge.next_month().filter(|_| is_last);
                let month = month.map(|month| format!("{MONTH}{month}"));
                return Ok(enumeration.page(is_last, month));
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
