//! `_sort`: <http://hl7.org/fhir/R4/search.html#sort>

use std::cmp::Ordering;
use std::fmt;

use super::fold::fold;
use super::value::decimal::Decimal;
use super::value::{date, number, quantity, reference, text, token};
use crate::json::Object;
use crate::search_parameter::{Found, SearchParameter, SearchType};

/// Which way results are sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// `_sort=name`
    Ascending,
    /// `_sort=-name`
    Descending,
}

/// What resources are ordered by. Keys of one parameter can be compared.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SortKey(Key);

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    /// Milliseconds since 1970.
    Instant(i64),
    Number(Decimal),
    /// Folded, where the parameter is a string.
    Text(String),
}

impl fmt::Debug for SortKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

/// The key of a resource: of several values the one that comes first in this direction. `None`
/// without a value (such resources come last, in either direction), and for composites.
pub fn sort_key(
    parameter: &SearchParameter,
    resource: &Object,
    direction: Direction,
) -> Option<SortKey> {
    let found = parameter.values(resource);
    let keys = found.iter().flat_map(|found| keys(parameter.kind(), found));
    let first = keys.reduce(|one, other| match (direction, one.cmp(&other)) {
        (Direction::Ascending, Ordering::Greater) | (Direction::Descending, Ordering::Less) => {
            other
        }
        _ => one,
    });
    first.map(SortKey)
}

fn keys(kind: SearchType, found: &Found<'_>) -> Vec<Key> {
    let one = |key: Option<Key>| key.into_iter().collect();
    match kind {
        SearchType::Date => {
            one(date::limits(found)
                .and_then(|limits| limits.start.or(limits.end).map(Key::Instant)))
        }
        SearchType::Number => one(number::interval(found)
            .and_then(|interval| interval.low.or(interval.high).map(Key::Number))),
        SearchType::Quantity => one(quantity::interval(found)
            .and_then(|interval| interval.low.or(interval.high).map(Key::Number))),
        SearchType::String => {
            let texts = text::texts(found).into_iter();
            texts.map(|text| Key::Text(fold(text))).collect()
        }
        SearchType::Token => {
            let codes = token::codes(found).into_iter();
            codes.map(|code| Key::Text(code.code.to_owned())).collect()
        }
        SearchType::Reference => one(reference::link(found).map(Key::Text)),
        SearchType::Uri => one(found.node.as_str().map(|uri| Key::Text(uri.to_owned()))),
        SearchType::Composite | SearchType::Special => Vec::new(),
    }
}
