//! Imports that are jobs: `Prefer: respond-async`.

mod lines;

use serde_json::{Value, json};
use server::auth::Caller;

use super::super::adversity::live;
use super::super::fyr::{BASE, Fyr};
use super::super::reply::Reply;
use super::{entry, import, parameters, part_of, sor};

const HOUR: i64 = 60 * 60 * 1000;

/// A server whose transactions take four entries, and parts of imports three organizations.
fn small() -> Fyr {
    Fyr::with(|settings| {
        settings.max_transaction_entries = 4;
        settings.import.part = 3;
        settings.import.page = 4;
        settings.import.trees_at_a_time = 2;
    })
}

fn ask(fyr: &Fyr, entries: &[Value]) -> Reply {
    fyr.ask("POST", "/$import-organizations")
        .header("prefer", "respond-async")
        .json(&parameters(entries))
        .send()
}

/// Begins an import, and tells where its status is.
fn begin(fyr: &Fyr, entries: &[Value]) -> String {
    place(&ask(fyr, entries).expect(202))
}

fn place(reply: &Reply) -> String {
    let place = reply.header("content-location").unwrap();
    place.strip_prefix(BASE).unwrap().to_owned()
}

/// All entries of the answer, page by page.
fn entries(fyr: &Fyr, status: &str) -> Vec<Value> {
    let mut entries = Vec::new();
    let mut next = Some(status.to_owned());
    while let Some(page) = next {
        let bundle = fyr.get(&page).expect(200).json;
        assert_eq!(bundle["type"], "batch-response");
        entries.extend(bundle["entry"].as_array().unwrap().clone());
        let links = bundle["link"].as_array().unwrap();
        next = links
            .iter()
            .find(|link| link["relation"] == "next")
            .map(|link| {
                link["url"]
                    .as_str()
                    .unwrap()
                    .strip_prefix(BASE)
                    .unwrap()
                    .to_owned()
            });
    }
    entries
}

fn statuses(entries: &[Value]) -> Vec<&str> {
    entries
        .iter()
        .map(|entry| &entry["response"]["status"].as_str().unwrap()[..3])
        .collect()
}

/// Two trees of two and one of one, one after the other in one list.
fn five() -> Vec<Value> {
    vec![
        entry("a2", &part_of(sor("2", "A2"), "urn:uuid:a")),
        entry("b", &sor("3", "B")),
        entry("a", &sor("1", "A")),
        entry("c", &sor("5", "C")),
        entry("b2", &part_of(sor("4", "B2"), "urn:uuid:b")),
    ]
}

#[test]
fn i16_an_import_that_is_larger_than_a_transaction_is_a_job() {
    let fyr = small();
    let reply = import(&fyr, &five()).expect(413);
    assert!(
        reply.diagnostics().contains("Prefer: respond-async"),
        "{}",
        reply.text
    );
    let status = begin(&fyr, &five());
    let waiting = fyr.get(&status).expect(202);
    assert!(waiting.header("x-progress").unwrap().contains("QUEUED"));
    fyr.work_off();
    let entries = entries(&fyr, &status);
    // five organizations in their order, and a Provenance of each tree
    assert_eq!(statuses(&entries), ["201"; 8]);
    for (at, name) in ["A2", "B", "A", "C", "B2"].into_iter().enumerate() {
        let location = entries[at]["response"]["location"].as_str().unwrap();
        let path = location.strip_prefix(BASE).unwrap();
        assert_eq!(fyr.get(path).expect(200).json["name"], name);
    }
    let report = fyr.get(&format!("{status}&_return=report"));
    assert!(
        report
            .expect(200)
            .text
            .starts_with("5 created, 0 updated, 0 unchanged, 0 refused")
    );
}

#[test]
fn i14_a_job_that_imports_the_same_again_writes_nothing() {
    let fyr = small();
    begin(&fyr, &five());
    fyr.work_off();
    let status = begin(&fyr, &five());
    fyr.work_off();
    assert_eq!(statuses(&entries(&fyr, &status)), ["200"; 5]);
    fyr.advance(1_000);
    assert_eq!(fyr.get("/_history").len(), 8);
}

#[test]
fn i21_a_tree_that_is_refused_keeps_no_other_from_being_imported() {
    let fyr = small();
    let mut some = five();
    some[4]["resource"].as_object_mut().unwrap().remove("name");
    let too_many = (10..15).map(|n| {
        let organization = part_of(sor(&n.to_string(), "D"), "urn:uuid:c");
        entry(&n.to_string(), &organization)
    });
    some.extend(too_many);
    let status = begin(&fyr, &some);
    fyr.work_off();
    let entries = entries(&fyr, &status);
    let expected = [
        "201", "422", "201", "413", "422", "413", "413", "413", "413", "413", "201",
    ];
    assert_eq!(statuses(&entries), expected);
    let issue = &entries[4]["response"]["outcome"]["issue"][0];
    assert_eq!(
        issue["expression"],
        json!(["Bundle.entry[4].resource.name"])
    );
    let report = fyr
        .get(&format!("{status}&_return=report"))
        .expect(200)
        .text;
    assert!(
        report.starts_with("2 created, 0 updated, 0 unchanged, 8 refused\nentry "),
        "{report}"
    );
}

#[test]
fn an_import_that_is_a_job_may_be_larger_and_has_a_limit_too() {
    let fyr = Fyr::with(|settings| {
        settings.max_body_bytes = 1_000;
        settings.import.max_body_bytes = 3_000;
    });
    let some = |n: usize| five()[..n].to_vec();
    let reply = import(&fyr, &some(4)).expect(413);
    assert!(
        reply.diagnostics().contains("Prefer: respond-async"),
        "{}",
        reply.text
    );
    ask(&fyr, &some(2)).expect(202);
    ask(&fyr, &five()).expect(413);
}

#[test]
fn what_is_no_transaction_with_entries_begins_no_job() {
    let fyr = Fyr::new();
    ask(&fyr, &[]).expect(400);
    assert!(fyr.files.keys().is_empty());
}

#[test]
fn an_import_belongs_to_its_owner() {
    let fyr = small();
    let status = begin(&fyr, &five());
    let other = |roles: &[&str]| {
        fyr.seen_by(Caller::from_claims(&json!({
            "user_id": "other", "user_type": "SYSTEM", "realm_access": {"roles": roles}})))
    };
    other(&["$import-organizations"]).get(&status).expect(403);
    other(&["$import-organizations"])
        .delete(&status)
        .expect(403);
    other(&["$bulk-export"]).get(&status).expect(403);
    let export = status.replace("$import-poll-status", "$export-poll-status");
    fyr.get(&export).expect(400);
    fyr.get("/$import-poll-status").expect(400);
    fyr.get("/$import-poll-status?_jobId=x").expect(404);
    begin(&fyr, &five());
    ask(&fyr, &five()).expect(429);
}

#[test]
fn a_cancelled_import_stops() {
    let fyr = small();
    let status = begin(&fyr, &five());
    fyr.delete(&status).expect(202);
    fyr.work_off();
    fyr.get(&status).expect(404);
    fyr.delete(&status).expect(404);
    fyr.advance(1_000);
    assert_eq!(fyr.get("/_history").len(), 0);
    fyr.tick();
    assert!(fyr.files.keys().is_empty());
}

#[test]
fn files_of_an_import_go_when_it_is_over_and_its_answer_after_the_retention() {
    let fyr = small();
    let status = begin(&fyr, &five());
    fyr.tick();
    assert!(!fyr.files.keys().is_empty(), "what is to be imported stays");
    fyr.work_off();
    fyr.tick();
    let pages = fyr.files.keys();
    assert!(pages.iter().all(|key| key.contains("/page-")), "{pages:?}");
    fyr.get(&status).expect(200);
    fyr.get(&format!("{status}&_page=2")).expect(404);
    fyr.advance(2 * HOUR);
    fyr.get(&status).expect(404);
    fyr.tick();
    assert!(fyr.files.keys().is_empty());
}

#[test]
fn an_import_whose_workers_die_goes_on_and_writes_nothing_twice() {
    let mut killed = 0;
    for seed in 1..=30_u64 {
        let fyr = small();
        let status = begin(&fyr, &five());
        fyr.shuffle(seed);
        let mut turn = seed;
        while fyr.get(&status).status == 202 {
            let messages = fyr.queue.take();
            if messages.is_empty() {
                fyr.advance(130_000);
                fyr.tick();
            }
            for message in messages {
                turn += 1;
                let moments = if turn % 3 == 0 {
                    100_000
                } else {
                    turn * 37 % 70
                };
                killed += u64::from(live(fyr.server().receive(&message.body), moments).is_none());
            }
        }
        fyr.shuffle(0);
        let entries = entries(&fyr, &status);
        assert!(
            statuses(&entries[..5])
                .iter()
                .all(|one| one.starts_with('2'))
        );
        fyr.advance(130_000);
        assert_eq!(fyr.get("/Organization/_history").len(), 5, "seed {seed}");
        assert_eq!(fyr.get("/Provenance/_history").len(), 3, "seed {seed}");
    }
    assert!(killed > 10, "only {killed} workers died");
}
