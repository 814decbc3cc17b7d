use serde_json::{Value, json};

use super::check;

/// The codes and places of all problems.
fn problems(resource: &Value) -> Vec<String> {
    let issues = check(resource.as_object().unwrap());
    issues
        .iter()
        .map(|issue| format!("{} {}", issue.code, issue.expression.join(",")))
        .collect()
}

#[test]
fn a_good_resource_has_no_problems() {
    for resource in [
        json!({"resourceType": "Organization"}),
        json!({
            "resourceType": "Organization",
            "id": "1",
            "meta": {"profile": ["http://example.org/p"]},
            "text": {"status": "generated", "div": "<div/>"},
            "contained": [{
                "resourceType": "Endpoint",
                "id": "e",
                "status": "active",
                "connectionType": {"code": "x"},
                "payloadType": [{"text": "x"}],
                "address": "http://example.org",
            }],
            "extension": [{"url": "http://a.b", "valuePeriod": {"start": "12/31/1969 23:00:00"}}],
            "identifier": [{"system": "http://cvr.dk", "value": "12345674"}],
            "active": true,
            "contact": [{"name": {"given": ["A"]}, "telecom": [{"rank": 1}]}],
            "partOf": {"reference": "urn:uuid:123-456-789"},
        }),
        json!({"resourceType": "Questionnaire", "status": "draft", "item": [
            {"linkId": "1", "type": "group", "item": [{"linkId": "2", "type": "display"}]},
        ]}),
        json!({"resourceType": "Parameters", "parameter": [
            {"name": "a", "resource": {"resourceType": "Patient"}},
            {"name": "b", "part": [{"name": "c", "valueDecimal": 1.5}]},
        ]}),
    ] {
        assert_eq!(problems(&resource), [""; 0]);
    }
}

#[test]
fn primitives_may_have_extensions_beside_them() {
    let resource = json!({
        "resourceType": "Patient",
        "birthDate": "1970-01-01",
        "_birthDate": {"extension": [{"url": "http://example.org", "valueTime": "10:00:00"}]},
        "_gender": {"id": "g"},
        "name": [{"given": ["A", null], "_given": [null, {"id": "b"}]}],
        "link": [{"other": {"display": "x"}, "_type": {"extension": [{"url": "http://a.b"}]}}],
        "deceasedDateTime": "2026",
        "_deceasedDateTime": {"id": "d"},
    });
    assert_eq!(problems(&resource), [""; 0]);
}

#[test]
fn a_misshaped_element_is_reported_with_its_place() {
    for (element, expected) in [
        (json!({"colour": "red"}), "structure Organization.colour"),
        (json!({"name": ["A"]}), "structure Organization.name"),
        (json!({"name": 1}), "structure Organization.name"),
        (json!({"name": ""}), "structure Organization.name"),
        (json!({"name": null}), "structure Organization.name"),
        (json!({"alias": "A"}), "structure Organization.alias"),
        (json!({"alias": []}), "structure Organization.alias"),
        (
            json!({"alias": ["A", null]}),
            "structure Organization.alias[1]",
        ),
        (json!({"alias": [["A"]]}), "structure Organization.alias[0]"),
        (json!({"partOf": "A/1"}), "structure Organization.partOf"),
        (json!({"partOf": {}}), "structure Organization.partOf"),
        (
            json!({"partOf": [{"display": "A"}]}),
            "structure Organization.partOf",
        ),
        (
            json!({"contact": [{"name": {"family": 1}}]}),
            "structure Organization.contact[0].name.family",
        ),
        (
            json!({"telecom": [{"rank": "1"}]}),
            "structure Organization.telecom[0].rank",
        ),
        (
            json!({"_partOf": {"id": "a"}}),
            "structure Organization._partOf",
        ),
        (json!({"_name": "a"}), "structure Organization._name"),
        (
            json!({"_alias": [null, 1]}),
            "structure Organization._alias[1]",
        ),
        (
            json!({"partOf": {"resourceType": "A"}}),
            "structure Organization.partOf.resourceType",
        ),
        (
            json!({"contained": [{"id": "a"}]}),
            "structure Organization.contained[0].resourceType",
        ),
        (
            json!({"contained": [{"resourceType": "DomainResource"}]}),
            "structure Organization.contained[0].resourceType",
        ),
        (
            json!({"contained": [{"resourceType": "Patient", "name": 1}]}),
            "structure Organization.contained[0].name",
        ),
    ] {
        let mut resource = json!({"resourceType": "Organization"});
        resource
            .as_object_mut()
            .unwrap()
            .extend(element.as_object().unwrap().clone());
        assert_eq!(problems(&resource), [expected], "{resource}");
    }
}

#[test]
fn what_is_required_must_be_there() {
    for (resource, expected) in [
        (
            json!({"resourceType": "Organization", "extension": [{"valueString": "a"}]}),
            "required Organization.extension[0].url",
        ),
        (
            json!({"resourceType": "Observation", "code": {"text": "a"}}),
            "required Observation.status",
        ),
        (
            json!({"resourceType": "MedicationRequest", "status": "active", "intent": "order",
                "subject": {"reference": "Patient/1"}}),
            "required MedicationRequest.medication",
        ),
    ] {
        assert_eq!(problems(&resource), [expected], "{resource}");
    }
}

#[test]
fn a_choice_is_made_once() {
    for second in ["deceasedDateTime", "_deceasedDateTime"] {
        let mut resource = json!({"resourceType": "Patient", "deceasedBoolean": true});
        resource[second] = if second.starts_with('_') {
            json!({"id": "a"})
        } else {
            json!("2026")
        };
        assert_eq!(problems(&resource), [format!("structure Patient.{second}")]);
    }
}

#[test]
fn all_problems_of_a_bundle_are_reported_in_order() {
    let bundle = json!({"resourceType": "Bundle", "type": "batch", "entry": [
        {},
        {"resource": {"resourceType": "Organization", "names": "A", "active": 1}},
        {"request": {"method": "GET"}},
    ]});
    assert_eq!(
        problems(&bundle),
        [
            "structure Bundle.entry[0]",
            "structure Bundle.entry[1].resource.names",
            "structure Bundle.entry[1].resource.active",
            "required Bundle.entry[2].request.url",
        ]
    );
}
