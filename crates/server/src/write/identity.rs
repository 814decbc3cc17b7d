//! Which resource each operation is about, and what will become of it.
//!
//! <http://hl7.org/fhir/R4/http.html#trules>: deletes, creates, updates and reads, in that order; and
//! "If any resource identities (including resolved identities from conditional update/delete) overlap
//! in steps 1-3, then the transaction SHALL fail." Since no resource is touched twice, the order of
//! the writes does not matter to the result, and they can be one set.

use std::collections::BTreeSet;

use fhir::{outcome::IssueType, resource::Resource, version::VersionId};
use store::{DocumentKey, Head};

use super::look_up::Known;
use crate::{
    failure::{Failure, Kind},
    interaction::Context,
    write::{
        Action, Criterion, Operation, Target, Wanted, overlap, references, wanted, written::Effect,
    },
};

/// The resource of an operation.
#[derive(Debug)]
pub(super) struct Identified {
    /// Its key.
    pub(super) key: DocumentKey,
    /// Its current state, deleted or not.
    pub(super) head: Option<Head>,
    /// What will become of it.
    pub(super) effect: Effect,
}

/// Finds the resource of every operation, in the order of the operations.
///
/// # Errors
///
/// All failures of all operations: 412 for a criterion with several matches or another version than
/// `If-Match` asks for, 404 for an update of an unknown id where that does not create, 400 for ids
/// that contradict each other and for two entries about one resource; 404 and 410 for what the
/// entries want to read.
pub(super) fn identify(
    context: &Context,
    operations: &[Operation],
    known: &Known,
    new_ids: &[String],
    reads: &[Wanted],
) -> Result<Vec<Identified>, Failure> {
    let mut identified = Vec::with_capacity(operations.len());
    let mut failures = Vec::new();
    let mut failed = BTreeSet::new();
    for (operation, new_id) in operations.iter().zip(new_ids) {
        match one(context, operation, known, new_id) {
            Ok(one) => identified.push(one),
            Err(failure) => {
                failed.extend(operation.keys());
                failures.push((operation.entry, place(operation, failure)));
            }
        }
    }
    // Overlaps can only be judged when every identity is known. What a failing entry would write is
    // not missed as well by those that read it.
    if failures.is_empty() {
        failures.extend(overlap::overlaps(operations, &identified));
    }
    let reads = reads.iter().filter(|read| !failed.contains(&read.key));
    failures.extend(wanted::missing(reads, &identified, known));
    if !failures.is_empty() {
        failures.extend(references::unresolved(operations, known));
    }
    failures.sort_by_key(|(entry, _)| *entry);
    let failures = failures.into_iter().map(|(_, failure)| failure).collect();
    Failure::together(failures).map_or(Ok(identified), Err)
}

pub(super) fn place(operation: &Operation, failure: Failure) -> Failure {
    match operation.entry {
        Some(entry) => failure.at(&format!("Bundle.entry[{entry}]")),
        None => failure,
    }
}

fn one(
    context: &Context,
    operation: &Operation,
    known: &Known,
    new_id: &str,
) -> Result<Identified, Failure> {
    match &operation.action {
        Action::Create { resource, unless } => {
            let key = DocumentKey::new(resource.resource_type(), new_id);
            create(known, key, unless.as_ref())
        }
        Action::Record { kind } => create(known, DocumentKey::new(*kind, new_id), None),
        Action::Import { criterion, .. } => import(context, known, criterion, new_id),
        Action::Update {
            target: Target::Id(key),
            resource,
        } => {
            same_id(key, resource.id())?;
            update(context, operation, key.clone(), known.head(key))
        }
        Action::Update {
            target: Target::Matching(criterion),
            resource,
        } => match at_most_one(known, criterion)? {
            Some(head) => {
                resource
                    .id()
                    .map_or(Ok(()), |id| same_id(&head.key, Some(id)))?;
                update(context, operation, head.key.clone(), Some(head))
            }
            None => update_of_nothing(context, operation, known, (criterion, new_id)),
        },
        Action::Patch { target, .. } => {
            let head = match target {
                Target::Id(key) => {
                    let head = known.head(key).ok_or_else(|| Failure::not_found(key))?;
                    if head.deleted {
                        return Err(Failure::gone(key));
                    }
                    head
                }
                Target::Matching(criterion) => at_most_one(known, criterion)?
                    .ok_or_else(|| Failure::not_found(&criterion.text))?,
            };
            update(context, operation, head.key.clone(), Some(head))
        }
        Action::Delete {
            target: Target::Id(key),
        } => delete(operation, key.clone(), known.head(key)),
        Action::Delete {
            target: Target::Matching(criterion),
        } => {
            let head = at_most_one(known, criterion)?;
            let nobody = || DocumentKey::new(criterion.kind.as_str(), new_id);
            delete(
                operation,
                head.map_or_else(nobody, |head| head.key.clone()),
                head,
            )
        }
    }
}

/// C4, C5: a new resource, unless the criterion finds one.
fn create(
    known: &Known,
    key: DocumentKey,
    unless: Option<&Criterion>,
) -> Result<Identified, Failure> {
    let matched = match unless {
        Some(criterion) => at_most_one(known, criterion)?,
        None => None,
    };
    Ok(match matched {
        Some(head) => Identified {
            key: head.key.clone(),
            head: Some(head.clone()),
            effect: Effect::Matched,
        },
        None => Identified {
            key,
            head: None,
            effect: Effect::Created,
        },
    })
}

/// I6, I7, I9: the one that matches; else the one that did before it was deleted; else a new one.
fn import(
    context: &Context,
    known: &Known,
    criterion: &Criterion,
    new_id: &str,
) -> Result<Identified, Failure> {
    let found = known.matches(criterion);
    let several = || {
        let (_, guard) = criterion.guard();
        let token = guard.token.as_deref().unwrap_or_default();
        let mut sets = context.rules.iter();
        let issue = sets.find_map(|set| set.several(token, found.len()));
        issue.map(|issue| Failure::of(Kind::Unprocessable, issue))
    };
    if found.len() > 1
        && let Some(failure) = several()
    {
        return Err(failure);
    }
    let live = at_most_one(known, criterion)?;
    let head = live.or_else(|| known.buried(criterion));
    Ok(Identified {
        key: head.map_or_else(
            || DocumentKey::new(criterion.kind.as_str(), new_id),
            |head| head.key.clone(),
        ),
        head: head.cloned(),
        effect: if live.is_some() {
            Effect::Updated
        } else {
            Effect::Created
        },
    })
}

/// C7: a conditional update that matches nothing creates; with an id of its own it is an update of
/// that id, which must not be taken.
fn update_of_nothing(
    context: &Context,
    operation: &Operation,
    known: &Known,
    (criterion, new_id): (&Criterion, &str),
) -> Result<Identified, Failure> {
    let key = |id: &str| DocumentKey::new(criterion.kind.as_str(), id);
    let Some(id) = operation.resource().and_then(Resource::id) else {
        let nothing = operation.conditions.check_match(&criterion.text, None);
        return nothing.and_then(|()| create(known, key(new_id), None));
    };
    let head = known.head(&key(id));
    if head.is_some_and(|head| !head.deleted) {
        let text = format!("{} exists, and does not match {}", key(id), criterion.text);
        return Err(Failure::new(Kind::Conflict, IssueType::Conflict, text));
    }
    update(context, operation, key(id), head)
}

/// The body's id must be the one that the request is about (C6, C7).
fn same_id(key: &DocumentKey, id: Option<&str>) -> Result<(), Failure> {
    match id {
        Some(id) if id == key.id => Ok(()),
        Some(id) => {
            let text = format!("the resource has the id \"{id}\", but the request is about {key}");
            Err(Failure::new(Kind::Malformed, IssueType::Invalid, text))
        }
        None => {
            let text = format!(
                "an update needs the id in the resource, here \"{}\"",
                key.id
            );
            Err(Failure::new(Kind::Malformed, IssueType::Required, text))
        }
    }
}

fn at_most_one<'a>(known: &'a Known, criterion: &Criterion) -> Result<Option<&'a Head>, Failure> {
    match known.matches(criterion) {
        [] => Ok(None),
        [head] => Ok(Some(head)),
        many => Err(Failure::multiple_matches(format!(
            "{} resources match \"{}\"; one at most may",
            many.len(),
            criterion.text
        ))),
    }
}

fn update(
    context: &Context,
    operation: &Operation,
    key: DocumentKey,
    head: Option<&Head>,
) -> Result<Identified, Failure> {
    let live = head.filter(|head| !head.deleted);
    operation
        .conditions
        .check_match(&key, live.map(|head| VersionId(head.version)))?;
    if head.is_none() && !context.settings.update_create {
        return Err(Failure::not_found(&key));
    }
    let effect = if live.is_some() {
        Effect::Updated
    } else {
        Effect::Created
    };
    Ok(Identified {
        key,
        head: head.cloned(),
        effect,
    })
}

fn delete(
    operation: &Operation,
    key: DocumentKey,
    head: Option<&Head>,
) -> Result<Identified, Failure> {
    let live = head.filter(|head| !head.deleted);
    operation
        .conditions
        .check_match(&key, live.map(|head| VersionId(head.version)))?;
    let effect = match head {
        None => Effect::NotFound,
        Some(head) if head.deleted => Effect::AlreadyDeleted,
        Some(_) => Effect::Deleted,
    };
    Ok(Identified {
        key,
        head: head.cloned(),
        effect,
    })
}
