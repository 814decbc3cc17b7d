//! `PUT [base]/[type]?identifier=…`.

use super::{
    entries::{LOCAL, identified, organization_at, with, with_id},
    fyr::Fyr,
};

fn path(value: &str) -> String {
    format!("/Organization?identifier={LOCAL}|{value}")
}

#[test]
fn nothing_matches_so_it_is_created_with_a_new_id_c7() {
    let fyr = Fyr::new();
    let ask = fyr.ask("PUT", &path("1")).json(&identified(LOCAL, "1"));
    let reply = ask
        .header("prefer", "return=OperationOutcome")
        .send()
        .expect(201);
    assert_eq!(reply.code(), "SUCCESSFUL_UPDATE_NO_CONDITIONAL_MATCH");
    assert!(reply.header("location").is_some());
}

#[test]
fn nothing_matches_and_there_is_an_id_so_it_is_created_there_c7() {
    let fyr = Fyr::new();
    let reply = fyr
        .put(&path("1"), &with_id(identified(LOCAL, "1"), "mine"))
        .expect(201);
    assert_eq!(reply.id(), "mine");
    fyr.get("/Organization/mine").expect(200);
}

#[test]
fn nothing_matches_and_the_id_is_taken_so_it_is_refused_c7() {
    let fyr = Fyr::new();
    fyr.put("/Organization/mine", &organization_at("mine", "A"))
        .expect(201);
    fyr.put(&path("1"), &with_id(identified(LOCAL, "1"), "mine"))
        .expect(409);
    assert_eq!(fyr.get("/Organization/mine").json["name"], "A");
}

#[test]
fn a_client_cannot_choose_the_id_where_updates_do_not_create() {
    let fyr = Fyr::with(|settings| settings.update_create = false);
    fyr.put(&path("1"), &with_id(identified(LOCAL, "1"), "mine"))
        .expect(404);
    fyr.get("/Organization/mine").expect(404);
    fyr.put(&path("1"), &identified(LOCAL, "1")).expect(201);
}

#[test]
fn the_one_match_is_updated_with_and_without_its_id_c7() {
    let fyr = Fyr::new();
    let id = fyr.created(&identified(LOCAL, "1"));
    let named = |name: &str| with(identified(LOCAL, "1"), "name", name.into());
    let ask = fyr.ask("PUT", &path("1")).json(&named("B"));
    let reply = ask
        .header("prefer", "return=OperationOutcome")
        .send()
        .expect(200);
    assert_eq!(reply.code(), "SUCCESSFUL_UPDATE_WITH_CONDITIONAL_MATCH");
    assert_eq!(reply.header("etag"), Some("W/\"2\""));
    let reply = fyr.put(&path("1"), &with_id(named("C"), &id)).expect(200);
    assert_eq!(
        (reply.id(), &reply.json["name"]),
        (id.as_str(), &"C".into())
    );
}

#[test]
fn an_update_of_the_match_that_changes_nothing_makes_no_version() {
    let fyr = Fyr::new();
    fyr.created(&identified(LOCAL, "1"));
    let ask = fyr.ask("PUT", &path("1")).json(&identified(LOCAL, "1"));
    let reply = ask
        .header("prefer", "return=OperationOutcome")
        .send()
        .expect(200);
    assert_eq!(
        reply.code(),
        "SUCCESSFUL_UPDATE_WITH_CONDITIONAL_MATCH_NO_CHANGE"
    );
    assert_eq!(reply.header("etag"), Some("W/\"1\""));
}

#[test]
fn the_match_has_another_id_so_it_is_refused_c7() {
    let fyr = Fyr::new();
    let id = fyr.created(&identified(LOCAL, "1"));
    fyr.put(&path("1"), &with_id(identified(LOCAL, "1"), "other"))
        .expect(400);
    fyr.get("/Organization/other").expect(404);
    assert_eq!(
        fyr.get(&format!("/Organization/{id}")).header("etag"),
        Some("W/\"1\"")
    );
}

#[test]
fn several_matches_are_refused_with_412_c7() {
    let fyr = Fyr::new();
    fyr.created(&identified(LOCAL, "1"));
    fyr.created(&identified(LOCAL, "1"));
    let reply = fyr.put(&path("1"), &identified(LOCAL, "1")).expect(412);
    assert_eq!(reply.codes(), ["multiple-matches"]);
}

#[test]
fn the_version_of_the_match_can_be_demanded_c8() {
    let fyr = Fyr::new();
    fyr.created(&identified(LOCAL, "1"));
    let put = |value, tag| {
        let body = with(identified(LOCAL, value), "name", "B".into());
        fyr.ask("PUT", &path(value))
            .json(&body)
            .header("if-match", tag)
            .send()
    };
    put("1", "W/\"2\"").expect(412);
    put("1", "W/\"1\"").expect(200);
    put("2", "W/\"1\"").expect(412);
    assert!(
        !fyr.had(&format!("{LOCAL}|2")),
        "a version of nothing matches nothing"
    );
}

#[test]
fn an_update_may_take_away_what_it_was_found_by() {
    let fyr = Fyr::new();
    let id = fyr.created(&identified(LOCAL, "1"));
    let reply = fyr.put(&path("1"), &identified(LOCAL, "2")).expect(200);
    assert_eq!(reply.id(), id);
    assert!(!fyr.had(&format!("{LOCAL}|1")));
    assert!(fyr.had(&format!("{LOCAL}|2")));
}

#[test]
fn the_format_is_no_criterion_g2() {
    let fyr = Fyr::new();
    let path = format!("{}&_format=json&_pretty=true", path("1"));
    fyr.put(&path, &identified(LOCAL, "1")).expect(201);
    fyr.put(&path, &identified(LOCAL, "1")).expect(200);
}

#[test]
fn criteria_that_say_nothing_are_refused_rather_than_guessed() {
    let fyr = Fyr::new();
    for query in ["colour=red", "identifier=|", "name=", "_format=json"] {
        let path = format!("/Organization?{query}");
        let status = fyr.put(&path, &identified(LOCAL, "1")).status;
        assert!([400, 405].contains(&status), "{query}: {status}");
    }
    fyr.put("/Organization", &identified(LOCAL, "1"))
        .expect(405);
    assert!(!fyr.had(&format!("{LOCAL}|1")));
}
