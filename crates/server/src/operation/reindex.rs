//! `POST [base]/$reindex`: every resource gets the index entries that today's rules give it.
//!
//! <https://hapifhir.io/hapi-fhir/docs/server_jpa/elastic.html>, and the Danish eHealth platform's
//! operation of that name: R4 has none.
//!
//! ```json
//! {"resourceType": "Parameters", "parameter": [{"name": "url", "valueString": "Organization?"}]}
//! ```
//!
//! | parameter | what it says |
//! | --- | --- |
//! | `url` | which resources: `Type?` or `Type?criteria`, any number; all when none is given |
//! | `reindexSearchParameters` | `ALL`, or `NONE`: nothing is done to the index |
//! | `dryRun` | nothing is changed, and the report tells how many would be |
//! | `optimizeStorage`, `optimisticLock`, `correctCurrentVersion`, `batchSize`, `partitionId` | checked, and without effect: storage is as it should be, and writers are never locked out |
//!
//! `SearchParameter` resources of this server come into force by a reindex of everything: first writers
//! index them, and when every resource has their entries, searches use them (`job/reindex`).
//!
//! The answer is 202 with the place of the status (`reindex_status`), whether or not `Prefer:
//! respond-async` was sent.

use std::time::Duration;

use fhir::{
    json::Object,
    outcome::{Issue, IssueType, narrative, outcome},
    parameters::{Parameter, Parameters},
    resource::is_type,
};
use http::{StatusCode, header};
use serde_json::Value;

use crate::{
    failure::{Failure, Kind},
    interaction::{Answer, Context, Special},
    job::{
        NewJob, Refused,
        reindex::{REINDEX, Selected, Wanted},
    },
};

/// Reindexes of one user that may be under way.
const AT_A_TIME: usize = 2;

/// Begins a reindex.
///
/// # Errors
///
/// 400 for parameters that cannot be, 429 when the caller has enough of them under way.
pub(crate) async fn reindex(context: &Context, body: Option<Object>) -> Result<Answer, Failure> {
    let wanted = wanted(body.as_ref())?;
    let new = NewJob {
        id: None,
        kind: REINDEX,
        owner: context.caller.user_id.clone().unwrap_or_default(),
        request: serde_json::to_value(wanted).map_err(Failure::internal)?,
        at_a_time: AT_A_TIME,
        delay: Duration::ZERO,
    };
    let job = context.jobs.kick_off(new).await.map_err(refused)?;
    let status = format!(
        "{}/$hapi.fhir.reindex-status?_jobId={}",
        context.settings.base_url, job.id
    );
    let text =
        format!("$reindex job has been accepted. Poll for status at the following URL: {status}");
    Ok(told(&[information(text)])
        .header(header::CONTENT_LOCATION, &status)
        .answer(StatusCode::ACCEPTED))
}

/// An answer that says this, and no more.
pub(super) fn told(issues: &[Issue]) -> Special {
    let mut outcome = outcome(issues);
    outcome.insert("text".to_owned(), narrative(issues));
    let text = Value::Object(outcome).to_string();
    Special::default().body("application/fhir+json; charset=UTF-8", text)
}

pub(super) fn information(text: impl Into<String>) -> Issue {
    Issue::information(IssueType::Informational, text)
}

fn refused(refused: Refused) -> Failure {
    match refused {
        Refused::TooMany(count) => {
            let text =
                format!("{count} reindexes are under way; the limit is {AT_A_TIME} at a time");
            Failure::new(Kind::TooMany, IssueType::Throttled, text)
        }
        Refused::Again(again) => super::out_of_reach(again),
    }
}

fn wanted(body: Option<&Object>) -> Result<Wanted, Failure> {
    let mut wanted = Wanted {
        search_parameters: true,
        ..Wanted::default()
    };
    let Some(body) = body else {
        return Ok(wanted);
    };
    let mut issues = Vec::new();
    for parameter in Parameters::parse(body).map_err(Failure::malformed)?.iter() {
        let place = format!("Parameters.parameter[{}]", parameter.index);
        if let Err(found) = take(parameter, &mut wanted) {
            issues.extend(found.into_iter().map(|issue| issue.at(&place)));
        }
    }
    if issues.is_empty() {
        Ok(wanted)
    } else {
        Err(Failure::malformed(issues))
    }
}

fn take(parameter: Parameter<'_>, wanted: &mut Wanted) -> Result<(), Vec<Issue>> {
    let value = parameter.value;
    let text = value.and_then(Value::as_str);
    match parameter.name {
        "url" => wanted.selected.push(selected(text.unwrap_or_default())?),
        "reindexSearchParameters" => match text {
            Some("ALL") => wanted.search_parameters = true,
            Some("NONE") => wanted.search_parameters = false,
            _ => return Err(invalid("reindexSearchParameters", value)),
        },
        "optimizeStorage" => match text {
            Some("NONE" | "CURRENT_VERSION" | "ALL_VERSIONS") => {}
            _ => return Err(invalid("optimizeStorage", value)),
        },
        "dryRun" => match value.and_then(Value::as_bool) {
            Some(dry_run) => wanted.dry_run = dry_run,
            None => return Err(invalid("dryRun", value)),
        },
        "optimisticLock" => {
            if value.and_then(Value::as_bool).is_none() {
                return Err(invalid("optimisticLock", value));
            }
        }
        "correctCurrentVersion" | "batchSize" | "partitionId" => {}
        name => {
            let text = format!("the parameter {name} is not supported here");
            return Err(vec![Issue::error(IssueType::NotSupported, text)]);
        }
    }
    Ok(())
}

fn selected(url: &str) -> Result<Selected, Vec<Issue>> {
    let wrong = |text: String| vec![Issue::error(IssueType::Value, text)];
    let Some((kind, query)) = url.split_once('?') else {
        let text = format!("\"{url}\" is no url of resources: Type? or Type?criteria is needed");
        return Err(wrong(text));
    };
    if kind.contains([':', '/']) {
        return Err(wrong(format!(
            "\"{url}\" is absolute: Type?criteria is needed"
        )));
    }
    if !is_type(kind) {
        let text = format!("there is no resource type \"{kind}\" in FHIR R4");
        return Err(wrong(text));
    }
    let selected = Selected {
        kind: kind.to_owned(),
        query: query.to_owned(),
    };
    selected.criteria()?;
    Ok(selected)
}

fn invalid(name: &str, value: Option<&Value>) -> Vec<Issue> {
    let shown = match value {
        Some(Value::String(text)) => text.clone(),
        Some(value) => value.to_string(),
        None => "none".to_owned(),
    };
    let text = format!("Invalid {name} value: {shown}");
    vec![Issue::error(IssueType::Value, text)]
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(parameters: &Value) -> Result<Wanted, Vec<String>> {
        let body = json!({"resourceType": "Parameters", "parameter": parameters});
        wanted(body.as_object()).map_err(|failure| {
            let issues = failure.issues.into_iter();
            issues.map(|issue| issue.diagnostics).collect()
        })
    }

    #[test]
    fn without_parameters_everything_is_reindexed() {
        for wanted in [of(&json!([])).unwrap(), wanted(None).unwrap()] {
            assert!(wanted.selected.is_empty() && wanted.search_parameters && !wanted.dry_run);
        }
    }

    #[test]
    fn urls_name_types_and_criteria() {
        let wanted = of(&json!([
            {"name": "url", "valueString": "Organization?"},
            {"name": "url", "valueString": "Patient?name=a&active=true"}]));
        let selected = wanted.unwrap().selected;
        assert_eq!(selected[0].kind, "Organization");
        assert_eq!(selected[1].query, "name=a&active=true");
    }

    #[test]
    fn all_problems_are_told_at_once() {
        let problems = of(&json!([
            {"name": "url", "valueString": "Organization"},
            {"name": "url", "valueString": "https://x.example/fhir/Organization?"},
            {"name": "url", "valueString": "Organisation?"},
            {"name": "url", "valueString": "Organization?nonsense=1"},
            {"name": "reindexSearchParameters", "valueCode": "SOME"},
            {"name": "optimizeStorage", "valueCode": "PERHAPS"},
            {"name": "optimisticLock", "valueString": "yes"},
            {"name": "dryRun", "valueString": "yes"},
            {"name": "everything", "valueBoolean": true}]));
        let problems = problems.unwrap_err();
        assert_eq!(problems.len(), 9, "{problems:?}");
        assert_eq!(problems[4], "Invalid reindexSearchParameters value: SOME");
        assert_eq!(problems[5], "Invalid optimizeStorage value: PERHAPS");
    }

    #[test]
    fn parameters_of_other_servers_are_taken_and_ignored() {
        let wanted = of(&json!([
            {"name": "optimizeStorage", "valueCode": "CURRENT_VERSION"},
            {"name": "optimisticLock", "valueBoolean": false},
            {"name": "correctCurrentVersion", "valueCode": "ALL"},
            {"name": "batchSize", "valueDecimal": 100},
            {"name": "reindexSearchParameters", "valueCode": "NONE"},
            {"name": "dryRun", "valueBoolean": true}]));
        let wanted = wanted.unwrap();
        assert!(wanted.dry_run && !wanted.search_parameters);
    }
}
