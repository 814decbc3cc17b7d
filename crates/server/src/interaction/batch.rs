//! `POST [base]` with a `batch`: every entry on its own.
//!
//! <http://hl7.org/fhir/R4/http.html#transaction>: "there SHALL be no interdependencies between the
//! different entries in the Bundle that cause change". The entries run concurrently; one that fails
//! says so in its own response entry, and the batch as a whole is 200.

use fhir::bundle::{Bundle, BundleEntry};
use futures::{FutureExt, StreamExt, stream};
use serde_json::Value;

use crate::{
    failure::Failure,
    interaction::{Answer, Context, Request, bundle, perform},
    route::Routed,
};

/// Entries that run at the same time.
const CONCURRENCY: usize = 16;

/// Performs a batch.
///
/// # Errors
///
/// None of its own: a failing entry is part of the answer.
pub(super) async fn batch(
    context: &Context,
    batch: Bundle,
    full_entries: bool,
) -> Result<Answer, Failure> {
    let Bundle {
        entries, warnings, ..
    } = batch;
    let entries: Vec<Value> = stream::iter(entries)
        .map(|entry| {
            let warnings = bundle::warnings_of(&warnings, entry.index);
            async move {
                let place = format!("Bundle.entry[{}]", entry.index);
                let answer = one(context, entry).await.and_then(|answer| {
                    bundle::response_entry(&context.settings, &answer, full_entries, &warnings)
                });
                answer.unwrap_or_else(|failure| bundle::failed_entry(&failure.at(&place)))
            }
            .boxed()
        })
        .buffered(CONCURRENCY)
        .collect()
        .await;
    Ok(bundle::response_bundle("batch-response", entries))
}

async fn one(context: &Context, entry: BundleEntry) -> Result<Answer, Failure> {
    let (Routed { route, parameters }, conditions) = bundle::route(&context.settings, &entry)?;
    let body = entry.resource.map(fhir::resource::Resource::into_object);
    perform(
        context,
        Request {
            route,
            parameters,
            conditions,
            body,
            full_entries: false,
        },
    )
    .await
}
