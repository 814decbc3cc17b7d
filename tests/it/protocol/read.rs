//! `GET [base]/[type]/[id]`, and `HEAD`.

use super::{
    entries::{organization, organization_at},
    fyr::{BASE, Fyr},
};

#[test]
fn a_read_carries_version_time_and_place_g5() {
    let fyr = Fyr::new();
    let id = fyr.created(&organization("A"));
    let reply = fyr.get(&format!("/Organization/{id}")).expect(200);
    assert_eq!(reply.header("etag"), Some("W/\"1\""));
    let place = format!("{BASE}/Organization/{id}/_history/1");
    assert_eq!(reply.header("content-location"), Some(place.as_str()));
    assert_eq!(reply.header("location"), None);
}

#[test]
fn an_unknown_resource_is_404() {
    let fyr = Fyr::new();
    let reply = fyr.get("/Organization/nobody").expect(404);
    assert_eq!(reply.codes(), ["not-found"]);
    assert!(reply.diagnostics().contains("Organization/nobody"));
    fyr.get("/Patient/nobody").expect(404);
}

#[test]
fn ids_are_told_apart_by_case_and_type() {
    let fyr = Fyr::new();
    fyr.put("/Organization/a", &organization_at("a", "A"))
        .expect(201);
    fyr.get("/Organization/A").expect(404);
    fyr.get("/Patient/a").expect(404);
}

#[test]
fn a_deleted_resource_is_410() {
    let fyr = Fyr::new();
    let id = fyr.created(&organization("A"));
    fyr.delete(&format!("/Organization/{id}")).expect(200);
    let reply = fyr.get(&format!("/Organization/{id}")).expect(410);
    assert_eq!(reply.codes(), ["deleted"]);
}

#[test]
fn a_client_that_has_the_version_gets_304_c1() {
    let fyr = Fyr::new();
    let id = fyr.created(&organization("A"));
    let read = |tag: &str| {
        let ask = fyr.ask("GET", &format!("/Organization/{id}"));
        ask.header("if-none-match", tag).send()
    };
    for tag in ["W/\"1\"", "\"1\"", "1", "W/\"7\", W/\"1\"", "*"] {
        let reply = read(tag).expect(304);
        assert_eq!(reply.text, "", "{tag}");
        assert_eq!(reply.header("etag"), Some("W/\"1\""), "{tag}");
    }
    for tag in ["W/\"2\"", "\"somebody-elses\""] {
        read(tag).expect(200);
    }
    read("W/1").expect(400);
}

#[test]
fn a_client_that_has_the_time_gets_304_c1() {
    let fyr = Fyr::new();
    fyr.advance(1_500);
    let id = fyr.created(&organization("A"));
    let read = |time: &str| {
        let ask = fyr.ask("GET", &format!("/Organization/{id}"));
        ask.header("if-modified-since", time).send().status
    };
    assert_eq!(read("Thu, 01 Jan 2026 00:00:01 GMT"), 304);
    assert_eq!(read("Thu, 01 Jan 2026 00:00:02 GMT"), 304);
    assert_eq!(read("Thu, 01 Jan 2026 00:00:00 GMT"), 200);
    assert_eq!(read("2026-01-01T00:00:02Z"), 304);
    assert_eq!(read("yesterday"), 200, "what is no time is ignored");
}

#[test]
fn the_tag_decides_when_both_conditions_are_given() {
    let fyr = Fyr::new();
    let id = fyr.created(&organization("A"));
    let read = |tag| {
        let ask = fyr.ask("GET", &format!("/Organization/{id}"));
        let ask = ask.header("if-none-match", tag);
        let time = "Thu, 01 Jan 2026 00:00:09 GMT";
        ask.header("if-modified-since", time).send().status
    };
    assert_eq!(read("W/\"1\""), 304);
    assert_eq!(read("W/\"2\""), 200);
}

#[test]
fn conditions_do_not_hide_that_there_is_nothing() {
    let fyr = Fyr::new();
    let ask = fyr.ask("GET", "/Organization/nobody");
    ask.header("if-none-match", "W/\"1\"").send().expect(404);
}

#[test]
fn head_is_get_without_the_body_g11() {
    let fyr = Fyr::new();
    let id = fyr.created(&organization("A"));
    let paths = [
        format!("/Organization/{id}"),
        format!("/Organization/{id}/_history/1"),
        format!("/Organization/{id}/_history"),
        "/metadata".to_owned(),
        "/Organization/nobody".to_owned(),
    ];
    for path in paths {
        let get = fyr.get(&path);
        let head = fyr.ask("HEAD", &path).send().expect(get.status);
        for name in [
            "etag",
            "last-modified",
            "content-location",
            "content-length",
            "content-type",
        ] {
            assert_eq!(head.header(name), get.header(name), "{name} of {path}");
        }
    }
}
