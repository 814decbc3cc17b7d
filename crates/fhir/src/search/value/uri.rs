//! URIs: <http://hl7.org/fhir/R4/search.html#uri>

use super::{Problem, plain};
use crate::search_parameter::Found;

/// A URI that is asked for.
#[derive(Debug, Clone)]
pub(in crate::search) struct UriPattern {
    pub(in crate::search) uri: String,
    pub(in crate::search) how: UriComparison,
}

/// How URIs are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::search) enum UriComparison {
    /// The same; of a canonical, also without its version.
    Exact,
    /// `:above`: the value is the URI or a parent of it.
    Above,
    /// `:below`: the value is the URI or below it.
    Below,
}

impl UriPattern {
    pub(super) fn exact(text: &str) -> Result<Self, Problem> {
        Self::new(text, UriComparison::Exact)
    }

    pub(in crate::search) fn new(text: &str, how: UriComparison) -> Result<Self, Problem> {
        let uri = plain(text)?;
        Ok(Self { uri, how })
    }

    pub(super) fn is_met(&self, found: &Found<'_>) -> bool {
        found.node.as_str().is_some_and(|value| match self.how {
            UriComparison::Exact => is_canonical(value, &self.uri),
            UriComparison::Above => is_within(&self.uri, value),
            UriComparison::Below => is_within(value, &self.uri),
        })
    }
}

/// Whether a value is this URI, or this canonical in some version.
pub(super) fn is_canonical(value: &str, uri: &str) -> bool {
    let rest = value.strip_prefix(uri);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('|'))
}

/// Whether a URI is the other one, or lies below it in its path.
fn is_within(uri: &str, parent: &str) -> bool {
    let rest = uri.strip_prefix(parent);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || parent.ends_with('/'))
}
