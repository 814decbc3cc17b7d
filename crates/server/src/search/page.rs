//! The matches of one page, within the budget of the request.
//!
//! A search that gives its matches as it finds them is read from the place where the page before
//! ended. One that needs all matches first, to sort or to count them, is done anew for each page; it is
//! refused when it does not fit into the budget.

use super::{
    Search,
    candidates::Candidates,
    chain::Ready,
    cursor::{Cursor, Place},
    driver::{Chosen, Driver, by_time, driver},
    query::{Part, Query},
    verify::Match,
};
use crate::failure::Failure;

/// Candidates that are looked at together: first few, then more.
const FIRST: usize = 100;
const MOST: usize = 500;
/// Bytes of bodies after which a page ends early: what a Lambda function may send is 6 MB.
const MAX_BYTES: usize = 4 * 1024 * 1024;

/// A page.
#[derive(Debug)]
pub(crate) struct Page {
    /// In order.
    pub(crate) matches: Vec<Match>,
    /// How many matches there are on all pages, when that is known.
    pub(crate) total: Option<usize>,
    /// Where the next page begins, if there is one.
    pub(crate) next: Option<Cursor>,
}

/// Where a run through candidates ended.
enum End {
    /// There are no more.
    Exhausted,
    /// There are more, behind this place.
    More(Option<Place>),
}

/// How much a run may find.
#[derive(Debug, Clone, Copy)]
struct Bound {
    matches: usize,
    bytes: usize,
}

impl Bound {
    fn page(matches: usize) -> Self {
        Self {
            matches,
            bytes: MAX_BYTES,
        }
    }

    fn matches(matches: usize) -> Self {
        Self {
            matches,
            bytes: usize::MAX,
        }
    }
}

impl Search<'_> {
    /// The page that a query asks for.
    ///
    /// # Errors
    ///
    /// 400 for a cursor that is none of ours, and for what the budget does not allow.
    pub(crate) async fn page(&self, query: &Query) -> Result<Page, Failure> {
        let cursor = match &query.results.cursor {
            None => None,
            Some(text) => {
                let secret = self.context.registry.known_secret(self.context).await?;
                // before there is a secret there is no cursor of ours
                Some(Cursor::read(text, secret.as_deref(), &query.hash)?)
            }
        };
        let time = by_time(&query.results).filter(|_| query.parts.len() == 1);
        if query.results.total || (!query.results.sort.is_empty() && time.is_none()) {
            return self.sorted(query, cursor).await;
        }
        if let (Some(descending), [part]) = (time, query.parts.as_slice()) {
            return self.by_time(query, part, descending, cursor).await;
        }
        self.streamed(query, cursor).await
    }

    /// In the order of the last change: those that few candidates can match are sorted, others are
    /// read in that order.
    async fn by_time(
        &self,
        query: &Query,
        part: &Part,
        descending: bool,
        cursor: Option<Cursor>,
    ) -> Result<Page, Failure> {
        let time = Chosen::Time { descending };
        let is_read = cursor
            .as_ref()
            .is_some_and(|cursor| matches!(cursor.after, Some(Place::Time { .. })));
        let conditions = self.resolve(&part.kind, &part.conditions).await?;
        if !is_read
            && self.choose(&part.kind, &conditions).await? != (Chosen::Time { descending: false })
        {
            let before = self.left();
            match self.sorted(query, cursor.clone()).await {
                Err(failure) if failure.is_too_costly() && cursor.is_none() => {
                    self.restore(before);
                }
                done => return done,
            }
        }
        let after = cursor.and_then(|cursor| cursor.after);
        let limit = query.results.count;
        let found_by = driver(time, &conditions);
        let from = (found_by, after.clone());
        let (matches, end) = self
            .run(&part.kind, &conditions, from, Bound::page(limit))
            .await?;
        let next = match end {
            End::Exhausted => None,
            End::More(place) => Some(Cursor::of(
                &query.hash,
                0,
                Some(time),
                place.or(after.clone()),
            )),
        };
        let total = (after.is_none() && next.is_none()).then_some(matches.len());
        Ok(Page {
            matches,
            total,
            next,
        })
    }

    /// In the order in which they are found.
    async fn streamed(&self, query: &Query, cursor: Option<Cursor>) -> Result<Page, Failure> {
        let is_first = cursor.is_none();
        let (first, mut begun_by, mut after) = match cursor {
            None => (0, None, None),
            Some(cursor) => (cursor.part, cursor.driver, cursor.after),
        };
        let mut matches: Vec<Match> = Vec::new();
        for (at, part) in query.parts.iter().enumerate().skip(first) {
            let limit = query.results.count - matches.len();
            if limit == 0 || (self.left() == 0 && at > first) {
                let next = Some(Cursor::of(&query.hash, at, None, None));
                return Ok(Page {
                    matches,
                    total: None,
                    next,
                });
            }
            let conditions = self.resolve(&part.kind, &part.conditions).await?;
            let chosen = match begun_by.take() {
                Some(chosen) => chosen,
                None => self.choose(&part.kind, &conditions).await?,
            };
            let from = (driver(chosen, &conditions), after.take());
            let begun = from.1.clone();
            let (found, end) = self
                .run(&part.kind, &conditions, from, Bound::page(limit))
                .await?;
            matches.extend(found);
            if let End::More(place) = end {
                let next = Cursor::of(&query.hash, at, Some(chosen), place.or(begun));
                return Ok(Page {
                    matches,
                    total: None,
                    next: Some(next),
                });
            }
        }
        let total = is_first.then_some(matches.len());
        Ok(Page {
            matches,
            total,
            next: None,
        })
    }

    /// All matches of one type, when they are no more than `limit`; the first of them otherwise.
    ///
    /// # Errors
    ///
    /// 400 `too-costly` when the budget does not suffice to know.
    pub(super) async fn all_ready(
        &self,
        kind: &str,
        conditions: &[Ready],
        limit: usize,
    ) -> Result<Vec<Match>, Failure> {
        let chosen = self.choose(kind, conditions).await?;
        let found_by = driver(chosen, conditions);
        let (matches, end) = self
            .run(kind, conditions, (found_by, None), Bound::matches(limit))
            .await?;
        if matches.len() < limit
            && let End::More(_) = end
        {
            return Err(self.too_costly("this cannot be answered completely"));
        }
        Ok(matches)
    }

    /// Matches from a place on, within bounds.
    async fn run(
        &self,
        kind: &str,
        conditions: &[Ready],
        (found_by, after): (Driver, Option<Place>),
        bound: Bound,
    ) -> Result<(Vec<Match>, End), Failure> {
        if self.left() == 0 {
            // a page without progress would lead to itself
            return Err(self.too_costly("what the search depends on has spent its budget"));
        }
        let mut candidates = Candidates::after(self, kind, found_by, after);
        let mut matches: Vec<Match> = Vec::new();
        let mut last_match = None;
        let mut last_seen = None;
        let mut bytes = 0;
        let mut together = FIRST;
        loop {
            let wanted = together.min(self.left());
            if wanted == 0 {
                // there may be none left, but that is not known
                return Ok((matches, End::More(last_seen)));
            }
            let read = candidates.next(wanted).await?;
            if read.is_empty() {
                return Ok((matches, End::Exhausted));
            }
            for (candidate, found) in self.verified(kind, conditions, read).await? {
                if let Some(found) = found {
                    if matches.len() == bound.matches || bytes > bound.bytes {
                        return Ok((matches, End::More(last_match)));
                    }
                    bytes += found.head.body.len();
                    matches.push(found);
                    last_match = Some(candidate.place.clone());
                }
                last_seen = Some(candidate.place);
            }
            together = (together * 2).min(MOST);
        }
    }
}
