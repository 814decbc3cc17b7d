//! Index entries, and the ranges that find them.

use crate::json::Object;
use crate::search_parameter::Set;

/// Under what a resource stands in the index of its type.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IndexEntry {
    /// The parameter's code.
    pub parameter: String,
    /// Which partition of the parameter's index.
    pub partition: String,
    /// The place within the partition; entries are ordered by its bytes.
    pub sort: String,
}

/// Entries of one partition whose sort text is in `from..=to`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Range {
    /// The parameter's code.
    pub parameter: String,
    /// Which partition of the parameter's index.
    pub partition: String,
    /// The first sort text; `None` from the start.
    pub from: Option<String>,
    /// The last sort text; it ends with U+10FFFF, so that it is also an upper bound of everything
    /// that only starts with what it starts with. `None` up to the end.
    pub to: Option<String>,
}

/// The entries of a resource: sorted, none twice. It must have its id.
pub fn index_entries(_set: &Set, _resource: &Object) -> Vec<IndexEntry> {
    Vec::new()
}
