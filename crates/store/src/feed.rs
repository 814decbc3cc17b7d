//! The versions of a kind, or of all kinds, newest first: what was written when.
//!
//! ```text
//! month       which kinds were written in which month
//! merge       the time entries of their partitions, in one order
//! verify      entries whose transaction really made that version
//! ```
//!
//! The order is that of time, then kind, then id. A page ends at a position, and the next page begins
//! below it: as long as nothing at or before `until` can still be committed (see `in_flight`), no
//! version is on two pages and none is on no page, whoever writes meanwhile.

mod current;
mod merge;
mod month;
mod time_entry;
mod verify;

use std::collections::BTreeSet;

use self::merge::{Course, Merge};
use self::verify::Verified;
use crate::clock::Millis;
use crate::error::StoreError;
use crate::history::is_covered;
use crate::store::Store;
use crate::version::Version;

pub use current::{CurrentHit, CurrentPage, CurrentQuery};
pub(crate) use month::KnownMonths;
pub(crate) use time_entry::TimeEntry;
pub use time_entry::{FeedPosition, NotAPosition};

/// Entries that one page looks at, at most: what a request costs is bounded, and a page may be
/// short.
const MAX_LOOKED_AT: usize = 2_000;
/// Entries that are verified together, at least.
const MIN_TOGETHER: usize = 25;

/// Which part of a feed is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedPage {
    /// Only documents of these kinds; all kinds when none are given.
    pub kinds: Option<BTreeSet<String>>,
    /// Only versions written at or after this instant.
    pub since: Option<Millis>,
    /// Only versions written at or before this instant: [`Store::closed_until`], or earlier.
    pub until: Millis,
    /// Only versions that were current at some time from the first to the second instant.
    pub current_between: Option<(Millis, Millis)>,
    /// Only versions below this place: where the page before ended.
    pub before: Option<FeedPosition>,
    /// At most so many versions.
    pub limit: usize,
}

/// A page of a feed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FeedResult {
    /// Newest first. There may be less than the limit, or none, though more pages follow.
    pub versions: Vec<Version>,
    /// How many entries were looked at: each costs a unit or so.
    pub looked_at: usize,
    /// The `before` of the next page, if there is one.
    pub next: Option<FeedPosition>,
}

impl Store {
    /// A page of the feed.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn feed(&self, page: &FeedPage) -> Result<FeedResult, StoreError> {
        let calls = self.calls();
        let mut merge = Merge::begin(&calls, page.course()).await?;
        let mut found = Vec::new();
        let mut looked_at = 0;
        let mut rest = None;
        while found.len() <= page.limit {
            let wanted = (page.limit + 1 - found.len()).max(MIN_TOGETHER);
            let entries = merge.take(wanted).await?;
            looked_at += entries.len();
            let is_last = entries.len() < wanted;
            let end = entries.last().map(|entry| entry.at.clone());
            let verified = calls
                .verified(entries, page.current_between.is_some())
                .await?;
            found.extend(verified.into_iter().filter(|version| page.covers(version)));
            if is_last {
                break;
            }
            if looked_at >= MAX_LOOKED_AT {
                rest = end;
                break;
            }
        }
        Ok(FeedResult {
            looked_at,
            ..page.result(found, rest)
        })
    }
}

impl FeedPage {
    fn course(&self) -> Course {
        let begins = self.before.as_ref().map(|before| before.last_updated);
        let ends = self.current_between.map(|(_, to)| to);
        let bounds = begins.into_iter().chain(ends);
        Course {
            kinds: self.kinds.clone(),
            since: self.since,
            newest: bounds.fold(self.until, Millis::min),
            descending: true,
            beyond: self.before.clone(),
            from_month: None,
            max_months: usize::MAX,
        }
    }

    fn covers(&self, found: &Verified) -> bool {
        let is_below = self.before.as_ref().is_none_or(|before| found.at < *before);
        let written = found.version.last_updated;
        is_below && is_covered(self.since, self.current_between, written, found.superseded)
    }

    fn result(&self, mut found: Vec<Verified>, rest: Option<FeedPosition>) -> FeedResult {
        let is_more = found.len() > self.limit;
        found.truncate(self.limit);
        let last = found.last().map(|version| version.at.clone());
        FeedResult {
            next: if is_more { last } else { rest },
            versions: found.into_iter().map(|found| found.version).collect(),
            looked_at: 0,
        }
    }
}
