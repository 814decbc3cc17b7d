//! Which resource each entry of a transaction is about: conditions of entries, and two entries
//! about one resource.

use serde_json::{Value, json};

use super::{
    entries::{
        LOCAL, condition, entry, identified, organization, organization_at, post, post_as,
        post_unless, put, with_id,
    },
    fyr::Fyr,
};

/// A server with `Organization/1`, which has the identifier 1.
fn with_one() -> Fyr {
    let fyr = Fyr::new();
    fyr.put("/Organization/1", &with_id(identified(LOCAL, "1"), "1"))
        .expect(201);
    fyr
}

fn by(value: &str) -> String {
    format!("Organization?identifier={LOCAL}|{value}")
}

/// Two entries that are about one resource: the first and the third of a bundle.
#[track_caller]
fn overlap(name: &str, first: Value, second: Value) {
    let fyr = with_one();
    let reply = fyr
        .transaction(&[first, post(&organization("X")), second])
        .expect(400);
    assert_eq!(reply.entries_at_fault(), [0, 2], "{name}");
    let text = "Transaction bundle contains multiple resources with ID: Organization";
    assert!(reply.diagnostics().contains(text), "{name}: {}", reply.text);
    let stored = fyr.get("/Organization/1").expect(200);
    assert_eq!(stored.header("etag"), Some("W/\"1\""), "{name}");
}

#[test]
fn two_entries_about_one_resource_fail_together_t8() {
    let update = || put("Organization/1", &organization_at("1", "B"));
    let delete = || entry("DELETE", "Organization/1");
    let matching = post_unless(&format!("{LOCAL}|1"), &organization("C"));
    overlap("PUT and PUT", update(), update());
    overlap("PUT and DELETE", update(), delete());
    overlap("DELETE and DELETE", delete(), entry("DELETE", &by("1")));
    overlap(
        "PUT and conditional PUT",
        update(),
        put(&by("1"), &organization("C")),
    );
    overlap(
        "PUT and conditional DELETE",
        update(),
        entry("DELETE", &by("1")),
    );
    overlap(
        "PUT and a conditional POST that matches",
        update(),
        matching,
    );
}

#[test]
fn two_entries_on_one_condition_that_nothing_meets_fail_together_t8() {
    let nine = format!("{LOCAL}|9");
    let create = |condition: &str| post_unless(condition, &organization("B"));
    let update = |id: Option<&str>| {
        let resource = organization("C");
        put(
            &by("9"),
            &id.map_or(resource.clone(), |id| with_id(resource, id)),
        )
    };
    overlap("conditional PUTs", update(None), update(None));
    overlap("conditional POSTs", create(&nine), create(&nine));
    overlap("POST and PUT", create(&nine), update(None));
    overlap("DELETE and PUT", entry("DELETE", &by("9")), update(None));
    overlap(
        "escaped and not",
        create(&nine),
        create(&nine.replace('|', "%7C")),
    );
    let new = put("Organization/n", &organization_at("n", "B"));
    overlap("a new id twice", new, update(Some("n")));
    overlap(
        "a condition and a new id",
        update(Some("n")),
        update(Some("n")),
    );
}

#[test]
fn reading_what_is_written_is_no_overlap_t8() {
    let fyr = with_one();
    let entries = [
        put("Organization/1", &organization_at("1", "B")),
        entry("GET", "Organization/1"),
        entry("GET", "Organization/1/_history/1"),
        entry("GET", "Organization/1"),
    ];
    fyr.transaction(&entries).expect(200);
}

#[test]
fn one_id_in_two_types_is_two_resources() {
    let fyr = with_one();
    let patient = json!({"resourceType": "Patient", "id": "1"});
    let entries = [
        put("Organization/1", &organization_at("1", "B")),
        put("Patient/1", &patient),
    ];
    fyr.transaction(&entries).expect(200);
}

#[test]
fn an_entry_can_demand_a_version_in_all_spellings_g6() {
    for tag in ["W/\"1\"", "\"1\"", "1"] {
        let update = put("Organization/1", &organization_at("1", "B"));
        let reply = with_one()
            .transaction(&[condition(update, "ifMatch", tag)])
            .expect(200);
        assert_eq!(reply.response(0)["etag"], "W/\"2\"", "{tag}");
    }
    let fyr = with_one();
    for update in [
        put("Organization/1", &organization_at("1", "B")),
        put(&by("1"), &organization("B")),
        entry("DELETE", "Organization/1"),
        entry("DELETE", &by("1")),
    ] {
        let reply = fyr
            .transaction(&[condition(update, "ifMatch", "W/\"2\"")])
            .expect(412);
        assert_eq!(reply.entries_at_fault(), [0]);
    }
}

#[test]
fn an_entry_can_create_unless_there_is_one_t6() {
    let fyr = with_one();
    let entries = [
        post_unless(&format!("{LOCAL}|1"), &identified(LOCAL, "1")),
        post_unless(&format!("{LOCAL}|2"), &identified(LOCAL, "2")),
        post_unless("|3", &organization("C")),
        post_unless("4", &organization("D")),
    ];
    let reply = fyr.transaction(&entries).expect(200);
    assert_eq!(
        reply.statuses(),
        ["200 OK", "201 Created", "201 Created", "201 Created"]
    );
    assert_eq!(reply.target(0), "Organization/1");
    assert_eq!(reply.response(0)["etag"], "W/\"1\"");
    assert_eq!(fyr.get("/Organization/1/_history").json["total"], 1);
}

#[test]
fn an_entry_can_update_and_delete_what_matches() {
    let fyr = with_one();
    fyr.put("/Organization/2", &with_id(identified(LOCAL, "2"), "2"))
        .expect(201);
    let entries = [
        put(&by("1"), &organization("B")),
        entry("DELETE", &by("2")),
        put(&by("3"), &identified(LOCAL, "3")),
        entry("DELETE", &by("4")),
    ];
    let reply = fyr.transaction(&entries).expect(200);
    let none = "204 No Content";
    assert_eq!(reply.statuses(), ["200 OK", none, "201 Created", none]);
    assert_eq!(reply.target(0), "Organization/1");
    fyr.get("/Organization/2").expect(410);
}

#[test]
fn a_criterion_with_several_matches_fails_the_transaction_with_412() {
    let fyr = with_one();
    fyr.created(&identified(LOCAL, "1"));
    for ambiguous in [
        post_unless(&format!("{LOCAL}|1"), &organization("B")),
        put(&by("1"), &organization("B")),
        entry("DELETE", &by("1")),
    ] {
        let reply = fyr
            .transaction(&[post(&organization("A")), ambiguous])
            .expect(412);
        assert_eq!(reply.entries_at_fault(), [1]);
        assert_eq!(reply.codes(), ["multiple-matches"]);
    }
}

#[test]
fn criteria_see_the_state_before_the_transaction_t9() {
    let fyr = with_one();
    let entries = [
        entry("DELETE", "Organization/1"),
        post_unless(&format!("{LOCAL}|2"), &organization("B")),
        post(&identified(LOCAL, "2")),
    ];
    let reply = fyr.transaction(&entries).expect(200);
    assert_eq!(
        reply.statuses(),
        ["204 No Content", "201 Created", "201 Created"]
    );
}

#[test]
fn the_ids_of_an_update_must_agree() {
    let fyr = with_one();
    for (entry, status) in [
        (put("Organization/1", &organization_at("2", "B")), 400),
        (put("Organization/1", &organization("B")), 400),
        (put(&by("1"), &organization_at("2", "B")), 400),
        (put("Patient/1", &organization_at("1", "B")), 400),
        (put("Organization", &organization_at("1", "B")), 405),
        (
            post_as(
                "urn:uuid:a",
                &json!({"resourceType": "Patient", "id": "a b"}),
            ),
            400,
        ),
    ] {
        let text = entry.to_string();
        let reply = fyr.transaction(&[entry]);
        assert_eq!(reply.status, status, "{text} {}", reply.text);
        assert_eq!(reply.entries_at_fault(), [0]);
    }
}

#[test]
fn the_id_of_a_created_resource_is_ignored_t3() {
    let fyr = Fyr::new();
    let entries = [
        post(&organization_at("same", "A")),
        post(&organization_at("same", "B")),
    ];
    let reply = fyr.transaction(&entries).expect(200);
    assert_ne!(reply.target(0), reply.target(1));
    fyr.get("/Organization/same").expect(404);
}
