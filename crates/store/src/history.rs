//! The versions of one document, newest first: the head, then the version items below it.
//!
//! The head is read first. Every version below it was written down before the head moved on, so the
//! version items read afterwards have no gap.

use crate::clock::Millis;
use crate::document::DocumentKey;
use crate::error::StoreError;
use crate::head::Head;
use crate::store::Store;
use crate::table::{Query, Sort, Table};
use crate::version::{Version, decode_version};

/// Which part of a history is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct HistoryPage {
    /// Only versions below this one: where the page before ended.
    pub before: Option<u64>,
    /// At most so many versions.
    pub limit: usize,
    /// Only versions written at or after this instant.
    pub since: Option<Millis>,
    /// Only versions that were current at some time from the first to the second instant.
    pub current_between: Option<(Millis, Millis)>,
}

/// A page of a history.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HistoryResult {
    /// Newest first.
    pub versions: Vec<Version>,
    /// How many versions meet the conditions, on all pages together.
    pub total: u64,
    /// The `before` of the next page, if there is one.
    pub next: Option<u64>,
}

impl Store {
    /// A page of the history of a document; none when it never existed.
    ///
    /// Two round trips. With `since` or `current_between`, all versions of that time are read, so
    /// that they can be counted.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn history(
        &self,
        key: &DocumentKey,
        page: &HistoryPage,
    ) -> Result<Option<HistoryResult>, StoreError> {
        let Some(head) = self.read(key).await? else {
            return Ok(None);
        };
        let total = head.version - head.state.expunged;
        if page.since.is_none() && page.current_between.is_none() {
            let versions = self.versions(head, page.before, page.limit, None).await?;
            return Ok(Some(page.result(versions, total)));
        }
        let mut matches = Vec::new();
        let mut superseded = None;
        let oldest = page.since.or(page.current_between.map(|(from, _)| from));
        for version in self.versions(head, None, usize::MAX, oldest).await? {
            let written = version.last_updated;
            if is_covered(page.since, page.current_between, written, superseded) {
                matches.push(version);
            }
            superseded = Some(written);
        }
        let total = u64::try_from(matches.len()).unwrap_or(u64::MAX);
        matches.retain(|version| page.before.is_none_or(|before| version.version < before));
        Ok(Some(page.result(matches, total)))
    }

    /// The versions from the head down: below `before`, one more than `limit` at most, down to the
    /// first that was written before `oldest`.
    async fn versions(
        &self,
        head: Head,
        before: Option<u64>,
        limit: usize,
        oldest: Option<Millis>,
    ) -> Result<Vec<Version>, StoreError> {
        let wanted = limit.saturating_add(1);
        let key = head.key.clone();
        let below = before.unwrap_or(u64::MAX).min(head.version);
        let oldest_kept = head.state.expunged + 1;
        let mut versions = Vec::new();
        if before.is_none_or(|before| head.version < before) {
            versions.push(Version::from(head));
        }
        let mut query = Query {
            table: Table::Versions,
            pk: key.to_string(),
            from: Some(Sort::Number(i64::try_from(oldest_kept).unwrap_or(i64::MAX))),
            to: Some(Sort::Number(i64::try_from(below).unwrap_or(i64::MAX) - 1)),
            descending: true,
            limit: None,
            after: None,
        };
        let calls = self.calls();
        let is_old = |version: &Version| oldest.is_some_and(|oldest| version.last_updated < oldest);
        while versions.len() < wanted && !versions.last().is_some_and(is_old) {
            query.limit = (limit < usize::MAX).then(|| wanted - versions.len());
            let page = calls.query(query.clone()).await?;
            for (key, item) in &page.items {
                versions.push(decode_version(key, item)?);
            }
            query.after = page.next;
            if query.after.is_none() {
                break;
            }
        }
        Ok(versions)
    }
}

/// Whether a version is wanted that was written, and superseded if it was, at these instants.
pub(crate) fn is_covered(
    since: Option<Millis>,
    current_between: Option<(Millis, Millis)>,
    written: Millis,
    superseded: Option<Millis>,
) -> bool {
    let is_new = since.is_none_or(|since| written >= since);
    let was_current = current_between.is_none_or(|(from, to)| {
        written <= to && superseded.is_none_or(|superseded| superseded > from)
    });
    is_new && was_current
}

impl HistoryPage {
    fn result(&self, mut versions: Vec<Version>, total: u64) -> HistoryResult {
        let is_more = versions.len() > self.limit;
        versions.truncate(self.limit);
        let next = if is_more {
            versions.last().map(|version| version.version)
        } else {
            None
        };
        HistoryResult {
            versions,
            total,
            next,
        }
    }
}
