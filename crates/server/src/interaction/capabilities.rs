//! `GET [base]/metadata`: what this server can do.
//!
//! <http://hl7.org/fhir/R4/http.html#capabilities>, <http://hl7.org/fhir/R4/capabilitystatement.html>
//!
//! Only what works is listed: the rows of the route table, for every resource type of R4, since every
//! type is stored.

use fhir::{instant::Instant, schema};
use serde_json::{Value, json};

use crate::{
    Settings,
    failure::Failure,
    interaction::{Answer, Context},
    route::{self, On, Told},
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
    let resources: Vec<Value> = schema::resource_types()
        .map(|kind| one_type(kind, settings.update_create))
        .collect();
    let rest = json!({
        "mode": "server",
        "resource": resources,
        "interaction": system_interactions(settings),
        "operation": operations(On::System),
    });
    json!({
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": now.to_string(),
        "kind": "instance",
        "instantiates": ["http://hl7.org/fhir/uv/bulkdata/CapabilityStatement/bulk-data"],
        "software": {"name": "Fyr", "version": env!("CARGO_PKG_VERSION")},
        "implementation": {"description": "Fyr, a FHIR R4 server", "url": settings.base_url},
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json", "json"],
        "rest": [rest]
    })
}

fn system_interactions(settings: &Settings) -> Vec<Value> {
    let mut codes = Vec::new();
    for row in route::rows() {
        if let Told::System(code) = row.told {
            codes.push(code);
            // One path for both; the bundle says which it is.
            if code == "transaction" && settings.allow_batch {
                codes.push("batch");
            }
        }
    }
    codes
        .into_iter()
        .map(|code| json!({"code": code}))
        .collect()
}

fn one_type(kind: &str, update_create: bool) -> Value {
    let interactions: Vec<Value> = route::rows()
        .filter_map(|row| match row.told {
            Told::Type(code) => Some(json!({"code": code})),
            _ => None,
        })
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
        "referencePolicy": ["literal", "logical"],
        "operation": own_operations(kind),
    })
}

fn own_operations(kind: &str) -> Vec<Value> {
    let is_own = |on| on == On::Every || matches!(on, On::Type(one) if one == kind);
    operations_where(is_own)
}

fn operations(wanted: On) -> Vec<Value> {
    operations_where(|on| on == wanted)
}

fn operations_where(is_wanted: impl Fn(On) -> bool) -> Vec<Value> {
    route::rows()
        .filter_map(|row| match row.told {
            Told::Operation {
                name,
                definition,
                on,
            } if is_wanted(on) => Some(json!({"name": name, "definition": definition})),
            _ => None,
        })
        .collect()
}
