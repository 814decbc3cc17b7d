//! `DELETE [base]/[type]?identifier=…`.

use super::{
    entries::{LOCAL, identified},
    fyr::Fyr,
};

fn path(value: &str) -> String {
    format!("/Organization?identifier={LOCAL}|{value}")
}

#[test]
fn the_one_match_is_deleted() {
    let fyr = Fyr::new();
    let id = fyr.created(&identified(LOCAL, "1"));
    let reply = fyr.delete(&path("1")).expect(200);
    assert_eq!(reply.code(), "SUCCESSFUL_DELETE");
    fyr.get(&format!("/Organization/{id}")).expect(410);
}

#[test]
fn nothing_matches_and_that_is_a_success() {
    let fyr = Fyr::new();
    let other = fyr.created(&identified(LOCAL, "2"));
    let reply = fyr.delete(&path("1")).expect(200);
    assert_eq!(reply.code(), "SUCCESSFUL_DELETE_NOT_FOUND");
    fyr.get(&format!("/Organization/{other}")).expect(200);
}

#[test]
fn several_matches_are_refused_with_412_and_all_stay() {
    let fyr = Fyr::new();
    let ids = [
        fyr.created(&identified(LOCAL, "1")),
        fyr.created(&identified(LOCAL, "1")),
    ];
    fyr.delete(&path("1")).expect(412);
    for id in ids {
        fyr.get(&format!("/Organization/{id}")).expect(200);
    }
}

#[test]
fn what_was_deleted_is_not_matched_again() {
    let fyr = Fyr::new();
    fyr.created(&identified(LOCAL, "1"));
    fyr.delete(&path("1")).expect(200);
    let reply = fyr.delete(&path("1")).expect(200);
    assert_eq!(reply.code(), "SUCCESSFUL_DELETE_NOT_FOUND");
}

#[test]
fn the_version_of_the_match_can_be_demanded() {
    let fyr = Fyr::new();
    let id = fyr.created(&identified(LOCAL, "1"));
    let delete = |tag| fyr.ask("DELETE", &path("1")).header("if-match", tag).send();
    delete("W/\"2\"").expect(412);
    fyr.get(&format!("/Organization/{id}")).expect(200);
    delete("W/\"1\"").expect(200);
}

#[test]
fn criteria_that_say_nothing_are_refused_and_nothing_is_deleted() {
    let fyr = Fyr::new();
    let id = fyr.created(&identified(LOCAL, "1"));
    for query in [
        "colour=red",
        "identifier=",
        "identifier=|",
        "name=,",
        "name=1&identifier=",
    ] {
        fyr.delete(&format!("/Organization?{query}")).expect(400);
    }
    fyr.get(&format!("/Organization/{id}")).expect(200);
}
