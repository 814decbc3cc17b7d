//! Large things: stored as they came, or refused with 413.

use serde_json::{Value, json};

use super::{
    entries::{LOCAL, SOR, identified, organization, organization_at, post, put, with},
    fyr::Fyr,
};

/// Text that does not compress.
fn noise(bytes: usize) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-";
    let mut state = 1_u64;
    let letters = (0..bytes).map(|_| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        char::from(LETTERS[usize::try_from(state >> 58).unwrap()])
    });
    letters.collect()
}

#[test]
fn a_long_identifier_is_an_identifier_like_any_other() {
    let fyr = Fyr::new();
    for length in [100, 1_000, 2_000, 5_000, 20_000] {
        let value = "v".repeat(length);
        fyr.created(&identified(LOCAL, &value));
        assert!(fyr.had(&format!("{LOCAL}|{value}")), "{length}");
        fyr.created(&identified(SOR, &value));
        fyr.post("/Organization", &identified(SOR, &value))
            .expect(422);
    }
}

#[test]
fn long_identifiers_that_differ_at_the_end_are_two() {
    let fyr = Fyr::new();
    let long = "v".repeat(5_000);
    fyr.created(&identified(SOR, &format!("{long}1")));
    fyr.created(&identified(SOR, &format!("{long}2")));
}

#[test]
fn a_large_resource_is_stored_as_it_came_or_refused_with_413() {
    for bytes in [100_000, 300_000, 390_000, 410_000, 1_000_000, 5_000_000] {
        let fyr = Fyr::new();
        let large = with(organization_at("1", "A"), "alias", json!([noise(bytes)]));
        let reply = fyr.put("/Organization/1", &large);
        match reply.status {
            201 => {
                let read = fyr.get("/Organization/1").expect(200).json;
                assert_eq!(read["alias"], large["alias"], "{bytes}");
                fyr.put("/Organization/1", &organization_at("1", "B"))
                    .expect(200);
                let first = fyr.get("/Organization/1/_history/1").expect(200).json;
                assert_eq!(first["alias"], large["alias"], "{bytes}");
                fyr.get("/Organization/1/_history").expect(200);
            }
            413 => {
                assert!(bytes > 300_000, "{bytes}: {}", reply.text);
                fyr.get("/Organization/1").expect(404);
            }
            other => panic!("{bytes}: {other} {}", reply.text),
        }
    }
}

#[test]
fn a_transaction_of_many_megabytes_is_stored_whole() {
    let fyr = Fyr::new();
    let entries: Vec<Value> = (0..20)
        .map(|at| {
            let id = format!("big{at}");
            let large = with(organization_at(&id, "A"), "alias", json!([noise(250_000)]));
            put(&format!("Organization/{id}"), &large)
        })
        .collect();
    fyr.transaction(&entries).expect(200);
    for entry in &entries {
        let path = format!("/{}", entry["request"]["url"].as_str().unwrap());
        let stored = fyr.get(&path).expect(200).json;
        assert_eq!(stored["alias"], entry["resource"]["alias"]);
    }
}

#[test]
fn a_resource_may_have_many_identifiers() {
    let fyr = Fyr::new();
    let identifiers: Vec<Value> = (0..300)
        .map(|at| json!({"system": LOCAL, "value": at.to_string()}))
        .collect();
    let many = with(organization("A"), "identifier", identifiers.into());
    fyr.created(&many);
    for at in [0, 150, 299] {
        let query = format!("identifier={LOCAL}|{at}");
        let ask = fyr.ask("POST", "/Organization").json(&organization("A"));
        ask.header("if-none-exist", &query).send().expect(200);
    }
    assert!(fyr.had(&format!("{LOCAL}|299")));
    assert!(!fyr.had(&format!("{LOCAL}|0")));
}

/// Entries that create so many organizations, each with a unique identifier.
fn many(entries: usize) -> Vec<Value> {
    let create = |at: usize| post(&identified(SOR, &at.to_string()));
    (0..entries).map(create).collect()
}

#[test]
fn hundreds_of_entries_are_stored_in_one_transaction() {
    let fyr = Fyr::new();
    let reply = fyr.transaction(&many(300)).expect(200);
    assert_eq!(reply.len(), 300);
    for at in 0..300 {
        let stored = fyr.get(&format!("/{}", reply.target(at))).expect(200).json;
        assert_eq!(stored["name"], at.to_string());
        assert_eq!(
            stored["meta"]["lastUpdated"],
            reply.response(0)["lastModified"]
        );
    }
    let updates: Vec<Value> = (0..300)
        .map(|at| {
            let key = reply.target(at);
            put(
                key,
                &organization_at(key.trim_start_matches("Organization/"), "B"),
            )
        })
        .collect();
    let again = fyr.transaction(&updates).expect(200);
    assert!(again.statuses().iter().all(|status| *status == "200 OK"));
    assert!(!fyr.had(&format!("{SOR}|7")));
}

#[test]
fn one_bad_entry_of_hundreds_keeps_all_from_being_stored() {
    let fyr = Fyr::new();
    fyr.created(&identified(SOR, "150"));
    let reply = fyr.transaction(&many(300)).expect(422);
    assert_eq!(reply.entries_at_fault(), [150]);
    for at in [0, 149, 151, 299] {
        assert!(!fyr.had(&format!("{SOR}|{at}")), "{at}");
    }
    fyr.transaction(&many(149)).expect(200);
}
