use serde_json::{Value, json};

use super::Expression;
use crate::json::object;
use crate::schema::{resource_types, structure_type};
use crate::search_parameter::{Found, Node, of};

fn compile(base: &str, text: &str) -> Result<Expression, String> {
    let root = structure_type(base).unwrap();
    Expression::compile(text, &[root], root)
}

fn values(base: &str, text: &str, resource: &Value) -> Vec<(Value, &'static str)> {
    let expression = compile(base, text).unwrap();
    let root = Found::resource(object(resource));
    let found = expression.evaluate(root, root).into_iter();
    let plain = found.map(|found| match found.node {
        Node::Value(value) => (value.clone(), found.holds.name()),
        Node::Object(object) => (Value::Object(object.clone()), found.holds.name()),
    });
    plain.collect()
}

#[test]
fn every_expression_of_r4_is_typed() {
    let mut count = 0;
    for base in resource_types() {
        for parameter in of(base) {
            let form = parameter.bases().next().unwrap();
            let compiled = parameter.compile_for(form);
            let compiled = compiled.unwrap_or_else(|p| panic!("{base} {}: {p}", parameter.code()));
            assert_eq!(compiled.components.len(), parameter.components().len());
            assert!(!parameter.is_supported() || !compiled.expression.leaves().is_empty());
            count += 1;
        }
    }
    assert_eq!(count, 3_008);
}

#[test]
fn values_are_found_with_their_types() {
    let observation = json!({"resourceType": "Observation", "status": "final",
        "valueQuantity": {"value": 1}, "effectivePeriod": {"start": "2026"},
        "subject": {"reference": "Patient/1"},
        "component": [{"valueString": "a"}, {"valueQuantity": {"value": 2}}]});
    for (text, expected) in [
        ("Observation.status", json!([["final", "code"]])),
        (
            "(Observation.value as Quantity)",
            json!([[{"value": 1}, "Quantity"]]),
        ),
        ("Observation.value.ofType(string)", json!([])),
        (
            "Observation.effective",
            json!([[{"start": "2026"}, "Period"]]),
        ),
        (
            "Observation.component.value",
            json!([["a", "string"], [{"value": 2}, "Quantity"]]),
        ),
        (
            "Observation.component[1].value as Quantity",
            json!([[{"value": 2}, "Quantity"]]),
        ),
        ("Observation.component.last().value as string", json!([])),
        (
            "Observation.subject.where(resolve() is Patient)",
            json!([[{"reference": "Patient/1"}, "Reference"]]),
        ),
        ("Observation.subject.where(resolve() is Group)", json!([])),
        (
            "Observation.status | Observation.component.value as string",
            json!([["final", "code"], ["a", "string"]]),
        ),
        ("Observation.note", json!([])),
    ] {
        assert_eq!(
            json!(values("Observation", text, &observation)),
            expected,
            "{text}"
        );
    }
}

#[test]
fn extensions_are_entered_by_url() {
    let organization = json!({"resourceType": "Organization", "extension": [
        {"url": "http://a", "valueString": "x"},
        {"url": "http://b", "extension": [
            {"url": "part", "valueCodeableConcept": {"coding": [{"code": "c"}]}},
        ]},
    ]});
    for (text, expected) in [
        (
            "Organization.extension('http://a').value",
            json!([["x", "string"]]),
        ),
        (
            "Organization.extension.where(url = 'http://a').value as string",
            json!([["x", "string"]]),
        ),
        (
            "extension('http://b').extension('part').value.coding.code",
            json!([["c", "code"]]),
        ),
        ("extension('http://c').value", json!([])),
    ] {
        assert_eq!(
            json!(values("Organization", text, &organization)),
            expected,
            "{text}"
        );
    }
}

#[test]
fn a_test_has_one_truth_value() {
    let text = "Patient.deceased.exists() and Patient.deceased != false";
    for (patient, expected) in [
        (json!({"resourceType": "Patient"}), false),
        (
            json!({"resourceType": "Patient", "deceasedBoolean": false}),
            false,
        ),
        (
            json!({"resourceType": "Patient", "deceasedBoolean": true}),
            true,
        ),
        (
            json!({"resourceType": "Patient", "deceasedDateTime": "2026"}),
            true,
        ),
    ] {
        assert_eq!(
            json!(values("Patient", text, &patient)),
            json!([[expected, "boolean"]])
        );
    }
}

#[test]
fn what_does_not_exist_is_told() {
    for (text, problem) in [
        ("Organization.nmae", "Organization has no element 'nmae'"),
        ("Organization.name.x", "string has no element 'x'"),
        (
            "Organization.extension.value as Organization",
            "of type Organization",
        ),
        (
            "Organization.name as boolean",
            "has no element 'name' of type boolean",
        ),
        ("Patient.name", "says nothing about Organization"),
        ("Organization.name.upper()", "the function upper"),
    ] {
        let found = compile("Organization", text).unwrap_err();
        assert!(found.contains(problem), "{text}: {found}");
    }
}
