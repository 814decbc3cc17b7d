//! `$import-organizations`: I1 to I21, the rights A4 and A5, and imports that are jobs.

mod crowd;
mod input;
mod job;
mod matching;
mod merge;
mod provenance;
mod rights;
mod seed;
mod tree;

use serde_json::{Value, json};

use super::{
    entries::{SOR, with},
    fyr::Fyr,
    reply::Reply,
};

pub(super) const STS: &str = "https://www.kombit.dk/sts/organisation";
const CUSTODIAN: &str =
    "http://ehealth.sundhed.dk/fhir/StructureDefinition/ehealth-organization-telecomCustodian";

/// An extension of `ehealth-organization`.
pub(super) fn extension(name: &str, value: &Value) -> Value {
    let mut extension = json!({
        "url": format!("http://ehealth.sundhed.dk/fhir/StructureDefinition/ehealth-organization-{name}")
    });
    let kind = match value {
        Value::String(_) => "valueString",
        Value::Array(_) => "extension",
        _ => "valueCodeableConcept",
    };
    extension[kind] = value.clone();
    extension
}

/// A code of one of the platform's code systems.
pub(super) fn code(system: &str, code: &str) -> Value {
    json!({"coding": [{"system": format!("http://ehealth.sundhed.dk/cs/{system}"), "code": code}]})
}

/// An organization of a source, with a synchronization status.
pub(super) fn of_source(source: &str, status: &str, name: &str) -> Value {
    json!({
        "resourceType": "Organization",
        "extension": [
            extension("source", &code("organization-source", source)),
            extension("synchronizationStatus", &code("organization-synchronization-status", status))
        ],
        "name": name
    })
}

/// An organization as SOR sends it.
pub(super) fn sor(number: &str, name: &str) -> Value {
    let identifier = json!([{"system": SOR, "value": number}]);
    with(
        of_source("SOR", "EligibleForSynchronization", name),
        "identifier",
        identifier,
    )
}

/// The same organization, part of another.
fn part_of(organization: Value, reference: &str) -> Value {
    with(organization, "partOf", json!({"reference": reference}))
}

/// An entry of an import; the organization is called by `urn:uuid:<name>`.
pub(super) fn entry(name: &str, organization: &Value) -> Value {
    json!({
        "fullUrl": format!("urn:uuid:{name}"),
        "resource": organization,
        "request": {"method": "POST", "url": "Organization"}
    })
}

/// The request with these entries.
pub(super) fn parameters(entries: &[Value]) -> Value {
    json!({"resourceType": "Parameters", "parameter": [{
        "name": "organizations",
        "resource": {"resourceType": "Bundle", "type": "transaction", "entry": entries}
    }]})
}

pub(super) fn import(fyr: &Fyr, entries: &[Value]) -> Reply {
    fyr.post("/$import-organizations", &parameters(entries))
}

/// Imports one organization.
pub(super) fn import_one(fyr: &Fyr, organization: &Value) -> Reply {
    import(fyr, &[entry("it", organization)])
}

/// The path of the organization that an entry is about.
fn path(reply: &Reply, entry: usize) -> String {
    let target = reply.target(entry);
    let id = target.rsplit('/').next().unwrap();
    format!("/Organization/{id}")
}

/// The storage code of an entry.
fn stored(reply: &Reply, entry: usize) -> &str {
    super::reply::storage_code(&reply.response(entry)["outcome"])
}
