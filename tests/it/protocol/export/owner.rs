//! B3, P1: what belongs to one user is nothing to another.

use futures::executor::block_on;
use serde_json::json;
use server::auth::Caller;
use server::port::Queue;

use super::super::{entries::organization, fyr::Fyr, reply::Reply};
use super::client::{Exported, begin};

fn user(fyr: &Fyr, id: &str) -> Fyr {
    fyr.seen_by(Caller::from_claims(&json!({
        "user_id": id, "user_type": "SYSTEM",
        "realm_access": {"roles": ["$bulk-export", "Organization.search", "Binary.read"]}
    })))
}

/// What a refusal may say, beside that it is one.
fn says_nothing(reply: &Reply) {
    for name in [
        "content-range",
        "etag",
        "last-modified",
        "x-progress",
        "location",
        "accept-ranges",
    ] {
        assert!(reply.header(name).is_none(), "{name}");
    }
    assert!(
        !reply.text.contains("alice") && !reply.text.contains("Organization"),
        "{}",
        reply.text
    );
}

#[test]
fn b3_another_user_is_refused_whatever_he_tries() {
    let fyr = Fyr::new();
    fyr.created(&organization("A"));
    let (alice, bob) = (user(&fyr, "alice"), user(&fyr, "bob"));
    let status = begin(&alice, "");
    let refused = bob.get(&status).expect(403);
    assert_eq!(refused.diagnostics(), "Resource not allowed for user: bob");
    says_nothing(&refused);
    says_nothing(&bob.delete(&status).expect(403));
    fyr.work_off();
    says_nothing(&bob.get(&status).expect(403));
    says_nothing(&bob.delete(&status).expect(403));
    let file = Exported::of(&alice, &status).files("output").remove(0);
    let tries = [
        bob.ask("GET", &file),
        bob.ask("HEAD", &file),
        bob.ask("GET", &file).header("range", "bytes=0-0"),
        bob.ask("GET", &file).header("range", "bytes=99999-"),
        bob.ask("GET", &file)
            .header("accept", "application/fhir+json"),
        bob.ask("GET", &file).header("if-none-match", "W/\"1\""),
        bob.ask("GET", &format!("{file}/_history/1")),
    ];
    for tried in tries {
        let refused = tried.send().expect(403);
        says_nothing(&refused);
    }
    alice.get(&file).expect(200);
    alice.get(&status).expect(200);
}

#[test]
fn b3_the_refusal_is_the_same_before_and_after_the_files_expire() {
    let fyr = Fyr::new();
    fyr.created(&organization("A"));
    let (alice, bob) = (user(&fyr, "alice"), user(&fyr, "bob"));
    let status = begin(&alice, "");
    fyr.work_off();
    let file = Exported::of(&alice, &status).files("output").remove(0);
    let before = bob.get(&file).expect(403);
    fyr.advance(2 * 60 * 60 * 1000);
    alice.get(&file).expect(410);
    let after = bob.get(&file).expect(403);
    assert_eq!(before.text, after.text);
}

#[test]
fn a_guessed_file_is_unknown_and_a_role_is_needed_even_for_ones_own() {
    let fyr = Fyr::new();
    fyr.created(&organization("A"));
    let bob = user(&fyr, "bob");
    bob.get("/Binary/00000000000000000000000000000000")
        .expect(404);
    let status = begin(&bob, "");
    fyr.work_off();
    let file = Exported::of(&bob, &status).files("output").remove(0);
    let without = fyr.seen_by(Caller::from_claims(&json!({
        "user_id": "bob", "user_type": "SYSTEM", "realm_access": {"roles": ["$bulk-export"]}
    })));
    without.get(&file).expect(403);
    fyr.seen_by(Caller::anonymous()).get(&file).expect(401);
    bob.get(&file).expect(200);
}

#[test]
fn the_files_of_an_export_under_way_are_unknown() {
    let fyr = Fyr::with(|settings| settings.export.survey = 2);
    for _ in 0..20 {
        fyr.created(&organization("A"));
    }
    let status = begin(&fyr, "");
    let mut seen = 0;
    while fyr.get(&status).status == 202 {
        for key in fyr.files.keys() {
            let id = key.rsplit('/').next().unwrap();
            fyr.get(&format!("/Binary/{id}")).expect(404);
            seen += 1;
        }
        let next = fyr.queue.take();
        let (first, rest) = next.split_first().unwrap();
        block_on(fyr.server().receive(&first.body)).unwrap();
        for message in rest {
            block_on(fyr.queue.send(message.body.clone(), message.delay)).unwrap();
        }
    }
    assert!(seen > 0);
}
