//! What is to be imported: the one parameter `organizations`, or the body itself (I2).

use fhir::{
    json::Object,
    outcome::{Issue, IssueType},
    parameters::Parameters,
};
use serde_json::Value;

use crate::failure::Failure;

/// The bundle in the body.
///
/// # Errors
///
/// 400 when there is not exactly one.
pub(super) fn bundle(body: Object) -> Result<Object, Failure> {
    if body.get("resourceType").and_then(Value::as_str) == Some("Bundle") {
        return Ok(body);
    }
    let parameters = Parameters::parse(&body).map_err(Failure::malformed)?;
    let mut issues: Vec<Issue> = parameters
        .iter()
        .filter(|parameter| parameter.name != "organizations")
        .map(|parameter| {
            let text = format!("the parameter {} is not supported here", parameter.name);
            let place = format!("Parameters.parameter[{}]", parameter.index);
            Issue::error(IssueType::NotSupported, text).at(place)
        })
        .collect();
    let mut bundles = parameters.resources("organizations");
    let given = parameters
        .iter()
        .filter(|one| one.name == "organizations")
        .count();
    let bundle = bundles.next().filter(|bundle| {
        bundle.get("resourceType").and_then(Value::as_str) == Some("Bundle") && given == 1
    });
    if bundle.is_none() {
        let text = "the parameter organizations is needed once, with a Bundle as its resource";
        issues.push(Issue::error(IssueType::Required, text).at("Parameters.parameter"));
    }
    match bundle {
        Some(bundle) if issues.is_empty() => Ok(bundle.clone()),
        _ => Err(Failure::malformed(issues)),
    }
}
