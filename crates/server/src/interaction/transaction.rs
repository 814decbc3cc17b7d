//! `POST [base]` with a `transaction`: all entries or none.
//!
//! <http://hl7.org/fhir/R4/http.html#transaction>
//!
//! 1. Every entry finds its route, and the caller's right to it: all problems of all entries are
//!    told at once.
//! 2. Entries that write become operations of one [`write::write`]: deletes, creates and updates
//!    are one set of writes on different resources, so their order does not matter.
//! 3. Entries that read are checked against the state that there will be, in the same step, and are
//!    read after the commit: they see what the transaction wrote.

use std::collections::BTreeSet;

use fhir::{
    bundle::{Bundle, BundleEntry, BundleKind, Method},
    outcome::IssueType,
};
use serde_json::Value;

use crate::{
    auth,
    failure::{Failure, Kind},
    interaction::{Answer, Conditions, Context, EntryStyle, Request, bundle, history, perform},
    route::{Route, Routed},
    rules,
    write::{self, Action, Criterion, Operation, Target, Wanted, Written},
};

/// Performs a transaction.
///
/// # Errors
///
/// One failure with the issues of all failing entries; nothing is stored then.
pub(super) async fn transaction(
    context: &Context,
    mut bundle: Bundle,
    full_entries: bool,
) -> Result<Answer, Failure> {
    let sent: Vec<usize> = bundle.entries.iter().map(|entry| entry.index).collect();
    rules::receive(context, &mut bundle).await?;
    let Bundle {
        entries, warnings, ..
    } = bundle;
    let kept: BTreeSet<usize> = entries.iter().map(|entry| entry.index).collect();
    let ignored: Vec<usize> = sent
        .into_iter()
        .filter(|entry| !kept.contains(entry))
        .collect();
    let heads: BTreeSet<usize> = entries
        .iter()
        .filter(|entry| entry.request.method == Method::Head)
        .map(|entry| entry.index)
        .collect();
    let parts = split(context, entries)?;
    let (mut operations, reads, wanted) = sort(parts);
    if context.settings.rules.transaction_provenance {
        let record = Action::Record { kind: "Provenance" };
        operations.push(Operation::alone(record, Conditions::default()));
    }
    let written = write::write(context, &operations, &wanted).await?;
    let mut answers = answers(context, &operations, written, reads).await?;
    answers.extend(
        ignored
            .into_iter()
            .map(|entry| (entry, Ok(Answer::nothing()))),
    );
    answers.sort_by_key(|(entry, _)| *entry);
    let entries: Result<Vec<Value>, Failure> = answers
        .into_iter()
        .map(|(entry, answer)| {
            let warnings = bundle::warnings_of(&warnings, entry);
            match answer {
                Ok(answer) => {
                    let answer = if heads.contains(&entry) {
                        answer.without_content()
                    } else {
                        answer
                    };
                    let style = EntryStyle::plain(full_entries);
                    bundle::response_entry(&context.settings, &answer, style, &warnings)
                }
                Err(failure) => Ok(bundle::failed_entry(&failure)),
            }
        })
        .collect();
    Ok(bundle::response_bundle(
        BundleKind::Transaction.response_type(),
        entries?,
    ))
}

/// An entry, understood.
enum Part {
    Write(Operation),
    Read(usize, Routed, Conditions, Wanted),
    /// A read that depends on no resource, such as the capability statement.
    Free(usize, Routed, Conditions),
}

fn split(context: &Context, entries: Vec<BundleEntry>) -> Result<Vec<Part>, Failure> {
    let mut parts = Vec::with_capacity(entries.len());
    let mut failures = Vec::new();
    for entry in entries {
        let place = format!("Bundle.entry[{}]", entry.index);
        match part(context, entry) {
            Ok(part) => parts.push(part),
            Err(failure) => failures.push(failure.at(&place)),
        }
    }
    Failure::together(failures).map_or(Ok(parts), Err)
}

fn part(context: &Context, entry: BundleEntry) -> Result<Part, Failure> {
    let (routed, conditions) = bundle::route(&context.settings, &entry)?;
    auth::demand(&context.caller, &routed.route.right())?;
    context.rules.admit(&routed.route)?;
    let index = entry.index;
    if matches!(
        routed.route,
        Route::History(_) | Route::TypeHistory(_) | Route::SystemHistory
    ) {
        history::check(&routed.parameters)?;
    }
    let wanted = |key, version, deleted_will_do| Wanted {
        entry: index,
        key,
        version,
        deleted_will_do,
    };
    let wanted = match &routed.route {
        Route::Read(key) => wanted(key.clone(), None, false),
        Route::Vread(key, version) => wanted(key.clone(), Some(*version), true),
        Route::History(key) => wanted(key.clone(), None, true),
        Route::Capabilities
        | Route::TypeHistory(_)
        | Route::SystemHistory
        | Route::TraverseToSor(_) => {
            return Ok(Part::Free(index, routed, conditions));
        }
        _ => return operation(entry, routed, conditions).map(Part::Write),
    };
    Ok(Part::Read(index, routed, conditions, wanted))
}

fn operation(
    entry: BundleEntry,
    routed: Routed,
    conditions: Conditions,
) -> Result<Operation, Failure> {
    let resource = || {
        let missing = "the entry needs a resource";
        entry
            .resource
            .ok_or_else(|| Failure::new(Kind::Malformed, IssueType::Required, missing))
    };
    let action = match routed.route {
        Route::Create(kind) => {
            let unless = conditions.if_none_exist.as_deref();
            let unless = unless
                .map(|query| Criterion::parse(&kind, query))
                .transpose()?;
            Action::Create {
                resource: resource()?,
                unless,
            }
        }
        Route::Update(key) => Action::Update {
            target: Target::Id(key),
            resource: resource()?,
        },
        Route::ConditionalUpdate(kind, query) => {
            let target = Target::Matching(Criterion::parse(&kind, &query)?);
            Action::Update {
                target,
                resource: resource()?,
            }
        }
        Route::Delete(key) => Action::Delete {
            target: Target::Id(key),
        },
        Route::ConditionalDelete(kind, query) => Action::Delete {
            target: Target::Matching(Criterion::parse(&kind, &query)?),
        },
        Route::Capabilities
        | Route::Bundle
        | Route::Read(_)
        | Route::Vread(..)
        | Route::History(_)
        | Route::TypeHistory(_)
        | Route::SystemHistory
        | Route::ImportOrganizations
        | Route::TraverseToSor(_)
        | Route::Expunge(_)
        | Route::Export
        | Route::ExportStatus
        | Route::ExportCancel => return Err(Failure::internal("a read is not a write")),
    };
    Ok(Operation {
        entry: Some(entry.index),
        full_url: entry.full_url,
        action,
        conditions,
    })
}

type Reads = Vec<(usize, Routed, Conditions)>;

fn sort(parts: Vec<Part>) -> (Vec<Operation>, Reads, Vec<Wanted>) {
    let (mut operations, mut reads, mut wanted) = (Vec::new(), Vec::new(), Vec::new());
    for part in parts {
        match part {
            Part::Write(operation) => operations.push(operation),
            Part::Free(entry, routed, conditions) => reads.push((entry, routed, conditions)),
            Part::Read(entry, routed, conditions, want) => {
                reads.push((entry, routed, conditions));
                wanted.push(want);
            }
        }
    }
    (operations, reads, wanted)
}

/// The answers of all entries. A read can still fail here when somebody else deletes its resource
/// right after the commit; its entry says so then.
async fn answers(
    context: &Context,
    operations: &[Operation],
    written: Vec<Written>,
    reads: Reads,
) -> Result<Vec<(usize, Result<Answer, Failure>)>, Failure> {
    let mut answers: Vec<(usize, Result<Answer, Failure>)> = operations
        .iter()
        .zip(written)
        .filter(|(_, written)| !written.is_nothing())
        // what no entry asked for comes last
        .map(|(operation, written)| (operation.entry.unwrap_or(usize::MAX), Ok(written.answer())))
        .collect();
    let reads = reads
        .into_iter()
        .map(|(entry, routed, conditions)| async move {
            let Routed { route, parameters } = routed;
            let request = Request {
                route,
                parameters,
                conditions,
                body: None,
                full_entries: false,
                manner: None,
            };
            (entry, perform(context, request).await)
        });
    answers.extend(futures::future::join_all(reads).await);
    Ok(answers)
}
