//! The Provenance of an import (I17, I18): one for all that it changed.

use fhir::resource::Resource;
use serde_json::{Value, json};

use super::names::{ADMINISTRATION, PROVENANCE};
use crate::rules::{Author, Change};

/// The record of these changes.
pub(super) fn provenance(changes: &[&Change<'_>], author: &Author) -> Option<Resource> {
    let targets: Vec<Value> = changes
        .iter()
        .map(|change| json!({"reference": format!("{}/{}", change.kind, change.id)}))
        .collect();
    let is_new = changes.iter().all(|change| change.before.is_none());
    let coding = |system: &str, code: &str| json!({"coding": [{"system": system, "code": code}]});
    let participation = json!({"coding": [{
        "system": "http://hl7.org/fhir/v3/ParticipationType",
        "code": "CST",
        "display": "agent role"
    }]});
    let who = match &author.user_id {
        Some(user) => json!({"identifier": {"value": user}}),
        None => json!({"display": "unknown"}),
    };
    let provenance = json!({
        "resourceType": "Provenance",
        "meta": {"profile": [PROVENANCE]},
        "target": targets,
        "recorded": author.now.to_string(),
        "policy": ["healthcare-act", ADMINISTRATION],
        "reason": [coding("http://hl7.org/fhir/v3/ActReason", "HSYSADMIN")],
        "activity": coding(
            "http://hl7.org/fhir/v3/DataOperation",
            if is_new { "CREATE" } else { "UPDATE" }
        ),
        "agent": [{"role": [participation], "who": who}]
    });
    match provenance {
        Value::Object(object) => Resource::from_stored(object),
        _ => None,
    }
}
