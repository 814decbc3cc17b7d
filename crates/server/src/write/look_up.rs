//! Reads every resource and every criterion that the operations name.
//!
//! Two round trips at most: the key items of all criteria and the heads of all named resources
//! together, then the heads of the resources that the criteria found.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use fhir::{
    reference::Reference,
    rewrite::{self, LinkKind},
};
use futures::future::{self, FutureExt};
use store::{DocumentKey, Found, Head, StoreError};

use super::references::has_placeholders;
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
    deletions: HashSet<(DocumentKey, u64)>,
}

impl Known {
    /// Reads the state.
    ///
    /// # Errors
    ///
    /// Whatever the store fails with.
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
        criteria.extend(conditional_references(operations));
        let criteria: Vec<_> = criteria.into_iter().collect();
        let named = operations.iter().filter_map(Operation::keys);
        let keys: BTreeSet<DocumentKey> = named
            .chain(wanted.iter().map(|wanted| wanted.key.clone()))
            .collect();
        let keys: Vec<DocumentKey> = keys.into_iter().collect();
        let (heads, found, deletions) = future::try_join3(
            context.store.read_many(&keys),
            context.store.find_many(&criteria),
            deletions(context, wanted),
        )
        .await?;
        Ok(Self {
            heads: keys.into_iter().zip(heads).collect(),
            found: criteria.into_iter().zip(found).collect(),
            deletions,
        })
    }

    /// Whether this version of the past is a deletion; asked of versions that entries read.
    pub(super) fn is_deletion(&self, key: &DocumentKey, version: u64) -> bool {
        self.deletions.contains(&(key.clone(), version))
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

    /// The resource that matched a criterion before it was deleted: the latest, if there are several.
    pub(super) fn buried(&self, criterion: &Criterion) -> Option<&Head> {
        let key = (criterion.kind.clone(), criterion.identifier.clone());
        let buried = self
            .found
            .get(&key)
            .into_iter()
            .flat_map(|found| &found.buried);
        buried.max_by_key(|head| head.last_updated)
    }

    /// What the commit has to protect: every criterion that was looked at.
    pub(super) fn into_guards(self) -> Vec<Found> {
        self.found.into_values().collect()
    }
}

/// Which of the versions that entries read are deletions. A version never changes, so this holds
/// after the commit as well.
async fn deletions(
    context: &Context,
    wanted: &[Wanted],
) -> Result<HashSet<(DocumentKey, u64)>, StoreError> {
    let versions = wanted
        .iter()
        .filter_map(|wanted| Some((&wanted.key, wanted.version?.0)));
    let reads = versions.map(|(key, version)| {
        async move {
            let found = context.store.read_version(key, version).await?;
            let deletion = found.filter(|found| found.deleted);
            Ok(deletion.map(|found| (found.key, version)))
        }
        .boxed()
    });
    let found: Vec<Option<_>> = future::try_join_all(reads).await?;
    Ok(found.into_iter().flatten().collect())
}

/// The criteria of references such as `Organization?identifier=…` (T15), which only bundles have.
/// Those that are not supported are told when the references are resolved.
fn conditional_references(operations: &[Operation]) -> Vec<(String, store::Criterion)> {
    let mut criteria = Vec::new();
    for operation in operations
        .iter()
        .filter(|operation| has_placeholders(operation))
    {
        let Some(resource) = operation.resource() else {
            continue;
        };
        for link in rewrite::links(resource.object()) {
            if link.kind != LinkKind::Reference {
                continue;
            }
            if let Reference::Conditional { kind, query } = Reference::parse(&link.text)
                && let Ok(criterion) = Criterion::parse(kind, query)
            {
                criteria.push((criterion.kind, criterion.identifier));
            }
        }
    }
    criteria
}
