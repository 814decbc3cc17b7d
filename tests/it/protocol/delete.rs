//! `DELETE [base]/[type]/[id]`.

use super::{
    entries::{organization, organization_at},
    fyr::{BASE, Fyr},
};

#[test]
fn a_deletion_is_a_version_of_its_own_c10() {
    let fyr = Fyr::new();
    let id = fyr.created(&organization("A"));
    fyr.advance(1_000);
    let reply = fyr.delete(&format!("/Organization/{id}")).expect(200);
    assert_eq!(reply.code(), "SUCCESSFUL_DELETE");
    assert_eq!(reply.diagnostics(), "Successfully deleted 1 resource(s).");
    assert_eq!(reply.header("etag"), Some("W/\"2\""));
    let place = format!("{BASE}/Organization/{id}/_history/2");
    assert_eq!(reply.header("content-location"), Some(place.as_str()));
    assert_eq!(reply.header("location"), None);
    fyr.get(&format!("/Organization/{id}")).expect(410);
}

#[test]
fn deleting_what_is_not_there_succeeds_and_says_so_c10() {
    let fyr = Fyr::new();
    let reply = fyr.delete("/Organization/nobody").expect(200);
    assert_eq!(reply.code(), "SUCCESSFUL_DELETE_NOT_FOUND");
    fyr.get("/Organization/nobody").expect(404);
}

#[test]
fn deleting_twice_makes_one_version_c10() {
    let fyr = Fyr::new();
    let id = fyr.created(&organization("A"));
    let path = format!("/Organization/{id}");
    fyr.delete(&path).expect(200);
    let reply = fyr.delete(&path).expect(200);
    assert_eq!(reply.code(), "SUCCESSFUL_DELETE_ALREADY_DELETED");
    assert_eq!(reply.header("etag"), Some("W/\"2\""));
    assert_eq!(fyr.get(&format!("{path}/_history")).json["total"], 2);
}

#[test]
fn a_client_that_wants_nothing_back_gets_204() {
    let fyr = Fyr::new();
    let id = fyr.created(&organization("A"));
    let ask = fyr.ask("DELETE", &format!("/Organization/{id}"));
    let reply = ask.header("prefer", "return=minimal").send().expect(204);
    assert_eq!(reply.text, "");
}

#[test]
fn a_deletion_of_a_stale_version_is_refused_with_412() {
    let fyr = Fyr::new();
    fyr.put("/Organization/1", &organization_at("1", "A"))
        .expect(201);
    let delete = |id, tag| {
        let ask = fyr.ask("DELETE", &format!("/Organization/{id}"));
        ask.header("if-match", tag).send()
    };
    delete("1", "W/\"2\"").expect(412);
    delete("nobody", "*").expect(412);
    fyr.get("/Organization/1").expect(200);
    delete("1", "W/\"1\"").expect(200);
    delete("1", "W/\"2\"").expect(412);
}

#[test]
fn the_type_alone_cannot_be_deleted() {
    Fyr::new().delete("/Organization").expect(405);
}
