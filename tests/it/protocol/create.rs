//! `POST [base]/[type]`.

use serde_json::json;

use super::{
    entries::{organization, organization_at, with},
    fyr::{BASE, Fyr},
};

#[test]
fn a_created_resource_is_told_where_it_is_and_which_version_it_has() {
    let fyr = Fyr::new();
    let reply = fyr.post("/Organization", &organization("A")).expect(201);
    let id = reply.id();
    let location = format!("{BASE}/Organization/{id}/_history/1");
    assert_eq!(reply.header("location"), Some(location.as_str()));
    assert_eq!(reply.header("etag"), Some("W/\"1\""));
    let new_year = Some("Thu, 01 Jan 2026 00:00:00 GMT");
    assert_eq!(reply.header("last-modified"), new_year);
    assert_eq!(
        reply.json,
        json!({
            "resourceType": "Organization",
            "id": id,
            "meta": {"versionId": "1", "lastUpdated": "2026-01-01T00:00:00.000+00:00"},
            "name": "A"
        })
    );
}

#[test]
fn what_was_created_is_what_is_read_back() {
    let fyr = Fyr::new();
    let created = fyr.post("/Organization", &organization("A")).expect(201);
    let read = fyr
        .get(&format!("/Organization/{}", created.id()))
        .expect(200);
    assert_eq!(read.text, created.text);
    assert_eq!(read.header("etag"), created.header("etag"));
    assert_eq!(read.header("content-location"), created.header("location"));
}

#[test]
fn the_clients_id_version_and_time_are_ignored_c4() {
    let fyr = Fyr::new();
    let meta = json!({"versionId": "7", "lastUpdated": "1999-01-01T00:00:00Z", "source": "#s"});
    let sent = with(organization_at("mine", "A"), "meta", meta);
    let reply = fyr.post("/Organization", &sent).expect(201);
    assert_ne!(reply.id(), "mine");
    assert_eq!(
        reply.json["meta"],
        json!({"versionId": "1", "lastUpdated": "2026-01-01T00:00:00.000+00:00", "source": "#s"})
    );
    fyr.get("/Organization/mine").expect(404);
}

#[test]
fn two_creates_of_the_same_content_are_two_resources() {
    let fyr = Fyr::new();
    let first = fyr.created(&organization("A"));
    let second = fyr.created(&organization("A"));
    assert_ne!(first, second);
}

#[test]
fn ids_given_by_the_server_have_the_form_of_uuids_g8() {
    let id = Fyr::new().created(&organization("A"));
    let groups: Vec<usize> = id.split('-').map(str::len).collect();
    assert_eq!(groups, [8, 4, 4, 4, 12]);
    assert!(id.chars().all(|c| c.is_ascii_hexdigit() || c == '-'));
}

#[test]
fn a_trailing_slash_makes_no_difference_g1() {
    let fyr = Fyr::new();
    let id = fyr
        .post("/Organization/", &organization("A"))
        .expect(201)
        .id()
        .to_owned();
    fyr.get(&format!("/Organization/{id}/")).expect(200);
    fyr.get(&format!("/Organization/{id}/_history/"))
        .expect(200);
}

#[test]
fn the_client_chooses_what_it_gets_back_c12() {
    let fyr = Fyr::new();
    let create = |preference| {
        let ask = fyr.ask("POST", "/Organization").json(&organization("A"));
        ask.header("prefer", preference).send().expect(201)
    };
    let minimal = create("return=minimal");
    assert_eq!(minimal.text, "");
    assert!(minimal.header("location").is_some() && minimal.header("etag").is_some());
    let outcome = create("return=OperationOutcome");
    assert_eq!(outcome.json["resourceType"], "OperationOutcome");
    assert_eq!(outcome.code(), "SUCCESSFUL_CREATE");
    assert!(outcome.header("location").is_some());
    for preference in [
        "return=representation",
        "handling=strict",
        "respond-sync; return=representation",
        "return=\"representation\"",
    ] {
        assert_eq!(create(preference).json["name"], "A", "{preference}");
    }
    assert_eq!(create("handling=lenient, return=minimal").text, "");
    assert_eq!(create("return = minimal").text, "");
}

#[test]
fn an_outcome_names_the_version_that_was_made_e5() {
    let fyr = Fyr::new();
    let ask = fyr.ask("POST", "/Organization").json(&organization("A"));
    let reply = ask.header("prefer", "return=OperationOutcome").send();
    let location = reply.header("location").unwrap();
    let name = location.strip_prefix(BASE).unwrap().trim_start_matches('/');
    assert_eq!(
        reply.diagnostics(),
        format!("Successfully created resource \"{name}\".")
    );
    assert_eq!(reply.codes(), ["informational"]);
}

#[test]
fn a_resource_of_another_type_than_the_url_is_refused() {
    let fyr = Fyr::new();
    let reply = fyr.post("/Patient", &organization("A")).expect(400);
    assert!(reply.diagnostics().contains("Patient"), "{}", reply.text);
}

#[test]
fn an_empty_string_in_an_array_is_dropped_t3() {
    let fyr = Fyr::new();
    let sent = with(organization("A"), "alias", json!([""]));
    let reply = fyr.post("/Organization", &sent).expect(201);
    assert_eq!(reply.json.get("alias"), None);
}
