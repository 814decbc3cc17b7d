//! The one place where rule sets meet writes: they judge each change, merge it with what is stored,
//! and record all of them.

use fhir::{instant::Instant, json::Object, outcome::Issue, resource::Resource};
use store::Head;

use super::identity::Identified;
use crate::{
    failure::Failure,
    interaction::Context,
    rules::{self, Author, Cause, Change, RuleSet},
    write::{Action, Operation},
};

/// What the rules leave of an operation.
#[derive(Debug, Default)]
pub(super) struct Reviewed {
    /// What is to be stored.
    pub(super) body: Option<Resource>,
    /// What the client is told although it is stored.
    pub(super) warnings: Vec<Issue>,
}

/// Lets every rule set in force review every change.
///
/// # Errors
///
/// All errors, set by set and ordered by entry, with the status that the set gives them.
pub(super) fn review(
    context: &Context,
    operations: &[Operation],
    identified: &[Identified],
    bodies: Vec<Option<Resource>>,
) -> Result<Vec<Reviewed>, Failure> {
    if context.rules.are_none() {
        let plain = bodies.into_iter().map(|body| Reviewed {
            body,
            warnings: Vec::new(),
        });
        return Ok(plain.collect());
    }
    let mut changes = changes(context, operations, identified, bodies)?;
    let mut warnings: Vec<Vec<Issue>> = changes.iter().map(|_| Vec::new()).collect();
    let mut failures = Vec::new();
    for set in context.rules.iter() {
        let mut errors = Vec::new();
        for (change, warnings) in changes.iter_mut().zip(&mut warnings) {
            let Some(change) = change else {
                continue;
            };
            let issues = set.review(change).into_iter();
            let (refused, told): (Vec<Issue>, Vec<Issue>) = issues
                .map(|issue| placed(set, change, issue))
                .partition(Issue::is_error);
            warnings.extend(told);
            errors.extend(refused);
        }
        failures.extend(rules::refused(set, errors));
    }
    if let Some(failure) = Failure::together(failures) {
        return Err(failure);
    }
    let mut record = record(context, operations, identified, &changes);
    let all = operations.iter().zip(changes).zip(warnings);
    let reviewed = all.map(|((operation, change), warnings)| {
        let body = match operation.action {
            Action::Record { .. } => record.take(),
            _ => change.and_then(|change| change.after),
        };
        Reviewed { body, warnings }
    });
    Ok(reviewed.collect())
}

/// The changes of the operations; none for an operation that changes nothing for certain.
fn changes<'a>(
    context: &Context,
    operations: &'a [Operation],
    identified: &'a [Identified],
    bodies: Vec<Option<Resource>>,
) -> Result<Vec<Option<Change<'a>>>, Failure> {
    let is_test = context.is_test();
    let all = operations.iter().zip(identified).zip(bodies);
    all.map(|((operation, one), after)| {
        let cause = match operation.action {
            Action::Create { .. } => Cause::Create,
            Action::Update { .. } => Cause::Update,
            Action::Import { .. } => Cause::Import,
            Action::Patch { .. } => Cause::Patch,
            Action::Delete { .. } => Cause::Delete,
            Action::Record { .. } => return Ok(None),
        };
        if !one.effect.writes() {
            return Ok(None);
        }
        let live = one.head.as_ref().filter(|head| !head.deleted);
        let before: Option<Object> = live
            .map(|head| serde_json::from_slice(&head.body))
            .transpose()
            .map_err(Failure::internal)?;
        Ok(Some(Change {
            entry: operation.entry,
            cause,
            kind: &one.key.kind,
            id: &one.key.id,
            before,
            after,
            is_test,
        }))
    })
    .collect()
}

fn placed(set: &dyn RuleSet, change: &Change<'_>, issue: Issue) -> Issue {
    let Some(entry) = change.entry else {
        return issue;
    };
    let place = format!("Bundle.entry[{entry}]");
    if set.places_entries_only() {
        return Issue {
            expression: vec![place],
            ..issue
        };
    }
    issue.within(&format!("{place}.resource"))
}

/// The record of the changes, where an operation asks for one and something is altered.
fn record(
    context: &Context,
    operations: &[Operation],
    identified: &[Identified],
    changes: &[Option<Change<'_>>],
) -> Option<Resource> {
    let is_record = |one: &Operation| matches!(one.action, Action::Record { .. });
    let at = operations.iter().position(is_record)?;
    let id = &identified.get(at)?.key.id;
    let altering: Vec<&Change<'_>> = changes
        .iter()
        .zip(identified)
        .filter_map(|(change, one)| Some((change.as_ref()?, one.head.as_ref())))
        .filter(|(change, head)| alters(change, *head))
        .map(|(change, _)| change)
        .collect();
    if altering.is_empty() {
        return None;
    }
    let author = Author {
        user_id: context.caller.user_id.clone(),
        now: Instant::from_millis(context.clock.now().0),
    };
    let mut record = context
        .rules
        .iter()
        .find_map(|set| set.record(&altering, &author))?;
    record.set_id(id);
    Some(record)
}

fn alters(change: &Change<'_>, head: Option<&Head>) -> bool {
    match (&change.before, &change.after, head) {
        (Some(_), Some(after), Some(head)) => head.body != after.stored_body(),
        _ => true,
    }
}
