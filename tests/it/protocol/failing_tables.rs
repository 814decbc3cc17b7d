//! When the tables fail: the client learns what it may do, and nothing of how we are built.

use std::time::Duration;

use serde_json::Value;
use store::simulated::{Call, Fault};

use super::{
    entries::{LOCAL, identified, organization, organization_at, post, put},
    fyr::Fyr,
};

/// A server with `Organization/1`.
fn with_one() -> Fyr {
    let fyr = Fyr::new();
    fyr.put("/Organization/1", &organization_at("1", "A"))
        .expect(201);
    fyr
}

#[test]
fn throttled_tables_are_503_with_an_advice_to_come_back() {
    let fyr = with_one();
    fyr.break_with(|_| Some(Fault::Throttled));
    let replies = [
        fyr.get("/Organization/1"),
        fyr.get("/Organization/1/_history"),
        fyr.put("/Organization/1", &organization_at("1", "B")),
        fyr.transaction(&[post(&organization("A"))]),
    ];
    for reply in replies {
        let reply = reply.expect(503);
        assert_eq!(reply.codes(), ["transient"]);
        assert!(reply.header("retry-after").is_some());
    }
    fyr.get("/metadata").expect(200);
    fyr.repair();
    assert_eq!(fyr.get("/Organization/1").expect(200).json["name"], "A");
}

#[test]
fn tables_that_are_throttled_for_a_moment_are_not_noticed() {
    let fyr = with_one();
    let mut calls = 0;
    fyr.break_with(move |_| {
        calls += 1;
        (calls % 2 == 1).then_some(Fault::Throttled)
    });
    fyr.put("/Organization/1", &organization_at("1", "B"))
        .expect(200);
    fyr.transaction(&[put("Organization/1", &organization_at("1", "C"))])
        .expect(200);
    assert_eq!(fyr.get("/Organization/1").expect(200).json["name"], "C");
    assert_eq!(
        fyr.get("/Organization/1/_history").expect(200).json["total"],
        3
    );
}

#[test]
fn tables_that_do_not_answer_a_read_are_500_or_503() {
    let fyr = with_one();
    fyr.break_with(|_| Some(Fault::Dropped));
    let reply = fyr.get("/Organization/1");
    assert!([500, 503].contains(&reply.status), "{}", reply.text);
    for word in ["Dropped", "Lost", "table", "Dynamo"] {
        assert!(!reply.diagnostics().contains(word), "{}", reply.text);
    }
}

/// From now on so much time passes at each of these calls, which are throttled.
fn slow_down(fyr: &Fyr, ms: i64, is_slow: fn(&Call) -> bool) {
    let time = fyr.clone();
    fyr.break_with(move |call| {
        let is_slow = is_slow(call);
        time.advance(if is_slow { ms } else { 0 });
        is_slow.then_some(Fault::Throttled)
    });
}

fn is_intent(call: &Call) -> bool {
    let is_head = |write: &store::table::Write| write.key.table == store::table::Table::Heads;
    matches!(call, Call::Write(write) if is_head(write))
}

#[test]
fn a_write_that_would_take_longer_than_a_request_may_is_503_and_writes_nothing() {
    let small = [
        put("Organization/1", &organization_at("1", "B")),
        post(&identified(LOCAL, "1")),
    ];
    let more = (0..150).map(|n| post(&identified(LOCAL, &n.to_string())));
    let large: Vec<Value> = small.iter().cloned().chain(more).collect();
    for (entries, is_slow) in [
        (&small[..], is_commit as fn(&Call) -> bool),
        (&large[..], is_intent),
    ] {
        let fyr = with_one();
        slow_down(&fyr, 31_000, is_slow);
        let reply = fyr.transaction(entries).expect(503);
        assert_eq!(reply.codes(), ["timeout"]);
        assert!(reply.header("retry-after").is_some());
        assert!(reply.diagnostics().contains("nothing was written"));
        fyr.repair();
        assert_eq!(fyr.get("/Organization/1").expect(200).json["name"], "A");
        assert!(!fyr.had(&format!("{LOCAL}|1")));
        fyr.transaction(entries).expect(200);
    }
}

#[test]
fn how_long_a_request_may_take_is_a_setting() {
    let fyr = Fyr::with(|settings| settings.request_timeout = Duration::from_mins(2));
    let mut times = 2;
    let time = fyr.clone();
    fyr.break_with(move |call| {
        if !is_commit(call) {
            return None;
        }
        times -= 1;
        time.advance(31_000);
        (times > 0).then_some(Fault::Throttled)
    });
    fyr.transaction(&[post(&identified(LOCAL, "1"))])
        .expect(200);
}

#[test]
fn a_commit_whose_answer_is_lost_once_is_still_one_commit() {
    for fault in [Fault::LostAnswer, Fault::Dropped, Fault::Duplicated] {
        let fyr = with_one();
        let mut commits = 0;
        fyr.break_with(move |call| {
            commits += usize::from(is_commit(call));
            (is_commit(call) && commits == 1).then_some(fault)
        });
        let entries = [
            put("Organization/1", &organization_at("1", "B")),
            post(&identified(LOCAL, "1")),
        ];
        let reply = fyr.transaction(&entries).expect(200);
        assert_eq!(reply.statuses(), ["200 OK", "201 Created"], "{fault:?}");
        fyr.repair();
        assert_eq!(
            fyr.get("/Organization/1/_history").json["total"],
            2,
            "{fault:?}"
        );
        assert!(fyr.had(&format!("{LOCAL}|1")), "{fault:?}");
    }
}

#[test]
fn a_commit_without_any_answer_is_all_or_nothing_and_the_client_is_told_to_look() {
    for fault in [Fault::LostAnswer, Fault::Dropped] {
        let fyr = with_one();
        fyr.break_with(move |call| is_commit(call).then_some(fault));
        let entries = [
            put("Organization/1", &organization_at("1", "B")),
            post(&identified(LOCAL, "1")),
        ];
        let reply = fyr.transaction(&entries);
        fyr.repair();
        let updated = fyr.get("/Organization/1").expect(200).json["name"] == "B";
        let created = fyr.had(&format!("{LOCAL}|1"));
        assert_eq!(updated, created, "{fault:?} tore the transaction");
        assert!(reply.status >= 500 || updated, "{fault:?}: {}", reply.text);
        if reply.status >= 500 {
            let said = reply.diagnostics();
            assert!(!updated || said.contains("not known"), "{fault:?}: {said}");
            let names_the_way = said.contains("Idempotency-Key");
            assert_eq!(said.contains("not known"), names_the_way, "{said}");
        }
    }
}

fn is_commit(call: &Call) -> bool {
    matches!(call, Call::Transact(..))
}
