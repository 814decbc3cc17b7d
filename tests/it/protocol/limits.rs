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
fn a_large_transaction_is_stored_whole_or_refused_with_413() {
    let fyr = Fyr::new();
    let entries: Vec<Value> = (0..20)
        .map(|at| {
            let id = format!("big{at}");
            let large = with(organization_at(&id, "A"), "alias", json!([noise(250_000)]));
            put(&format!("Organization/{id}"), &large)
        })
        .collect();
    let status = fyr.transaction(&entries).status;
    let expected = match status {
        200 => 200,
        413 => 404,
        other => panic!("{other}"),
    };
    for at in 0..20 {
        fyr.get(&format!("/Organization/big{at}")).expect(expected);
    }
}

#[test]
fn many_identifiers_are_stored_or_refused_with_413() {
    let fyr = Fyr::new();
    let identifiers: Vec<Value> = (0..300)
        .map(|at| json!({"system": LOCAL, "value": at.to_string()}))
        .collect();
    let many = with(organization("A"), "identifier", identifiers.into());
    let status = fyr.post("/Organization", &many).status;
    assert!([201, 413].contains(&status), "{status}");
    for at in [0, 299] {
        let known = fyr.had(&format!("{LOCAL}|{at}"));
        assert_eq!(
            known,
            status == 201 && at == 0,
            "deleted with the first question"
        );
    }
}

#[test]
fn as_many_entries_as_one_step_can_write_are_written() {
    let fyr = Fyr::new();
    let entries: Vec<Value> = (0..90)
        .map(|at| post(&organization(&at.to_string())))
        .collect();
    let reply = fyr.transaction(&entries).expect(200);
    assert_eq!(reply.len(), 90);
    for at in 0..90 {
        let stored = fyr.get(&format!("/{}", reply.target(at))).expect(200).json;
        assert_eq!(stored["name"], at.to_string());
    }
}
