//! `POST [base]/[type]/[id]/$expunge`: what was deleted or replaced goes for good.
//!
//! <https://hapifhir.io/hapi-fhir/docs/server_jpa/expunge.html>: R4 has no such operation; this is
//! HAPI's, on a single resource.
//!
//! ```json
//! {"resourceType": "Parameters", "parameter": [{"name": "expungePreviousVersions", "valueBoolean": true}]}
//! ```
//!
//! | parameter | what goes |
//! | --- | --- |
//! | `expungePreviousVersions` | all versions but the current one |
//! | `expungeDeletedResources` | the same, if the resource is deleted |
//! | `expungeEverything` | the resource is deleted first |
//!
//! Of a deleted resource the deletion stays, without content: reading it is 410, as before, and its
//! history is that one entry. The answer tells how many versions have gone.

use bytes::Bytes;
use fhir::{
    json::Object,
    outcome::{Issue, IssueType},
    parameters::Parameters,
    resource::Resource,
    search_parameter::Set,
};
use serde_json::{Value, json};
use store::{DocumentKey, Traces};

use crate::{
    failure::{Failure, Kind},
    interaction::{Answer, Conditions, Context},
    write::{self, Action, Operation, Target},
};

/// What is asked for.
#[derive(Debug, Default)]
struct Wanted {
    previous_versions: bool,
    deleted: bool,
    everything: bool,
}

/// Expunges what is asked for.
///
/// # Errors
///
/// 400 for parameters that are unknown or ask for nothing, 404 for a resource that never was.
pub(crate) async fn expunge(
    context: &Context,
    key: DocumentKey,
    body: Option<Object>,
) -> Result<Answer, Failure> {
    let wanted = wanted(&body.unwrap_or_default())?;
    let head = context.store.read(&key).await?;
    let head = head.ok_or_else(|| Failure::not_found(&key))?;
    if wanted.everything && !head.deleted {
        let target = Target::Id(key.clone());
        let operation = Operation::alone(Action::Delete { target }, Conditions::default());
        write::one(context, operation).await?;
    }
    let is_covered =
        wanted.everything || wanted.previous_versions || (wanted.deleted && head.deleted);
    let count = if is_covered {
        let indexed = context.registry.indexed(context).await?;
        let traces = |body: &Bytes| traces(context, &indexed, body);
        context.store.expunge_past(&key, &traces).await?
    } else {
        0
    };
    let answer = json!({
        "resourceType": "Parameters",
        "parameter": [{"name": "count", "valueInteger": count}]
    });
    match answer {
        Value::Object(answer) => Ok(Answer::complete(answer)),
        _ => Err(Failure::internal("parameters are an object")),
    }
}

fn wanted(body: &Object) -> Result<Wanted, Failure> {
    let parameters = Parameters::parse(body).map_err(Failure::malformed)?;
    let mut wanted = Wanted::default();
    let mut issues = Vec::new();
    for parameter in parameters.iter() {
        let place = format!("Parameters.parameter[{}]", parameter.index);
        let into = match parameter.name {
            "expungePreviousVersions" => &mut wanted.previous_versions,
            "expungeDeletedResources" => &mut wanted.deleted,
            "expungeEverything" => &mut wanted.everything,
            name => {
                let text = format!("the parameter {name} is not supported here");
                issues.push(Issue::error(IssueType::NotSupported, text).at(place));
                continue;
            }
        };
        if let Some(value) = parameter.value.and_then(Value::as_bool) {
            *into = value;
        } else {
            let text = "a valueBoolean is needed";
            issues.push(Issue::error(IssueType::Value, text).at(place));
        }
    }
    if !issues.is_empty() {
        return Err(Failure::malformed(issues));
    }
    if wanted.previous_versions || wanted.deleted || wanted.everything {
        return Ok(wanted);
    }
    let text = "nothing to expunge: expungePreviousVersions, expungeDeletedResources or \
                expungeEverything must be true";
    Err(Failure::new(Kind::Malformed, IssueType::Required, text))
}

/// What leads to a version. One that cannot be read leads nowhere that we know of.
fn traces(context: &Context, indexed: &Set, body: &Bytes) -> Traces {
    let resource = serde_json::from_slice::<Value>(body)
        .ok()
        .and_then(|value| Resource::from_value(value).ok());
    resource.map_or_else(
        || Traces {
            identifiers: Vec::new(),
            entries: Vec::new(),
        },
        |resource| Traces {
            identifiers: write::identifiers(context, &resource),
            entries: write::entries(indexed, resource.object()),
        },
    )
}
