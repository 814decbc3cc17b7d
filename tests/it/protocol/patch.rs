//! `PATCH [base]/[type]/[id]`, conditional, and in bundles.

use serde_json::{Value, json};

use super::{
    entries::{condition, organization_at},
    fyr::{Ask, Fyr},
};

const JSON_PATCH: &str = "application/json-patch+json";
/// `[{"op":"replace","path":"/name","value":"B"}]`
const RENAME_BASE64: &str = "W3sib3AiOiJyZXBsYWNlIiwicGF0aCI6Ii9uYW1lIiwidmFsdWUiOiJCIn1d";

fn one() -> Fyr {
    let fyr = Fyr::new();
    fyr.put("/Organization/1", &organization_at("1", "A"))
        .expect(201);
    fyr
}

fn patch<'a>(fyr: &'a Fyr, path: &str, operations: &Value) -> Ask<'a> {
    fyr.ask("PATCH", path)
        .bytes(JSON_PATCH, operations.to_string())
}

fn rename(to: &str) -> Value {
    json!([{"op": "replace", "path": "/name", "value": to}])
}

fn fhirpath_rename(to: &str) -> Value {
    json!({"resourceType": "Parameters", "parameter": [{"name": "operation", "part": [
        {"name": "type", "valueCode": "replace"},
        {"name": "path", "valueString": "Organization.name"},
        {"name": "value", "valueString": to}
    ]}]})
}

#[test]
fn a_json_patch_makes_a_new_version_c9() {
    let fyr = one();
    let reply = patch(&fyr, "/Organization/1", &rename("B"))
        .send()
        .expect(200);
    assert_eq!(reply.json["name"], "B");
    assert_eq!(reply.header("etag"), Some("W/\"2\""));
    assert_eq!(fyr.get("/Organization/1").json["name"], "B");
    let history = fyr.get("/Organization/1/_history").json;
    assert_eq!(history["entry"][0]["request"]["method"], "PUT", "C3");
    let ask = patch(&fyr, "/Organization/1", &rename("C"));
    let reply = ask
        .header("prefer", "return=OperationOutcome")
        .send()
        .expect(200);
    assert_eq!(reply.code(), "SUCCESSFUL_PATCH");
    let ask = patch(&fyr, "/Organization/1", &rename("C"));
    let reply = ask
        .header("prefer", "return=OperationOutcome")
        .send()
        .expect(200);
    assert_eq!(reply.code(), "SUCCESSFUL_PATCH_NO_CHANGE");
    assert_eq!(fyr.get("/Organization/1").header("etag"), Some("W/\"3\""));
}

#[test]
fn a_fhirpath_patch_makes_a_new_version() {
    let fyr = one();
    let reply = fyr
        .ask("PATCH", "/Organization/1")
        .json(&fhirpath_rename("B"))
        .send();
    assert_eq!(reply.expect(200).json["name"], "B");
}

#[test]
fn a_patch_that_does_not_fit_is_422_and_a_malformed_one_400() {
    let fyr = one();
    for (operations, status) in [
        (json!([{"op": "test", "path": "/name", "value": "B"}]), 422),
        (
            json!([{"op": "replace", "path": "/alias/3", "value": "B"}]),
            422,
        ),
        (json!([{"op": "replace", "path": "/id", "value": "2"}]), 422),
        (json!([{"op": "add", "path": "/nmae", "value": "B"}]), 422),
        (
            json!([{"op": "add", "path": "/active", "value": "yes"}]),
            422,
        ),
        (json!([{"op": "rename", "path": "/name"}]), 400),
        (json!([{"op": "replace"}]), 400),
        (json!({"op": "replace", "path": "/name", "value": "B"}), 400),
        (json!("replace"), 400),
    ] {
        let reply = patch(&fyr, "/Organization/1", &operations).send();
        assert_eq!(reply.status, status, "{operations}: {}", reply.text);
    }
    let ask = fyr
        .ask("PATCH", "/Organization/1")
        .json(&organization_at("1", "B"));
    ask.send().expect(400);
    let ask = fyr
        .ask("PATCH", "/Organization/1")
        .bytes("text/plain", "name=B");
    ask.send().expect(415);
    assert_eq!(fyr.get("/Organization/1").header("etag"), Some("W/\"1\""));
}

#[test]
fn a_patch_needs_a_resource_and_the_version_it_is_for() {
    let fyr = one();
    patch(&fyr, "/Organization/2", &rename("B"))
        .send()
        .expect(404);
    let ask = |tag: &str| {
        let ask = patch(&fyr, "/Organization/1", &rename("B"));
        ask.header("if-match", tag).send()
    };
    ask("W/\"2\"").expect(412);
    ask("W/\"1\"").expect(200);
    fyr.delete("/Organization/1").expect(200);
    patch(&fyr, "/Organization/1", &rename("B"))
        .send()
        .expect(410);
}

#[test]
fn a_conditional_patch_needs_one_match_c9() {
    let fyr = one();
    fyr.put("/Organization/2", &organization_at("2", "A2"))
        .expect(201);
    let done = |query: &str| patch(&fyr, &format!("/Organization?{query}"), &rename("B")).send();
    done("name=nobody").expect(404);
    done("name=a").expect(412);
    let reply = done("name:exact=A2").expect(200);
    assert_eq!(reply.id(), "2");
    patch(&fyr, "/Organization", &rename("B"))
        .send()
        .expect(405);
}

#[test]
fn who_may_patch() {
    let fyr = one();
    for (role, status) in [
        ("Organization.patch", 200),
        ("Organization.update", 200),
        ("Organization.write", 200),
        ("Organization.create", 403),
        ("Organization.read", 403),
    ] {
        let caller = fyr.with_roles(&[role]);
        let reply = patch(&caller, "/Organization/1", &rename("B")).send();
        assert_eq!(reply.status, status, "{role}");
    }
}

#[test]
fn a_bundle_takes_both_kinds_of_patch() {
    let fyr = one();
    for id in ["2", "3"] {
        fyr.put(&format!("/Organization/{id}"), &organization_at(id, "A"))
            .expect(201);
    }
    let entry = |url: &str, resource: Value| json!({"resource": resource, "request": {"method": "PATCH", "url": url}});
    let binary =
        json!({"resourceType": "Binary", "contentType": JSON_PATCH, "data": RENAME_BASE64});
    let entries = [
        entry("Organization/1", binary.clone()),
        entry("Organization/2", fhirpath_rename("B")),
        entry("Organization?_id=3", binary.clone()),
    ];
    for kind in ["transaction", "batch"] {
        let reply = fyr.bundle(kind, &entries).expect(200);
        assert_eq!(reply.statuses(), ["200 OK"; 3], "{}", reply.text);
        for id in ["1", "2", "3"] {
            assert_eq!(fyr.get(&format!("/Organization/{id}")).json["name"], "B");
        }
    }
    let stale = condition(
        entry("Organization/1", binary.clone()),
        "ifMatch",
        "W/\"1\"",
    );
    let reply = fyr.transaction(&[entry("Organization/2", fhirpath_rename("C")), stale]);
    assert_eq!(reply.expect(412).entries_at_fault(), [1]);
    assert_eq!(fyr.get("/Organization/2").json["name"], "B");
    for (resource, status) in [
        (
            json!({"resourceType": "Binary", "contentType": "text/plain", "data": RENAME_BASE64}),
            400,
        ),
        (
            json!({"resourceType": "Binary", "contentType": JSON_PATCH, "data": "bm8="}),
            400,
        ),
        (organization_at("1", "C"), 400),
    ] {
        let reply = fyr.transaction(&[entry("Organization/1", resource)]);
        assert_eq!(reply.expect(status).entries_at_fault(), [0]);
    }
    let failing = json!({"resourceType": "Binary", "contentType": JSON_PATCH,
        "data": "W3sib3AiOiJ0ZXN0IiwicGF0aCI6Ii9uYW1lIiwidmFsdWUiOiJaIn1d"});
    let reply = fyr
        .transaction(&[entry("Organization/1", failing)])
        .expect(422);
    assert_eq!(reply.entries_at_fault(), [0]);
}

#[test]
fn a_patch_refers_to_what_the_transaction_creates_t11() {
    let fyr = one();
    let operations = json!({"resourceType": "Parameters", "parameter": [{"name": "operation", "part": [
        {"name": "type", "valueCode": "add"},
        {"name": "path", "valueString": "Organization"},
        {"name": "name", "valueString": "partOf"},
        {"name": "value", "valueReference": {"reference": "urn:uuid:parent"}}
    ]}]});
    let entries = [
        json!({"fullUrl": "urn:uuid:parent", "resource": {"resourceType": "Organization", "name": "P"},
            "request": {"method": "POST", "url": "Organization"}}),
        json!({"resource": operations, "request": {"method": "PATCH", "url": "Organization/1"}}),
    ];
    let reply = fyr.transaction(&entries).expect(200);
    let stored = fyr.get("/Organization/1").json;
    assert_eq!(stored["partOf"]["reference"], reply.target(0));
    let again = Fyr::new();
    again
        .put("/Organization/1", &organization_at("1", "A"))
        .expect(201);
    let reply = again.transaction(&entries[1..]).expect(400);
    assert_eq!(reply.entries_at_fault(), [0], "nothing has that fullUrl");
}
