//! Search parameters of the server's own, changed and retired while they are in force: no search by
//! them is ever incomplete.

use futures::executor::block_on;
use serde_json::{Value, json};

use super::super::{
    found::{organization, search, store},
    fyr::Fyr,
};
use super::client::{begin, reindex, report};

/// After so long every process knows of a change.
const KNOWN_MS: i64 = 31_000;

fn parameter(code: &str, expression: &str, status: &str) -> Value {
    json!({
        "resourceType": "SearchParameter", "id": code, "status": status, "code": code,
        "url": format!("https://fyr.example/sp/{code}"), "name": code, "description": code,
        "base": ["Organization"], "type": "string", "expression": expression})
}

fn called(expression: &str) -> Value {
    parameter("called", expression, "active")
}

fn stored(fyr: &Fyr, id: &str, name: &str, alias: &str) {
    let members = json!({"name": name, "alias": [alias]});
    store(fyr, &organization(id, members));
}

fn found(fyr: &Fyr, value: &str) -> Vec<String> {
    search(fyr, &format!("/Organization?called={value}"))
}

/// A server with an organization of two names, which is searched by the first.
fn server() -> Fyr {
    let fyr = Fyr::new();
    stored(&fyr, "1", "Alpha", "Omega");
    store(&fyr, &called("Organization.name"));
    reindex(&fyr, &json!([]));
    fyr.advance(KNOWN_MS);
    assert_eq!(found(&fyr, "alp"), ["1"]);
    fyr
}

/// Hands on the messages that are there, and keeps those that come of it.
fn once(fyr: &Fyr) {
    for message in fyr.queue.take() {
        block_on(fyr.server().receive(&message.body)).unwrap();
    }
}

#[test]
fn a_changed_parameter_stays_as_it_was_until_its_reindex_is_done() {
    let fyr = server();
    store(&fyr, &called("Organization.alias"));
    stored(&fyr, "2", "Beta", "Psi");
    assert_eq!(found(&fyr, "beta"), ["2"]);
    let status = begin(&fyr, &json!([]));
    once(&fyr);
    fyr.advance(KNOWN_MS);
    stored(&fyr, "3", "Gamma", "Chi");
    for (value, expected) in [("alp", "1"), ("beta", "2"), ("gamma", "3")] {
        assert_eq!(found(&fyr, value), [expected]);
    }
    assert!(found(&fyr, "chi").is_empty(), "the new one is not in force");
    fyr.work_off();
    report(&fyr, &status);
    fyr.advance(KNOWN_MS);
    for (value, expected) in [("omega", "1"), ("psi", "2"), ("chi", "3")] {
        assert_eq!(found(&fyr, value), [expected]);
    }
    assert!(found(&fyr, "alp").is_empty(), "the old one is not in force");
}

#[test]
fn a_process_that_has_not_heard_of_the_change_misses_nothing_either() {
    let fyr = server();
    store(&fyr, &called("Organization.alias"));
    let status = begin(&fyr, &json!([]));
    once(&fyr);
    fyr.advance(KNOWN_MS);
    let other = fyr.restarted();
    assert_eq!(found(&other, "alp"), ["1"]);
    while fyr.get(&status).status == 202 {
        once(&fyr);
    }
    // the other one still believes what it read before the end of the reindex
    stored(&fyr, "2", "Beta", "Psi");
    assert_eq!(found(&other, "beta"), ["2"]);
    fyr.advance(KNOWN_MS);
    assert_eq!(found(&other, "psi"), ["2"]);
}

#[test]
fn a_parameter_that_is_retired_or_deleted_goes_by_a_reindex_too() {
    for retire in [
        |fyr: &Fyr| store(fyr, &parameter("called", "Organization.name", "retired")),
        |fyr: &Fyr| assert_eq!(fyr.delete("/SearchParameter/called").status, 200),
    ] {
        let fyr = server();
        retire(&fyr);
        fyr.advance(KNOWN_MS);
        stored(&fyr, "2", "Alphabet", "Psi");
        assert_eq!(found(&fyr, "alp"), ["1", "2"]);
        let status = begin(&fyr, &json!([]));
        once(&fyr);
        stored(&fyr, "3", "Alpine", "Chi");
        assert_eq!(found(&fyr, "alp"), ["1", "2", "3"]);
        fyr.work_off();
        report(&fyr, &status);
        fyr.advance(KNOWN_MS);
        fyr.get("/Organization?called=alp").expect(400);
    }
}

#[test]
fn a_reindex_brings_nothing_into_force_that_was_stored_after_it_had_begun() {
    let fyr = server();
    store(&fyr, &parameter("aka", "Organization.alias", "active"));
    let first = begin(&fyr, &json!([]));
    once(&fyr);
    fyr.advance(KNOWN_MS);
    // the first reads the resources, the second is asked for, and both go on
    once(&fyr);
    store(&fyr, &parameter("nom", "Organization.name", "active"));
    begin(&fyr, &json!([]));
    while fyr.get(&first).status == 202 {
        once(&fyr);
    }
    fyr.get("/Organization?nom=alp").expect(400);
    fyr.advance(KNOWN_MS);
    fyr.get("/Organization?nom=alp").expect(400);
    fyr.work_off();
    fyr.advance(KNOWN_MS);
    assert_eq!(search(&fyr, "/Organization?nom=alp&aka=ome"), ["1"]);
}
