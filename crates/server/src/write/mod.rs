//! The one pipeline behind every interaction that writes, alone or in a bundle.
//!
//! ```text
//! operation   what is asked for, before anything is known of the stored state
//! criterion   a query that selects a resource: Organization?identifier=…
//! look_up     reads every resource and criterion that the operations name
//! identity    which resource each operation is about, and what will become of it (T7-T9)
//! overlap     no two operations may be about one resource (T8)
//! wanted      what the reads of the same transaction need (T10)
//! references  links between the entries become links to resources (T11-T18)
//! patch       what a resource is after a change of parts of it
//! review      the rule sets in force judge, merge and record the changes
//! plan        bodies, identifiers and conditions as the store wants them
//! written     what became of each operation
//! once        the same, written down for a request that is sent again
//! ```
//!
//! The store commits the plan as a whole or not at all. When somebody else changed what the plan was
//! made on, the pipeline reads again and plans again: the ids given to new resources stay.

mod criterion;
mod identity;
mod look_up;
mod once;
mod operation;
mod overlap;
mod patch;
mod plan;
mod references;
mod review;
mod wanted;
mod written;

pub(crate) use criterion::Criterion;
pub(crate) use once::Once;
pub(crate) use operation::{Action, Operation, Target};
pub(crate) use patch::{JSON_PATCH, Patch};
pub(crate) use plan::{entries, identifiers, identifiers_by};
pub(crate) use wanted::Wanted;
pub(crate) use written::Written;

use fhir::{
    outcome::{Issue, IssueType},
    resource::Resource,
};
use store::{CommitError, Duplicate, Holder, Millis, Transaction};

use self::look_up::Known;
use crate::{
    failure::{Failure, Kind},
    interaction::{Answer, Context},
};

/// How often a plan is made before the request fails with 409.
const ATTEMPTS: u32 = 12;

/// Writes all operations in one atomic step, or none.
///
/// `wanted` are resources that must be there afterwards, for the reads of a transaction.
///
/// # Errors
///
/// All problems of all operations at once, each with its place in the bundle; 409 when others keep
/// changing the same resources; 422 for an identifier that another resource has; 503 when there is no
/// time left.
pub(crate) async fn write(
    context: &Context,
    operations: &[Operation],
    wanted: &[Wanted],
) -> Result<Vec<Written>, Failure> {
    if let Some(once) = &context.once
        && let Some(written) = once.recall(context, operations).await?
    {
        return Ok(seen_by(context, written));
    }
    let new_ids: Vec<String> = operations.iter().map(|_| context.ids.uuid()).collect();
    let began = context.clock.now();
    let mut attempt = 1;
    loop {
        let again = Again {
            first_attempt: (attempt > 1).then_some(began),
            new_ids: &new_ids,
        };
        match attempt_write(context, operations, wanted, &again).await {
            Err(Attempt::Conflict(_)) if is_overdue(context) => {
                return Err(CommitError::Deadline.into());
            }
            Err(Attempt::Conflict(_)) if attempt < ATTEMPTS => {
                let most = 4_u64 << attempt.min(5);
                context.clock.sleep(context.ids.jitter(most)).await;
                attempt += 1;
            }
            Err(Attempt::Conflict(failure) | Attempt::Failed(failure)) => return Err(failure),
            Ok(written) => return Ok(seen_by(context, written)),
        }
    }
}

/// Whether it is too late to try again.
fn is_overdue(context: &Context) -> bool {
    let now = context.clock.now();
    context.deadline.is_some_and(|deadline| now > deadline)
}

/// When it is too late to commit. Also where nobody waits for an answer: who follows the changes
/// counts on commits that take no longer than a request.
fn deadline(context: &Context) -> Millis {
    let longest = i64::try_from(context.settings.request_timeout.as_millis());
    let latest = context.clock.now().plus(longest.unwrap_or(i64::MAX));
    context
        .deadline
        .map_or(latest, |deadline| deadline.min(latest))
}

fn seen_by(context: &Context, written: Vec<Written>) -> Vec<Written> {
    let seen = |one: Written| one.seen_by(&context.caller);
    written.into_iter().map(seen).collect()
}

/// Writes one operation that is a request of its own.
///
/// # Errors
///
/// As [`write()`].
pub(crate) async fn one(context: &Context, operation: Operation) -> Result<Answer, Failure> {
    let written = write(context, &[operation], &[]).await?;
    let written = written.into_iter().next();
    written
        .map(Written::answer)
        .ok_or_else(|| Failure::internal("a write without a result"))
}

/// What an attempt has in common with the one before.
struct Again<'a> {
    /// Ids for new resources.
    new_ids: &'a [String],
    /// When the first attempt began, if this is another one: its priority.
    first_attempt: Option<Millis>,
}

/// Why one attempt did not write.
enum Attempt {
    /// Somebody else was faster: the plan has to be made anew.
    Conflict(Failure),
    /// The request cannot be done.
    Failed(Failure),
}

impl From<Failure> for Attempt {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

async fn attempt_write(
    context: &Context,
    operations: &[Operation],
    wanted: &[Wanted],
    again: &Again<'_>,
) -> Result<Vec<Written>, Attempt> {
    let known = Known::look_up(context, operations, wanted).await?;
    let identified = identity::identify(context, operations, &known, again.new_ids, wanted)?;
    let bodies = references::resolve(context, operations, &identified, &known)?;
    let reviewed = review::review(context, operations, &identified, bodies)?;
    let plan = plan::plan(context, operations, (identified, reviewed), &known.indexed);
    if plan.writes.is_empty() {
        return Ok(plan.finish(Vec::new()));
    }
    let (writes, unfinished) = plan.split();
    let once = context.once.as_ref();
    let transaction = Transaction {
        writes,
        guards: known.into_guards(),
        first_attempt: again.first_attempt,
        deadline: Some(deadline(context)),
        mark: once.map(|once| once.mark(&unfinished.expected())),
    };
    match context.store.commit(transaction).await {
        Ok(committed) => Ok(unfinished.finish(committed)),
        Err(error @ CommitError::Conflict(_)) => Err(Attempt::Conflict(error.into())),
        Err(CommitError::Duplicates(duplicates)) => {
            Err(duplicate_identifiers(context, operations, &unfinished, &duplicates).into())
        }
        Err(error) => Err(Failure::from(error).into()),
    }
}

/// 422: unique identifiers that other resources, or other entries, have already.
fn duplicate_identifiers(
    context: &Context,
    operations: &[Operation],
    plan: &plan::Unfinished,
    duplicates: &[Duplicate],
) -> Failure {
    let place = |write: usize| plan.operation_of(write).and_then(|at| operations.get(at));
    let issues = duplicates.iter().map(|duplicate| {
        let holder = match &duplicate.holder {
            Holder::Document(key) => key.to_string(),
            Holder::Write(write) => {
                place(*write).map_or_else(String::new, |other| other.name("another entry"))
            }
        };
        let token = plan.identifier(duplicate.write, duplicate.identifier);
        let operation = place(duplicate.write);
        let kind = operation.and_then(Operation::resource);
        let kind = kind.map_or("", Resource::resource_type);
        let mut sets = context.rules.iter();
        let said = sets.find_map(|set| set.duplicate(kind, token, &holder));
        let issue = said.unwrap_or_else(|| {
            let text = format!("the identifier {token} is unique, and {holder} has it already");
            Issue::error(IssueType::Duplicate, text)
        });
        match operation {
            Some(operation) => issue.at(operation.name("identifier")),
            None => issue,
        }
    });
    Failure {
        kind: Kind::Unprocessable,
        issues: issues.collect(),
        source: None,
    }
}
