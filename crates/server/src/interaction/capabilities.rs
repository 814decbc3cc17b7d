//! `GET [base]/metadata`: what this server can do.
//!
//! <http://hl7.org/fhir/R4/http.html#capabilities>, <http://hl7.org/fhir/R4/capabilitystatement.html>
//!
//! Only what works is listed: one entry per resource type of R4, since every type is stored.

use fhir::{instant::Instant, schema};
use serde_json::{Value, json};

use crate::{
    Settings,
    failure::Failure,
    interaction::{Answer, Context},
};

/// The capability statement of this server, as it is set up.
pub(super) fn capabilities(context: &Context) -> Result<Answer, Failure> {
    let statement = statement(
        &context.settings,
        Instant::from_millis(context.clock.now().0),
    );
    match statement {
        Value::Object(object) => Ok(Answer::complete(object)),
        _ => Err(Failure::internal("a capability statement is an object")),
    }
}

fn statement(settings: &Settings, now: Instant) -> Value {
    let mut system = vec![
        json!({"code": "transaction"}),
        json!({"code": "history-system"}),
    ];
    if settings.allow_batch {
        system.insert(1, json!({"code": "batch"}));
    }
    let resources: Vec<Value> = schema::resource_types()
        .map(|kind| one_type(kind, settings.update_create))
        .collect();
    json!({
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": now.to_string(),
        "kind": "instance",
        "software": {"name": "Fyr", "version": env!("CARGO_PKG_VERSION")},
        "implementation": {"description": "Fyr, a FHIR R4 server", "url": settings.base_url},
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json", "json"],
        "rest": [{"mode": "server", "resource": resources, "interaction": system}]
    })
}

fn one_type(kind: &str, update_create: bool) -> Value {
    const INTERACTIONS: [&str; 7] = [
        "read",
        "vread",
        "update",
        "delete",
        "history-instance",
        "history-type",
        "create",
    ];
    let interactions: Vec<Value> = INTERACTIONS
        .iter()
        .map(|code| json!({"code": code}))
        .collect();
    json!({
        "type": kind,
        "interaction": interactions,
        "versioning": "versioned-update",
        "readHistory": true,
        "updateCreate": update_create,
        "conditionalCreate": true,
        "conditionalRead": "full-support",
        "conditionalUpdate": true,
        "conditionalDelete": "single",
        "referencePolicy": ["literal", "logical"]
    })
}
