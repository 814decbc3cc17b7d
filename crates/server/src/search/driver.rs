//! What finds the candidates of a search.
//!
//! | driver | round trips until the first heads | when |
//! | --- | --- | --- |
//! | ids | 0 | there is `_id`, or a chain ended in ids |
//! | key items | 1, which reads the heads too | there is an `identifier` with a value |
//! | index ranges | 1 for each page of entries | there is a criterion that the index can answer |
//! | time | 1 for each page of entries | otherwise: all resources of the type |
//!
//! Among several criteria that the index can answer, the rarest is taken: a small page of each is read,
//! and one that is read to its end by that is rare. When none is, a reference is taken before anything
//! else.

use std::{cmp::Ordering, sync::Arc};

use fhir::search::{IndexEntry, Range};
use serde::{Deserialize, Serialize};
use store::EntryQuery;

use super::{
    Search,
    chain::Ready,
    cursor::Place,
    results::Results,
    window::{self, Window},
};
use crate::failure::Failure;

/// Entries of each criterion that are read to see which is rare.
const PROBE: usize = 25;
/// Ranges that a driver has at most: one with more asks more of the tables than reading the type.
const MAX_RANGES: usize = 400;
/// Ranges of a criterion that are looked at to see whether it is rare.
const MAX_PROBED: usize = 16;

/// Which driver a search has: what a cursor remembers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Chosen {
    /// The condition with this number.
    Condition(usize),
    /// All resources of the type, by the time of their last change.
    Time {
        /// Latest first.
        descending: bool,
    },
}

/// What finds the candidates.
#[derive(Debug, Clone)]
pub(super) enum Driver {
    /// In order.
    Ids(Vec<String>),
    /// All resources under any of these.
    Keys(Vec<store::Criterion>),
    /// In order.
    Ranges(Ranges),
    /// By the time of the last change.
    Time(Window, bool),
}

/// Ranges of the index, in order and each once.
#[derive(Debug, Clone)]
pub(super) struct Ranges(pub(super) Arc<Vec<Range>>);

impl Ranges {
    pub(super) fn of(mut ranges: Vec<Range>) -> Self {
        ranges.sort_by(order);
        ranges.dedup_by(|a, b| order(a, b) == Ordering::Equal);
        Self(Arc::new(ranges))
    }

    /// The range to go on with, and where in it. One that is gone is passed over.
    pub(super) fn resume(&self, place: Option<Place>) -> (usize, Option<String>) {
        let Some(Place::Range { range, position }) = place else {
            return (0, None);
        };
        let found = self.0.iter().position(|other| name(other) >= range);
        let at = found.unwrap_or(self.0.len());
        let is_same = self.0.get(at).is_some_and(|other| name(other) == range);
        (at, is_same.then_some(position))
    }

    /// The first range that holds an entry.
    pub(super) fn position(&self, entry: &IndexEntry) -> Option<usize> {
        self.0.iter().position(|range| {
            range.parameter == entry.parameter
                && range.partition == entry.partition
                && range.from.as_ref().is_none_or(|from| *from <= entry.sort)
                && range.to.as_ref().is_none_or(|to| entry.sort <= *to)
        })
    }
}

/// What names a range in a cursor.
pub(super) fn name(range: &Range) -> (String, String, Option<String>) {
    let Range {
        parameter,
        partition,
        from,
        ..
    } = range;
    (parameter.clone(), partition.clone(), from.clone())
}

fn order(a: &Range, b: &Range) -> Ordering {
    name(a).cmp(&name(b)).then_with(|| a.to.cmp(&b.to))
}

impl Search<'_> {
    /// Chooses a driver.
    ///
    /// # Errors
    ///
    /// When the tables cannot be read.
    pub(super) async fn choose(&self, kind: &str, conditions: &[Ready]) -> Result<Chosen, Failure> {
        let of = |wanted: fn(&Ready) -> Option<usize>| {
            let found = conditions.iter().enumerate();
            let found = found.filter_map(|(at, one)| Some((wanted(one)?, at)));
            found.min().map(|(_, at)| Chosen::Condition(at))
        };
        let ids = |one: &Ready| match one {
            Ready::Ids(ids) => Some(ids.len()),
            Ready::Field(_) => None,
        };
        let keys = |one: &Ready| match one {
            Ready::Field(field) => field.keys.as_ref().map(Vec::len),
            Ready::Ids(_) => None,
        };
        if let Some(chosen) = of(ids).or_else(|| of(keys)) {
            return Ok(chosen);
        }
        let drivable: Vec<(usize, bool, Vec<Range>)> = conditions
            .iter()
            .enumerate()
            .filter_map(|(at, one)| Some((at, is_reference(one), ranges(one)?)))
            .collect();
        match drivable.as_slice() {
            [] => Ok(Chosen::Time { descending: false }),
            [(at, _, _)] => Ok(Chosen::Condition(*at)),
            several => self.rarest(kind, several).await,
        }
    }

    async fn rarest(
        &self,
        kind: &str,
        drivable: &[(usize, bool, Vec<Range>)],
    ) -> Result<Chosen, Failure> {
        let probed = |ranges: &[Range]| ranges.len().min(MAX_PROBED);
        let queries: Vec<EntryQuery> = drivable
            .iter()
            .flat_map(|(_, _, ranges)| ranges.iter().take(probed(ranges)))
            .map(|range| entry_query(kind, range, None, PROBE))
            .collect();
        let pages = self.context.store.entries_of_many(&queries).await?;
        let mut pages = pages.into_iter();
        let rated = drivable.iter().map(|(at, is_reference, ranges)| {
            let own: Vec<_> = pages.by_ref().take(probed(ranges)).collect();
            let found: usize = own.iter().map(|page| page.hits.len()).sum();
            let has_more = ranges.len() > MAX_PROBED || own.iter().any(|page| page.next.is_some());
            (has_more, has_more && !is_reference, found, *at)
        });
        let best = rated.min().map(|(_, _, _, at)| at);
        Ok(best.map_or(Chosen::Time { descending: false }, Chosen::Condition))
    }
}

/// The driver that was chosen; that of the whole type when the condition has none any more.
pub(super) fn driver(chosen: Chosen, conditions: &[Ready]) -> Driver {
    let all = |descending| Driver::Time(open(conditions), descending);
    match chosen {
        Chosen::Time { descending } => all(descending),
        Chosen::Condition(at) => match conditions.get(at) {
            Some(Ready::Ids(ids)) => Driver::Ids(ids.iter().cloned().collect()),
            Some(Ready::Field(field)) => match (&field.keys, field.criterion.drivers()) {
                (Some(keys), _) => Driver::Keys(keys.clone()),
                (None, Some(ranges)) => Driver::Ranges(Ranges::of(ranges)),
                (None, None) => all(false),
            },
            None => all(false),
        },
    }
}

/// The order in which a time driver can give the matches, when that is all that is wanted.
pub(super) fn by_time(results: &Results) -> Option<bool> {
    match results.sort.as_slice() {
        [one] if one.code == "_lastUpdated" => Some(one.descending),
        _ => None,
    }
}

/// A page of a range.
pub(super) fn entry_query(
    kind: &str,
    range: &Range,
    after: Option<String>,
    limit: usize,
) -> EntryQuery {
    EntryQuery {
        kind: kind.to_owned(),
        parameter: range.parameter.clone(),
        partition: range.partition.clone(),
        from: range.from.clone(),
        to: range.to.clone(),
        after,
        limit,
    }
}

fn is_reference(condition: &Ready) -> bool {
    matches!(condition, Ready::Field(field) if field.is_reference)
}

fn ranges(condition: &Ready) -> Option<Vec<Range>> {
    match condition {
        Ready::Field(field) => field
            .criterion
            .drivers()
            .filter(|ranges| ranges.len() <= MAX_RANGES),
        Ready::Ids(_) => None,
    }
}

fn open(conditions: &[Ready]) -> Window {
    let windows = conditions.iter().filter_map(|condition| match condition {
        Ready::Field(field) => field.window,
        Ready::Ids(_) => None,
    });
    windows.fold(window::Window::default(), Window::and)
}
