//! `GET [base]/$hapi.fhir.reindex-status?_jobId=…`: how far a reindex is.
//!
//! The asynchronous pattern of bundles: 202 with `X-Progress` while it runs, 200 with a
//! `batch-response` in the end, also when it has failed.
//!
//! | state | status | `X-Progress` |
//! | --- | --- | --- |
//! | accepted | 202 | `$reindex job has not yet started` |
//! | in progress | 202 | `$reindex job has started and is in progress` |
//! | finalizing | 202 | `$reindex job has started and is being finalized` |
//! | completed | 200 | `$reindex job has completed successfully` |
//! | failed | 200 | `$reindex job has failed with error: …` |
//! | cancelled | 200 | `$reindex job has been cancelled` |
//!
//! With `_return=report` a completed one answers with the report alone, as text.

mod report;

use fhir::{
    outcome::{Issue, IssueType, outcome},
    query::Parameter,
};
use http::{StatusCode, header};
use serde_json::{Value, json};

use super::reindex::{information, told};
use crate::{
    failure::{Failure, Kind},
    interaction::{Answer, Context, Special},
    job::{
        Job, State,
        reindex::{REINDEX, Tally},
    },
    route::Route,
};

/// How long a client is advised to wait.
const RETRY_AFTER_S: &str = "120";

/// Tells how far a reindex is.
///
/// # Errors
///
/// 400 without a job id and for another kind of job, 404 for an unknown one.
pub(crate) async fn reindex_status(
    context: &Context,
    query: &[Parameter],
) -> Result<Answer, Failure> {
    let job = found(context, query).await?;
    let is_report = Route::ReindexStatus.may_be_text(query);
    match job.state {
        State::Accepted => Ok(pending("$reindex job has not yet started")),
        State::InProgress => Ok(pending("$reindex job has started and is in progress")),
        State::Finalizing => Ok(pending("$reindex job has started and is being finalized")),
        State::Completed => completed(context, &job, is_report),
        State::Failed => {
            let reason = job.reason.as_deref().unwrap_or("unknown");
            let text = format!("$reindex job has failed with error: {reason}");
            let issue = Issue::error(IssueType::Processing, text.as_str());
            Ok(over(&text, "500 Internal Server Error", &[issue]))
        }
        State::Cancelled => {
            let text = "$reindex job has been cancelled";
            let issue = Issue::warning(IssueType::Informational, text);
            Ok(over(text, "200 OK", &[issue]))
        }
    }
}

async fn found(context: &Context, query: &[Parameter]) -> Result<Job, Failure> {
    let id = query.iter().find(|one| one.name == "_jobId");
    let Some(id) = id.filter(|id| !id.value.is_empty()) else {
        return Err(Failure::new(
            Kind::Malformed,
            IssueType::Required,
            "Missing job id",
        ));
    };
    let found = context.jobs.find(&id.value).await;
    let Some(found) = found.map_err(super::out_of_reach)? else {
        let text = format!("Invalid/unknown job ID: {}", id.value);
        return Err(Failure::new(Kind::NotFound, IssueType::NotFound, text));
    };
    if found.job.kind != REINDEX {
        let text = "Job ID does not correspond to a $reindex job";
        return Err(Failure::new(Kind::Malformed, IssueType::Invalid, text));
    }
    Ok(found.job)
}

fn pending(text: &str) -> Answer {
    told(&[information(text)])
        .header("x-progress", text)
        .header(header::RETRY_AFTER, RETRY_AFTER_S)
        .answer(StatusCode::ACCEPTED)
}

fn completed(context: &Context, job: &Job, is_report: bool) -> Result<Answer, Failure> {
    let result = job.result.clone().unwrap_or_default();
    let tally: Tally = serde_json::from_value(result).map_err(Failure::internal)?;
    let report = report::report(job, &tally);
    if is_report {
        return Ok(Special::default()
            .body("text/plain; charset=UTF-8", report)
            .answer(StatusCode::OK));
    }
    let place = format!(
        "Access raw text report at URL: {}/$hapi.fhir.reindex-status?_jobId={}&_return=report",
        context.settings.base_url, job.id
    );
    let mut issues = vec![information(report), information(place)];
    for (resource, reason) in &tally.failures {
        let text = format!("{resource} was not reindexed: {reason}");
        issues.push(Issue::error(IssueType::Processing, text));
    }
    let text = "$reindex job has completed successfully";
    Ok(over(text, "200 OK", &issues))
}

/// What came of the job, as the response to an entry of a batch.
fn over(progress: &str, status: &str, issues: &[Issue]) -> Answer {
    let bundle = json!({
        "resourceType": "Bundle",
        "type": "batch-response",
        "entry": [{"response": {"status": status, "outcome": Value::Object(outcome(issues))}}]
    });
    Special::default()
        .body("application/fhir+json; charset=UTF-8", bundle.to_string())
        .header("x-progress", progress)
        .answer(StatusCode::OK)
}
