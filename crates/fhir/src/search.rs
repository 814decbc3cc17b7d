//! Searches: whether a resource is what a criterion asks for, and how an index finds it.
//!
//! <http://hl7.org/fhir/R4/search.html>
//!
//! A [`Criterion`] is one `name[:modifier]=value` of a query; the alternatives in its value are
//! part of it. [`Criterion::matches`] is the whole truth, looked up on the resource itself. An
//! index only proposes resources: [`index_entries`] says under what a resource stands in it,
//! [`Criterion::drivers`] which ranges of it hold every resource that could match.
//!
//! Chains (`subject.name`), `_has`, `_include` and the `_` parameters that shape a result
//! (`_count`, `_sort`) need more than one resource, and are the business of whoever searches.

mod criterion;
mod entry;
mod fold;
mod modifier;
mod sort;
mod value;

pub use criterion::{Criterion, Hierarchy, HierarchyDirection};
pub use entry::{IndexEntry, Range, index_entries};
pub use sort::{Direction, SortKey, sort_key};

use crate::json::Object;
use crate::search_parameter::{SearchParameter, SearchType};

/// What the values of a reference parameter point to, as they stand in the resource
/// (`Organization/1`, `http://…`), for `_include`, `_revinclude`, chains and `_has`.
pub fn references(parameter: &SearchParameter, resource: &Object) -> Vec<String> {
    if parameter.kind() != SearchType::Reference {
        return Vec::new();
    }
    let found = parameter.values(resource);
    found.iter().filter_map(value::reference::link).collect()
}

#[cfg(test)]
mod tests;
