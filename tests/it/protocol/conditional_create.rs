//! `POST [base]/[type]` with `If-None-Exist`.

use serde_json::{Value, json};

use super::{
    entries::{LOCAL, identified, organization, with},
    fyr::Fyr,
    reply::Reply,
};

fn create_unless(fyr: &Fyr, query: &str, resource: &Value) -> Reply {
    fyr.ask("POST", "/Organization")
        .json(resource)
        .header("if-none-exist", query)
        .send()
}

#[test]
fn nothing_matches_so_it_is_created_c5() {
    let fyr = Fyr::new();
    let query = format!("identifier={LOCAL}|1");
    let ask = fyr
        .ask("POST", "/Organization")
        .json(&identified(LOCAL, "1"));
    let ask = ask.header("if-none-exist", &query);
    let reply = ask
        .header("prefer", "return=OperationOutcome")
        .send()
        .expect(201);
    assert_eq!(reply.code(), "SUCCESSFUL_CREATE_NO_CONDITIONAL_MATCH");
}

#[test]
fn the_one_match_is_answered_and_nothing_is_written_c5() {
    let fyr = Fyr::new();
    let first = fyr
        .post("/Organization", &identified(LOCAL, "1"))
        .expect(201);
    fyr.advance(5_000);
    let query = format!("identifier={LOCAL}|1");
    let second = create_unless(
        &fyr,
        &query,
        &with(identified(LOCAL, "1"), "name", "B".into()),
    );
    let second = second.expect(200);
    assert_eq!(second.text, first.text);
    for name in ["location", "etag", "last-modified"] {
        assert_eq!(second.header(name), first.header(name), "{name}");
    }
    let path = format!("/Organization/{}/_history", first.id());
    assert_eq!(fyr.get(&path).json["total"], 1);
}

#[test]
fn a_match_is_told_as_one_in_the_outcome() {
    let fyr = Fyr::new();
    fyr.created(&identified(LOCAL, "1"));
    let ask = fyr
        .ask("POST", "/Organization")
        .json(&identified(LOCAL, "1"));
    let ask = ask.header("if-none-exist", &format!("identifier={LOCAL}|1"));
    let reply = ask
        .header("prefer", "return=OperationOutcome")
        .send()
        .expect(200);
    assert_eq!(reply.code(), "SUCCESSFUL_CREATE_WITH_CONDITIONAL_MATCH");
}

#[test]
fn several_matches_are_refused_with_412_c5() {
    let fyr = Fyr::new();
    fyr.created(&identified(LOCAL, "1"));
    fyr.created(&identified(LOCAL, "1"));
    let query = format!("identifier={LOCAL}|1");
    let reply = create_unless(&fyr, &query, &organization("A")).expect(412);
    assert_eq!(reply.codes(), ["multiple-matches"]);
    assert!(reply.diagnostics().contains(&query), "{}", reply.text);
}

#[test]
fn an_identifier_is_named_with_its_system_without_one_or_with_any_c11() {
    let fyr = Fyr::new();
    let without_system = with(organization("A"), "identifier", json!([{"value": "1"}]));
    fyr.created(&without_system);
    fyr.created(&identified(LOCAL, "2"));
    for (query, found) in [
        ("identifier=|1", true),
        ("identifier=1", true),
        ("identifier=http://example.org/ids|1", false),
        ("identifier=http://example.org/ids|2", true),
        ("identifier=http://example.org/ids%7C2", true),
        ("identifier=http%3A%2F%2Fexample.org%2Fids%7C2", true),
        ("?identifier=http://example.org/ids|2", true),
        ("identifier=2", true),
        ("identifier=|2", false),
        ("identifier=http://example.org/other|2", false),
        ("identifier=http://example.org/ids|22", false),
        ("identifier=HTTP://example.org/ids|2", false),
    ] {
        // a match makes it 200; otherwise it is created without the identifier that was looked for
        let status = create_unless(&fyr, query, &organization("B")).status;
        assert_eq!(status, if found { 200 } else { 201 }, "{query}");
    }
}

#[test]
fn a_value_in_two_systems_is_two_matches_without_a_system() {
    let fyr = Fyr::new();
    fyr.created(&identified(LOCAL, "1"));
    fyr.created(&identified("http://example.org/other", "1"));
    create_unless(&fyr, "identifier=1", &organization("A")).expect(412);
    create_unless(&fyr, &format!("identifier={LOCAL}|1"), &organization("A")).expect(200);
}

#[test]
fn one_resource_with_the_same_value_twice_is_one_match() {
    let fyr = Fyr::new();
    let both = json!([{"system": LOCAL, "value": "1"}, {"system": "urn:other", "value": "1"}]);
    fyr.created(&with(organization("A"), "identifier", both));
    create_unless(&fyr, "identifier=1", &organization("A")).expect(200);
}

#[test]
fn only_the_current_version_of_a_live_resource_of_the_type_matches() {
    let fyr = Fyr::new();
    let query = format!("identifier={LOCAL}|1");
    let patient = json!({"resourceType": "Patient",
        "identifier": [{"system": LOCAL, "value": "1"}]});
    fyr.created(&patient);
    create_unless(&fyr, &query, &organization("other type")).expect(201);

    let id = fyr.created(&identified(LOCAL, "1"));
    let path = format!("/Organization/{id}");
    let moved = with(identified(LOCAL, "2"), "id", id.clone().into());
    fyr.put(&path, &moved).expect(200);
    create_unless(&fyr, &query, &organization("former version")).expect(201);

    fyr.delete(&path).expect(200);
    let query = format!("identifier={LOCAL}|2");
    create_unless(&fyr, &query, &organization("deleted")).expect(201);
}

#[test]
fn values_with_signs_that_separate_are_found_when_escaped() {
    let fyr = Fyr::new();
    fyr.created(&identified(LOCAL, "a,b|c$d\\e"));
    let query = format!("identifier={LOCAL}|a\\,b\\|c\\$d\\\\e");
    create_unless(&fyr, &query, &organization("A")).expect(200);
}

#[test]
fn a_criterion_in_raw_utf8_is_read_and_not_dropped() {
    let fyr = Fyr::new();
    fyr.created(&identified(LOCAL, "Östergötland"));
    for query in [
        "identifier=Östergötland",
        "identifier=%C3%96sterg%C3%B6tland",
    ] {
        create_unless(&fyr, query, &organization("A")).expect(200);
    }
}

#[test]
fn criteria_that_say_nothing_are_refused_rather_than_guessed() {
    let fyr = Fyr::new();
    for query in [
        "identifier=",
        "identifier=|",
        "identifier",
        "nonsense",
        "",
        "[]",
    ] {
        create_unless(&fyr, query, &organization("A")).expect(400);
    }
}

#[test]
fn two_creates_on_the_same_condition_make_one_resource() {
    let fyr = Fyr::new();
    let query = format!("identifier={LOCAL}|1");
    create_unless(&fyr, &query, &identified(LOCAL, "1")).expect(201);
    create_unless(&fyr, &query, &identified(LOCAL, "1")).expect(200);
    assert!(fyr.had(&format!("{LOCAL}|1")));
    assert!(!fyr.had(&format!("{LOCAL}|1")));
}
