//! Identifiers of which no two resources may have the same: against every writer.

use serde_json::json;

use super::{
    entries::{
        LOCAL, SOR, entry, identified, organization, post, post_as, post_unless, put, with, with_id,
    },
    fyr::Fyr,
};

/// A server with `Organization/first`, which has the unique identifier 1.
fn with_first() -> Fyr {
    let fyr = Fyr::new();
    fyr.put(
        "/Organization/first",
        &with_id(identified(SOR, "1"), "first"),
    )
    .expect(201);
    fyr
}

#[test]
fn a_second_resource_with_the_identifier_is_refused_whoever_writes_it() {
    let fyr = with_first();
    let second = identified(SOR, "1");
    let at_two = with_id(second.clone(), "two");
    let by_other_match = format!("/Organization?identifier={LOCAL}|9");
    let replies = [
        fyr.post("/Organization", &second),
        fyr.put("/Organization/two", &at_two),
        fyr.put(&by_other_match, &second),
        fyr.transaction(&[post(&second)]),
        fyr.transaction(&[post(&organization("A")), put("Organization/two", &at_two)]),
    ];
    for reply in replies {
        let reply = reply.expect(422);
        assert_eq!(reply.codes(), ["duplicate"]);
        assert!(
            reply.diagnostics().contains("Organization/first"),
            "{}",
            reply.text
        );
        assert!(
            reply.diagnostics().contains(&format!("{SOR}|1")),
            "{}",
            reply.text
        );
    }
    fyr.get("/Organization/two").expect(404);
}

#[test]
fn the_entry_of_a_transaction_that_brings_the_duplicate_is_named() {
    let fyr = with_first();
    let entries = [post(&organization("A")), post(&identified(SOR, "1"))];
    let reply = fyr.transaction(&entries).expect(422);
    assert_eq!(reply.entries_at_fault(), [1]);
}

#[test]
fn a_batch_refuses_only_the_entry_that_brings_the_duplicate() {
    let fyr = with_first();
    let entries = [post(&identified(SOR, "1")), post(&identified(SOR, "2"))];
    let reply = fyr.bundle("batch", &entries).expect(200);
    assert_eq!(
        reply.statuses(),
        ["422 Unprocessable Entity", "201 Created"]
    );
    assert!(fyr.had(&format!("{SOR}|2")));
}

#[test]
fn of_two_entries_of_a_batch_with_one_identifier_one_wins() {
    let fyr = Fyr::new();
    let entries = [post(&identified(SOR, "1")), post(&identified(SOR, "1"))];
    let reply = fyr.bundle("batch", &entries).expect(200);
    let mut statuses = reply.statuses();
    statuses.sort_unstable();
    assert_eq!(statuses, ["201 Created", "422 Unprocessable Entity"]);
}

#[test]
fn two_entries_of_a_transaction_with_one_identifier_are_both_named() {
    let fyr = Fyr::new();
    let entries = [
        post(&identified(SOR, "1")),
        post(&organization("A")),
        post(&identified(SOR, "1")),
    ];
    let reply = fyr.transaction(&entries).expect(422);
    let said = format!("{} {}", reply.places().join(" "), reply.diagnostics());
    assert!(
        said.contains("Bundle.entry[0]") && said.contains("Bundle.entry[2]"),
        "{said}"
    );
    assert!(!fyr.had(&format!("{SOR}|1")));
}

#[test]
fn a_conditional_create_on_one_identifier_does_not_smuggle_in_another() {
    let fyr = with_first();
    let reply = fyr.transaction(&[post_unless(&format!("{SOR}|2"), &identified(SOR, "1"))]);
    reply.expect(422);
}

#[test]
fn an_update_may_keep_its_own_identifier() {
    let fyr = with_first();
    let renamed = with(with_id(identified(SOR, "1"), "first"), "name", "B".into());
    fyr.put("/Organization/first", &renamed).expect(200);
    let url = "Organization/first";
    let renamed = with(renamed, "name", "C".into());
    fyr.transaction(&[put(url, &renamed)]).expect(200);
}

#[test]
fn an_update_may_not_take_anothers_identifier() {
    let fyr = with_first();
    let id = fyr.created(&identified(SOR, "2"));
    let path = format!("/Organization/{id}");
    fyr.put(&path, &with_id(identified(SOR, "1"), &id))
        .expect(422);
    assert_eq!(fyr.get(&path).header("etag"), Some("W/\"1\""));
}

#[test]
fn a_resource_that_comes_back_may_not_take_what_another_has_by_now() {
    let fyr = with_first();
    fyr.delete("/Organization/first").expect(200);
    fyr.created(&identified(SOR, "1"));
    let back = with_id(identified(SOR, "1"), "first");
    fyr.put("/Organization/first", &back).expect(422);
    fyr.get("/Organization/first").expect(410);
}

#[test]
fn idle_keys_do_not_block() {
    let fyr = with_first();
    fyr.delete("/Organization/first").expect(200);
    let second = fyr.created(&identified(SOR, "1"));
    let path = format!("/Organization/{second}");
    fyr.put(&path, &with_id(organization("without"), &second))
        .expect(200);
    let third = fyr.created(&identified(SOR, "1"));
    fyr.delete(&format!("/Organization/{third}")).expect(200);
    let back = with_id(identified(SOR, "1"), "first");
    fyr.put("/Organization/first", &back).expect(201);
}

#[test]
fn an_identifier_moves_between_two_resources_in_one_transaction() {
    let fyr = with_first();
    fyr.put("/Organization/two", &with_id(identified(SOR, "2"), "two"))
        .expect(201);
    let swap = [
        put(
            "Organization/first",
            &with_id(identified(SOR, "2"), "first"),
        ),
        put("Organization/two", &with_id(identified(SOR, "1"), "two")),
    ];
    let reply = fyr.transaction(&swap).expect(200);
    assert_eq!(reply.statuses(), ["200 OK", "200 OK"]);
    let reply = fyr.post("/Organization", &identified(SOR, "1")).expect(422);
    assert!(
        reply.diagnostics().contains("Organization/two"),
        "{}",
        reply.text
    );
}

#[test]
fn an_identifier_passes_from_a_deleted_resource_to_a_new_one_in_one_transaction() {
    let fyr = with_first();
    let entries = [
        post(&identified(SOR, "1")),
        entry("DELETE", "Organization/first"),
    ];
    let reply = fyr.transaction(&entries).expect(200);
    assert_eq!(reply.statuses(), ["201 Created", "204 No Content"]);
    let reply = fyr.post("/Organization", &identified(SOR, "1")).expect(422);
    assert!(
        !reply.diagnostics().contains("Organization/first"),
        "{}",
        reply.text
    );
}

#[test]
fn only_the_listed_systems_of_the_type_are_unique() {
    let fyr = Fyr::new();
    let cvr = |value: &str| identified("http://cvr.dk", value);
    fyr.created(&cvr("12345674"));
    fyr.created(&cvr("12345674"));
    let patient = json!({"resourceType": "Patient", "identifier": [{"system": SOR, "value": "1"}]});
    fyr.created(&patient);
    fyr.created(&patient);
    let without_system = with(organization("A"), "identifier", json!([{"value": "1"}]));
    fyr.created(&without_system);
    fyr.created(&without_system);
    fyr.created(&identified(SOR, "1"));
}

#[test]
fn the_same_value_in_two_unique_systems_is_two_identifiers() {
    let fyr = with_first();
    fyr.created(&identified("urn:oid:2.5.4.97", "1"));
    fyr.post("/Organization", &identified("urn:oid:2.5.4.97", "1"))
        .expect(422);
}

#[test]
fn an_identifier_twice_in_one_resource_is_no_conflict() {
    let fyr = Fyr::new();
    let twice = json!([{"system": SOR, "value": "1"}, {"system": SOR, "value": "1", "use": "old"}]);
    let id = fyr.created(&with(organization("A"), "identifier", twice));
    fyr.post("/Organization", &identified(SOR, "1")).expect(422);
    fyr.delete(&format!("/Organization/{id}")).expect(200);
    fyr.created(&identified(SOR, "1"));
}

#[test]
fn all_duplicates_of_a_transaction_are_told_at_once_e4() {
    let fyr = with_first();
    fyr.created(&identified(SOR, "2"));
    let entries = [
        post_as("urn:uuid:a", &identified(SOR, "1")),
        post(&identified(SOR, "3")),
        post(&identified(SOR, "2")),
    ];
    let reply = fyr.transaction(&entries).expect(422);
    assert_eq!(reply.entries_at_fault(), [0, 2]);
    assert!(!fyr.had(&format!("{SOR}|3")));
}
