//! The candidates of a driver, in its order, from any place on.

use std::collections::{BTreeMap, VecDeque};

use store::{CurrentQuery, Head, Millis};

use super::{
    Search,
    cursor::Place,
    driver::{Driver, Ranges, entry_query, name},
    window::Window,
};
use crate::failure::Failure;

/// Ranges that are read side by side, as long as each is read to its end by that.
const WIDTH: usize = 16;

/// How far the clocks of two processes may be apart, in ms.
const SLACK_MS: i64 = 5_000;

/// A resource that may match.
#[derive(Debug)]
pub(super) struct Candidate {
    /// Its id.
    pub(super) id: String,
    /// Where to go on after it.
    pub(super) place: Place,
    /// The index entry that led here.
    pub(super) entry: Option<Entry>,
    /// Its head, if it has been read.
    pub(super) head: Option<Head>,
}

/// An index entry, and the ranges of the driver that found it.
#[derive(Debug)]
pub(super) struct Entry {
    /// All ranges of the driver.
    pub(super) ranges: Ranges,
    /// Which of them.
    pub(super) range: usize,
    /// The sort text, cut where it was too long.
    pub(super) sort: String,
}

/// See the module head.
pub(super) struct Candidates<'a> {
    search: &'a Search<'a>,
    kind: &'a str,
    source: Source,
    ready: VecDeque<Candidate>,
}

enum Source {
    /// Nothing more to read.
    Done,
    /// Key items that were not read yet, and the id to go on after.
    Keys(Vec<store::Criterion>, Option<String>),
    /// The next range, where to go on in it, and how many to read side by side.
    Ranges {
        ranges: Ranges,
        next: usize,
        after: Option<String>,
        width: usize,
    },
    /// Where to go on.
    Time {
        window: Window,
        descending: bool,
        after: Option<String>,
        until: Option<Millis>,
    },
}

impl<'a> Candidates<'a> {
    /// The candidates after a place.
    pub(super) fn after(
        search: &'a Search<'a>,
        kind: &'a str,
        driver: Driver,
        place: Option<Place>,
    ) -> Self {
        let mut ready = VecDeque::new();
        let source = match driver {
            Driver::Ids(ids) => {
                let after = id(place);
                let ids = ids.into_iter().filter(|id| after.as_ref() < Some(id));
                ready.extend(ids.map(|id| Candidate::plain(id, None)));
                Source::Done
            }
            Driver::Keys(keys) => Source::Keys(keys, id(place)),
            Driver::Ranges(ranges) => {
                let (next, after) = ranges.resume(place);
                Source::Ranges {
                    ranges,
                    next,
                    after,
                    width: WIDTH,
                }
            }
            Driver::Time(window, descending) => {
                let (after, until) = match place {
                    Some(Place::Time { position, until }) => (Some(position), until.map(Millis)),
                    _ => (None, None),
                };
                Source::Time {
                    window,
                    descending,
                    after,
                    until,
                }
            }
        };
        Self {
            search,
            kind,
            source,
            ready,
        }
    }

    /// The next candidates, about so many; none when there are no more.
    ///
    /// # Errors
    ///
    /// When the tables cannot be read.
    pub(super) async fn next(&mut self, limit: usize) -> Result<Vec<Candidate>, Failure> {
        while self.ready.is_empty() {
            let source = std::mem::replace(&mut self.source, Source::Done);
            self.source = match source {
                Source::Done => return Ok(Vec::new()),
                Source::Keys(keys, after) => self.read_keys(keys, after).await?,
                Source::Ranges {
                    ranges,
                    next,
                    after,
                    width,
                } => {
                    let place = (next, after, width);
                    self.read_ranges(ranges, place, limit).await?
                }
                Source::Time {
                    window,
                    descending,
                    after,
                    until,
                } => {
                    self.read_time((window, descending), (after, until), limit)
                        .await?
                }
            };
        }
        let count = self.ready.len().min(limit);
        Ok(self.ready.drain(..count).collect())
    }

    async fn read_keys(
        &mut self,
        keys: Vec<store::Criterion>,
        after: Option<String>,
    ) -> Result<Source, Failure> {
        let keys: Vec<_> = keys
            .into_iter()
            .map(|key| (self.kind.to_owned(), key))
            .collect();
        let found = self.search.context.store.find_many(&keys).await?;
        let heads = found.into_iter().flat_map(|found| found.owners);
        let heads: BTreeMap<String, Head> = heads.map(|head| (head.key.id.clone(), head)).collect();
        let later = heads
            .into_iter()
            .filter(|(id, _)| after.as_ref() < Some(id));
        self.ready
            .extend(later.map(|(id, head)| Candidate::plain(id, Some(head))));
        Ok(Source::Done)
    }

    async fn read_ranges(
        &mut self,
        ranges: Ranges,
        (next, after, width): (usize, Option<String>, usize),
        limit: usize,
    ) -> Result<Source, Failure> {
        let mut after = after;
        let queries: Vec<_> = ranges
            .0
            .iter()
            .skip(next)
            .take(width)
            .map(|range| entry_query(self.kind, range, after.take(), limit))
            .collect();
        if queries.is_empty() {
            return Ok(Source::Done);
        }
        let read = queries.len();
        let pages = self.search.context.store.entries_of_many(&queries).await?;
        for (at, page) in (next..).zip(pages) {
            let Some(range) = ranges.0.get(at) else {
                break;
            };
            for hit in page.hits {
                let place = Place::Range {
                    range: name(range),
                    position: hit.position,
                };
                let entry = Entry {
                    ranges: ranges.clone(),
                    range: at,
                    sort: hit.sort,
                };
                self.ready.push_back(Candidate {
                    id: hit.id,
                    place,
                    entry: Some(entry),
                    head: None,
                });
            }
            if page.next.is_some() {
                // the ranges behind it come later
                return Ok(Source::Ranges {
                    ranges,
                    next: at,
                    after: page.next,
                    width: 1,
                });
            }
        }
        Ok(Source::Ranges {
            ranges,
            next: next + read,
            after: None,
            width: WIDTH,
        })
    }

    /// The order stands still from the first page on: what changes later counts as it was then.
    async fn read_time(
        &mut self,
        (window, descending): (Window, bool),
        (after, until): (Option<String>, Option<Millis>),
        limit: usize,
    ) -> Result<Source, Failure> {
        let store = &self.search.context.store;
        let query = CurrentQuery {
            kind: self.kind.to_owned(),
            since: window.since,
            until: window.until.into_iter().chain(until).min(),
            descending,
            after,
            limit,
        };
        let page = store.current(&query).await?;
        let newest = page.hits.iter().map(|hit| hit.last_updated).max();
        let until = until.or_else(|| {
            let now = self.search.context.clock.now();
            // oldest first, what a faster clock has written is still ahead
            let now = if descending { now } else { now.plus(SLACK_MS) };
            Some(newest.map_or(now, |newest| newest.max(now)))
        });
        self.ready
            .extend(page.hits.into_iter().map(|hit| Candidate {
                id: hit.head.key.id.clone(),
                place: Place::Time {
                    position: hit.position,
                    until: until.map(|until| until.0),
                },
                entry: None,
                head: Some(hit.head),
            }));
        Ok(page.next.map_or(Source::Done, |after| Source::Time {
            window,
            descending,
            after: Some(after),
            until,
        }))
    }
}

impl Candidate {
    fn plain(id: String, head: Option<Head>) -> Self {
        Self {
            place: Place::Id(id.clone()),
            id,
            entry: None,
            head,
        }
    }
}

fn id(place: Option<Place>) -> Option<String> {
    match place {
        Some(Place::Id(id)) => Some(id),
        _ => None,
    }
}
