//! `GET [base]/$import-poll-status?_jobId=…`: how far an import is, and what came of it. `DELETE` ends it.
//!
//! | state | answer |
//! | --- | --- |
//! | under way | 202 with `X-Progress` and `Retry-After` |
//! | completed | 200 with a page of the answer (`_page`), or with `_return=report` a text that sums it up |
//! | failed | 500 |
//! | cancelled, expired, unknown | 404 |
//!
//! The answer is a `batch-response`: an entry for each organization in the order of the request, then one
//! for each Provenance. What was imported before a cancellation stays.

use fhir::{
    outcome::{Issue, IssueType},
    query::Parameter,
};
use http::StatusCode;
use serde_json::json;

use super::{
    IMPORT,
    kick_off::files_out_of_reach,
    part,
    place::{Outcome, Place, Wanted},
};
use crate::{
    failure::{Failure, Kind},
    interaction::{Answer, Context, Special},
    job::{Found, Job, State},
    operation::{export, out_of_reach, reindex},
};

/// Tells how far an import is.
///
/// # Errors
///
/// 400 without a job id and for another kind of job, 403 for somebody else's, 404 for an unknown one and
/// for a page that there is not, 500 when the import failed.
pub(crate) async fn status(context: &Context, query: &[Parameter]) -> Result<Answer, Failure> {
    let found = found(context, query).await?;
    match found.job.state {
        State::Completed => completed(context, query, &found).await,
        State::Failed | State::Cancelled => {
            let reason = found.job.reason.clone().unwrap_or_default();
            let text = format!("the import failed: {reason}. What was imported by then stays");
            Err(Failure::new(Kind::Internal, IssueType::Processing, text))
        }
        state => {
            let share = share(context, &found.job, state).await?;
            Ok(export::progress(context, &found.job, state, &share))
        }
    }
}

/// How many organizations are done, as far as it has been put down: ` (300 of 2000 organizations)`.
async fn share(context: &Context, job: &Job, state: State) -> Result<String, Failure> {
    if state != State::InProgress {
        return Ok(String::new());
    }
    let wanted: Wanted = serde_json::from_value(job.request.clone()).map_err(Failure::internal)?;
    let steps = context.jobs.steps(job).await.map_err(out_of_reach)?;
    let places = steps
        .into_iter()
        .filter_map(|step| serde_json::from_value::<Place>(step.checkpoint).ok());
    let done: usize = places.map(|place| place.tally.organizations()).sum();
    Ok(format!(
        " ({done} of {} organizations)",
        wanted.organizations
    ))
}

/// Ends an import that is under way.
///
/// # Errors
///
/// 404 for one that is over, and as the status.
pub(crate) async fn cancel(context: &Context, query: &[Parameter]) -> Result<Answer, Failure> {
    let found = found(context, query).await?;
    let id = found.job.id.clone();
    if context.jobs.cancel(found).await.map_err(out_of_reach)? {
        let text = format!("The import {id} is cancelled. What was imported by then stays.");
        let issue = Issue::information(IssueType::Informational, text);
        return Ok(reindex::told(&[issue]).answer(StatusCode::ACCEPTED));
    }
    let text = format!("The import {id} is over. Nothing to do.");
    Err(Failure::new(Kind::NotFound, IssueType::NotFound, text))
}

/// The caller's import that a request names.
async fn found(context: &Context, query: &[Parameter]) -> Result<Found, Failure> {
    let Some(id) = value(query, "_jobId").filter(|id| !id.is_empty()) else {
        let text = "$import-poll-status needs the _jobId of an import";
        return Err(Failure::new(Kind::Malformed, IssueType::Required, text));
    };
    let unknown = || {
        let text = format!("there is no job {id}");
        Failure::new(Kind::NotFound, IssueType::NotFound, text)
    };
    let found = context.jobs.find(id).await.map_err(out_of_reach)?;
    let found = found.ok_or_else(unknown)?;
    export::demand_owner(context, &found.job.owner)?;
    if found.job.kind != IMPORT {
        let text = "Job ID does not correspond to an $import-organizations job";
        return Err(Failure::new(Kind::Malformed, IssueType::Invalid, text));
    }
    let state = found.job.state;
    let is_expired = || context.jobs.files_expire(&found) <= context.clock.now();
    if state == State::Cancelled || state.is_over() && is_expired() {
        return Err(unknown());
    }
    Ok(found)
}

async fn completed(
    context: &Context,
    query: &[Parameter],
    found: &Found,
) -> Result<Answer, Failure> {
    let result = found.job.result.clone().unwrap_or_default();
    let outcome: Outcome = serde_json::from_value(result).map_err(Failure::internal)?;
    let told = Special::default().header("x-progress", &outcome.tally.sentence());
    if value(query, "_return") == Some("report") {
        let report = told.body("text/plain; charset=UTF-8", outcome.tally.report());
        return Ok(report.answer(StatusCode::OK));
    }
    let number: usize = value(query, "_page")
        .map_or(Ok(0), str::parse)
        .unwrap_or(usize::MAX);
    let Some(page) = outcome.pages.get(number) else {
        let text = format!("the answer has {} pages, from 0", outcome.pages.len());
        return Err(Failure::new(Kind::NotFound, IssueType::NotFound, text));
    };
    let bytes = context
        .files
        .get(part::key(&found.job.id, page), None)
        .await;
    let text = part::unpack(&bytes.map_err(files_out_of_reach)?).map_err(Failure::internal)?;
    let url = |page: usize| {
        let base = &context.settings.base_url;
        format!(
            "{base}/$import-poll-status?_jobId={}&_page={page}",
            found.job.id
        )
    };
    let mut links = vec![json!({"relation": "self", "url": url(number)})];
    if number + 1 < outcome.pages.len() {
        links.push(json!({"relation": "next", "url": url(number + 1)}));
    }
    let entries: Vec<&str> = text.lines().collect();
    let bundle = format!(
        "{{\"resourceType\":\"Bundle\",\"type\":\"batch-response\",\"link\":{},\"entry\":[{}]}}",
        serde_json::Value::from(links),
        entries.join(",")
    );
    let bundle = told.body("application/fhir+json; charset=UTF-8", bundle);
    Ok(bundle.answer(StatusCode::OK))
}

fn value<'a>(query: &'a [Parameter], name: &str) -> Option<&'a str> {
    let mut all = query.iter().filter(|one| one.name == name);
    all.next().map(|one| one.value.as_str())
}
