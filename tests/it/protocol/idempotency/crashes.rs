//! A request whose process ended in the middle, sent again.

use serde_json::{Value, json};
use store::simulated::{Call, Fault};

use super::super::entries::{LOCAL, entry, identified, organization, organization_at, post, put};
use super::super::fyr::{BASE, Fyr};
use super::{LEASE_MS, bundle, crash, created, essence, is_commit, is_replayed, post_once};

#[test]
fn a_request_that_is_being_done_is_409_and_one_that_crashed_is_done_again() {
    let fyr = Fyr::new();
    let body = bundle("transaction", &[post(&organization("A"))]);
    crash(&fyr, &body, false, is_commit);
    let running = post_once(&fyr, "/", &body).expect(409);
    assert!(running.header("retry-after").is_some());
    post_once(&fyr, "/", &bundle("batch", &[])).expect(422);
    fyr.advance(LEASE_MS);
    assert!(!is_replayed(&post_once(&fyr, "/", &body).expect(200)));
    assert_eq!(created(&fyr), 1);
}

#[test]
fn what_took_effect_before_the_crash_is_answered_at_once_from_what_was_written() {
    let fyr = Fyr::new();
    fyr.put("/Organization/1", &organization_at("1", "A"))
        .expect(201);
    fyr.created(&identified(LOCAL, "found"));
    let entries = [
        post(&organization("new")),
        put("Organization/1", &organization_at("1", "B")),
        put("Organization/1a", &organization_at("1a", "C")),
        entry("DELETE", "Organization/nobody"),
        super::super::entries::post_unless(&format!("{LOCAL}|found"), &identified(LOCAL, "found")),
        entry("GET", "Organization/1"),
    ];
    let mut body = bundle("transaction", &entries);
    crash(&fyr, &body, true, is_commit);
    fyr.put("/Organization/1", &organization_at("1", "later"))
        .expect(200);
    let replay = post_once(&fyr, "/", &body).expect(200);
    assert!(is_replayed(&replay));
    assert_eq!(
        replay.statuses(),
        [
            "201 Created",
            "200 OK",
            "201 Created",
            "204 No Content",
            "200 OK",
            "200 OK"
        ]
    );
    assert_eq!(replay.response(1)["etag"], "W/\"2\"");
    assert_eq!(
        replay.json["entry"][5]["resource"]["name"], "later",
        "reads see what there is"
    );
    let again = post_once(&fyr, "/", &body).expect(200);
    assert_eq!(essence(&again), essence(&replay));
    let target = replay.target(0);
    assert_eq!(
        fyr.get(&format!("/{target}")).expect(200).json["name"],
        "new"
    );
    body["entry"] = json!([]);
    post_once(&fyr, "/", &body).expect(422);
}

#[test]
fn a_create_that_took_effect_before_the_crash_has_the_answer_it_would_have_had() {
    let fyr = Fyr::new();
    fyr.break_with(|call| {
        // the response is not kept
        let writes = call.writes();
        let is_keeping = matches!(call, Call::Write(_))
            && writes.iter().any(|write| {
                matches!(&write.action, store::table::Action::Update(_))
                    && write.key.pk.starts_with("IDEM#")
            });
        is_keeping.then_some(Fault::Dropped)
    });
    let first = post_once(&fyr, "/Organization", &organization("A")).expect(201);
    fyr.repair();
    let second = post_once(&fyr, "/Organization", &organization("A")).expect(201);
    assert!(is_replayed(&second));
    assert_eq!(essence(&second), essence(&first));
    assert!(first.header("location").unwrap().starts_with(BASE));
    assert_eq!(created(&fyr), 1);
}

#[test]
fn a_batch_that_crashed_half_way_does_each_entry_once() {
    let fyr = Fyr::new();
    let entries: Vec<Value> = (0..5)
        .map(|n| post(&organization(&n.to_string())))
        .collect();
    let body = bundle("batch", &entries);
    let mut commits = 0;
    fyr.break_with(move |call| {
        commits += u32::from(is_commit(call));
        (commits > 2).then_some(Fault::Dropped)
    });
    let _ = post_once(&fyr, "/", &body);
    fyr.repair();
    fyr.advance(LEASE_MS);
    assert_eq!(created(&fyr), 2);
    let second = post_once(&fyr, "/", &body).expect(200);
    assert_eq!(second.statuses(), ["201 Created"; 5]);
    assert_eq!(created(&fyr), 5);
}

#[test]
fn an_unknown_outcome_is_found_out_with_the_key() {
    let fyr = Fyr::new();
    let body = bundle("transaction", &[post(&organization("A"))]);
    fyr.break_with(|call| is_commit(call).then_some(Fault::Dropped));
    post_once(&fyr, "/", &body).expect(500);
    fyr.repair();
    post_once(&fyr, "/", &body).expect(409);
    fyr.advance(LEASE_MS);
    post_once(&fyr, "/", &body).expect(200);
    assert_eq!(created(&fyr), 1);
}
