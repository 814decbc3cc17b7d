//! `Idempotency-Key`: a POST that is sent again takes effect once, and is answered the same.

mod crashes;

use serde_json::{Value, json};
use store::simulated::{Call, Fault};

use super::entries::{SOR, entry, identified, organization, organization_at, post, put};
use super::fyr::Fyr;
use super::reply::Reply;

const KEY: &str = "8e03978e-40d5-43dd-bc93-6894a57f9324";
const LEASE_MS: i64 = 36_000;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

fn post_once(fyr: &Fyr, path: &str, body: &Value) -> Reply {
    fyr.ask("POST", path)
        .header("idempotency-key", KEY)
        .json(body)
        .send()
}

fn bundle(kind: &str, entries: &[Value]) -> Value {
    json!({"resourceType": "Bundle", "type": kind, "entry": entries})
}

fn is_replayed(reply: &Reply) -> bool {
    reply.header("idempotent-replayed") == Some("true")
}

/// Status, body, and the headers that tell what was written.
fn essence(reply: &Reply) -> (u16, &str, Vec<Option<&str>>) {
    let names = ["etag", "last-modified", "location", "content-location"];
    let headers = names.iter().map(|name| reply.header(name)).collect();
    (reply.status, &reply.text, headers)
}

/// How many organizations were ever created.
fn created(fyr: &Fyr) -> usize {
    let history = fyr.get("/Organization/_history").expect(200).json;
    history["entry"].as_array().map_or(0, Vec::len)
}

/// Sends a request whose server crashes: from the call on that `is_last` finds, none is answered, and
/// only that one arrives, if it does.
fn crash(fyr: &Fyr, body: &Value, arrives: bool, is_last: fn(&Call) -> bool) {
    let mut crashed = false;
    fyr.break_with(move |call| {
        if crashed {
            return Some(Fault::Dropped);
        }
        crashed = is_last(call);
        let fault = if arrives {
            Fault::LostAnswer
        } else {
            Fault::Dropped
        };
        crashed.then_some(fault)
    });
    let _ = post_once(fyr, "/", body);
    fyr.repair();
}

fn is_commit(call: &Call) -> bool {
    matches!(call, Call::Transact(..))
}

#[test]
fn a_create_that_is_sent_again_is_answered_the_same_and_done_once() {
    let fyr = Fyr::new();
    let first = post_once(&fyr, "/Organization", &organization("A")).expect(201);
    assert!(!is_replayed(&first));
    fyr.advance(DAY_MS - 1000);
    let second = post_once(&fyr, "/Organization", &organization("A")).expect(201);
    assert!(is_replayed(&second));
    assert_eq!(essence(&second), essence(&first));
    assert_eq!(created(&fyr), 1);
}

#[test]
fn a_transaction_that_is_sent_again_is_answered_the_same_though_the_state_is_another_t26() {
    let fyr = Fyr::new();
    fyr.put("/Organization/1", &organization_at("1", "A"))
        .expect(201);
    let entries = [
        post(&organization("new")),
        put("Organization/1", &organization_at("1", "B")),
        entry("GET", "Organization/1"),
    ];
    let body = bundle("transaction", &entries);
    let first = post_once(&fyr, "/", &body).expect(200);
    fyr.put("/Organization/1", &organization_at("1", "C"))
        .expect(200);
    let second = post_once(&fyr, "/", &body).expect(200);
    assert!(is_replayed(&second));
    assert_eq!(essence(&second), essence(&first));
    assert_eq!(fyr.get("/Organization/1").json["name"], "C");
}

#[test]
fn a_batch_that_is_sent_again_repeats_its_failures_too() {
    let fyr = Fyr::new();
    let entries = [
        post(&identified(SOR, "1")),
        entry("DELETE", "Organization?identifier=x|y&z=1"),
    ];
    let body = bundle("batch", &entries);
    let first = post_once(&fyr, "/", &body).expect(200);
    assert_eq!(first.statuses(), ["201 Created", "400 Bad Request"]);
    let second = post_once(&fyr, "/", &body).expect(200);
    assert_eq!(essence(&second), essence(&first));
    assert_eq!(created(&fyr), 1);
}

#[test]
fn a_key_that_was_used_for_another_request_is_422() {
    let fyr = Fyr::new();
    post_once(&fyr, "/Organization", &organization("A")).expect(201);
    for (path, body) in [
        ("/Organization", organization("B")),
        ("/Organization?_format=json", organization("A")),
        ("/", bundle("batch", &[post(&organization("A"))])),
    ] {
        let reply = post_once(&fyr, path, &body).expect(422);
        assert!(
            reply.diagnostics().contains("Idempotency-Key"),
            "{}",
            reply.text
        );
    }
    let unless = fyr
        .ask("POST", "/Organization")
        .header("idempotency-key", KEY);
    let unless = unless.header("if-none-exist", "identifier=x|y");
    unless.json(&organization("A")).send().expect(422);
    assert_eq!(created(&fyr), 1);
}

#[test]
fn the_layout_of_the_body_does_not_matter() {
    let fyr = Fyr::new();
    post_once(&fyr, "/Organization", &organization("A")).expect(201);
    let pretty = serde_json::to_string_pretty(&organization("A")).unwrap();
    let ask = fyr
        .ask("POST", "/Organization")
        .header("idempotency-key", KEY);
    assert!(is_replayed(&ask.text(&pretty).send().expect(201)));
}

#[test]
fn callers_and_keys_do_not_meet() {
    let fyr = Fyr::new();
    post_once(&fyr, "/Organization", &organization("A")).expect(201);
    let other = fyr.with_roles(&["Organization.create"]);
    assert!(!is_replayed(
        &post_once(&other, "/Organization", &organization("A")).expect(201)
    ));
    let ask = fyr
        .ask("POST", "/Organization")
        .header("idempotency-key", "another");
    assert!(!is_replayed(
        &ask.json(&organization("A")).send().expect(201)
    ));
    fyr.post("/Organization", &organization("A")).expect(201);
    assert_eq!(created(&fyr), 4);
}

#[test]
fn a_key_is_forgotten_after_a_day() {
    let fyr = Fyr::new();
    post_once(&fyr, "/Organization", &organization("A")).expect(201);
    fyr.advance(DAY_MS);
    assert!(!is_replayed(
        &post_once(&fyr, "/Organization", &organization("B")).expect(201)
    ));
}

#[test]
fn a_request_that_failed_may_be_sent_again() {
    let fyr = Fyr::new();
    let id = fyr.created(&identified(SOR, "1"));
    post_once(&fyr, "/Organization", &identified(SOR, "1")).expect(422);
    fyr.delete(&format!("/Organization/{id}")).expect(200);
    let second = post_once(&fyr, "/Organization", &identified(SOR, "1")).expect(201);
    assert!(!is_replayed(&second));
}

#[test]
fn keys_that_cannot_be_one_are_400() {
    let fyr = Fyr::new();
    for key in ["", " ", "a b", "é", &"x".repeat(256)] {
        let ask = fyr
            .ask("POST", "/Organization")
            .header("idempotency-key", key);
        let reply = ask.json(&organization("A")).send().expect(400);
        assert!(
            reply.diagnostics().contains("Idempotency-Key"),
            "{key}: {}",
            reply.text
        );
    }
    let ask = fyr
        .ask("POST", "/Organization")
        .header("idempotency-key", "a");
    ask.header("idempotency-key", "b")
        .json(&organization("A"))
        .send()
        .expect(400);
    let longest = "~".repeat(255);
    let ask = fyr
        .ask("POST", "/Organization")
        .header("idempotency-key", &longest);
    ask.json(&organization("A")).send().expect(201);
}

#[test]
fn other_methods_need_no_key() {
    let fyr = Fyr::new();
    for _ in 0..2 {
        let ask = fyr
            .ask("PUT", "/Organization/1")
            .header("idempotency-key", KEY);
        assert!(!is_replayed(&ask.json(&organization_at("1", "A")).send()));
    }
}
