//! `PUT [base]/[type]/[id]`.

use serde_json::json;

use super::{
    entries::{organization, organization_at, with},
    fyr::{BASE, Fyr},
    reply::Reply,
};

/// A server with one organization, `Organization/1` in its first version.
fn with_one() -> Fyr {
    let fyr = Fyr::new();
    fyr.put("/Organization/1", &organization_at("1", "A"))
        .expect(201);
    fyr.advance(1_000);
    fyr
}

fn put_if_match(fyr: &Fyr, tag: &str) -> Reply {
    let ask = fyr
        .ask("PUT", "/Organization/1")
        .json(&organization_at("1", "B"));
    ask.header("if-match", tag).send()
}

#[test]
fn an_update_makes_the_next_version_c6() {
    let fyr = with_one();
    let reply = fyr
        .put("/Organization/1", &organization_at("1", "B"))
        .expect(200);
    let location = format!("{BASE}/Organization/1/_history/2");
    assert_eq!(reply.header("location"), Some(location.as_str()));
    assert_eq!(reply.header("etag"), Some("W/\"2\""));
    assert_eq!(
        reply.json,
        json!({
            "resourceType": "Organization",
            "id": "1",
            "meta": {"versionId": "2", "lastUpdated": "2026-01-01T00:00:01.000+00:00"},
            "name": "B"
        })
    );
    assert_eq!(fyr.get("/Organization/1").text, reply.text);
}

#[test]
fn an_update_of_an_unknown_id_creates_it() {
    let fyr = Fyr::new();
    let ask = fyr
        .ask("PUT", "/Organization/a.b-C")
        .json(&organization_at("a.b-C", "A"));
    let reply = ask
        .header("prefer", "return=OperationOutcome")
        .send()
        .expect(201);
    assert_eq!(reply.code(), "SUCCESSFUL_UPDATE_AS_CREATE");
    let location = format!("{BASE}/Organization/a.b-C/_history/1");
    assert_eq!(reply.header("location"), Some(location.as_str()));
    fyr.get("/Organization/a.b-C").expect(200);
}

#[test]
fn an_update_of_an_unknown_id_is_404_where_updates_do_not_create() {
    let fyr = Fyr::with(|settings| settings.update_create = false);
    fyr.put("/Organization/1", &organization_at("1", "A"))
        .expect(404);
    fyr.get("/Organization/1").expect(404);
    let id = fyr.created(&organization("A"));
    let path = format!("/Organization/{id}");
    fyr.put(&path, &organization_at(&id, "B")).expect(200);
    fyr.delete(&path).expect(200);
    fyr.put(&path, &organization_at(&id, "C")).expect(201);
}

#[test]
fn an_update_brings_a_deleted_resource_back_c6() {
    let fyr = with_one();
    fyr.delete("/Organization/1").expect(200);
    let reply = fyr
        .put("/Organization/1", &organization_at("1", "A"))
        .expect(201);
    assert_eq!(reply.header("etag"), Some("W/\"3\""));
    assert_eq!(fyr.get("/Organization/1").expect(200).json["name"], "A");
}

#[test]
fn an_update_that_changes_nothing_makes_no_version_c6() {
    let fyr = with_one();
    let meta = json!({"versionId": "1", "lastUpdated": "2026-01-01T00:00:00Z"});
    for same in [
        organization_at("1", "A"),
        with(organization_at("1", "A"), "meta", meta),
    ] {
        let ask = fyr.ask("PUT", "/Organization/1").json(&same);
        let reply = ask
            .header("prefer", "return=OperationOutcome")
            .send()
            .expect(200);
        assert_eq!(reply.code(), "SUCCESSFUL_UPDATE_NO_CHANGE");
        assert_eq!(reply.header("etag"), Some("W/\"1\""));
        let written = Some("Thu, 01 Jan 2026 00:00:00 GMT");
        assert_eq!(reply.header("last-modified"), written);
    }
    let same = fyr
        .put("/Organization/1", &organization_at("1", "A"))
        .expect(200);
    assert_eq!(same.json["meta"]["versionId"], "1");
    assert_eq!(fyr.get("/Organization/1/_history").json["total"], 1);
}

#[test]
fn what_was_read_can_be_put_back_without_change() {
    let fyr = with_one();
    let read = fyr.get("/Organization/1").json;
    let reply = fyr.put("/Organization/1", &read).expect(200);
    assert_eq!(reply.header("etag"), Some("W/\"1\""));
}

#[test]
fn the_version_that_is_replaced_can_be_named_in_all_spellings_g6() {
    for tag in [
        "W/\"1\"",
        "\"1\"",
        "1",
        "*",
        "W/\"9\", W/\"1\"",
        " W/\"1\" ",
    ] {
        let reply = put_if_match(&with_one(), tag).expect(200);
        assert_eq!(reply.header("etag"), Some("W/\"2\""), "{tag}");
    }
}

#[test]
fn an_update_with_a_stale_version_is_refused_with_412_c8() {
    let fyr = with_one();
    for tag in ["W/\"2\"", "\"0\"", "W/\"11\"", "\"somebody-elses\""] {
        let reply = put_if_match(&fyr, tag).expect(412);
        assert_eq!(reply.codes(), ["conflict"], "{tag}");
        assert!(reply.diagnostics().contains("Organization/1"), "{tag}");
    }
    assert_eq!(fyr.get("/Organization/1").json["name"], "A");
}

#[test]
fn the_second_put_with_the_same_version_is_refused_with_412() {
    let fyr = with_one();
    put_if_match(&fyr, "W/\"1\"").expect(200);
    let ask = fyr
        .ask("PUT", "/Organization/1")
        .json(&organization_at("1", "C"));
    let reply = ask.header("if-match", "W/\"1\"").send().expect(412);
    assert!(reply.diagnostics().contains("W/\"2\""), "{}", reply.text);
}

#[test]
fn a_stale_version_is_refused_even_when_nothing_would_change() {
    let fyr = with_one();
    let ask = fyr
        .ask("PUT", "/Organization/1")
        .json(&organization_at("1", "A"));
    ask.header("if-match", "W/\"7\"").send().expect(412);
}

#[test]
fn a_version_of_what_is_not_there_matches_nothing() {
    let fyr = Fyr::new();
    for tag in ["*", "W/\"1\"", "W/\"0\""] {
        put_if_match(&fyr, tag).expect(412);
    }
    let fyr = with_one();
    fyr.delete("/Organization/1").expect(200);
    for tag in ["*", "W/\"2\""] {
        put_if_match(&fyr, tag).expect(412);
    }
}

#[test]
fn a_condition_that_cannot_be_read_is_never_taken_for_none() {
    let fyr = with_one();
    for tag in ["W/1", "one", "\"1", "", "W/\"ö\"", "1, two"] {
        let status = put_if_match(&fyr, tag).status;
        assert!([400, 412].contains(&status), "{tag:?}: {status}");
    }
    assert_eq!(fyr.get("/Organization/1").json["name"], "A");
}

#[test]
fn several_if_match_headers_are_one_list() {
    let fyr = with_one();
    let ask = fyr
        .ask("PUT", "/Organization/1")
        .json(&organization_at("1", "B"));
    let ask = ask
        .header("if-match", "W/\"7\"")
        .header("if-match", "W/\"1\"");
    ask.send().expect(200);
}

#[test]
fn a_put_that_must_not_overwrite_does_not() {
    let fyr = with_one();
    let ask = |id| {
        let ask = fyr.ask("PUT", &format!("/Organization/{id}"));
        ask.json(&organization_at(id, "B"))
            .header("if-none-match", "*")
    };
    ask("1").send().expect(412);
    assert_eq!(fyr.get("/Organization/1").json["name"], "A");
    ask("2").send().expect(201);
}

#[test]
fn the_id_in_the_body_must_be_the_one_in_the_url_c6() {
    let fyr = with_one();
    for body in [
        organization_at("2", "B"),
        organization("B"),
        organization_at("", "B"),
    ] {
        let reply = fyr.put("/Organization/1", &body).expect(400);
        assert!(!reply.codes().is_empty());
    }
    let patient = json!({"resourceType": "Patient", "id": "1"});
    fyr.put("/Organization/1", &patient).expect(400);
    assert_eq!(fyr.get("/Organization/1").json["name"], "A");
}

#[test]
fn times_of_versions_increase_even_when_the_clock_stands_still() {
    let fyr = Fyr::new();
    for name in ["A", "B", "C"] {
        fyr.put("/Organization/1", &organization_at("1", name));
    }
    let history = fyr.get("/Organization/1/_history").json;
    let times: Vec<&str> = (0..3)
        .map(|at| {
            history["entry"][at]["resource"]["meta"]["lastUpdated"]
                .as_str()
                .unwrap()
        })
        .collect();
    assert!(
        times.is_sorted_by(|newer, older| newer > older),
        "{times:?}"
    );
}

#[test]
fn the_client_chooses_what_it_gets_back_c12() {
    let fyr = with_one();
    let ask = fyr
        .ask("PUT", "/Organization/1")
        .json(&organization_at("1", "B"));
    let minimal = ask.header("prefer", "return=minimal").send().expect(200);
    assert_eq!(
        (minimal.text.as_str(), minimal.header("etag")),
        ("", Some("W/\"2\""))
    );
    let ask = fyr
        .ask("PUT", "/Organization/1")
        .json(&organization_at("1", "C"));
    let outcome = ask
        .header("prefer", "return=OperationOutcome")
        .send()
        .expect(200);
    assert_eq!(outcome.code(), "SUCCESSFUL_UPDATE");
    let text = "Successfully updated resource \"Organization/1/_history/3\".";
    assert_eq!(outcome.diagnostics(), text);
}
