//! Organizations and units of the Swedish registry (H6-H9, H11, H13, H14).

use serde_json::{Value, json};

use super::super::{entries::with, fyr::Fyr, reply::Reply};

const SV: &str = "http://electronichealth.se/fhir/hvo/StructureDefinition/";
const LEGAL_FORMS: &str = "http://electronichealth.se/CodeSystem/skatteverket-jurform";
const OUTCOME: &str = include_str!("../../../fixtures/seeds/hvo-operation-outcome.json");

fn extensions(start: &str) -> Vec<Value> {
    vec![
        json!({"url": format!("{SV}HVOOrganizationActiveStatusExtension"), "valueBoolean": true}),
        json!({"url": "http://hl7.org/fhir/StructureDefinition/organization-period",
            "valuePeriod": {"start": start}}),
    ]
}

/// A healthcare provider.
pub(super) fn provider(number: &str, name: &str) -> Value {
    let mut all = extensions("2020-01-01");
    all.push(
        json!({"url": format!("{SV}HVOOrganizationLegalFormExtension"),
        "valueCoding": {"system": LEGAL_FORMS, "code": "84"}}),
    );
    json!({
        "resourceType": "Organization",
        "meta": {"profile": [format!("{SV}HVOOrganization")]},
        "identifier": [{"system": "urn:oid:2.5.4.97", "value": number}],
        "extension": all,
        "name": name
    })
}

/// A unit, part of an organization if there is a reference.
pub(super) fn unit(hsa_id: &str, part_of: Option<&str>) -> Value {
    let mut unit = json!({
        "resourceType": "Organization",
        "meta": {"profile": [format!("{SV}HVOOrganizationalUnit")]},
        "identifier": [{"system": "urn:oid:1.2.752.29.4.19", "value": hsa_id}],
        "extension": extensions("2020-01-01"),
        "type": [{"coding": [{"system": "http://snomed.info/sct", "code": "43741000"}]}],
        "name": hsa_id
    });
    if let Some(reference) = part_of {
        unit["partOf"] = json!({"reference": reference});
    }
    unit
}

/// An entry that creates an organization which others call `urn:uuid:<name>`.
pub(super) fn create(name: &str, organization: &Value) -> Value {
    json!({"fullUrl": format!("urn:uuid:{name}"), "resource": organization,
        "request": {"method": "POST", "url": "Organization"}})
}

/// The registry's transaction with these entries.
pub(super) fn bundle(entries: &[Value]) -> Value {
    json!({
        "resourceType": "Bundle",
        "meta": {"profile": [format!("{SV}HVOOrganizationTransactionBundle")]},
        "type": "transaction",
        "entry": entries
    })
}

pub(super) fn send(fyr: &Fyr, entries: &[Value]) -> Reply {
    fyr.post("/", &bundle(entries))
}

/// The registry's codes of the issues.
pub(super) fn registry_codes(reply: &Reply) -> Vec<&str> {
    let issues = reply.json["issue"].as_array().unwrap();
    issues
        .iter()
        .map(|issue| issue["details"]["coding"][0]["code"].as_str().unwrap())
        .collect()
}

#[test]
fn h14_the_published_errors_are_told_as_published() {
    let fyr = Fyr::new();
    let entries = [
        create("a", &provider("12345-6789", "A")),
        create("b", &unit("SE2321000040-1", Some("urn:uuid:a"))),
        create("c", &provider("1234567890", "C")),
    ];
    let reply = send(&fyr, &entries).expect(422);
    let mut expected: Value = serde_json::from_str(OUTCOME).unwrap();
    expected.as_object_mut().unwrap().remove("id");
    assert_eq!(reply.json, expected);
    assert_eq!(fyr.get("/_history").len(), 0);
}

#[test]
fn h14_only_malformed_content_is_400_and_anything_else_422() {
    let fyr = Fyr::new();
    let malformed = [create("a", &provider("12345-6789", "A"))];
    send(&fyr, &malformed).expect(400);
    let unregistered = [create("a", &provider("1234567890", "A"))];
    send(&fyr, &unregistered).expect(422);
}

#[test]
fn h7_a_setting_makes_a_wrong_check_digit_a_warning() {
    let fyr = Fyr::with(|settings| settings.rules.hvo.lenient_check_digit = true);
    let reply = send(&fyr, &[create("a", &provider("1234567890", "A"))]).expect(200);
    let issue = &reply.response(0)["outcome"]["issue"][1];
    assert_eq!(issue["severity"], "warning");
    assert_eq!(issue["details"]["coding"][0]["code"], "2-34-301");
    assert_eq!(issue["expression"], json!(["Bundle.entry[0]"]));
}

#[test]
fn h6_a_provider_has_a_number_of_its_own_or_of_a_person() {
    let fyr = Fyr::new();
    let person = json!([{"system": "http://electronichealth.se/identifier/personnummer", "value": "191212121212"}]);
    let trader = with(provider("x", "A"), "identifier", person);
    send(&fyr, &[create("a", &trader)]).expect(200);
    let nobody = json!([{"system": "urn:x", "value": "1"}]);
    let reply = send(
        &fyr,
        &[create("a", &with(provider("x", "A"), "identifier", nobody))],
    );
    assert_eq!(reply.expect(400).codes(), ["required"]);
    let wrong = json!([{"system": "http://electronichealth.se/identifier/personnummer", "value": "191299999999"}]);
    send(
        &fyr,
        &[create("a", &with(provider("x", "A"), "identifier", wrong))],
    )
    .expect(400);
}

#[test]
fn h8_a_unit_has_an_hsa_id_of_the_right_form() {
    let fyr = Fyr::new();
    let top = create("a", &provider("2321000040", "A"));
    let reply = send(
        &fyr,
        &[
            top.clone(),
            create("b", &unit("2321000040-A1", Some("urn:uuid:a"))),
        ],
    );
    assert_eq!(reply.expect(400).places(), ["Bundle.entry[1]"]);
    send(
        &fyr,
        &[
            top,
            create("b", &unit("SE2321000040-xxxxxx", Some("urn:uuid:a"))),
        ],
    )
    .expect(200);
}

#[test]
fn h9_all_that_the_profiles_require_is_told_at_once() {
    let fyr = Fyr::new();
    let mut bare = provider("2321000040", "A");
    bare.as_object_mut().unwrap().remove("name");
    bare["extension"] = json!([
        {"url": format!("{SV}HVOOrganizationLegalFormExtension"), "valueCoding": {"system": LEGAL_FORMS, "code": "7"}},
        {"url": "http://hl7.org/fhir/StructureDefinition/organization-period", "valuePeriod": {"end": "2020-01-01"}}
    ]);
    let mut unit = unit("SE2321000040-1", Some("urn:uuid:a"));
    unit["type"] = json!([{"text": "clinic"}]);
    let reply = send(&fyr, &[create("a", &bare), create("b", &unit)]).expect(400);
    assert_eq!(reply.entries_at_fault(), [0, 0, 0, 0, 1]);
    assert_eq!(
        reply.codes(),
        ["required", "required", "required", "value", "required"]
    );
}

#[test]
fn h13_times_become_dates_with_a_warning() {
    let fyr = Fyr::new();
    let timed = |start: &str| {
        let mut organization = provider("2321000040", "A");
        organization["extension"][1]["valuePeriod"]["start"] = start.into();
        organization
    };
    let reply = send(&fyr, &[create("a", &timed("2024-06-30T23:30:00Z"))]).expect(200);
    let issue = &reply.response(0)["outcome"]["issue"][1];
    assert_eq!(issue["severity"], "warning");
    assert_eq!(issue["code"], "invalid");
    assert_eq!(
        issue["details"]["coding"][0],
        json!({
            "system": "http://electronichealth.se/CodeSystem/error-codes",
            "code": "2-34-317",
            "display": "Tidpunkt har angetts för dateTime 2024-06-30T23:30:00Z men endast datum lagras"
        })
    );
    let stored = fyr.get(&format!("/{}", reply.target(0))).json;
    assert_eq!(stored["extension"][1]["valuePeriod"]["start"], "2024-07-01");
    let reply = send(&fyr, &[create("a", &timed("soon"))]).expect(400);
    assert_eq!(reply.codes(), ["value"]);
}

#[test]
fn h11_elements_of_another_registry_are_not_saved() {
    let fyr = Fyr::with(|settings| {
        settings.rules.hvo.registry_elements = vec![
            "name".to_owned(),
            "HVOOrganizationLegalFormExtension".to_owned(),
        ];
    });
    let reply = send(&fyr, &[create("a", &provider("2321000040", "A"))]).expect(200);
    let stored = fyr.get(&format!("/{}", reply.target(0))).json;
    assert_eq!(stored.get("name"), None);
    assert_eq!(stored["extension"].as_array().unwrap().len(), 2);
}

#[test]
fn q2_the_setting_has_the_rules_in_force_for_single_requests() {
    let fyr = Fyr::with(|settings| settings.rules.in_force = vec!["hvo".to_owned()]);
    let reply = fyr
        .post("/Organization", &provider("1234567890", "A"))
        .expect(422);
    assert_eq!(registry_codes(&reply), ["2-34-301"]);
    let id = fyr.created(&provider("2321000040", "A"));
    assert!(!id.is_empty());
    let unknown = with(provider("5565932521", "B"), "id", "unknown".into());
    fyr.put("/Organization/unknown", &unknown).expect(422);
    // what is not of the registry is plain R4
    fyr.created(&json!({"resourceType": "Organization", "name": "A"}));
}
