//! Transactions that are refused: all problems at once, and nothing is stored.

use serde_json::json;

use super::super::entries::{
    LOCAL, condition, entry, identified, organization, organization_at, post, put, with,
};
use super::super::fyr::Fyr;
use super::with_two;

#[test]
fn other_bundles_are_refused_t1() {
    let fyr = Fyr::new();
    for kind in [
        "searchset",
        "history",
        "collection",
        "document",
        "message",
        "transaction-response",
    ] {
        let reply = fyr.bundle(kind, &[post(&organization("A"))]).expect(400);
        assert_eq!(reply.places(), ["Bundle.type"], "{kind}");
    }
    fyr.post("/", &organization("A")).expect(400);
    fyr.post("/", &json!({"resourceType": "Bundle"}))
        .expect(400);
}

#[test]
fn one_entry_that_fails_keeps_all_from_being_stored_t10() {
    let fyr = with_two();
    let entries = [
        post(&identified(LOCAL, "1")),
        put("Organization/2", &organization_at("2", "B")),
        entry("DELETE", "Organization/2"),
    ];
    for failing in [
        condition(
            put("Organization/1", &organization_at("1", "B")),
            "ifMatch",
            "W/\"9\"",
        ),
        put("Organization/1", &organization_at("other", "B")),
        entry("GET", "Organization/nobody"),
    ] {
        let writes = [entries[0].clone(), failing, entries[1].clone()];
        let reply = fyr.transaction(&writes);
        assert!((400..500).contains(&reply.status), "{}", reply.text);
        assert_eq!(reply.entries_at_fault(), [1]);
        assert_eq!(fyr.get("/Organization/2").json["name"], "A");
        assert!(!fyr.had(&format!("{LOCAL}|1")));
    }
}

#[test]
fn all_problems_of_all_entries_are_told_at_once_e4() {
    let fyr = with_two();
    let stale = |id: &str| {
        let update = put(&format!("Organization/{id}"), &organization_at(id, "B"));
        condition(update, "ifMatch", "W/\"7\"")
    };
    let entries = [
        stale("1"),
        post(&organization("A")),
        stale("2"),
        stale("nobody"),
    ];
    let reply = fyr.transaction(&entries).expect(412);
    assert_eq!(reply.entries_at_fault(), [0, 2, 3]);
}

#[test]
fn problems_of_different_kinds_are_told_together_e4() {
    let fyr = with_two();
    let child = |reference: &str| {
        with(
            organization("child"),
            "partOf",
            json!({"reference": reference}),
        )
    };
    let update = put("Organization/1", &organization_at("1", "B"));
    let entries = [
        entry("GET", "Organization/nobody"),
        condition(update, "ifMatch", "W/\"7\""),
        post(&child("urn:uuid:nobody")),
        post(&organization("good")),
        post(&child("Organization?identifier=nobody")),
        post(&child("Organization?colour=red")),
    ];
    let reply = fyr.transaction(&entries).expect(400);
    assert_eq!(reply.entries_at_fault(), [0, 1, 2, 4, 5]);
    let expected = [
        "not-found",
        "conflict",
        "not-found",
        "not-found",
        "not-supported",
    ];
    assert_eq!(reply.codes(), expected);
}

#[test]
fn structural_problems_of_all_entries_are_told_at_once_e4() {
    let fyr = Fyr::new();
    let entries = [
        json!({"resource": organization("A")}),
        post(&organization("A")),
        json!({"request": {"method": "POST", "url": "Organization"}}),
        json!({"resource": organization("A"), "request": {"method": "FETCH", "url": "Organization"}}),
        json!({"resource": organization("A"), "request": {"method": "POST"}}),
        post(&json!({"resourceType": "Organization", "nonsense": 1})),
        post(&json!({"resourceType": "Nonsense"})),
    ];
    let reply = fyr.transaction(&entries).expect(400);
    let mut entries = reply.entries_at_fault();
    entries.dedup();
    assert_eq!(entries, [0, 2, 3, 4, 5, 6]);
}

#[test]
fn different_failures_are_400_together_t10() {
    let fyr = with_two();
    let update = put("Organization/1", &organization_at("1", "B"));
    let entries = [
        condition(update, "ifMatch", "W/\"7\""),
        entry("GET", "Organization/nobody"),
    ];
    let alone = |at: usize| fyr.transaction(&entries[at..=at]).status;
    assert_eq!([alone(0), alone(1)], [412, 404]);
    let reply = fyr.transaction(&[
        put("Organization/1", &organization_at("2", "B")),
        condition(
            put("Organization/2", &organization_at("2", "B")),
            "ifMatch",
            "W/\"7\"",
        ),
    ]);
    assert_eq!(reply.expect(400).entries_at_fault(), [0, 1]);
}
