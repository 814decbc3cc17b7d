//! Made-up organizations as the registries have them that Fyr has rules for: with the profiles,
//! extensions and code systems of those rules, which are long, and the same in every organization.

use serde_json::{Value, json};

use super::chance::Chance;
use super::elements::{address, identifier, maybe, telecom, with};
use super::samples;

const DANISH: &str = "http://ehealth.sundhed.dk/fhir/StructureDefinition/ehealth-organization";
const DANISH_CODES: &str = "http://ehealth.sundhed.dk/cs";
const SWEDISH: &str = "http://electronichealth.se/fhir/hvo/StructureDefinition/HVOOrganization";
const SWEDISH_CODES: &str = "http://electronichealth.se/CodeSystem";
const SNOMED: &str = "http://snomed.info/sct";

/// An organization of one of the registries, or of none.
pub(crate) fn organization(chance: &mut Chance) -> Value {
    match chance.below(3) {
        0 => danish(chance),
        1 => swedish(chance),
        _ => samples::organization(chance),
    }
}

fn coded(system: &str, code: &str) -> Value {
    json!({"coding": [{"system": system, "code": code}]})
}

fn day(chance: &mut Chance) -> String {
    let date = chance.date();
    if chance.percent(50) {
        format!("{date}T00:00:00+01:00")
    } else {
        date
    }
}

fn danish(chance: &mut Chance) -> Value {
    let extension = |name: &str, list: &str, code: &str| {
        let value = coded(&format!("{DANISH_CODES}/organization-{list}"), code);
        json!({"url": format!("{DANISH}-{name}"), "valueCodeableConcept": value})
    };
    let source = chance.pick(&["SOR", "STS", "Manual"]);
    let state = chance.pick(&[
        "NotSynchronized",
        "EligibleForSynchronization",
        "Synchronized",
    ]);
    let mut identifier = identifier(chance, &["urn:oid:1.2.208.176.1.1"], 15);
    let start = day(chance);
    maybe(&mut identifier, true, "period", || json!({"start": start}));
    let kinds = chance.pick(&[
        "http://ehealth.sundhed.dk/cs/sor-organization-type",
        "http://ehealth.sundhed.dk/cs/oio-organization-type",
        SNOMED,
    ]);
    let kind = coded(kinds, &chance.digits(9));
    let resource = json!({
        "resourceType": "Organization", "id": chance.uuid(), "meta": {"profile": [DANISH]},
        "extension": [
            extension("source", "source", source),
            extension("synchronizationStatus", "synchronization-status", state)
        ],
        "identifier": [identifier], "active": chance.percent(95), "type": [kind],
        "name": format!("{} {}", chance.word(), chance.pick(&["Sygehus", "afdeling", "afsnit", "Lægehus"]))
    });
    placed(chance, resource)
}

fn swedish(chance: &mut Chance) -> Value {
    let profile = chance.pick(&["HVOOrganization", "HVOOrganizationalUnit"]);
    let folder = SWEDISH.trim_end_matches("HVOOrganization");
    let kind = json!({"coding": [{
        "code": format!("{}000052106", chance.digits(6)),
        "system": SNOMED, "version": format!("{SNOMED}/45991000052106")
    }]});
    let systems = ["urn:oid:2.5.4.97", "urn:oid:1.2.752.29.4.19"];
    let resource = json!({
        "resourceType": "Organization", "id": chance.uuid(),
        "meta": {"profile": [format!("{folder}{profile}")]},
        "identifier": [identifier(chance, &systems, 10)],
        "extension": [
            {"url": format!("{SWEDISH}ActiveStatusExtension"), "valueBoolean": chance.percent(95)},
            {"url": "http://hl7.org/fhir/StructureDefinition/organization-period", "valuePeriod": {"start": day(chance)}},
            {"url": format!("{SWEDISH}LegalFormExtension"), "valueCoding":
                {"code": chance.digits(2), "system": format!("{SWEDISH_CODES}/skatteverket-jurform")}},
            {"url": format!("{SWEDISH}OwnershipExtension"), "valueCoding":
                {"code": chance.digits(2), "system": format!("{SWEDISH_CODES}/organization-ownership-scb")}}
        ],
        "type": [kind],
        "name": format!("{} {}", chance.word(), chance.pick(&["kliniken", "vårdcentral", "sjukhus"]))
    });
    placed(chance, resource)
}

/// Most can be reached somewhere, and are a part of another.
fn placed(chance: &mut Chance, mut resource: Value) -> Value {
    let [phone, place, part] = [80, 70, 90].map(|percent| chance.percent(percent));
    maybe(&mut resource, phone, "telecom", || telecom(chance));
    maybe(&mut resource, place, "address", || json!([address(chance)]));
    let parent = json!({"partOf": {"reference": format!("Organization/{}", chance.uuid())}});
    if part {
        with(resource, parent)
    } else {
        resource
    }
}
