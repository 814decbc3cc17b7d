//! Two entries about one resource, which no transaction may have (T8).
//!
//! <http://hl7.org/fhir/R4/http.html#trules>: "If any resource identities (including resolved
//! identities from conditional update/delete) overlap in steps 1-3, then the transaction SHALL fail."

use std::collections::{BTreeMap, BTreeSet};

use fhir::outcome::{Issue, IssueType};

use super::{
    Operation,
    identity::{Identified, place},
};
use crate::failure::{Failure, Kind};

/// All entries that are about the same resource as another, or that create on the same condition.
pub(super) fn overlaps(
    operations: &[Operation],
    identified: &[Identified],
) -> Vec<(Option<usize>, Failure)> {
    let mut by_key: BTreeMap<String, Vec<&Operation>> = BTreeMap::new();
    for (operation, identified) in operations.iter().zip(identified) {
        by_key
            .entry(identified.key.to_string())
            .or_default()
            .push(operation);
        let condition = operation.criterion().filter(|_| identified.head.is_none());
        if let Some(criterion) = condition {
            by_key.entry(criterion.name()).or_default().push(operation);
        }
    }
    let several = by_key
        .into_iter()
        .filter(|(_, operations)| operations.len() > 1);
    let mut told = BTreeSet::new();
    several
        .flat_map(|(key, operations)| {
            let text = format!("Transaction bundle contains multiple resources with ID: {key}");
            operations.into_iter().map(move |operation| {
                let issue = Issue::error(IssueType::Invalid, text.clone());
                let failure = Failure::of(Kind::Malformed, issue);
                (operation.entry, place(operation, failure))
            })
        })
        .filter(|(entry, _)| told.insert(*entry))
        .collect()
}
