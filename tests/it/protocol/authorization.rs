//! Who may do what.

use serde_json::json;
use server::auth::Caller;

use super::{
    entries::{LOCAL, entry, identified, organization, organization_at, post, post_unless, put},
    fyr::Fyr,
};

/// A server with `Organization/1`.
fn with_one() -> Fyr {
    let fyr = Fyr::new();
    fyr.put("/Organization/1", &organization_at("1", "A"))
        .expect(201);
    fyr
}

#[test]
fn nobody_may_read_the_capability_statement_and_nothing_else_a1() {
    let fyr = with_one().seen_by(Caller::anonymous());
    fyr.get("/metadata").expect(200);
    let body = organization_at("1", "B");
    let replies = [
        fyr.get("/Organization/1"),
        fyr.get("/Organization/nobody"),
        fyr.get("/Organization/1/_history"),
        fyr.get("/Organization/1/_history/1"),
        fyr.post("/Organization", &body),
        fyr.put("/Organization/1", &body),
        fyr.put("/Organization?identifier=a|1", &body),
        fyr.delete("/Organization/1"),
        fyr.delete("/Organization?identifier=a|1"),
        fyr.transaction(&[entry("GET", "metadata")]),
        fyr.bundle("batch", &[]),
    ];
    for reply in replies {
        let reply = reply.expect(401);
        assert_eq!(reply.header("www-authenticate"), Some("Bearer"));
        assert_eq!(reply.codes(), ["login"]);
    }
}

#[test]
fn a_callers_body_is_not_looked_at_before_its_rights() {
    let fyr = Fyr::new();
    let ask = || fyr.seen_by(Caller::anonymous());
    ask()
        .ask("POST", "/Organization")
        .text("{")
        .send()
        .expect(401);
    ask()
        .ask("POST", "/")
        .bytes("text/plain", "x")
        .send()
        .expect(401);
    let reader = fyr.with_roles(&["Organization.read"]);
    reader
        .ask("PUT", "/Organization/1")
        .text("[")
        .send()
        .expect(403);
    reader.ask("POST", "/").text("nonsense").send().expect(403);
}

#[test]
fn a_caller_without_the_role_is_403_a1() {
    let fyr = with_one().with_roles(&["Patient.read", "Patient.write", "organization.read"]);
    let reply = fyr.get("/Organization/1").expect(403);
    assert_eq!(reply.codes(), ["forbidden"]);
    assert_eq!(
        reply.diagnostics(),
        "Insufficient permission for read for Organization"
    );
    let code = &reply.json["issue"][0]["details"]["coding"][0]["code"];
    assert_eq!(code, "SECURITY_TOKEN_INSUFFICIENT_PERMISSION");
    let challenge = "Bearer error=\"insufficient_scope\"";
    assert_eq!(reply.header("www-authenticate"), Some(challenge));
}

#[test]
fn each_interaction_has_its_roles_a4() {
    let body = organization_at("1", "B");
    let by = format!("/Organization?identifier={LOCAL}|1");
    for (interaction, accepted) in [
        ("read", vec!["read", "search", "*"]),
        ("vread", vec!["read", "search", "*"]),
        ("history", vec!["read", "search", "*"]),
        ("create", vec!["create", "write", "*"]),
        ("update", vec!["update", "write", "*"]),
        ("conditional update", vec!["update", "write", "*"]),
        ("delete", vec!["delete", "write", "*"]),
        ("conditional delete", vec!["delete", "write", "*"]),
    ] {
        let all = [
            "read", "search", "create", "update", "patch", "delete", "write", "*",
        ];
        for role in all {
            let fyr = with_one().with_roles(&[&format!("Organization.{role}")]);
            let reply = match interaction {
                "read" => fyr.get("/Organization/1"),
                "vread" => fyr.get("/Organization/1/_history/1"),
                "history" => fyr.get("/Organization/1/_history"),
                "create" => fyr.post("/Organization", &organization("A")),
                "update" => fyr.put("/Organization/1", &body),
                "conditional update" => fyr.put(&by, &identified(LOCAL, "1")),
                "delete" => fyr.delete("/Organization/1"),
                _ => fyr.delete(&by),
            };
            let allowed = accepted.contains(&role);
            assert_eq!(
                reply.status != 403,
                allowed,
                "{interaction} with {role}: {}",
                reply.text
            );
        }
    }
}

#[test]
fn a_bundle_asks_for_its_own_role_a4() {
    let fyr = with_one();
    let entries = [entry("GET", "Organization/1")];
    for kind in ["transaction", "batch"] {
        let reader = fyr.with_roles(&["Organization.read"]);
        let reply = reader.bundle(kind, &entries).expect(403);
        assert_eq!(
            reply.diagnostics(),
            "Insufficient permission for transaction for FHIR"
        );
        let both = fyr.with_roles(&["Organization.read", "FHIR.transaction"]);
        assert_eq!(
            both.bundle(kind, &entries).expect(200).status_of(0),
            "200 OK"
        );
    }
}

#[test]
fn a_transaction_asks_for_the_right_of_every_entry_a4() {
    let fyr = with_one();
    let reader = fyr.with_roles(&["FHIR.transaction", "Organization.read"]);
    let entries = [
        entry("GET", "Organization/1"),
        post(&identified(LOCAL, "1")),
        put("Organization/1", &organization_at("1", "B")),
        entry("GET", "metadata"),
        entry("DELETE", "Organization/1"),
    ];
    let reply = reader.transaction(&entries).expect(403);
    assert_eq!(reply.entries_at_fault(), [1, 2, 4]);
    assert_eq!(fyr.get("/Organization/1").json["name"], "A");
    assert!(!fyr.had(&format!("{LOCAL}|1")));
}

#[test]
fn a_batch_refuses_the_entries_that_the_caller_may_not_a4() {
    let fyr = with_one();
    let reader = fyr.with_roles(&["FHIR.transaction", "Organization.read"]);
    let entries = [
        entry("GET", "Organization/1"),
        put("Organization/1", &organization_at("1", "B")),
        entry("GET", "Patient/1"),
    ];
    let reply = reader.bundle("batch", &entries).expect(200);
    assert_eq!(
        reply.statuses(),
        ["200 OK", "403 Forbidden", "403 Forbidden"]
    );
    assert_eq!(fyr.get("/Organization/1").json["name"], "A");
}

#[test]
fn a_conditional_create_shows_its_match_to_those_only_who_may_read() {
    let fyr = Fyr::new();
    let first = fyr
        .post("/Organization", &identified(LOCAL, "1"))
        .expect(201);
    let create = |roles: &[&str]| {
        let fyr = fyr.with_roles(roles);
        let ask = fyr.ask("POST", "/Organization").json(&organization("A"));
        let criterion = format!("identifier={LOCAL}|1");
        ask.header("if-none-exist", &criterion).send().expect(200)
    };
    let blind = create(&["Organization.create"]);
    assert_eq!(
        (blind.text.as_str(), blind.header("location")),
        ("", first.header("location"))
    );
    let reader = create(&["Organization.create", "Organization.read"]);
    assert_eq!(reader.text, first.text);

    let bundle = json!({"resourceType": "Bundle", "type": "transaction",
        "entry": [post_unless(&format!("{LOCAL}|1"), &organization("A"))]});
    let blind = fyr.with_roles(&["FHIR.transaction", "Organization.create"]);
    let ask = blind.ask("POST", "/").json(&bundle);
    let reply = ask
        .header("prefer", "return=representation")
        .send()
        .expect(200);
    assert_eq!(reply.target(0), format!("Organization/{}", first.id()));
    assert_eq!(reply.json["entry"][0].get("resource"), None);
}

#[test]
fn who_may_not_read_does_not_learn_what_is_there() {
    let fyr = with_one().with_roles(&["Patient.read"]);
    let there = fyr.get("/Organization/1").expect(403);
    let not_there = fyr.get("/Organization/nobody").expect(403);
    assert_eq!(there.json, not_there.json);
}
