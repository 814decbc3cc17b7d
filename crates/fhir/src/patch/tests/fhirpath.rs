//! FHIRPath Patch: what becomes of a resource.

mod refused;

use serde_json::{Value, json};

use super::object;
use crate::patch;

fn patient() -> Value {
    json!({"resourceType": "Patient", "id": "1", "birthDate": "1920-01-01",
        "_birthDate": {"extension": [{"url": "http://t", "valueString": "noon"}]},
        "deceasedBoolean": false,
        "name": [{"use": "official", "given": ["Peter", "James"], "_given": [null, {"id": "g"}]},
            {"use": "usual", "given": ["Jim"]}],
        "contact": [{"name": {"text": "a name"}, "gender": "male"}],
        "contained": [{"resourceType": "Organization", "id": "o", "name": "O"}]})
}

/// An operation of these parts; the value is given with the name that tells its type.
fn operation(kind: &str, path: &str, parts: &Value) -> Value {
    let mut all = vec![
        json!({"name": "type", "valueCode": kind}),
        json!({"name": "path", "valueString": path}),
    ];
    for (name, value) in object(parts) {
        all.push(match name.as_str() {
            "name" => json!({"name": name, "valueString": value}),
            "index" | "source" | "destination" => json!({"name": name, "valueInteger": value}),
            "part" => json!({"name": "value", "part": value}),
            _ => json!({"name": "value", name: value}),
        });
    }
    json!({"name": "operation", "part": all})
}

fn parameters(operations: &[Value]) -> Value {
    json!({"resourceType": "Parameters", "parameter": operations})
}

/// Rows: operation, path, parts, and the elements that change; null for those that go.
fn check(rows: &[(&str, &str, Value, Value)]) {
    for (kind, path, parts, changes) in rows {
        let patch = parameters(&[operation(kind, path, parts)]);
        let patched = patch::fhirpath(object(&patient()), object(&patch));
        let patched = patched.unwrap_or_else(|error| panic!("{kind} {path}: {error:?}"));
        let mut expected = patient();
        for (name, value) in object(changes) {
            expected[name] = value.clone();
        }
        object_mut(&mut expected).retain(|_, value| !value.is_null());
        assert_eq!(Value::Object(patched), expected, "{kind} {path}");
    }
}

fn object_mut(value: &mut Value) -> &mut crate::json::Object {
    value.as_object_mut().unwrap()
}

#[test]
fn elements_are_added() {
    check(&[
        (
            "add",
            "Patient",
            json!({"name": "gender", "valueCode": "male"}),
            json!({"gender": "male"}),
        ),
        (
            "add",
            "Patient",
            json!({"name": "maritalStatus", "valueCodeableConcept": {"text": "married"}}),
            json!({"maritalStatus": {"text": "married"}}),
        ),
        (
            "add",
            "Patient.name[1]",
            json!({"name": "given", "valueString": "Jimmy"}),
            json!({"name": [patient()["name"][0], {"use": "usual", "given": ["Jim", "Jimmy"]}]}),
        ),
        (
            "add",
            "Patient.name.where(use = 'usual')",
            json!({"name": "family", "valueString": "C"}),
            json!({"name": [patient()["name"][0], {"use": "usual", "given": ["Jim"], "family": "C"}]}),
        ),
        (
            "add",
            "Patient",
            json!({"name": "contact", "part": [{"name": "name", "valueHumanName": {"text": "b"}},
                {"name": "telecom", "valueContactPoint": {"value": "1"}},
                {"name": "telecom", "valueContactPoint": {"value": "2"}}]}),
            json!({"contact": [patient()["contact"][0],
                {"name": {"text": "b"}, "telecom": [{"value": "1"}, {"value": "2"}]}]}),
        ),
    ]);
}

#[test]
fn elements_are_added_in_choices_primitives_and_contained_resources() {
    let beside = json!({"extension": [{"url": "http://t", "valueString": "noon"}], "id": "b"});
    check(&[
        (
            "add",
            "Patient",
            json!({"name": "multipleBirth", "valueInteger": 2}),
            json!({"multipleBirthInteger": 2}),
        ),
        (
            "add",
            "Patient.birthDate",
            json!({"name": "id", "valueString": "b"}),
            json!({"_birthDate": beside}),
        ),
        (
            "add",
            "Patient.contact[0].gender",
            json!({"name": "extension", "valueExtension": {"url": "http://e", "valueCode": "c"}}),
            json!({"contact": [{"name": {"text": "a name"}, "gender": "male",
                "_gender": {"extension": [{"url": "http://e", "valueCode": "c"}]}}]}),
        ),
        (
            "add",
            "Patient.contained[0]",
            json!({"name": "active", "valueBoolean": true}),
            json!({"contained": [{"resourceType": "Organization", "id": "o", "name": "O", "active": true}]}),
        ),
    ]);
}

#[test]
fn elements_are_deleted() {
    check(&[
        (
            "delete",
            "Patient.birthDate",
            json!({}),
            json!({"birthDate": null, "_birthDate": null}),
        ),
        (
            "delete",
            "Patient.birthDate.extension('http://t')",
            json!({}),
            json!({"_birthDate": null}),
        ),
        (
            "delete",
            "Patient.contact[0].gender",
            json!({}),
            json!({"contact": [{"name": {"text": "a name"}}]}),
        ),
        (
            "delete",
            "Patient.contact.name.text",
            json!({}),
            json!({"contact": [{"gender": "male"}]}),
        ),
        (
            "delete",
            "Patient.contact[0]",
            json!({}),
            json!({"contact": null}),
        ),
        (
            "delete",
            "Patient.deceased",
            json!({}),
            json!({"deceasedBoolean": null}),
        ),
        (
            "delete",
            "Patient.name.first().given[0]",
            json!({}),
            json!({"name": [{"use": "official", "given": ["James"], "_given": [{"id": "g"}]},
                patient()["name"][1]]}),
        ),
        ("delete", "Patient.gender", json!({}), json!({})),
        ("delete", "Patient.name[7]", json!({}), json!({})),
    ]);
}

#[test]
fn elements_are_replaced() {
    check(&[
        (
            "replace",
            "Patient.birthDate",
            json!({"valueDate": "1930-01-01"}),
            json!({"birthDate": "1930-01-01", "_birthDate": null}),
        ),
        (
            "replace",
            "Patient.contact[0].name.text",
            json!({"valueString": "the name"}),
            json!({"contact": [{"name": {"text": "the name"}, "gender": "male"}]}),
        ),
        (
            "replace",
            "Patient.deceased",
            json!({"valueDateTime": "1990"}),
            json!({"deceasedBoolean": null, "deceasedDateTime": "1990"}),
        ),
        (
            "replace",
            "Patient.name.where(use = 'usual').given",
            json!({"valueString": "Jimmy"}),
            json!({"name": [patient()["name"][0], {"use": "usual", "given": ["Jimmy"]}]}),
        ),
        (
            "replace",
            "Patient.contact[0]",
            json!({"part": [{"name": "gender", "valueCode": "female"}]}),
            json!({"contact": [{"gender": "female"}]}),
        ),
    ]);
}

#[test]
fn items_are_inserted_and_moved() {
    let name = |given: Value, beside: Value| json!({"name": [{"use": "official", "given": given, "_given": beside}, patient()["name"][1]]});
    let given = "Patient.name[0].given";
    check(&[
        (
            "insert",
            given,
            json!({"index": 1, "valueString": "X"}),
            name(
                json!(["Peter", "X", "James"]),
                json!([null, null, {"id": "g"}]),
            ),
        ),
        (
            "insert",
            given,
            json!({"index": 2, "valueString": "X"}),
            name(
                json!(["Peter", "James", "X"]),
                json!([null, {"id": "g"}, null]),
            ),
        ),
        (
            "move",
            given,
            json!({"source": 1, "destination": 0}),
            name(json!(["James", "Peter"]), json!([{"id": "g"}])),
        ),
        (
            "move",
            "Patient.name",
            json!({"source": 0, "destination": 1}),
            json!({"name": [patient()["name"][1], patient()["name"][0]]}),
        ),
        (
            "insert",
            "Patient.identifier",
            json!({"index": 0, "valueIdentifier": {"value": "1"}}),
            json!({"identifier": [{"value": "1"}]}),
        ),
    ]);
}

#[test]
fn operations_see_what_those_before_them_did() {
    let patch = parameters(&[
        operation(
            "add",
            "Patient",
            &json!({"name": "contact", "part": [{"name": "gender", "valueCode": "male"}]}),
        ),
        operation(
            "replace",
            "Patient.contact[1].gender",
            &json!({"valueCode": "other"}),
        ),
        operation("delete", "Patient.contact[0]", &json!({})),
    ]);
    let patched = patch::fhirpath(object(&patient()), object(&patch)).unwrap();
    assert_eq!(patched["contact"], json!([{"gender": "other"}]));
    let nothing = patch::fhirpath(
        object(&patient()),
        object(&json!({"resourceType": "Parameters"})),
    );
    assert_eq!(Value::Object(nothing.unwrap()), patient());
}

#[test]
fn what_stands_beside_a_list_keeps_its_place() {
    let patch = parameters(&[
        operation(
            "add",
            "Patient.name[0].given[0]",
            &json!({"name": "id", "valueString": "p"}),
        ),
        operation("delete", "Patient.name[0].given[0].id", &json!({})),
    ]);
    let patched = patch::fhirpath(object(&patient()), object(&patch)).unwrap();
    assert_eq!(Value::Object(patched), patient());
}
