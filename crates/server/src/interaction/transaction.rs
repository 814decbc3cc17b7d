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
    json::Object,
    outcome::IssueType,
    resource::Resource,
};
use serde_json::Value;
use store::DocumentKey;

use crate::{
    auth,
    failure::{Failure, Kind},
    interaction::{
        Answer, Conditions, Context, EntryStyle, Request, bundle, history, perform, search,
    },
    operation,
    route::{Route, Routed},
    rules,
    search::Shape,
    write::{self, Action, Criterion, Operation, Patch, Target, Wanted, Written},
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
    let brings_codes = entries.iter().any(brings_codes);
    let parts = split(context, entries, brings_codes).await?;
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
                    bundle::response_entry(context, &answer, style, &warnings)
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
    /// A read, and the resource that it depends on, if there is one.
    Read(Read, Option<Wanted>),
}

/// An entry that reads.
struct Read {
    entry: usize,
    routed: Routed,
    conditions: Conditions,
    /// The input of an operation.
    body: Option<Object>,
}

async fn split(
    context: &Context,
    entries: Vec<BundleEntry>,
    brings_codes: bool,
) -> Result<Vec<Part>, Failure> {
    let mut parts = Vec::with_capacity(entries.len());
    let mut failures = Vec::new();
    for entry in entries {
        let place = entry.path();
        match part(context, entry, brings_codes).await {
            Ok(part) => parts.push(part),
            Err(failure) => failures.push(failure.at(&place)),
        }
    }
    Failure::together(failures).map_or(Ok(parts), Err)
}

async fn part(context: &Context, entry: BundleEntry, brings_codes: bool) -> Result<Part, Failure> {
    let (routed, conditions) = bundle::route(&context.settings, &entry)?;
    auth::demand(&context.caller, &routed.route.right_in_bundle())?;
    context.rules.admit(&routed.route)?;
    let index = entry.index;
    let wanted = |key: &DocumentKey, version, deleted_will_do| {
        Some(Wanted {
            entry: index,
            key: key.clone(),
            version,
            deleted_will_do,
        })
    };
    let wanted = match &routed.route {
        route if route.writes() => {
            let operation = operation(context, entry, routed.route, conditions).await?;
            return Ok(Part::Write(operation));
        }
        Route::Read(key) | Route::Meta(key) => wanted(key, None, false),
        Route::Vread(key, version) => wanted(key, Some(*version), true),
        Route::History(key) => wanted(key, None, true),
        _ => None,
    };
    let body = entry.resource.map(Resource::into_object);
    // what the transaction itself brings cannot be looked up yet
    if !(brings_codes && routed.route == Route::Lookup) {
        check(context, &routed, body.as_ref()).await?;
    }
    let read = Read {
        entry: index,
        routed,
        conditions,
        body,
    };
    Ok(Part::Read(read, wanted))
}

/// Whether an entry writes a code system.
fn brings_codes(entry: &BundleEntry) -> bool {
    let kind = entry.resource.as_ref().map(Resource::resource_type);
    kind == Some("CodeSystem")
}

/// Checks the parameters of a read, since nothing may be stored when one of them is wrong.
async fn check(context: &Context, routed: &Routed, body: Option<&Object>) -> Result<(), Failure> {
    let Routed { route, parameters } = routed;
    match route {
        Route::History(_) | Route::TypeHistory(_) | Route::SystemHistory => {
            history::check(parameters)
        }
        Route::Search(kind) => search::check(context, kind.as_deref(), parameters).await,
        Route::Lookup => operation::lookup(context, parameters, body)
            .await
            .map(|_| ()),
        Route::Read(_) | Route::Vread(..) => Shape::of_read(parameters).map(|_| ()),
        _ => Ok(()),
    }
}

async fn operation(
    context: &Context,
    entry: BundleEntry,
    route: Route,
    conditions: Conditions,
) -> Result<Operation, Failure> {
    let BundleEntry {
        index,
        full_url,
        resource,
        ..
    } = entry;
    let needed = || {
        let missing = "the entry needs a resource";
        Failure::new(Kind::Malformed, IssueType::Required, missing)
    };
    let resource = || resource.ok_or_else(needed);
    let matching = async |kind: &str, query: &str| {
        let criterion = Criterion::read(context, kind, query).await;
        criterion.map(Target::Matching)
    };
    let patch = |resource: Resource| Patch::of_resource(resource.into_object());
    let action = match route {
        Route::Create(kind) => {
            let unless = match &conditions.if_none_exist {
                Some(query) => Some(Criterion::read(context, &kind, query).await?),
                None => None,
            };
            let resource = resource()?;
            Action::Create { resource, unless }
        }
        Route::Update(key) => Action::Update {
            target: Target::Id(key),
            resource: resource()?,
        },
        Route::ConditionalUpdate(kind, query) => Action::Update {
            target: matching(&kind, &query).await?,
            resource: resource()?,
        },
        Route::Patch(key) => Action::Patch {
            target: Target::Id(key),
            patch: patch(resource()?)?,
        },
        Route::ConditionalPatch(kind, query) => Action::Patch {
            target: matching(&kind, &query).await?,
            patch: patch(resource()?)?,
        },
        Route::Delete(key) => Action::Delete {
            target: Target::Id(key),
        },
        Route::ConditionalDelete(kind, query) => Action::Delete {
            target: matching(&kind, &query).await?,
        },
        _ => return Err(Failure::internal("a read is not a write")),
    };
    Ok(Operation {
        entry: Some(index),
        full_url,
        action,
        conditions,
    })
}

fn sort(parts: Vec<Part>) -> (Vec<Operation>, Vec<Read>, Vec<Wanted>) {
    let (mut operations, mut reads, mut wanted) = (Vec::new(), Vec::new(), Vec::new());
    for part in parts {
        match part {
            Part::Write(operation) => operations.push(operation),
            Part::Read(read, want) => {
                reads.push(read);
                wanted.extend(want);
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
    reads: Vec<Read>,
) -> Result<Vec<(usize, Result<Answer, Failure>)>, Failure> {
    let mut answers: Vec<(usize, Result<Answer, Failure>)> = operations
        .iter()
        .zip(written)
        .filter(|(_, written)| !written.is_nothing())
        // what no entry asked for comes last
        .map(|(operation, written)| (operation.entry.unwrap_or(usize::MAX), Ok(written.answer())))
        .collect();
    let reads = reads.into_iter().map(|read| async move {
        let Routed { route, parameters } = read.routed;
        let request = Request {
            route,
            parameters,
            conditions: read.conditions,
            body: read.body,
            patch: None,
            full_entries: false,
            manner: None,
        };
        (read.entry, perform(context, request).await)
    });
    answers.extend(futures::future::join_all(reads).await);
    Ok(answers)
}
