//! What a FHIRPath Patch is refused for.

use serde_json::{Value, json};

use super::super::{object, problem};
use super::{operation, parameters, patient};
use crate::patch;

/// Operation, path, parts, whether it is malformed, and a part of what is told.
const REFUSED: &[(&str, &str, &str, bool, &str)] = &[
    (
        "set",
        "Patient.gender",
        "{}",
        true,
        "'set' is no type of operation; there are add,",
    ),
    (
        "add",
        "Patient",
        r#"{"valueCode":"a"}"#,
        true,
        "the part 'name' is missing",
    ),
    (
        "add",
        "Patient",
        r#"{"name":"gender"}"#,
        true,
        "the part 'value' is missing",
    ),
    (
        "add",
        "Patient.",
        r#"{"name":"gender","valueCode":"a"}"#,
        true,
        "ends too early",
    ),
    (
        "add",
        "Patient",
        r#"{"name":"gndr","valueCode":"a"}"#,
        true,
        "Patient has no element 'gndr'",
    ),
    (
        "add",
        "Patient",
        r#"{"name":"deceased","valueCode":"a"}"#,
        true,
        "cannot be of type Code",
    ),
    (
        "add",
        "Patient",
        r#"{"name":"gender","part":[]}"#,
        true,
        "'gender' has no parts",
    ),
    (
        "add",
        "Patient",
        r#"{"name":"deceased","valueDateTime":"1990"}"#,
        false,
        "has 'deceased' already",
    ),
    (
        "add",
        "Patient",
        r#"{"name":"birthDate","valueDate":"1990"}"#,
        false,
        "has 'birthDate' already",
    ),
    (
        "add",
        "Patient.name",
        r#"{"name":"family","valueString":"a"}"#,
        false,
        "2 elements, not to one",
    ),
    (
        "add",
        "Patient.link",
        r#"{"name":"type","valueCode":"a"}"#,
        false,
        "leads to nothing",
    ),
    (
        "add",
        "Location",
        r#"{"name":"name","valueString":"a"}"#,
        true,
        "the path is about Location",
    ),
    ("delete", "Patient.name", "{}", false, "leads to 2 elements"),
    ("delete", "Patient", "{}", false, "is the resource"),
    (
        "delete",
        "Patient.nmae",
        "{}",
        true,
        "Patient has no element 'nmae'",
    ),
    (
        "replace",
        "Patient.gender",
        r#"{"valueCode":"a"}"#,
        false,
        "'Patient.gender' leads to nothing",
    ),
    (
        "replace",
        "Patient.name.upper()",
        r#"{"valueCode":"a"}"#,
        true,
        "the function upper",
    ),
    (
        "insert",
        "Patient.name",
        r#"{"index":3,"valueHumanName":{}}"#,
        false,
        "there is no index 3",
    ),
    (
        "insert",
        "Patient.gender",
        r#"{"index":0,"valueCode":"a"}"#,
        true,
        "'Patient.gender' is no list",
    ),
    (
        "insert",
        "Patient.name[0]",
        r#"{"index":0,"valueHumanName":{}}"#,
        true,
        "does not end with",
    ),
    (
        "insert",
        "Patient.name",
        r#"{"index":-1,"valueHumanName":{}}"#,
        true,
        "an integer from 0",
    ),
    (
        "move",
        "Patient.name",
        r#"{"source":2,"destination":0}"#,
        false,
        "there is no index 2",
    ),
    (
        "move",
        "Patient.name",
        r#"{"source":0}"#,
        true,
        "the part 'destination' is missing",
    ),
    (
        "replace",
        "Patient.id",
        r#"{"valueId":"2"}"#,
        false,
        "a patch must not change 'id'",
    ),
    (
        "replace",
        "Patient.birthDate",
        r#"{"valueInteger":7}"#,
        false,
        "Patient.birthDate: ",
    ),
];

#[test]
fn what_does_not_work_is_told() {
    for (kind, path, parts, is_malformed, text) in REFUSED {
        let parts: Value = serde_json::from_str(parts).unwrap();
        let patch = parameters(&[operation(kind, path, &parts)]);
        let found = problem(patch::fhirpath(object(&patient()), object(&patch)).unwrap_err());
        assert_eq!(found.0, *is_malformed, "{kind} {path}: {}", found.1);
        assert!(found.1.contains(text), "{kind} {path}: {}", found.1);
    }
}

#[test]
fn all_malformed_operations_are_told_at_once() {
    let patch =
        json!({"resourceType": "Parameters", "parameter": [{"name": "x"}, {"name": "operation"}]});
    let error = patch::fhirpath(object(&patient()), object(&patch)).unwrap_err();
    let patch::PatchError::Malformed(issues) = error else {
        panic!("{error:?}")
    };
    let places: Vec<_> = issues.iter().flat_map(|issue| &issue.expression).collect();
    assert_eq!(
        places,
        ["Parameters.parameter[0]", "Parameters.parameter[1]"]
    );
    let other = patch::fhirpath(object(&patient()), object(&patient())).unwrap_err();
    assert!(
        problem(other)
            .1
            .contains("a FHIRPath Patch is a Parameters resource")
    );
    let many = vec![operation("delete", "Patient.link", &json!({})); 1_001];
    let many = patch::fhirpath(object(&patient()), object(&parameters(&many))).unwrap_err();
    assert!(
        problem(many)
            .1
            .contains("1001 operations; the limit is 1000")
    );
}
