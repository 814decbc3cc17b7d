//! Patches in transactions of the Swedish registry (H3): the result is checked like an update.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::{
    super::{fyr::Fyr, reply::Reply},
    hvo::{create, provider, send, unit},
};

/// An entry that patches an organization.
pub(super) fn patch(target: &str, operations: &Value) -> Value {
    let data = STANDARD.encode(operations.to_string());
    json!({"request": {"method": "PATCH", "url": target}, "resource": {
        "resourceType": "Binary", "contentType": "application/json-patch+json", "data": data}})
}

fn stored() -> (Fyr, String) {
    let fyr = Fyr::new();
    let entries = [
        create("a", &provider("2321000040", "A")),
        create("1", &unit("SE2321000040-1", Some("urn:uuid:a"))),
    ];
    let reply = send(&fyr, &entries).expect(200);
    let unit = reply.target(1).to_owned();
    (fyr, unit)
}

fn place(reply: &Reply) -> Vec<&str> {
    let places = reply.places();
    assert!(
        places.iter().all(|place| *place == "Bundle.entry[0]"),
        "{places:?}"
    );
    reply.codes()
}

#[test]
fn h3_a_patch_changes_the_name_and_the_period() {
    let (fyr, unit) = stored();
    let operations = json!([
        {"op": "replace", "path": "/name", "value": "B"},
        {"op": "replace", "path": "/extension/1/valuePeriod/start", "value": "2021-01-01"},
        {"op": "add", "path": "/extension/1/valuePeriod/end", "value": "2026-06-30T12:00:00Z"}
    ]);
    let reply = send(&fyr, &[patch(&unit, &operations)]).expect(200);
    assert_eq!(reply.status_of(0), "200 OK");
    let issues = &reply.response(0)["outcome"]["issue"];
    assert_eq!(issues[1]["details"]["coding"][0]["code"], "2-34-317");
    let now = fyr.get(&format!("/{unit}")).expect(200).json;
    assert_eq!(now["name"], "B");
    let period = &now["extension"][1]["valuePeriod"];
    assert_eq!(*period, json!({"start": "2021-01-01", "end": "2026-06-30"}));
}

#[test]
fn h3_a_patch_of_anything_else_is_refused() {
    let (fyr, unit) = stored();
    for operation in [
        json!({"op": "remove", "path": "/partOf"}),
        json!({"op": "replace", "path": "/identifier/0/value", "value": "SE2321000040-9"}),
        json!({"op": "add", "path": "/alias", "value": ["x"]}),
        json!({"op": "remove", "path": "/meta/profile"}),
    ] {
        let reply = send(&fyr, &[patch(&unit, &json!([operation]))]).expect(422);
        assert_eq!(place(&reply), ["business-rule"], "{operation}");
    }
}

#[test]
fn h3_the_patched_unit_is_checked_like_an_update() {
    let (fyr, unit) = stored();
    for operation in [
        json!({"op": "remove", "path": "/extension/1/valuePeriod/start"}),
        json!({"op": "remove", "path": "/extension/0"}),
        json!({"op": "replace", "path": "/extension/1/valuePeriod/start", "value": "soon"}),
    ] {
        let reply = send(&fyr, &[patch(&unit, &json!([operation]))]);
        let reply = reply.expect(400);
        assert!(!place(&reply).is_empty(), "{operation}");
    }
    let reply = send(
        &fyr,
        &[patch(
            "Organization/unknown",
            &json!([{"op": "remove", "path": "/name"}]),
        )],
    );
    assert_eq!(place(&reply.expect(404)), ["not-found"]);
}
