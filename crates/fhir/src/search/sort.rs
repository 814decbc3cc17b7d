//! `_sort`: <http://hl7.org/fhir/R4/search.html#sort>

use crate::json::Object;
use crate::search_parameter::SearchParameter;

/// Which way results are sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// `_sort=name`
    Ascending,
    /// `_sort=-name`
    Descending,
}

/// What resources are ordered by; keys of one parameter can be compared.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum SortKey {
    /// A date, in milliseconds since 1970.
    Instant(i64),
    /// A text, without case and accents.
    Text(String),
}

/// The key of a resource: of several values the one that comes first in this direction. `None`
/// without a value; such resources come last, in either direction.
pub fn sort_key(
    _parameter: &SearchParameter,
    _resource: &Object,
    _direction: Direction,
) -> Option<SortKey> {
    None
}
