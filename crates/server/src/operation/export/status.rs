//! `GET [base]/$export-poll-status?_jobId=…`: how far an export is, P1 to P7.

use fhir::{instant::Instant, json::Object, outcome::IssueType, query::Parameter};
use http::{StatusCode, header};
use store::Millis;

use super::{found, manifest, out_of_reach};
use crate::{
    failure::{Failure, Kind},
    interaction::{Answer, Context, Special},
    job::{Job, State, export::until_closed},
};

/// The longest wait that a client is advised, in seconds; the first one is short.
const LONGEST_WAIT: i64 = 120;
/// A client is advised to wait for a part of the time that it has waited so far: so much of it.
const PART_OF_AGE: i64 = 4;

/// Tells how far an export is: 202 while it runs, 200 with the manifest when it is complete.
///
/// # Errors
///
/// 400 without a job id, 404 for an unknown or cancelled job, 403 for somebody else's, 500 when the
/// export failed.
pub(crate) async fn status(
    context: &Context,
    query: &[Parameter],
    body: Option<&Object>,
) -> Result<Answer, Failure> {
    let found = found(context, query, body).await?;
    match found.job.state {
        State::Completed => manifest::manifest(context, &found).await,
        State::Failed | State::Cancelled => {
            let reason = found.job.reason.clone().unwrap_or_default();
            let text = format!("the export failed: {reason}");
            Err(Failure::new(Kind::Internal, IssueType::Processing, text))
        }
        state => {
            let share = share(context, &found.job, state).await?;
            Ok(progress(context, &found.job, state, &share))
        }
    }
}

/// The share of an export's steps that are done: ` (40%)`, when it is divided into several.
async fn share(context: &Context, job: &Job, state: State) -> Result<String, Failure> {
    if state != State::InProgress || job.plan.len() < 2 {
        return Ok(String::new());
    }
    let steps = context.jobs.steps(job).await.map_err(out_of_reach)?;
    let done = steps.iter().filter(|step| step.is_done).count();
    Ok(format!(" ({}%)", done * 100 / steps.len().max(1)))
}

/// 202: a job is under way, in this state, and how much of it is done.
pub(in crate::operation) fn progress(
    context: &Context,
    job: &Job,
    state: State,
    share: &str,
) -> Answer {
    let word = match state {
        State::Accepted => "QUEUED",
        State::InProgress => "IN_PROGRESS",
        _ => "FINALIZE",
    };
    let at = Instant::from_millis(job.changed);
    let told = format!("Build in progress - Status set to {word} at {at}{share}");
    let wait = advised_wait(context, job).to_string();
    Special::default()
        .header("x-progress", &told)
        .header(header::RETRY_AFTER, &wait)
        .header(header::CONTENT_LENGTH, "0")
        .answer(StatusCode::ACCEPTED)
}

/// Seconds after which it is worth while to ask again.
fn advised_wait(context: &Context, job: &Job) -> i64 {
    let now = context.clock.now();
    let age = now.since(Millis(job.created)) / 1_000;
    let at = job.request.get("at").and_then(serde_json::Value::as_i64);
    let closed = at.and_then(|at| until_closed(&context.store, Millis(at)));
    let closed = closed.and_then(|wait| i64::try_from(wait.as_secs()).ok());
    (age / PART_OF_AGE)
        .max(closed.unwrap_or(0))
        .clamp(1, LONGEST_WAIT)
}
