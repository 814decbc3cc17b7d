//! The order of matches that are not wanted as they are found, and their number.
//!
//! <http://hl7.org/fhir/R4/search.html#sort>: "Each item in the comma separated list is a search
//! parameter, optionally with a '-' prefix. The prefix indicates decreasing order". Resources without a
//! value come last, either way. The last criterion is always the id, so that the order is complete.

use std::cmp::Ordering;

use fhir::{
    instant::Instant,
    json::Object,
    outcome::IssueType,
    resource,
    search::{Direction, SortKey, sort_key},
    version::VersionId,
};
use store::DocumentKey;

use super::{
    Search,
    cursor::{Cursor, Place},
    page::Page,
    query::Query,
    results::SortBy,
    verify::Match,
};
use crate::failure::{Failure, Kind};

/// What a match is ordered by, for each piece of `_sort`.
type By = Vec<Option<SortKey>>;

/// A match, and what it is ordered by.
struct Sorted {
    by: By,
    key: String,
    found: Match,
}

impl Search<'_> {
    /// A page of all matches in order, and their number.
    ///
    /// # Errors
    ///
    /// 400 `too-costly` when there are more than can be looked at, or be sorted.
    pub(super) async fn sorted(
        &self,
        query: &Query,
        cursor: Option<Cursor>,
    ) -> Result<Page, Failure> {
        let all = self.every(query).await?;
        let total = all.len();
        if query.results.only_total {
            return Ok(Page {
                matches: Vec::new(),
                total: Some(total),
                next: None,
            });
        }
        let sort = &query.results.sort;
        let mut all: Vec<Sorted> = all
            .into_iter()
            .map(|found| Sorted {
                by: self.by(sort, &found),
                key: found.head.key.to_string(),
                found,
            })
            .collect();
        all.sort_by(|a, b| compare(sort, (&a.by, &a.key), (&b.by, &b.key)));
        let begin = match cursor.and_then(|cursor| cursor.after) {
            Some(Place::Sorted { key, version }) => {
                let by = self.by_of_version(sort, &key, version).await?;
                all.partition_point(|one| {
                    compare(sort, (&one.by, &one.key), (&by, &key)) != Ordering::Greater
                })
            }
            _ => 0,
        };
        Ok(cut(query, all, total, begin))
    }

    /// What the last match of a page was ordered by: that version never changes, whatever has become
    /// of the resource.
    async fn by_of_version(&self, sort: &[SortBy], key: &str, version: u64) -> Result<By, Failure> {
        let key: DocumentKey = key.parse().map_err(Failure::internal)?;
        let found = self.context.store.read_version(&key, version).await?;
        let Some(found) = found.filter(|found| !found.deleted) else {
            let text = "the page before ended at a version that has gone; start the search again";
            return Err(Failure::new(Kind::Malformed, IssueType::Expired, text));
        };
        let number = VersionId(found.version);
        let last_updated = Instant::from_millis(found.last_updated.0);
        let object = resource::present(&found.body, number, last_updated);
        let object = object.map_err(Failure::internal)?;
        Ok(self.by_of(sort, &key.kind, &object))
    }

    /// All matches of a query.
    async fn every(&self, query: &Query) -> Result<Vec<Match>, Failure> {
        let limits = &self.context.settings.search;
        let is_sorted = !query.results.sort.is_empty();
        let limit = if is_sorted {
            limits.sorted
        } else {
            limits.candidates
        };
        let mut all: Vec<Match> = Vec::new();
        for part in &query.parts {
            let conditions = self.resolve(&part.kind, &part.conditions).await?;
            let left = limit + 1 - all.len();
            all.extend(self.all_ready(&part.kind, &conditions, left).await?);
            if all.len() > limit {
                let what = if is_sorted {
                    format!("more than {limit} matches can only be sorted by _lastUpdated alone")
                } else {
                    format!("more than {limit} matches are not counted")
                };
                return Err(self.too_costly(&what));
            }
        }
        Ok(all)
    }

    fn by(&self, sort: &[SortBy], found: &Match) -> By {
        self.by_of(sort, &found.head.key.kind, &found.object)
    }

    fn by_of(&self, sort: &[SortBy], kind: &str, resource: &Object) -> By {
        let by = sort.iter().map(|sort| {
            let parameter = self.set.find(kind, &sort.code)?;
            let direction = if sort.descending {
                Direction::Descending
            } else {
                Direction::Ascending
            };
            sort_key(parameter, resource, direction)
        });
        by.collect()
    }
}

/// The page that begins at a position.
fn cut(query: &Query, all: Vec<Sorted>, total: usize, begin: usize) -> Page {
    let is_more = begin.saturating_add(query.results.count) < all.len();
    let page: Vec<Sorted> = all
        .into_iter()
        .skip(begin)
        .take(query.results.count)
        .collect();
    let last = page.last().filter(|_| is_more);
    let next = last.map(|last| {
        let place = Place::Sorted {
            key: last.key.clone(),
            version: last.found.head.version,
        };
        Cursor::of(&query.hash, 0, None, Some(place))
    });
    Page {
        matches: page.into_iter().map(|one| one.found).collect(),
        total: Some(total),
        next,
    }
}

fn compare(sort: &[SortBy], a: (&By, &str), b: (&By, &str)) -> Ordering {
    let pieces = sort.iter().zip(a.0.iter().zip(b.0));
    let pieces = pieces.map(|(sort, (a, b))| match (a, b) {
        (Some(a), Some(b)) if sort.descending => b.cmp(a),
        (Some(a), Some(b)) => a.cmp(b),
        // a value before none, either way
        (a, b) => a.is_none().cmp(&b.is_none()),
    });
    pieces
        .fold(Ordering::Equal, Ordering::then)
        .then_with(|| a.1.cmp(b.1))
}
