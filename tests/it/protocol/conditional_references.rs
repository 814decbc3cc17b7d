//! References such as `Organization?identifier=system|value` in a transaction.

use serde_json::{Value, json};

use super::{
    entries::{LOCAL, SOR, entry, identified, organization, post, post_as, with, with_id},
    fyr::Fyr,
};

fn part_of(value: &str) -> Value {
    let reference = format!("Organization?identifier={LOCAL}|{value}");
    with(
        organization("child"),
        "partOf",
        json!({"reference": reference}),
    )
}

#[test]
fn one_match_becomes_its_id_t15() {
    let fyr = Fyr::new();
    let id = fyr.created(&identified(LOCAL, "1"));
    let by_value = with(
        organization("child"),
        "partOf",
        json!({"reference": "Organization?identifier=1"}),
    );
    let escaped = with(
        organization("child"),
        "partOf",
        json!({"reference": "Organization?identifier=http%3A%2F%2Fexample.org%2Fids%7C1"}),
    );
    let reply = fyr.transaction(&[post(&part_of("1")), post(&by_value), post(&escaped)]);
    let reply = reply.expect(200);
    for at in 0..3 {
        let stored = fyr.get(&format!("/{}", reply.target(at))).json;
        assert_eq!(stored["partOf"]["reference"], format!("Organization/{id}"));
    }
}

#[test]
fn no_match_fails_the_transaction_with_400_t15() {
    let fyr = Fyr::new();
    let entries = [post(&identified(LOCAL, "2")), post(&part_of("1"))];
    let reply = fyr.transaction(&entries).expect(400);
    assert_eq!(reply.entries_at_fault(), [1]);
    assert_eq!(reply.codes(), ["not-found"]);
    let text = format!(
        "Invalid match URL \"Organization?identifier={LOCAL}|1\" - No resources match this search"
    );
    assert_eq!(reply.diagnostics(), text);
    assert!(!fyr.had(&format!("{LOCAL}|2")));
}

#[test]
fn several_matches_fail_the_transaction_with_412_t15() {
    let fyr = Fyr::new();
    fyr.created(&identified(LOCAL, "1"));
    fyr.created(&identified(LOCAL, "1"));
    let reply = fyr.transaction(&[post(&part_of("1"))]).expect(412);
    assert!(
        reply
            .diagnostics()
            .contains("Multiple resources match this search")
    );
    assert_eq!(reply.entries_at_fault(), [0]);
}

#[test]
fn all_references_without_a_match_are_named() {
    let fyr = Fyr::new();
    let entries = [
        post(&part_of("1")),
        post(&organization("A")),
        post(&part_of("2")),
    ];
    let reply = fyr.transaction(&entries).expect(400);
    assert_eq!(reply.entries_at_fault(), [0, 2]);
}

#[test]
fn what_the_transaction_itself_brings_is_not_matched_t9() {
    let fyr = Fyr::new();
    let entries = [
        post_as("urn:uuid:a", &identified(LOCAL, "1")),
        post(&part_of("1")),
    ];
    fyr.transaction(&entries).expect(400);
}

#[test]
fn deleted_and_former_holders_are_not_matched() {
    let fyr = Fyr::new();
    let id = fyr.created(&identified(LOCAL, "1"));
    let path = format!("/Organization/{id}");
    fyr.put(&path, &with_id(identified(LOCAL, "2"), &id))
        .expect(200);
    fyr.transaction(&[post(&part_of("1"))]).expect(400);
    fyr.transaction(&[post(&part_of("2"))]).expect(200);
    fyr.delete(&path).expect(200);
    fyr.transaction(&[post(&part_of("2"))]).expect(400);
}

#[test]
fn what_the_transaction_deletes_is_matched_as_it_was_before_t9() {
    let fyr = Fyr::new();
    let id = fyr.created(&identified(SOR, "1"));
    let reference = json!({"reference": format!("Organization?identifier={SOR}|1")});
    let child = with(organization("child"), "partOf", reference);
    let entries = [post(&child), entry("DELETE", &format!("Organization/{id}"))];
    let reply = fyr.transaction(&entries).expect(200);
    let stored = fyr.get(&format!("/{}", reply.target(0))).json;
    assert_eq!(stored["partOf"]["reference"], format!("Organization/{id}"));
}

#[test]
fn references_by_unknown_criteria_are_refused_and_named() {
    let fyr = Fyr::new();
    let by_colour = |colour: &str| {
        let reference = json!({"reference": format!("Organization?colour={colour}")});
        with(organization("child"), "partOf", reference)
    };
    let entries = [
        post(&by_colour("red")),
        post(&organization("B")),
        post(&by_colour("blue")),
    ];
    let reply = fyr.transaction(&entries).expect(400);
    assert_eq!(reply.entries_at_fault(), [0, 2]);
    assert_eq!(reply.codes(), ["not-supported", "not-supported"]);
}
