//! `GET|POST [base]/$export`, and what follows: status, manifest, cancellation.
//!
//! <http://hl7.org/fhir/uv/bulkdata/STU2/export.html>, and the Danish eHealth platform's operation
//! `$export-poll-status`.
//!
//! ```text
//! GET [base]/$export?_type=Organization          202, Content-Location: [base]/$export-poll-status?_jobId=…
//! GET [base]/$export-poll-status?_jobId=…        202 with X-Progress, in the end 200 with the manifest
//! DELETE [base]/$export-poll-status?_jobId=…     202: cancelled
//! GET [base]/Binary/[id]                         a file (interaction/binary.rs)
//! ```
//!
//! Or a schedule asks (schedule.rs). The job belongs to the user who asked for it, and so do its files: nobody else learns anything of
//! either.

mod cancel;
mod kick_off;
mod manifest;
mod parameters;
mod schedule;
mod status;

use fhir::{
    json::Object,
    outcome::{Issue, IssueType},
    parameters::Parameters,
    query::Parameter,
};

pub(crate) use cancel::cancel;
pub(crate) use kick_off::kick_off;
pub use schedule::{Scheduled, ScheduledExport};
pub(crate) use schedule::{note_completed, start as start_scheduled};
pub(super) use status::progress;
pub(crate) use status::status;

use super::out_of_reach;
use crate::{
    failure::{Failure, Kind},
    interaction::Context,
    job::{
        Found, State,
        export::{EXPORT, has_files},
    },
};

/// A parameter of an operation, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Given {
    name: String,
    value: String,
    place: String,
}

/// The parameters of the query, and those of the body.
fn given(query: &[Parameter], body: Option<&Object>) -> Result<Vec<Given>, Failure> {
    let of_query = query.iter().map(|one| {
        let name = match &one.modifier {
            None => one.name.clone(),
            Some(modifier) => format!("{}:{modifier}", one.name),
        };
        Given {
            place: name.clone(),
            name,
            value: one.value.clone(),
        }
    });
    let mut given: Vec<Given> = of_query.collect();
    let Some(body) = body else {
        return Ok(given);
    };
    let mut issues = Vec::new();
    for parameter in Parameters::parse(body).map_err(Failure::malformed)?.iter() {
        let place = format!("Parameters.parameter[{}]", parameter.index);
        let value = match parameter.value {
            Some(serde_json::Value::String(text)) => Some(text.clone()),
            Some(value @ (serde_json::Value::Bool(_) | serde_json::Value::Number(_))) => {
                Some(value.to_string())
            }
            _ => None,
        };
        match value {
            Some(value) => given.push(Given {
                name: parameter.name.to_owned(),
                value,
                place,
            }),
            None => {
                issues.push(Issue::error(IssueType::Value, "a simple value is needed").at(place));
            }
        }
    }
    if issues.is_empty() {
        Ok(given)
    } else {
        Err(Failure::malformed(issues))
    }
}

/// The export that a request for its status names, which must be the caller's.
async fn found(
    context: &Context,
    query: &[Parameter],
    body: Option<&Object>,
) -> Result<Found, Failure> {
    let given = given(query, body)?;
    let mut ids = given.iter().filter(|one| one.name == "_jobId");
    let Some(id) = ids.next().filter(|id| !id.value.is_empty()) else {
        let text =
            "$export-poll-status requires a job ID, please provide the value of target jobId.";
        return Err(Failure::new(Kind::Malformed, IssueType::Required, text));
    };
    let unknown = || {
        let text = format!("there is no job {}", id.value);
        Failure::new(Kind::NotFound, IssueType::NotFound, text)
    };
    let found = context.jobs.find(&id.value).await.map_err(out_of_reach)?;
    let found = found.ok_or_else(unknown)?;
    demand_owner(context, &found.job.owner)?;
    if found.job.kind != EXPORT {
        let text = "Job ID does not correspond to an $export job";
        return Err(Failure::new(Kind::Malformed, IssueType::Invalid, text));
    }
    let is_gone = match found.job.state {
        State::Cancelled => true,
        State::Completed if !has_files(&found.job) => true,
        state => state.is_over() && context.jobs.files_expire(&found) <= context.clock.now(),
    };
    if is_gone {
        return Err(unknown());
    }
    Ok(found)
}

/// Checks that a job is the caller's own. Whoever else asks is told nothing about it.
pub(super) fn demand_owner(context: &Context, owner: &str) -> Result<(), Failure> {
    let user = context.caller.user_id.as_deref().unwrap_or_default();
    if user == owner {
        return Ok(());
    }
    let text = format!("Resource not allowed for user: {user}");
    Err(Failure::new(Kind::Forbidden, IssueType::Forbidden, text))
}
