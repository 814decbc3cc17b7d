//! `POST [base]` with a batch: every entry on its own.

use serde_json::json;

use super::{
    entries::{
        LOCAL, condition, entry, identified, organization, organization_at, post, post_as,
        post_unless, put, with,
    },
    fyr::{BASE, Fyr},
    reply::{check_outcome, storage_code},
};

/// A server with `Organization/1`.
fn with_one() -> Fyr {
    let fyr = Fyr::new();
    fyr.put("/Organization/1", &organization_at("1", "A"))
        .expect(201);
    fyr
}

#[test]
fn each_entry_is_answered_on_its_own_and_in_its_place_t24() {
    let fyr = with_one();
    let update = || put("Organization/1", &organization_at("1", "B"));
    let entries = [
        entry("GET", "Organization/nobody"),
        post(&organization("A")),
        condition(update(), "ifMatch", "W/\"7\""),
        entry("GET", "Nonsense/1"),
        condition(entry("GET", "Organization/1"), "ifNoneMatch", "W/\"1\""),
        put("Organization/1", &organization_at("other", "B")),
        entry("DELETE", "Organization/2"),
        entry("GET", "Organization?colour=red"),
        entry("PUT", "Organization"),
        entry("GET", "https://other.example/fhir/Organization/1"),
    ];
    // an entry that updates needs its resource: give the last but one some
    let mut entries = entries;
    entries[8] = with(entries[8].clone(), "resource", organization_at("1", "B"));
    let reply = fyr.bundle("batch", &entries).expect(200);
    assert_eq!(reply.json["type"], "batch-response");
    assert_eq!(
        reply.statuses(),
        [
            "404 Not Found",
            "201 Created",
            "412 Precondition Failed",
            "404 Not Found",
            "304 Not Modified",
            "400 Bad Request",
            "204 No Content",
            "400 Bad Request",
            "405 Method Not Allowed",
            "400 Bad Request",
        ]
    );
    for at in [0, 2, 3, 5, 7, 8, 9] {
        let outcome = &reply.response(at)["outcome"];
        check_outcome(outcome);
        let place = outcome["issue"][0]["expression"][0].as_str().unwrap();
        assert!(place.starts_with(&format!("Bundle.entry[{at}]")), "{place}");
    }
    assert_eq!(fyr.get("/Organization/1").json["name"], "A");
}

#[test]
fn a_resource_that_is_none_fails_only_its_entry_t24() {
    let fyr = Fyr::new();
    let entries = [
        post(&identified(LOCAL, "1")),
        post(&json!({"resourceType": "Organization", "nonsense": 1})),
        post(&json!({"resourceType": "Nonsense"})),
        json!({"request": {"method": "POST", "url": "Organization"}}),
        json!({"resource": organization("A")}),
        post(&organization_at("a b", "A")),
        post(&identified(LOCAL, "2")),
    ];
    let reply = fyr.bundle("batch", &entries).expect(200);
    let bad = "400 Bad Request";
    let created = "201 Created";
    assert_eq!(
        reply.statuses(),
        [created, bad, bad, bad, bad, bad, created]
    );
    assert_eq!(
        reply.response(1)["outcome"]["issue"][0]["expression"][0],
        "Bundle.entry[1].resource.nonsense"
    );
}

#[test]
fn what_was_written_is_told_as_in_a_transaction() {
    let fyr = with_one();
    fyr.created(&identified(LOCAL, "1"));
    let entries = [
        put("Organization/1", &organization_at("1", "B")),
        post_unless(&format!("{LOCAL}|1"), &organization("A")),
        post(&with(organization("A"), "alias", json!([""]))),
    ];
    let reply = fyr.bundle("batch", &entries).expect(200);
    assert_eq!(reply.response(0)["location"], "Organization/1/_history/2");
    assert_eq!(reply.response(0)["etag"], "W/\"2\"");
    let code = storage_code(&reply.response(1)["outcome"]);
    assert_eq!(code, "SUCCESSFUL_CREATE_WITH_CONDITIONAL_MATCH");
    assert_eq!(
        reply.response(2)["outcome"]["issue"][1]["severity"],
        "warning"
    );
}

#[test]
fn the_client_can_ask_for_the_resources_t20() {
    let fyr = Fyr::new();
    let bundle = json!({"resourceType": "Bundle", "type": "batch",
        "entry": [post(&organization("A"))]});
    let ask = fyr.ask("POST", "/").json(&bundle);
    let reply = ask
        .header("prefer", "return=representation")
        .send()
        .expect(200);
    assert_eq!(reply.json["entry"][0]["resource"]["name"], "A");
    let full_url = format!("{BASE}/{}", reply.target(0));
    assert_eq!(reply.json["entry"][0]["fullUrl"], full_url);
}

#[test]
fn references_between_entries_are_left_as_they_are_t24() {
    let fyr = Fyr::new();
    let child = with(
        organization("child"),
        "partOf",
        json!({"reference": "urn:uuid:a"}),
    );
    let entries = [post_as("urn:uuid:a", &organization("A")), post(&child)];
    let reply = fyr.bundle("batch", &entries).expect(200);
    let stored = fyr.get(&format!("/{}", reply.target(1))).expect(200).json;
    assert_eq!(stored["partOf"]["reference"], "urn:uuid:a");
}

#[test]
fn an_empty_batch_has_an_empty_answer_t1() {
    let reply = Fyr::new().bundle("batch", &[]).expect(200);
    assert_eq!(
        reply.json,
        json!({"resourceType": "Bundle", "type": "batch-response"})
    );
}

#[test]
fn batches_can_be_switched_off_t1() {
    let fyr = Fyr::with(|settings| settings.allow_batch = false);
    fyr.bundle("batch", &[post(&identified(LOCAL, "1"))])
        .expect(400);
    fyr.bundle("transaction", &[post(&organization("A"))])
        .expect(200);
    assert!(!fyr.had(&format!("{LOCAL}|1")));
}

#[test]
fn a_bundle_inside_a_batch_is_refused() {
    let fyr = Fyr::new();
    let nested = json!({"resourceType": "Bundle", "type": "batch"});
    let entries = [json!({"resource": nested, "request": {"method": "POST", "url": "/"}})];
    let reply = fyr.bundle("batch", &entries).expect(200);
    assert_eq!(reply.statuses(), ["422 Unprocessable Entity"]);
}

#[test]
fn many_entries_are_answered_in_their_order() {
    let fyr = Fyr::new();
    let entries: Vec<_> = (0..100)
        .map(|at| {
            let id = at.to_string();
            put(&format!("Organization/{id}"), &organization_at(&id, "A"))
        })
        .collect();
    let reply = fyr.bundle("batch", &entries).expect(200);
    for at in 0..100 {
        assert_eq!(reply.target(at), format!("Organization/{at}"));
    }
}
