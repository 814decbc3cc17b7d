//! An export begins: X1 to X8.

use std::{collections::BTreeSet, time::Duration};

use fhir::{json::Object, outcome::IssueType, query::Parameter, schema};
use http::{StatusCode, header};
use store::Millis;

use super::{given, out_of_reach, parameters};
use crate::{
    auth::{self, Right},
    failure::{Failure, Kind},
    interaction::{Answer, Context, Manner, Special},
    job::{
        Job, NewJob, Refused,
        export::{EXPORT, Wanted, until_closed},
    },
};

/// Begins an export on behalf of the caller.
///
/// # Errors
///
/// 400 for parameters that are not supported, and without `Prefer: respond-async`; 403 for types
/// that the caller may not search; 429 when the caller has enough exports under way.
pub(crate) async fn kick_off(
    context: &Context,
    query: &[Parameter],
    body: Option<&Object>,
    manner: &Manner,
) -> Result<Answer, Failure> {
    if !manner.is_async {
        let text = "Must request async processing for $export";
        return Err(Failure::new(Kind::Malformed, IssueType::Required, text));
    }
    let mut wanted = parameters::wanted(&given(query, body)?, manner.is_lenient)?;
    wanted.url = format!(
        "{}/{}",
        context.settings.base_url,
        manner.path.trim_start_matches('/')
    );
    wanted.kinds = allowed(context, wanted.kinds)?;
    let owner = context.caller.user_id.clone().unwrap_or_default();
    let (job, _) = start(context, owner, wanted).await?;
    let status = format!(
        "{}/$export-poll-status?_jobId={}",
        context.settings.base_url, job.id
    );
    Ok(Special::default()
        .header(header::CONTENT_LOCATION, &status)
        .header(header::CONTENT_LENGTH, "0")
        .answer(StatusCode::ACCEPTED))
}

/// The types that are exported: those that are asked for, or else those that the caller may.
fn allowed(
    context: &Context,
    kinds: Option<BTreeSet<String>>,
) -> Result<Option<BTreeSet<String>>, Failure> {
    let demand = |kind: &str| auth::demand(&context.caller, &Right::Export(kind.to_owned()));
    if let Some(kinds) = kinds {
        for kind in &kinds {
            demand(kind)?;
        }
        return Ok(Some(kinds));
    }
    let all = schema::resource_types().filter(|kind| *kind != "Binary");
    let (mut allowed, mut refused) = (BTreeSet::new(), None);
    for kind in all {
        match demand(kind) {
            Ok(()) => {
                allowed.insert(kind.to_owned());
            }
            Err(failure) => refused = Some(failure),
        }
    }
    match refused {
        None => Ok(None),
        Some(failure) if allowed.is_empty() => Err(failure),
        Some(_) => Ok(Some(allowed)),
    }
}

/// Begins an export, and tells its `transactionTime` beside it.
///
/// # Errors
///
/// 429 when the owner has enough of them under way, 503 when jobs cannot be reached.
pub(super) async fn start(
    context: &Context,
    owner: String,
    wanted: Wanted,
) -> Result<(Job, Millis), Failure> {
    let at = context.store.closed_until().max(context.clock.now());
    let wanted = Wanted { at: at.0, ..wanted };
    let places = context.settings.export.at_a_time;
    let new = NewJob {
        id: None,
        kind: EXPORT,
        owner,
        request: serde_json::to_value(wanted).map_err(Failure::internal)?,
        at_a_time: places,
        delay: until_closed(&context.store, at).unwrap_or(Duration::ZERO),
    };
    let job = context.jobs.kick_off(new).await;
    job.map(|job| (job, at)).map_err(|refused| match refused {
        Refused::TooMany(count) => {
            let text = format!("{count} exports are under way; the limit is {places} at a time");
            Failure::new(Kind::TooMany, IssueType::Throttled, text)
        }
        Refused::Again(again) => out_of_reach(again),
    })
}
