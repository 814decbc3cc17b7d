//! `GET [base]/metadata`: what this server can do.
//!
//! <http://hl7.org/fhir/R4/http.html#capabilities>, <http://hl7.org/fhir/R4/capabilitystatement.html>
//!
//! Only what works is listed: the rows of the route table, for every resource type of R4, since every
//! type is stored.

use fhir::{
    instant::Instant,
    schema,
    search_parameter::{SearchType, Set},
};
use serde_json::{Value, json};

use crate::{
    Settings,
    failure::Failure,
    interaction::{Answer, Context},
    route::{self, On, Told},
};

/// The capability statement of this server, as it is set up.
///
/// # Errors
///
/// When the search parameters of this server cannot be read.
pub(super) async fn capabilities(context: &Context) -> Result<Answer, Failure> {
    let set = context.registry.searched(context).await?;
    let now = Instant::from_millis(context.clock.now().0);
    let statement = statement(&context.settings, &set, now);
    match statement {
        Value::Object(object) => Ok(Answer::complete(object)),
        _ => Err(Failure::internal("a capability statement is an object")),
    }
}

fn statement(settings: &Settings, set: &Set, now: Instant) -> Value {
    let resources: Vec<Value> = schema::resource_types()
        .map(|kind| one_type(kind, set, settings))
        .collect();
    let rest = with(
        json!({"mode": "server"}),
        [
            ("resource", resources),
            ("interaction", system_interactions(settings)),
            ("operation", operations(None)),
        ],
    );
    let statement = json!({
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": now.to_string(),
        "kind": "instance",
        "instantiates": ["http://hl7.org/fhir/uv/bulkdata/CapabilityStatement/bulk-data"],
        "software": {"name": "Fyr", "version": env!("CARGO_PKG_VERSION")},
        "implementation": {"description": "Fyr, a FHIR R4 server", "url": settings.base_url},
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json", "json"],
    });
    with(statement, [("rest", vec![secured(rest, settings)])])
}

/// An object with more members, unless these are empty. Inside `json!` they would be copied, once for each object around
/// them.
fn with<const N: usize>(mut object: Value, members: [(&str, Vec<Value>); N]) -> Value {
    if let Value::Object(object) = &mut object {
        for (name, values) in members {
            if !values.is_empty() {
                object.insert(name.to_owned(), values.into());
            }
        }
    }
    object
}

/// With what a client has to know of tokens, where issuers are set.
///
/// <http://hl7.org/fhir/smart-app-launch/conformance.html>
fn secured(rest: Value, settings: &Settings) -> Value {
    let Some(issuer) = settings.auth.issuers.first() else {
        return rest;
    };
    let mut rest = rest;
    let mut security = json!({
        "service": [{"coding": [{
            "system": "http://terminology.hl7.org/CodeSystem/restful-security-service",
            "code": "SMART-on-FHIR"
        }]}],
        "description": "Bearer tokens with roles, or with SMART scopes of systems; \
                        see .well-known/smart-configuration"
    });
    if let (Some(endpoint), Some(members)) = (&issuer.token_endpoint, security.as_object_mut()) {
        let uris = json!([{
            "url": "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris",
            "extension": [{"url": "token", "valueUri": endpoint}]
        }]);
        members.insert("extension".to_owned(), uris);
    }
    if let Some(members) = rest.as_object_mut() {
        members.insert("security".to_owned(), security);
    }
    rest
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

fn one_type(kind: &str, set: &Set, settings: &Settings) -> Value {
    let interactions: Vec<Value> = route::rows()
        .filter_map(|row| match row.told {
            Told::Type(code) => Some(json!({"code": code})),
            _ => None,
        })
        .collect();
    let one = json!({
        "type": kind,
        "versioning": "versioned-update",
        "readHistory": true,
        "updateCreate": settings.update_create,
        "conditionalCreate": true,
        "conditionalRead": "full-support",
        "conditionalUpdate": true,
        "conditionalDelete": if settings.max_conditional_deletes > 1 { "multiple" } else { "single" },
        "referencePolicy": ["literal", "logical"],
    });
    with(
        one,
        [
            ("interaction", interactions),
            ("searchInclude", includes(kind, set)),
            ("searchParam", parameters(kind, set)),
            ("operation", operations(Some(kind))),
        ],
    )
}

/// What `_include` takes.
fn includes(kind: &str, set: &Set) -> Vec<Value> {
    let references = set
        .of(kind)
        .filter(|parameter| parameter.kind() == SearchType::Reference);
    references
        .map(|parameter| format!("{kind}:{}", parameter.code()).into())
        .collect()
}

/// What a search takes.
fn parameters(kind: &str, set: &Set) -> Vec<Value> {
    set.of(kind)
        .map(|parameter| {
            json!({
                "name": parameter.code(),
                "definition": parameter.definition(),
                "type": parameter.kind().as_str(),
            })
        })
        .collect()
}

/// The operations of a type, or of the server.
fn operations(kind: Option<&str>) -> Vec<Value> {
    let has = |on: On| match on {
        On::System => kind.is_none(),
        On::Every => kind.is_some(),
        On::Type(only) => kind == Some(only),
    };
    route::rows()
        .filter_map(|row| match row.told {
            Told::Operation {
                name,
                definition,
                on,
            } if has(on) => Some(json!({"name": name, "definition": definition})),
            _ => None,
        })
        .collect()
}
