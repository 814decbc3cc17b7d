//! Exports that a schedule asks for, and not a user: X8.
//!
//! They belong to the user whom the configuration names. When they are chained, each one has what
//! changed since the last *completed* one: a run that fails or is cancelled is made up for by the
//! next. A record remembers where the chain is:
//!
//! ```json
//! {"job": "<the latest run>", "at": 1795240800000, "completed": 1795154400000}
//! ```

use fhir::instant::Instant;
use serde::{Deserialize, Serialize};
use store::{Record, RecordError, RecordKey};

use super::{Given, kick_off, out_of_reach, parameters};
use crate::{
    failure::{Failure, Kind},
    interaction::Context,
    job::State,
};

/// An export that a schedule asks for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ScheduledExport {
    /// The user whom the job and its files belong to.
    pub owner: String,
    /// As in `_type`: types, separated by commas; all when there are none.
    pub types: String,
    /// Whether only what changed since the last completed one is exported, from the second on.
    pub is_chained: bool,
}

/// What became of a scheduled export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scheduled {
    /// The job of this id has begun.
    Started(String),
    /// The one before, of this id, is still under way.
    UnderWay(String),
}

/// Where a chain is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Chain {
    /// The latest run.
    job: String,
    /// Its `transactionTime`.
    at: i64,
    /// The `transactionTime` of the last completed run.
    completed: Option<i64>,
}

const CHAINS: &str = "schedules";

/// Begins a scheduled export, unless the one before is still under way.
///
/// # Errors
///
/// 400 for types that there are none of; 429 when the owner has enough exports under way; 503 when
/// something cannot be reached.
pub(crate) async fn start(
    context: &Context,
    scheduled: &ScheduledExport,
) -> Result<Scheduled, Failure> {
    let key = RecordKey::new(CHAINS, format!("{}#{}", scheduled.owner, scheduled.types));
    let (chain, revision) = match context.store.record(&key).await? {
        Some(record) => {
            let (chain, revision) = chain(context, record).await?;
            (Some(chain), Some(revision))
        }
        None => (None, None),
    };
    if let Some(chain) = &chain {
        let found = context.jobs.find(&chain.job).await.map_err(out_of_reach)?;
        if found.is_some_and(|found| !found.job.state.is_over()) {
            return Ok(Scheduled::UnderWay(chain.job.clone()));
        }
    }
    let completed = chain.and_then(|chain| chain.completed);
    let since = completed.filter(|_| scheduled.is_chained);
    let mut wanted = parameters::wanted(&asked(scheduled, since), false)?;
    wanted.url = url(context, scheduled, since);
    let (job, at) = kick_off::start(context, scheduled.owner.clone(), wanted).await?;
    let chain = Chain {
        job: job.id.clone(),
        at: at.0,
        completed,
    };
    match put(context, &key, &chain, revision).await {
        Ok(()) => Ok(Scheduled::Started(job.id)),
        Err(RecordError::Conflict) => {
            // the schedule has called twice, and the other call was first
            let found = context.jobs.find(&job.id).await.map_err(out_of_reach)?;
            if let Some(found) = found {
                context.jobs.cancel(found).await.map_err(out_of_reach)?;
            }
            Ok(Scheduled::UnderWay(job.id))
        }
        Err(error) => Err(unavailable(error)),
    }
}

/// Notes which runs are completed, before it is forgotten that there were such jobs.
///
/// # Errors
///
/// 503 when something cannot be reached.
pub(crate) async fn note_completed(context: &Context) -> Result<(), Failure> {
    let page = context.store.records(CHAINS, None, None, 1_000).await?;
    for record in page.records {
        chain(context, record).await?;
    }
    Ok(())
}

/// Where a chain is by now that was as in this record, and the revision of its record.
async fn chain(context: &Context, record: Record) -> Result<(Chain, u64), Failure> {
    let Record { key, revision, .. } = record;
    let chain: Chain = serde_json::from_slice(&record.body).map_err(Failure::internal)?;
    if chain.completed == Some(chain.at) {
        return Ok((chain, revision));
    }
    let found = context.jobs.find(&chain.job).await.map_err(out_of_reach)?;
    if found.is_none_or(|found| found.job.state != State::Completed) {
        return Ok((chain, revision));
    }
    let chain = Chain {
        completed: Some(chain.at),
        ..chain
    };
    match put(context, &key, &chain, Some(revision)).await {
        Ok(()) => Ok((chain, revision + 1)),
        // somebody else has noted the same, or begun a run: what follows here finds out
        Err(RecordError::Conflict) => Ok((chain, revision)),
        Err(error) => Err(unavailable(error)),
    }
}

async fn put(
    context: &Context,
    key: &RecordKey,
    chain: &Chain,
    revision: Option<u64>,
) -> Result<(), RecordError> {
    let body = serde_json::to_vec(chain).unwrap_or_default();
    let put = context.store.put_record(key, body.into(), revision, None);
    put.await.map(drop)
}

fn asked(scheduled: &ScheduledExport, since: Option<i64>) -> Vec<Given> {
    let given = |name: &str, value: String| Given {
        name: name.to_owned(),
        value,
        place: name.to_owned(),
    };
    let since = since.map(|since| given("_since", Instant::from_millis(since).to_string()));
    let types = Some(given("_type", scheduled.types.clone()));
    types.into_iter().chain(since).collect()
}

/// As a user would have asked: for the manifest.
fn url(context: &Context, scheduled: &ScheduledExport, since: Option<i64>) -> String {
    let types = Some(&scheduled.types).filter(|types| !types.is_empty());
    let types = types.map(|types| format!("_type={types}"));
    let since = since.map(|since| {
        let since = Instant::from_millis(since).to_string();
        format!("_since={}", since.replace('+', "%2B"))
    });
    let query: Vec<String> = types.into_iter().chain(since).collect();
    let mark = if query.is_empty() { "" } else { "?" };
    format!(
        "{}/$export{mark}{}",
        context.settings.base_url,
        query.join("&")
    )
}

fn unavailable(error: RecordError) -> Failure {
    Failure {
        source: Some(error.into()),
        ..Failure::new(
            Kind::Unavailable,
            fhir::outcome::IssueType::Transient,
            "the schedule cannot be reached; try again",
        )
    }
}
