//! B3, P1: what belongs to one user is nothing to another.

use futures::executor::block_on;
use serde_json::json;
use server::auth::Caller;
use server::port::Queue;

use super::super::{
    entries::organization,
    fyr::{Ask, Fyr},
    reply::Reply,
};
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

/// What somebody can try at a job.
fn tries_at_job<'f>(fyr: &'f Fyr, status: &str) -> Vec<Ask<'f>> {
    let id = status.split_once('=').unwrap().1;
    let parameter = json!({"name": "_jobId", "valueString": id});
    let body = json!({"resourceType": "Parameters", "parameter": [parameter]});
    vec![
        fyr.ask("GET", status),
        fyr.ask("HEAD", status),
        fyr.ask("DELETE", status),
        fyr.ask("POST", "/$export-poll-status").json(&body),
    ]
}

/// What somebody can try at a file.
fn tries_at_file<'f>(fyr: &'f Fyr, file: &str) -> Vec<Ask<'f>> {
    let ask = |method: &str| fyr.ask(method, file);
    vec![
        ask("GET"),
        ask("HEAD"),
        ask("GET").header("range", "bytes=0-0"),
        ask("GET").header("range", "bytes=99999-"),
        ask("HEAD").header("range", "bytes=0-0"),
        ask("GET").header("accept", "application/fhir+json"),
        ask("GET").header("accept-encoding", "gzip"),
        ask("GET").header("if-none-match", "W/\"1\""),
        fyr.ask("GET", &format!("{file}/_history/1")),
        fyr.ask("HEAD", &format!("{file}/_history/1")),
    ]
}

/// The names of the headers, and how often something was asked for to find them.
fn outside(reply: &Reply) -> (Vec<String>, Vec<String>) {
    let mut names: Vec<String> = reply.headers.keys().map(ToString::to_string).collect();
    names.sort();
    let cost = reply.header("x-fyr-cost").unwrap().split("; ");
    let asked = cost.filter(|part| part.starts_with("requests") || part.starts_with("round-trips"));
    (names, asked.map(str::to_owned).collect())
}

#[test]
fn b3_another_user_is_refused_whatever_he_tries() {
    let fyr = Fyr::new();
    fyr.created(&organization("A"));
    let (alice, bob) = (user(&fyr, "alice"), user(&fyr, "bob"));
    let status = begin(&alice, "");
    let refused = bob.get(&status).expect(403);
    assert_eq!(refused.diagnostics(), "Resource not allowed for user: bob");
    for _ in ["under way", "completed"] {
        for ask in tries_at_job(&bob, &status) {
            says_nothing(&ask.send().expect(403));
        }
        fyr.work_off();
    }
    let file = Exported::of(&alice, &status).files("output").remove(0);
    for ask in tries_at_file(&bob, &file) {
        says_nothing(&ask.send().expect(403));
    }
    alice.get(&file).expect(200);
    alice.get(&status).expect(200);
}

#[test]
fn b3_a_refusal_looks_and_costs_like_what_is_unknown() {
    let fyr = Fyr::new();
    fyr.created(&organization("A"));
    let (alice, bob) = (user(&fyr, "alice"), user(&fyr, "bob"));
    let status = begin(&alice, "");
    fyr.work_off();
    let guess = "/$export-poll-status?_jobId=00000000-0000-4000-8000-000000000000";
    let jobs = tries_at_job(&bob, &status)
        .into_iter()
        .zip(tries_at_job(&bob, guess));
    let file = Exported::of(&alice, &status).files("output").remove(0);
    let guess = "/Binary/00000000000000000000000000000000";
    let files = tries_at_file(&bob, &file)
        .into_iter()
        .zip(tries_at_file(&bob, guess));
    for (foreign, unknown) in jobs.chain(files) {
        let (foreign, unknown) = (foreign.send().expect(403), unknown.send().expect(404));
        assert_eq!(outside(&foreign), outside(&unknown));
    }
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
