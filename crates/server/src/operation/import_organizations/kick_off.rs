//! An import as a job: what was sent is kept, tree by tree, and the job is begun.

use std::time::Duration;

use bytes::Bytes;
use fhir::{
    json::Object,
    outcome::{Issue, IssueType},
};
use futures::{
    future::FutureExt,
    stream::{self, StreamExt, TryStreamExt},
};
use http::{StatusCode, header};
use serde_json::Value;

use super::{IMPORT, part, place::Wanted, trees};
use crate::{
    failure::{Failure, Kind},
    interaction::{Answer, Context},
    job::{NewJob, Refused},
    operation::{out_of_reach, reindex},
    port::FileError,
};

/// Imports of one user that may be under way.
const AT_A_TIME: usize = 2;
/// Files that are stored at the same time.
const PUTS: usize = 4;

/// Begins an import on behalf of the caller.
///
/// # Errors
///
/// 400 for what is no transaction with entries, 429 when the caller has enough imports under way, 503
/// when files or jobs cannot be reached.
pub(super) async fn kick_off(context: &Context, bundle: Object) -> Result<Answer, Failure> {
    let entries = entries(bundle)?;
    let job = context.ids.uuid();
    let owner = context.caller.user_id.clone().unwrap_or_default();
    let wanted = Wanted {
        parts: store(context, (&job, &owner), &entries).await?,
        organizations: entries.len(),
    };
    let new = NewJob {
        id: Some(job),
        kind: IMPORT,
        owner,
        request: serde_json::to_value(wanted).map_err(Failure::internal)?,
        at_a_time: AT_A_TIME,
        delay: Duration::ZERO,
    };
    let job = context.jobs.kick_off(new).await.map_err(refused)?;
    let status = format!(
        "{}/$import-poll-status?_jobId={}",
        context.settings.base_url, job.id
    );
    let text = format!("The import has been accepted. Poll for its status at {status}");
    Ok(
        reindex::told(&[Issue::information(IssueType::Informational, text)])
            .header(header::CONTENT_LOCATION, &status)
            .answer(StatusCode::ACCEPTED),
    )
}

/// The entries of a transaction.
fn entries(mut bundle: Object) -> Result<Vec<Value>, Failure> {
    let refuse =
        |text: &str, place: &str| Failure::new(Kind::Malformed, IssueType::Value, text).at(place);
    if bundle.get("type").and_then(Value::as_str) != Some("transaction") {
        return Err(refuse("the bundle must be a transaction", "Bundle.type"));
    }
    match bundle.get_mut("entry") {
        Some(Value::Array(entries)) if !entries.is_empty() => Ok(std::mem::take(entries)),
        _ => Err(refuse("an import needs an organization", "Bundle.entry")),
    }
}

/// Stores the trees in parts of about so many organizations, and tells the files.
async fn store(
    context: &Context,
    (job, owner): (&str, &str),
    entries: &[Value],
) -> Result<Vec<String>, Failure> {
    let mut packed: Vec<Bytes> = Vec::new();
    let mut part: Vec<Vec<(usize, &Value)>> = Vec::new();
    let mut organizations = 0;
    for tree in trees::trees(entries) {
        organizations += tree.len();
        let tree = tree.into_iter();
        part.push(tree.filter_map(|at| Some((at, entries.get(at)?))).collect());
        if organizations >= context.settings.import.part {
            packed.push(pack(&part)?);
            part.clear();
            organizations = 0;
        }
    }
    if !part.is_empty() {
        packed.push(pack(&part)?);
    }
    let puts: Vec<_> = packed
        .into_iter()
        .map(|bytes| {
            async move {
                let file = context.ids.uuid().replace('-', "");
                let put =
                    context
                        .files
                        .put(part::key(job, &file), bytes, part::label_of(job, owner));
                put.await.map(|_| file)
            }
            .boxed()
        })
        .collect();
    let stored = stream::iter(puts).buffered(PUTS).try_collect().await;
    stored.map_err(files_out_of_reach)
}

fn pack(part: &[Vec<(usize, &Value)>]) -> Result<Bytes, Failure> {
    part::pack_trees(part.iter().map(Vec::as_slice)).map_err(Failure::internal)
}

fn refused(refused: Refused) -> Failure {
    match refused {
        Refused::TooMany(count) => {
            let text = format!("{count} imports are under way; the limit is {AT_A_TIME} at a time");
            Failure::new(Kind::TooMany, IssueType::Throttled, text)
        }
        Refused::Again(again) => out_of_reach(again),
    }
}

/// 503: what is sent cannot be kept just now.
pub(super) fn files_out_of_reach(error: FileError) -> Failure {
    Failure {
        source: Some(error.into()),
        ..Failure::new(
            Kind::Unavailable,
            IssueType::Transient,
            "the files of imports cannot be reached; try again",
        )
    }
}
