//! `POST [base]/$import-organizations`: trees of organizations from a Danish register, created or updated
//! in one step.
//!
//! <https://docs.ehealth.sundhed.dk/latest/ig/OperationDefinition--s-import-organizations.html>
//!
//! ```json
//! {"resourceType": "Parameters", "parameter": [{"name": "organizations",
//!   "resource": {"resourceType": "Bundle", "type": "transaction", "entry": ["…"]}}]}
//! ```
//!
//! A bare Bundle is taken as well. What the entries must be, whom they match and what becomes of what is
//! stored is for the rules (`rules::fut::Import`); here is the order of events:
//!
//! 1. The rules receive the bundle: requests, profile, trees.
//! 2. Every entry becomes an import by its register's identifier, and there is one record of all.
//! 3. `write` commits them together, or none.
//! 4. The answer has an entry for each, and one for the Provenance if there is one.
//!
//! With `Prefer: respond-async` what is sent may be larger than a transaction, or NDJSON:
//!
//! ```text
//! kick_off   what was sent is kept in files, and a job begins: 202
//! trees      which entries belong together
//! work       each tree is a transaction of its own
//! status     how far it is, and what came of it
//! part       the files; place, what is counted; retention, when they go
//! ```

mod input;
mod kick_off;
mod part;
mod place;
mod retention;
mod status;
mod trees;
mod work;

use std::sync::Arc;

use fhir::{
    bundle::{Bundle, BundleEntry, BundleKind},
    json::Object,
    outcome::{Issue, IssueType},
};
use serde_json::Value;

use crate::{
    failure::{Failure, Kind},
    interaction::{
        Answer, Conditions, Context, EntryStyle, Manner, response_bundle, response_entry,
        warnings_of,
    },
    rules::{self, fut},
    write::{self, Action, Criterion, Operation},
};

pub(crate) use retention::sweep;
pub(crate) use status::{cancel, status};
pub(crate) use work::Import as ImportWork;

/// The name of the kind in the records of jobs.
pub(crate) const IMPORT: &str = "import-organizations";

/// Imports the organizations of a bundle: now, or with `Prefer: respond-async` as a job.
///
/// # Errors
///
/// 400 for a body that holds no transaction and for two entries about one organization, 413 for too
/// many entries, 422 for what breaks a rule. Nothing is written then.
pub(crate) async fn import_organizations(
    context: &Context,
    body: Option<Object>,
    manner: Option<&Manner>,
) -> Result<Answer, Failure> {
    let bundle = input::bundle(body.unwrap_or_default())?;
    if manner.is_some_and(|manner| manner.is_async) {
        return kick_off::kick_off(context, bundle).await;
    }
    Ok(response_bundle(
        BundleKind::Transaction.response_type(),
        import(context, bundle, &[]).await?,
    ))
}

/// Imports one transaction: the entries of the answer. `positions` are those of its entries in what was
/// sent, when that was more.
///
/// # Errors
///
/// As [`import_organizations`].
async fn import(
    context: &Context,
    bundle: Object,
    positions: &[usize],
) -> Result<Vec<Value>, Failure> {
    check_size(context, &bundle)?;
    let parsed = Bundle::parse(bundle, &[BundleKind::Transaction]);
    let mut bundle = parsed.map_err(|issues| Failure::malformed(moved(issues, positions)))?;
    for (entry, position) in bundle.entries.iter_mut().zip(positions) {
        entry.index = *position;
    }
    for (entry, issue) in &mut bundle.warnings {
        *entry = positions.get(*entry).copied().unwrap_or(*entry);
        issue.expression = renumbered(&issue.expression, positions);
    }
    let context = &Context {
        rules: context.rules.with(Arc::new(fut::Import)),
        ..context.clone()
    };
    rules::receive(context, &mut bundle).await?;
    let Bundle {
        entries, warnings, ..
    } = bundle;
    let operations: Result<Vec<Operation>, Failure> = entries.into_iter().map(operation).collect();
    let mut operations = operations?;
    operations.push(Operation::alone(
        Action::Record { kind: "Provenance" },
        Conditions::default(),
    ));
    let written = write::write(context, &operations, &[]).await?;
    let style = EntryStyle {
        absolute_location: true,
        weak_etag: context.settings.rules.weak_etags,
        full: false,
    };
    let told = operations
        .iter()
        .zip(written)
        .filter(|(_, one)| !one.is_nothing());
    told.map(|(operation, one)| {
        let own = operation.entry.map(|entry| warnings_of(&warnings, entry));
        let own = own.unwrap_or_default();
        response_entry(context, &one.answer(), style, &own)
    })
    .collect()
}

/// Issues about entries, where those stand in what was sent.
fn moved(issues: Vec<Issue>, positions: &[usize]) -> Vec<Issue> {
    let moved = issues.into_iter().map(|issue| Issue {
        expression: renumbered(&issue.expression, positions),
        ..issue
    });
    moved.collect()
}

/// `Bundle.entry[0].resource` becomes `Bundle.entry[7].resource` for the entry at position 7.
fn renumbered(expressions: &[String], positions: &[usize]) -> Vec<String> {
    let renumber = |expression: &String| {
        let (number, rest) = expression.strip_prefix("Bundle.entry[")?.split_once(']')?;
        let position = positions.get(number.parse::<usize>().ok()?)?;
        Some(format!("Bundle.entry[{position}]{rest}"))
    };
    let all = expressions.iter();
    all.map(|one| renumber(one).unwrap_or_else(|| one.clone()))
        .collect()
}

/// I16.
fn check_size(context: &Context, bundle: &Object) -> Result<(), Failure> {
    let entries = bundle
        .get("entry")
        .and_then(Value::as_array)
        .map_or(0, Vec::len);
    let limit = context.settings.max_transaction_entries;
    if entries <= limit {
        return Ok(());
    }
    let text = format!(
        "the import has {entries} organizations; the limit of one call is {limit}. Split it by tree: \
         every organization in the same call as the one it is part of, or in a later one. Or send it with \
         Prefer: respond-async, which makes a job of it"
    );
    Err(Failure::new(Kind::TooLarge, IssueType::TooCostly, text).at("Bundle.entry"))
}

/// An entry as an operation.
fn operation(entry: BundleEntry) -> Result<Operation, Failure> {
    let missing = || Failure::internal("an entry without what the rules demand");
    let resource = entry.resource.ok_or_else(missing)?;
    let (system, value) = fut::import_key(resource.object()).ok_or_else(missing)?;
    let criterion = Criterion::identifier("Organization", system, value);
    Ok(Operation {
        entry: Some(entry.index),
        full_url: entry.full_url,
        action: Action::Import {
            criterion,
            resource,
        },
        conditions: Conditions::default(),
    })
}
