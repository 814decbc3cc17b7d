//! Media types, and the headers that every response has.

use super::{entries::organization, fyr::Fyr};

#[test]
fn json_is_what_clients_get_however_they_name_it_g2() {
    let fyr = Fyr::new();
    for accept in [
        "application/fhir+json",
        "application/json",
        "application/json+fhir",
        "application/fhir+json;q=1.0, application/json+fhir;q=0.9",
        "application/fhir+json; fhirVersion=4.0",
        "text/html, application/fhir+json;q=0.5",
        "text/html, */*;q=0.1",
        "application/*",
        "*/*",
        "APPLICATION/FHIR+JSON",
    ] {
        let ask = fyr.ask("GET", "/metadata");
        ask.header("accept", accept).send().expect(200);
    }
    let ask = fyr.ask("GET", "/metadata").header("accept", "text/html");
    ask.header("accept", "application/fhir+json")
        .send()
        .expect(200);
}

#[test]
fn what_is_not_offered_is_406_g2() {
    let fyr = Fyr::new();
    for accept in [
        "application/fhir+xml",
        "text/html",
        "text/turtle",
        "application/fhir+json; fhirVersion=5.0",
        "application/fhir+json;q=0",
        "application/fhir+json;q=0.0, text/html",
    ] {
        let ask = fyr.ask("GET", "/metadata");
        let reply = ask.header("accept", accept).send().expect(406);
        assert_eq!(reply.codes(), ["not-supported"], "{accept}");
    }
}

#[test]
fn a_write_that_could_not_be_answered_is_not_done() {
    let fyr = Fyr::new();
    let ask = fyr.ask("PUT", "/Organization/1").json(&organization("A"));
    ask.header("accept", "application/fhir+xml")
        .send()
        .expect(406);
    fyr.get("/Organization/1").expect(404);
}

#[test]
fn the_format_parameter_overrides_the_header_g2() {
    let fyr = Fyr::new();
    for (format, status) in [
        ("json", 200),
        ("application/json", 200),
        ("application/fhir+json", 200),
        ("application%2Ffhir%2Bjson", 200),
        ("xml", 406),
        ("application/fhir%2Bxml", 406),
        ("html", 406),
    ] {
        let ask = fyr.ask("GET", &format!("/metadata?_format={format}"));
        ask.header("accept", "application/fhir+xml")
            .send()
            .expect(status);
    }
    fyr.get("/metadata?_format=xml").expect(406);
}

#[test]
fn pretty_text_says_the_same_g2() {
    let fyr = Fyr::new();
    let id = fyr.created(&organization("A"));
    let plain = fyr.get(&format!("/Organization/{id}?_pretty=false"));
    let pretty = fyr.get(&format!("/Organization/{id}?_pretty=true"));
    assert_eq!(plain.json, pretty.json);
    assert_eq!(plain.text.lines().count(), 1);
    assert!(pretty.text.lines().count() > 5);
    let outcome = fyr.get("/Organization/nobody?_pretty=true").expect(404);
    assert!(outcome.text.lines().count() > 5);
}

#[test]
fn a_body_in_another_format_is_415_g2() {
    let fyr = Fyr::new();
    let body = organization("A").to_string();
    for content_type in [
        "application/fhir+xml",
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/fhir+json; fhirVersion=3.0",
        "application/fhir+json; charset=iso-8859-1",
        "json",
        "",
    ] {
        let ask = fyr.ask("POST", "/Organization");
        let reply = ask.bytes(content_type, body.clone()).send().expect(415);
        assert_eq!(reply.codes(), ["not-supported"], "{content_type}");
    }
    for content_type in [
        "application/fhir+json",
        "application/json",
        "application/json+fhir",
        "application/fhir+json; charset=UTF-8",
        "application/fhir+json;charset=\"utf-8\"",
        "application/fhir+json; fhirVersion=4.0",
    ] {
        let ask = fyr.ask("POST", "/Organization");
        ask.bytes(content_type, body.clone()).send().expect(201);
    }
}

#[test]
fn a_request_is_named_by_its_client_or_by_us_g3() {
    let fyr = Fyr::new();
    let name = |id: &str| {
        let reply = fyr
            .ask("GET", "/metadata")
            .header("x-request-id", id)
            .send();
        let header = |name| reply.header(name).map(str::to_owned);
        (header("x-request-id").unwrap(), header("x-correlation-id"))
    };
    for id in ["a", "0b6e6a0c-1f7a-4d9e-8f53-5f0f7cd8b8a1", &"x".repeat(64)] {
        assert_eq!(name(id), (id.to_owned(), None));
    }
    for id in [&"x".repeat(65), "a b", "<script>", "a_b", ""] {
        let (ours, theirs) = name(id);
        assert_eq!((ours.len(), theirs.as_deref()), (36, Some(id)));
    }
    let first = fyr.get("/metadata");
    let second = fyr.get("/metadata");
    assert_ne!(first.header("x-request-id"), second.header("x-request-id"));
}

#[test]
fn failures_name_the_request_too() {
    let ask = Fyr::new()
        .ask("GET", "/Organization/nobody")
        .header("x-request-id", "abc")
        .send();
    assert_eq!(ask.expect(404).header("x-request-id"), Some("abc"));
}

#[test]
fn there_is_nothing_beside_the_base() {
    let fyr = Fyr::new();
    for path in ["ish/metadata", "metadata"] {
        // the harness puts the base in front
        fyr.get(path).expect(404);
    }
    fyr.get("/nowhere/at/all/really").expect(404);
    fyr.get("/$nothing").expect(404);
    fyr.get("/_histories").expect(404);
    fyr.get("/Organisation/1").expect(404);
}

#[test]
fn a_method_that_a_path_does_not_take_is_405_and_says_which_it_takes() {
    let fyr = Fyr::new();
    for (method, path, allowed) in [
        ("DELETE", "/metadata", "GET, HEAD"),
        ("PATCH", "/Organization/1/_history", "GET, HEAD"),
        ("POST", "/Organization/1", "GET, HEAD, PUT, PATCH, DELETE"),
        ("POST", "/Organization/1/_history", "GET, HEAD"),
        ("DELETE", "/Organization/1/_history/1", "GET, HEAD"),
        ("PUT", "/", "GET, HEAD, POST"),
        ("DELETE", "/Organization", "GET, HEAD, POST"),
        (
            "OPTIONS",
            "/Organization/1",
            "GET, HEAD, PUT, PATCH, DELETE",
        ),
    ] {
        let reply = fyr.ask(method, path).send().expect(405);
        assert_eq!(reply.header("allow"), Some(allowed), "{method} {path}");
    }
}
