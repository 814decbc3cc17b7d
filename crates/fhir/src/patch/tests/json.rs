use serde_json::{Value, json};

use super::{object, problem};
use crate::patch;

fn organization() -> Value {
    json!({"resourceType": "Organization", "id": "1", "meta": {"versionId": "3"}, "name": "A",
        "alias": ["x", "y"], "active": true})
}

#[test]
fn operations_change_the_resource() {
    for (patch, changes) in [
        (json!([]), json!({})),
        (
            json!([{"op": "replace", "path": "/name", "value": "B"}]),
            json!({"name": "B"}),
        ),
        (
            json!([{"op": "add", "path": "/alias/-", "value": "z"}]),
            json!({"alias": ["x", "y", "z"]}),
        ),
        (
            json!([{"op": "add", "path": "/alias/0", "value": "w"}]),
            json!({"alias": ["w", "x", "y"]}),
        ),
        (
            json!([{"op": "move", "from": "/alias/1", "path": "/alias/0"}]),
            json!({"alias": ["y", "x"]}),
        ),
        (
            json!([{"op": "copy", "from": "/name", "path": "/alias/0"}]),
            json!({"alias": ["A", "x", "y"]}),
        ),
        (
            json!([{"op": "test", "path": "/name", "value": "A"},
                {"op": "replace", "path": "/active", "value": false}]),
            json!({"active": false}),
        ),
    ] {
        let mut expected = organization();
        for (name, value) in object(&changes) {
            expected[name] = value.clone();
        }
        let patched = patch::json(object(&organization()), &patch).unwrap();
        assert_eq!(Value::Object(patched), expected, "{patch}");
    }
}

#[test]
fn what_is_left_empty_goes_away() {
    let patch = json!([{"op": "remove", "path": "/alias/0"}, {"op": "remove", "path": "/alias/0"}]);
    let patched = patch::json(object(&organization()), &patch).unwrap();
    assert!(!patched.contains_key("alias"));
}

/// The patch, whether it is malformed, and a part of what is told.
const REFUSED: &[(&str, bool, &str)] = &[
    ("{}", true, "the body is no JSON Patch"),
    (
        r#"[{"op":"set","path":"/name"}]"#,
        true,
        "the body is no JSON Patch",
    ),
    (
        r#"[{"op":"add","path":"name","value":1}]"#,
        true,
        "the body is no JSON Patch",
    ),
    (
        r#"[{"op":"add","path":"/alias/-","value":"z"},{"op":"test","path":"/name","value":"B"}]"#,
        false,
        "[1]: the test fails: another value is at '/name'",
    ),
    (
        r#"[{"op":"remove","path":"/telecom"}]"#,
        false,
        "[0]: there is no such place: '/telecom'",
    ),
    (
        r#"[{"op":"copy","from":"/a","path":"/name"}]"#,
        false,
        "[0]: 'from' is not there",
    ),
    (
        r#"[{"op":"add","path":"/nmae","value":"B"}]"#,
        false,
        "Organization.nmae: ",
    ),
    (
        r#"[{"op":"add","path":"/name","value":1}]"#,
        false,
        "Organization.name: ",
    ),
    (
        r#"[{"op":"replace","path":"/id","value":"2"}]"#,
        false,
        "id: a patch must not change 'id'",
    ),
    (
        r#"[{"op":"remove","path":"/id"}]"#,
        false,
        "id: a patch must not change 'id'",
    ),
    (
        r#"[{"op":"replace","path":"/resourceType","value":"Basic"}]"#,
        false,
        "'resourceType'",
    ),
    (
        r#"[{"op":"remove","path":"/meta"}]"#,
        false,
        "meta.versionId: a patch must not change",
    ),
    (
        r#"[{"op":"replace","path":"","value":1}]"#,
        false,
        "resourceType: a patch must not",
    ),
];

#[test]
fn what_does_not_work_is_told() {
    for (patch, is_malformed, text) in REFUSED {
        let value: Value = serde_json::from_str(patch).unwrap();
        let found = problem(patch::json(object(&organization()), &value).unwrap_err());
        assert_eq!(found.0, *is_malformed, "{patch}: {}", found.1);
        assert!(found.1.contains(text), "{patch}: {}", found.1);
    }
}

#[test]
fn a_patch_is_bounded() {
    let test = json!({"op": "test", "path": "/name", "value": "A"});
    let patch = Value::Array(vec![test; 1_001]);
    let found = problem(patch::json(object(&organization()), &patch).unwrap_err());
    assert!(
        found.1.contains("1001 operations; the limit is 1000"),
        "{}",
        found.1
    );
    // each copy doubles the size, or the depth
    for path in ["/alias/-", "/alias/0/0"] {
        let mut operations =
            vec![json!({"op": "replace", "path": "/alias", "value": [["x"], ["y"]]})];
        operations.extend(vec![
            json!({"op": "copy", "from": "/alias", "path": path});
            999
        ]);
        let found = problem(patch::json(object(&organization()), &json!(operations)).unwrap_err());
        assert!(
            found.1.contains("grows beyond 16 MB or 64 levels"),
            "{}",
            found.1
        );
    }
}
