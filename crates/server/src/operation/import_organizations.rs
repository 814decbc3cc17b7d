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

mod input;

use std::sync::Arc;

use fhir::{
    bundle::{Bundle, BundleEntry, BundleKind},
    json::Object,
    outcome::IssueType,
};
use serde_json::Value;

use crate::{
    failure::{Failure, Kind},
    interaction::{
        Answer, Conditions, Context, EntryStyle, response_bundle, response_entry, warnings_of,
    },
    rules::{self, fut},
    write::{self, Action, Criterion, Operation},
};

/// Imports the organizations of a bundle.
///
/// # Errors
///
/// 400 for a body that holds no transaction and for two entries about one organization, 413 for too
/// many entries, 422 for what breaks a rule. Nothing is written then.
pub(crate) async fn import_organizations(
    context: &Context,
    body: Option<Object>,
) -> Result<Answer, Failure> {
    let bundle = input::bundle(body.unwrap_or_default())?;
    check_size(context, &bundle)?;
    let parsed = Bundle::parse(bundle, &[BundleKind::Transaction]);
    let mut bundle = parsed.map_err(Failure::malformed)?;
    let context = &Context {
        rules: context.rules.with(Arc::new(fut::Import)),
        ..context.clone()
    };
    rules::receive(context, &mut bundle).await?;
    let Bundle {
        entries, warnings, ..
    } = bundle;
    let operations: Result<Vec<Operation>, Failure> = entries.into_iter().map(import).collect();
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
    let entries: Result<Vec<Value>, Failure> = told
        .map(|(operation, one)| {
            let own = operation.entry.map(|entry| warnings_of(&warnings, entry));
            let own = own.unwrap_or_default();
            response_entry(context, &one.answer(), style, &own)
        })
        .collect();
    Ok(response_bundle(
        BundleKind::Transaction.response_type(),
        entries?,
    ))
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
         every organization in the same call as the one it is part of, or in a later one"
    );
    Err(Failure::new(Kind::TooLarge, IssueType::TooCostly, text).at("Bundle.entry"))
}

/// An entry as an operation.
fn import(entry: BundleEntry) -> Result<Operation, Failure> {
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
