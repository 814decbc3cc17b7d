//! `POST [base]` with a `batch`: every entry on its own.
//!
//! <http://hl7.org/fhir/R4/http.html#transaction>: "there SHALL be no interdependencies between the
//! different entries in the Bundle that cause change". The entries run concurrently; one that fails
//! says so in its own response entry, and the batch as a whole is 200.

use std::sync::Arc;

use fhir::bundle::{Bundle, BundleEntry, BundleKind, Method, Refused};
use futures::{FutureExt, StreamExt, stream};
use serde_json::Value;

use crate::{
    failure::Failure,
    interaction::{Answer, Context, EntryStyle, Request, bundle, perform},
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
    refused: Vec<Refused>,
    full_entries: bool,
) -> Result<Answer, Failure> {
    let Bundle {
        entries, warnings, ..
    } = batch;
    let mut answered: Vec<(usize, Value)> = stream::iter(entries)
        .map(|entry| {
            let index = entry.index;
            let warnings = bundle::warnings_of(&warnings, index);
            async move {
                let place = entry.path();
                let answer = one(context, entry).await.and_then(|answer| {
                    let style = EntryStyle::plain(full_entries);
                    bundle::response_entry(context, &answer, style, &warnings)
                });
                let answer =
                    answer.unwrap_or_else(|failure| bundle::failed_entry(&failure.at(&place)));
                (index, answer)
            }
            .boxed()
        })
        .buffered(CONCURRENCY)
        .collect()
        .await;
    answered.extend(refused.into_iter().map(|Refused { index, issues }| {
        (index, bundle::failed_entry(&Failure::malformed(issues)))
    }));
    answered.sort_by_key(|(index, _)| *index);
    let entries = answered.into_iter().map(|(_, entry)| entry).collect();
    Ok(bundle::response_bundle(
        BundleKind::Batch.response_type(),
        entries,
    ))
}

async fn one(context: &Context, entry: BundleEntry) -> Result<Answer, Failure> {
    let once = context.once.as_ref();
    let context = &Context {
        once: once.map(|once| Arc::new(once.part(entry.index))),
        ..context.clone()
    };
    let (Routed { route, parameters }, conditions) = bundle::route(&context.settings, &entry)?;
    let (body, patch) = bundle::body(&route, entry.resource)?;
    let request = Request {
        route,
        parameters,
        conditions,
        body,
        patch,
        full_entries: false,
        manner: None,
    };
    let answer = perform(context, request).await?;
    match entry.request.method {
        Method::Head => Ok(answer.without_content()),
        _ => Ok(answer),
    }
}
