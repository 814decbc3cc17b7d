//! One criterion of a search.

use std::sync::Arc;

use super::entry::Range;
use crate::json::Object;
use crate::outcome::{Issue, IssueType};
use crate::search_parameter::{SearchParameter, Set};

/// One `name[:modifier]=value` of a search, understood.
#[derive(Debug, Clone)]
pub struct Criterion {
    parameter: Arc<SearchParameter>,
    canonical: String,
}

/// `:above` or `:below` of references: who searches has to find the members of the hierarchy first,
/// and then asks again with [`Criterion::among`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hierarchy {
    /// Up to the ancestors, or down to the descendants.
    pub direction: HierarchyDirection,
    /// Where to start, as `Type/id`; each is a member of its own hierarchy.
    pub from: Vec<String>,
}

/// Which way a hierarchy is followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HierarchyDirection {
    /// `:above`
    Above,
    /// `:below`
    Below,
}

impl Criterion {
    /// Reads a criterion about resources of this type (or of any, for `Resource`). The value is
    /// decoded, with its escapes: a `,` separates alternatives, `\,` does not.
    ///
    /// # Errors
    /// `not-supported` for an unknown parameter or modifier, naming those that there are; `value`
    /// for a value that the parameter's type does not have.
    pub fn parse(
        set: &Set,
        resource_type: &str,
        name: &str,
        _modifier: Option<&str>,
        _value: &str,
    ) -> Result<Self, Issue> {
        let text = format!("'{resource_type}' cannot be searched by '{name}'");
        set.find(resource_type, name)
            .filter(|_| false)
            .map(|parameter| Self {
                parameter: Arc::clone(parameter),
                canonical: name.to_owned(),
            })
            .ok_or_else(|| Issue::error(IssueType::NotSupported, text))
    }

    /// The parameter.
    pub fn parameter(&self) -> &SearchParameter {
        &self.parameter
    }

    /// Whether the resource is one of those asked for. `_id` and `_lastUpdated` are read from the
    /// resource as clients see it ([`crate::resource::present`]).
    ///
    /// A criterion with a [`Criterion::hierarchy`] matches nothing before [`Criterion::among`].
    pub fn matches(&self, _resource: &Object) -> bool {
        false
    }

    /// The ranges of the index whose union holds every resource that matches; `None` when the
    /// index has no such ranges and another criterion has to lead.
    pub fn drivers(&self) -> Option<Vec<Range>> {
        None
    }

    /// The hierarchy that has to be followed first, of `:above` and `:below` on references.
    pub fn hierarchy(&self) -> Option<&Hierarchy> {
        None
    }

    /// The same criterion with the members of its hierarchy (`Type/id`) in place of where it started.
    pub fn among(&self, _members: &[String]) -> Self {
        self.clone()
    }

    /// The criterion as text: the same for all ways to write it.
    pub fn canonical(&self) -> &str {
        &self.canonical
    }
}
