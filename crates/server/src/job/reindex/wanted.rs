//! What a reindex was asked for, and which resources that is.

use fhir::{
    instant::Instant,
    outcome::{Issue, IssueType},
    query, resource,
    search::Criterion,
    search_parameter::Set,
    version::VersionId,
};
use serde::{Deserialize, Serialize};
use store::Head;

/// What was asked for, as the job's record has it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Wanted {
    /// Which resources; all when none are named.
    pub(crate) selected: Vec<Selected>,
    /// Whether the index is what is wanted (`reindexSearchParameters`).
    pub(crate) search_parameters: bool,
    /// Whether nothing is to be changed.
    pub(crate) dry_run: bool,
}

/// Resources of a type, that match a query.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Selected {
    /// The type.
    pub(crate) kind: String,
    /// The query; empty for all of the type.
    pub(crate) query: String,
}

impl Wanted {
    /// Whether every resource gets today's entries.
    pub(crate) fn is_everything(&self) -> bool {
        self.writes() && self.selected.is_empty()
    }

    /// Whether anything is changed.
    pub(super) fn writes(&self) -> bool {
        self.search_parameters && !self.dry_run
    }
}

impl Selected {
    /// The criteria of the query.
    ///
    /// # Errors
    ///
    /// An issue for each that cannot be, or that needs more than the resource itself.
    pub(crate) fn criteria(&self) -> Result<Vec<Criterion>, Vec<Issue>> {
        let mut criteria = Vec::new();
        let mut issues = Vec::new();
        for one in query::parse(&self.query) {
            let modifier = one.modifier.as_deref();
            let parsed =
                Criterion::parse(&Set::default(), &self.kind, &one.name, modifier, &one.value);
            match parsed {
                Ok(criterion) if criterion.hierarchy().is_some() => {
                    let text = format!("{}: hierarchies cannot be reindexed", one.name);
                    issues.push(Issue::error(IssueType::NotSupported, text));
                }
                Ok(criterion) => criteria.push(criterion),
                Err(issue) => issues.push(issue),
            }
        }
        if issues.is_empty() {
            Ok(criteria)
        } else {
            Err(issues)
        }
    }
}

/// Which resources are wanted, ready to be asked.
pub(super) struct Selection(Vec<(String, Vec<Criterion>)>);

impl Selection {
    /// # Errors
    ///
    /// What is on record was checked before; a text for the log.
    pub(super) fn of(wanted: &Wanted) -> Result<Self, String> {
        let mut parts = Vec::new();
        for selected in &wanted.selected {
            let criteria = selected.criteria();
            let criteria = criteria.map_err(|issues| format!("{selected:?}: {issues:?}"))?;
            parts.push((selected.kind.clone(), criteria));
        }
        Ok(Self(parts))
    }

    /// Whether it is a live resource that is wanted.
    pub(super) fn holds(&self, head: &Head) -> bool {
        if head.deleted {
            return false;
        }
        let mut parts = self.0.iter().filter(|(kind, _)| *kind == head.key.kind);
        let matches = |criteria: &[Criterion]| {
            criteria.is_empty() || {
                let at = Instant::from_millis(head.last_updated.0);
                let seen = resource::present(&head.body, VersionId(head.version), at);
                seen.is_ok_and(|seen| criteria.iter().all(|one| one.matches(&seen)))
            }
        };
        self.0.is_empty() || parts.any(|(_, criteria)| matches(criteria))
    }
}
