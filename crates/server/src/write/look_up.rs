//! Reads every resource and every criterion that the operations name.
//!
//! Two round trips at most when criteria are identifiers: the key items of all criteria and the heads of
//! all named resources together, then the heads of the resources that the criteria found. Other criteria
//! are searched for after their key items were read: whoever commits later changes the key item, and our
//! commit is refused.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use fhir::{
    reference::Reference,
    rewrite::{self, LinkKind},
    search_parameter::Set,
};
use futures::{
    StreamExt, TryStreamExt,
    future::{self, FutureExt},
    stream,
};
use store::{DocumentKey, Found, Head, StoreError};

use super::references::has_placeholders;
use crate::{
    failure::Failure,
    interaction::Context,
    search::Search,
    write::{Criterion, Operation, Wanted},
};

/// Criteria that are searched for at the same time.
const CONCURRENCY: usize = 16;
/// Matches that are told apart from one: two are several.
const SEVERAL: usize = 2;

/// The stored state that the operations are planned on.
#[derive(Debug)]
pub(super) struct Known {
    heads: BTreeMap<DocumentKey, Option<Head>>,
    /// What each criterion found, by its name.
    matches: HashMap<String, Vec<Head>>,
    /// What each criterion would find, were it not deleted.
    buried: HashMap<String, Vec<Head>>,
    guards: Vec<Found>,
    /// The criteria of references, by how they are written.
    references: HashMap<String, Result<Criterion, Failure>>,
    deletions: HashSet<(DocumentKey, u64)>,
    /// The search parameters whose index entries are made.
    pub(super) indexed: Set,
}

impl Known {
    /// Reads the state.
    ///
    /// # Errors
    ///
    /// Whatever the store fails with; 400 for a criterion that is too costly.
    pub(super) async fn look_up(
        context: &Context,
        operations: &[Operation],
        wanted: &[Wanted],
    ) -> Result<Self, Failure> {
        let indexed = context.registry.indexed(context).await?;
        let references = conditional_references(context, operations).await?;
        let criteria: BTreeMap<String, &Criterion> = operations
            .iter()
            .filter_map(Operation::criterion)
            .chain(references.values().filter_map(|read| read.as_ref().ok()))
            .map(|criterion| (criterion.name(), criterion))
            .collect();
        let guards: HashSet<_> = criteria
            .values()
            .map(|criterion| criterion.guard())
            .collect();
        let guards: Vec<_> = guards.into_iter().collect();
        let named = operations.iter().filter_map(Operation::keys);
        let keys: BTreeSet<DocumentKey> = named
            .chain(wanted.iter().map(|wanted| wanted.key.clone()))
            .collect();
        let keys: Vec<DocumentKey> = keys.into_iter().collect();
        let (heads, found, deletions) = future::try_join3(
            context.store.read_many(&keys),
            context.store.find_many(&guards),
            deletions(context, wanted),
        )
        .await?;
        let found: HashMap<_, Found> = guards.into_iter().zip(found).collect();
        let matches = matches(context, &criteria, &found).await?;
        let buried = buried(&criteria, &found);
        let guards = guards_of(&criteria, found, &matches);
        Ok(Self {
            heads: keys.into_iter().zip(heads).collect(),
            matches,
            buried,
            guards,
            references,
            deletions,
            indexed,
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
        self.matches
            .get(&criterion.name())
            .map_or(&[], Vec::as_slice)
    }

    /// The criterion of a reference such as `Organization?identifier=…`.
    pub(super) fn reference(&self, kind: &str, query: &str) -> Option<&Result<Criterion, Failure>> {
        self.references.get(&format!("{kind}?{query}"))
    }

    /// The resource that matched a criterion before it was deleted: the latest, if there are several.
    pub(super) fn buried(&self, criterion: &Criterion) -> Option<&Head> {
        let buried = self.buried.get(&criterion.name()).into_iter().flatten();
        buried.max_by_key(|head| head.last_updated)
    }

    /// What the commit has to protect: every criterion that was looked at.
    pub(super) fn into_guards(self) -> Vec<Found> {
        self.guards
    }
}

type Guards = HashMap<(String, store::Criterion), Found>;

/// What each criterion finds, by its name. All searches share the budget of one.
async fn matches(
    context: &Context,
    criteria: &BTreeMap<String, &Criterion>,
    found: &Guards,
) -> Result<HashMap<String, Vec<Head>>, Failure> {
    let mut matches = HashMap::new();
    let mut searched = Vec::new();
    for (name, criterion) in criteria {
        if criterion.is_identifier() {
            let owners = found
                .get(&criterion.guard())
                .map(|found| found.owners.clone());
            matches.insert(name.clone(), owners.unwrap_or_default());
        } else {
            searched.push((name.clone(), *criterion));
        }
    }
    if searched.is_empty() {
        return Ok(matches);
    }
    let search = &Search::begin(context).await?;
    let asked: Vec<_> = searched
        .into_iter()
        .map(|(name, criterion)| {
            async move {
                let found = search.all(&criterion.kind, &criterion.conditions, SEVERAL);
                let found = found.await.map_err(|failure| criterion.failure(failure))?;
                let heads: Vec<Head> = found.into_iter().map(|found| found.head).collect();
                Ok::<_, Failure>((name, heads))
            }
            .boxed()
        })
        .collect();
    let searched: Vec<(String, Vec<Head>)> = stream::iter(asked)
        .buffered(CONCURRENCY)
        .try_collect()
        .await?;
    matches.extend(searched);
    Ok(matches)
}

/// What each criterion on an identifier would find, were it not deleted.
fn buried(criteria: &BTreeMap<String, &Criterion>, found: &Guards) -> HashMap<String, Vec<Head>> {
    let buried = criteria.iter().filter_map(|(name, criterion)| {
        let found = found.get(&criterion.guard())?;
        Some((name.clone(), found.buried.clone()))
    });
    buried.filter(|(_, heads)| !heads.is_empty()).collect()
}

/// The key items of all criteria. Those of criteria that are no identifiers and found nothing are held
/// by this transaction alone, so that of two that create by the same criterion one is refused.
fn guards_of(
    criteria: &BTreeMap<String, &Criterion>,
    mut found: Guards,
    matches: &HashMap<String, Vec<Head>>,
) -> Vec<Found> {
    let mut guards = Vec::with_capacity(found.len());
    for (name, criterion) in criteria {
        if let Some(guard) = found.remove(&criterion.guard()) {
            let is_open = matches.get(name).is_none_or(Vec::is_empty);
            let is_alone = is_open && !criterion.is_identifier();
            guards.push(if is_alone { guard.held_alone() } else { guard });
        }
    }
    guards
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
/// What is wrong with them is told when the references are resolved.
async fn conditional_references(
    context: &Context,
    operations: &[Operation],
) -> Result<HashMap<String, Result<Criterion, Failure>>, Failure> {
    let mut texts: BTreeSet<(String, String)> = BTreeSet::new();
    for operation in operations
        .iter()
        .filter(|operation| has_placeholders(operation))
    {
        let Some(resource) = operation.resource() else {
            continue;
        };
        for link in rewrite::links(resource.object()) {
            if link.kind == LinkKind::Reference
                && let Reference::Conditional { kind, query } = Reference::parse(&link.text)
            {
                texts.insert((kind.to_owned(), query.to_owned()));
            }
        }
    }
    if texts.is_empty() {
        return Ok(HashMap::new());
    }
    let set = context.registry.searched(context).await?;
    let read = texts.into_iter().map(|(kind, query)| {
        let criterion = Criterion::parse(&set, &context.settings.base_url, &kind, &query);
        (format!("{kind}?{query}"), criterion)
    });
    Ok(read.collect())
}
