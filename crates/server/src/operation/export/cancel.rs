//! `DELETE [base]/$export-poll-status?_jobId=…`: the owner does not want the export any more, P8.

use fhir::{
    outcome::{self, Issue, IssueType},
    query::Parameter,
};
use http::StatusCode;

use super::{found, out_of_reach};
use crate::{
    failure::{Failure, Kind},
    interaction::{Answer, Context},
    job::{
        Job, State,
        export::{OutputFile, file_key},
    },
};

/// Cancels an export that is under way.
///
/// # Errors
///
/// 404 for one that is over, and as the status.
pub(crate) async fn cancel(context: &Context, query: &[Parameter]) -> Result<Answer, Failure> {
    let found = found(context, query, None).await?;
    let job = found.job.clone();
    if context
        .jobs
        .cancel(found.clone())
        .await
        .map_err(out_of_reach)?
    {
        let text = format!("Job instance <{}> successfully cancelled.", job.id);
        return Ok(accepted(text));
    }
    if job.state == State::Completed && context.settings.export.delete_completed {
        let files = context.jobs.files_of(&job).await.map_err(out_of_reach)?;
        context.jobs.forget(found).await.map_err(out_of_reach)?;
        remove_files(context, &job, files.unwrap_or_default()).await?;
        let text = format!("The files of job instance <{}> were removed.", job.id);
        return Ok(accepted(text));
    }
    let text = format!(
        "Job instance <{}> was already cancelled or has completed.  Nothing to do.",
        job.id
    );
    Err(Failure::new(Kind::NotFound, IssueType::NotFound, text))
}

fn accepted(text: String) -> Answer {
    let issue = Issue::information(IssueType::Informational, text);
    Answer {
        status: StatusCode::ACCEPTED,
        ..Answer::complete(outcome::outcome(&[issue]))
    }
}

/// What is not removed now, the sweep removes.
async fn remove_files(context: &Context, job: &Job, files: Vec<OutputFile>) -> Result<(), Failure> {
    let keys = files.iter().map(|file| file_key(&job.id, &file.id));
    let keys = keys.collect();
    context.files.delete(keys).await.map_err(|error| Failure {
        source: Some(error.into()),
        ..Failure::new(
            Kind::Unavailable,
            IssueType::Transient,
            "the files cannot be reached; they are removed within minutes",
        )
    })
}
