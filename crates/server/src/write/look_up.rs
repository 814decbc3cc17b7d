//! Reads every resource and every criterion that the operations name.
//!
//! Two round trips at most: the key items of all criteria and the heads of all named resources
//! together, then the heads of the resources that the criteria found.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use fhir::{
    reference::Reference,
    rewrite::{self, LinkKind},
};
use futures::future;
use store::{DocumentKey, Found, Head};

use crate::{
    failure::Failure,
    interaction::Context,
    write::{Criterion, Operation, Wanted},
};

/// The stored state that the operations are planned on.
#[derive(Debug)]
pub(super) struct Known {
    heads: BTreeMap<DocumentKey, Option<Head>>,
    found: HashMap<(String, store::Criterion), Found>,
}

impl Known {
    /// Reads the state.
    ///
    /// # Errors
    ///
    /// 400 for criteria in references that are not supported; whatever the store fails with.
    pub(super) async fn look_up(
        context: &Context,
        operations: &[Operation],
        wanted: &[Wanted],
    ) -> Result<Self, Failure> {
        let mut criteria: HashSet<(String, store::Criterion)> = operations
            .iter()
            .filter_map(Operation::criterion)
            .map(|criterion| (criterion.kind.clone(), criterion.identifier.clone()))
            .collect();
        criteria.extend(conditional_references(operations)?);
        let criteria: Vec<_> = criteria.into_iter().collect();
        let named = operations.iter().filter_map(Operation::keys);
        let keys: BTreeSet<DocumentKey> = named
            .chain(wanted.iter().map(|wanted| wanted.key.clone()))
            .collect();
        let keys: Vec<DocumentKey> = keys.into_iter().collect();
        let (heads, found) = future::try_join(
            context.store.read_many(&keys),
            context.store.find_many(&criteria),
        )
        .await?;
        Ok(Self {
            heads: keys.into_iter().zip(heads).collect(),
            found: criteria.into_iter().zip(found).collect(),
        })
    }

    /// The current state of a resource, deleted or not; none when it never was.
    pub(super) fn head(&self, key: &DocumentKey) -> Option<&Head> {
        self.heads.get(key).and_then(Option::as_ref)
    }

    /// The resources that match a criterion.
    pub(super) fn matches(&self, criterion: &Criterion) -> &[Head] {
        let key = (criterion.kind.clone(), criterion.identifier.clone());
        self.found.get(&key).map_or(&[], |found| &found.owners)
    }

    /// What the commit has to protect: every criterion that was looked at.
    pub(super) fn into_guards(self) -> Vec<Found> {
        self.found.into_values().collect()
    }
}

/// The criteria of references such as `Organization?identifier=…` (T15), which only bundles have.
fn conditional_references(
    operations: &[Operation],
) -> Result<Vec<(String, store::Criterion)>, Failure> {
    let mut criteria = Vec::new();
    let mut failures = Vec::new();
    for operation in operations
        .iter()
        .filter(|operation| operation.entry.is_some())
    {
        let Some(resource) = operation.resource() else {
            continue;
        };
        for link in rewrite::links(resource.object()) {
            if link.kind != LinkKind::Reference {
                continue;
            }
            if let Reference::Conditional { kind, query } = Reference::parse(&link.text) {
                match Criterion::parse(kind, query) {
                    Ok(criterion) => criteria.push((criterion.kind, criterion.identifier)),
                    Err(failure) => failures.push(failure.at(&operation.name("reference"))),
                }
            }
        }
    }
    Failure::together(failures).map_or(Ok(criteria), Err)
}
