//! Entries of a transaction that read: they see what it wrote, and one that fails fails all.

use super::{
    entries::{LOCAL, condition, entry, identified, organization_at, post, put},
    fyr::{BASE, Fyr},
};

/// A server with `Organization/1` in its second version, and `Organization/gone`, deleted.
fn with_some() -> Fyr {
    let fyr = Fyr::new();
    fyr.put("/Organization/1", &organization_at("1", "A"))
        .expect(201);
    fyr.put("/Organization/1", &organization_at("1", "B"))
        .expect(200);
    fyr.put("/Organization/gone", &organization_at("gone", "A"))
        .expect(201);
    fyr.delete("/Organization/gone").expect(200);
    fyr
}

#[test]
fn reads_see_the_writes_t7() {
    let fyr = with_some();
    let entries = [
        entry("GET", "Organization/1"),
        entry("GET", "Organization/new"),
        entry("GET", "Organization/1/_history/3"),
        entry("GET", "Organization/1/_history"),
        put("Organization/1", &organization_at("1", "C")),
        put("Organization/new", &organization_at("new", "N")),
    ];
    let reply = fyr.transaction(&entries).expect(200);
    let resource = |at: usize| &reply.json["entry"][at]["resource"];
    assert_eq!(resource(0)["name"], "C");
    assert_eq!(resource(0)["meta"]["versionId"], "3");
    assert_eq!(resource(1)["name"], "N");
    assert_eq!(resource(2)["name"], "C");
    assert_eq!(resource(3)["total"], 3);
    assert_eq!(
        reply.json["entry"][0]["fullUrl"],
        format!("{BASE}/Organization/1")
    );
    assert_eq!(reply.response(0)["etag"], "W/\"3\"");
    assert_eq!(reply.response(0).get("location"), None);
}

#[test]
fn a_read_with_a_condition_answers_304_and_that_is_a_success() {
    let fyr = with_some();
    let read = || entry("GET", "Organization/1");
    let entries = [
        condition(read(), "ifNoneMatch", "W/\"2\""),
        condition(read(), "ifNoneMatch", "W/\"1\""),
        condition(read(), "ifModifiedSince", "2026-06-01T00:00:00Z"),
        post(&identified(LOCAL, "1")),
    ];
    let reply = fyr.transaction(&entries).expect(200);
    let expected = [
        "304 Not Modified",
        "200 OK",
        "304 Not Modified",
        "201 Created",
    ];
    assert_eq!(reply.statuses(), expected);
    assert_eq!(reply.json["entry"][0].get("resource"), None);
}

#[test]
fn a_read_that_fails_fails_all_t10() {
    for (url, status) in [
        ("Organization/nobody", 404),
        ("Organization/gone", 410),
        ("Organization/gone/_history/2", 410),
        ("Organization/gone/_history/3", 404),
        ("Organization/nobody/_history", 404),
        ("Organization/nobody/_history/1", 404),
        ("Organization/1/_history/3", 404),
        ("Organization/1/_history/x", 404),
        ("Organization/1/_history?_count=x", 400),
        ("Organization/1/_history?_since=2026&_at=2026", 400),
        ("Organization/1/_history?name=A", 400),
        ("Nonsense/1", 404),
        ("Organization?colour=red", 400),
    ] {
        let fyr = with_some();
        let reply = fyr.transaction(&[post(&identified(LOCAL, "1")), entry("GET", url)]);
        assert_eq!(reply.status, status, "{url}: {}", reply.text);
        assert_eq!(reply.entries_at_fault(), [1], "{url}");
        assert!(!fyr.had(&format!("{LOCAL}|1")), "{url}");
    }
}

#[test]
fn a_deletion_in_the_past_fails_the_read_and_so_all() {
    let fyr = with_some();
    fyr.put("/Organization/gone", &organization_at("gone", "back"))
        .expect(201);
    let entries = [
        post(&identified(LOCAL, "1")),
        entry("GET", "Organization/gone/_history/2"),
    ];
    let reply = fyr.transaction(&entries).expect(410);
    assert_eq!(reply.entries_at_fault(), [1]);
    assert!(!fyr.had(&format!("{LOCAL}|1")));
}

#[test]
fn reading_what_the_transaction_deletes_fails_all() {
    let fyr = with_some();
    let entries = [
        entry("GET", "Organization/1"),
        entry("DELETE", "Organization/1"),
    ];
    let reply = fyr.transaction(&entries).expect(410);
    assert_eq!(reply.entries_at_fault(), [0]);
    fyr.get("/Organization/1").expect(200);
}

#[test]
fn the_history_of_what_the_transaction_deletes_is_readable() {
    let fyr = with_some();
    let entries = [
        entry("GET", "Organization/1/_history"),
        entry("GET", "Organization/1/_history/2"),
        entry("GET", "Organization/gone/_history"),
        entry("DELETE", "Organization/1"),
    ];
    let reply = fyr.transaction(&entries).expect(200);
    assert_eq!(reply.json["entry"][0]["resource"]["total"], 3);
    assert_eq!(reply.json["entry"][1]["resource"]["name"], "B");
}

#[test]
fn all_reads_that_fail_are_named() {
    let fyr = with_some();
    let entries = [
        entry("GET", "Organization/a"),
        entry("GET", "Organization/1"),
        entry("GET", "Organization/b"),
    ];
    let reply = fyr.transaction(&entries).expect(404);
    assert_eq!(reply.entries_at_fault(), [0, 2]);
}

#[test]
fn head_entries_answer_without_the_resource() {
    let fyr = with_some();
    for kind in ["transaction", "batch"] {
        let reply = fyr
            .bundle(kind, &[entry("HEAD", "Organization/1")])
            .expect(200);
        assert_eq!(reply.status_of(0), "200 OK");
        assert_eq!(reply.response(0)["etag"], "W/\"2\"");
        assert_eq!(reply.json["entry"][0].get("resource"), None, "{kind}");
    }
}

#[test]
fn a_transaction_of_reads_alone_writes_nothing() {
    let fyr = with_some();
    let entries = [entry("GET", "Organization/1"), entry("GET", "metadata")];
    let reply = fyr.transaction(&entries).expect(200);
    assert!(reply.header("x-fyr-cost").unwrap().contains("wru=0;"));
}
