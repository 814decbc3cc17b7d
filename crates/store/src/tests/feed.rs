//! Feeds: what was written when, of one kind or of all.

use std::collections::BTreeSet;

use futures::executor::block_on;

use super::{Bench, document};
use crate::simulated::{Call, Fault};
use crate::{DocumentKey, FeedPage, FeedPosition, Millis, Write};

fn page(bench: &Bench) -> FeedPage {
    FeedPage {
        kinds: None,
        since: None,
        until: bench.store.closed_until(),
        current_between: None,
        before: None,
        limit: 100,
    }
}

/// `Organization/1/2` for its second version.
fn names(bench: &Bench, page: &FeedPage) -> (Vec<String>, Option<FeedPosition>) {
    let result = block_on(bench.store.feed(page)).unwrap();
    let name = |version: &crate::Version| format!("{}/{}", version.key, version.version);
    (result.versions.iter().map(name).collect(), result.next)
}

fn all(bench: &Bench) -> Vec<String> {
    names(bench, &page(bench)).0
}

/// All pages of `limit`, one after the other.
fn pages(bench: &Bench, mut page: FeedPage, limit: usize) -> Vec<String> {
    page.limit = limit;
    let mut seen = Vec::new();
    loop {
        let (found, next) = names(bench, &page);
        assert!(found.len() <= limit);
        seen.extend(found);
        page.before = next.map(|next| next.to_string().parse().unwrap());
        if page.before.is_none() {
            return seen;
        }
    }
}

fn put_kind(bench: &Bench, kind: &str, id: &str) -> Write {
    let key = DocumentKey::new(kind, id);
    Write {
        key,
        ..bench.put("never", "a")
    }
}

/// Five documents with two versions each, one write a second, over two kinds.
fn bench_with_versions() -> Bench {
    let bench = Bench::new();
    for version in 1..=2 {
        for id in 1..=5 {
            let id = id.to_string();
            bench.clock.advance(1000);
            let write = match (version, id.as_str()) {
                (1, "2" | "4") => put_kind(&bench, "Patient", &id),
                (_, "2" | "4") => continue,
                _ => bench.put(&id, &format!("v{version}")),
            };
            bench.commit(vec![write]).unwrap();
        }
    }
    bench
}

#[test]
fn a_feed_is_all_versions_of_all_kinds_newest_first() {
    let bench = bench_with_versions();
    let expected = [
        "Organization/5/2",
        "Organization/3/2",
        "Organization/1/2",
        "Organization/5/1",
        "Patient/4/1",
        "Organization/3/1",
        "Patient/2/1",
        "Organization/1/1",
    ];
    assert_eq!(all(&bench), expected);
    for limit in [1, 2, 3, 8] {
        assert_eq!(pages(&bench, page(&bench), limit), expected, "{limit}");
    }
}

#[test]
fn a_feed_of_some_kinds_has_no_other() {
    let bench = bench_with_versions();
    let of = |kind: &str| FeedPage {
        kinds: Some(BTreeSet::from([kind.to_owned()])),
        ..page(&bench)
    };
    assert_eq!(
        names(&bench, &of("Patient")).0,
        ["Patient/4/1", "Patient/2/1"]
    );
    assert_eq!(names(&bench, &of("Device")).0, [""; 0]);
}

#[test]
fn a_feed_of_many_documents_of_one_instant_is_paged_without_gap() {
    let bench = Bench::new();
    let kinds = ["Device", "Organization", "Patient"];
    let writes = (0..99).map(|n| put_kind(&bench, kinds[n % 3], &n.to_string()));
    bench.commit(writes.collect()).unwrap();
    for limit in [1, 7, 50, 98, 99, 100] {
        let seen = pages(&bench, page(&bench), limit);
        assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), 99, "{limit}");
        assert_eq!(seen.len(), 99, "{limit}");
    }
}

#[test]
fn a_feed_goes_over_the_months_and_years() {
    let bench = Bench::new();
    for n in 0..14 {
        bench.commit(vec![bench.put(&n.to_string(), "a")]).unwrap();
        bench.clock.advance(31 * 24 * 60 * 60 * 1000);
    }
    let newest_first: Vec<String> = (0..14)
        .rev()
        .map(|n| format!("Organization/{n}/1"))
        .collect();
    assert_eq!(all(&bench), newest_first);
    let since = FeedPage {
        since: Some(bench.read("12").unwrap().last_updated),
        ..page(&bench)
    };
    assert_eq!(names(&bench, &since).0, newest_first[..2]);
}

#[test]
fn a_page_does_not_move_when_somebody_writes_meanwhile() {
    let bench = bench_with_versions();
    let first = FeedPage {
        limit: 3,
        ..page(&bench)
    };
    let (_, next) = names(&bench, &first);
    bench.clock.advance(1);
    bench
        .commit(vec![bench.put("1", "v3"), bench.put("9", "new")])
        .unwrap();
    let second = FeedPage {
        before: next,
        ..first
    };
    assert_eq!(
        names(&bench, &second).0,
        ["Organization/5/1", "Patient/4/1", "Organization/3/1"]
    );
}

#[test]
fn what_was_never_committed_is_in_no_feed() {
    let bench = Bench::new();
    bench
        .commit(vec![bench.put("1", "a").with_unique("x")])
        .unwrap();
    bench.clock.advance(1000);
    // the clean-up does not arrive either: the entry stays
    bench.tables.break_with(|call| {
        let is_cleaning = |call: &Call| {
            let is_delete =
                |write: &crate::table::Write| write.action == crate::table::Action::Delete;
            call.writes().iter().any(is_delete)
        };
        is_cleaning(call).then_some(Fault::Dropped)
    });
    bench
        .commit(vec![bench.put("2", "a").with_unique("x")])
        .unwrap_err();
    bench.tables.repair();
    let entries = bench.tables.snapshot();
    let entries = entries
        .items()
        .keys()
        .filter(|key| key.pk.starts_with("T#"));
    assert_eq!(entries.count(), 2);
    assert_eq!(all(&bench), ["Organization/1/1"]);
}

#[test]
fn a_version_of_another_transaction_does_not_stand_in() {
    let bench = Bench::new();
    let stale = bench.put("1", "loser");
    bench.commit(vec![bench.put("1", "winner")]).unwrap();
    bench.clock.advance(1000);
    bench.tables.break_with(|call| {
        let is_clean_up = matches!(call, Call::BatchWrite(writes)
            if writes.iter().all(|write| write.action == crate::table::Action::Delete));
        is_clean_up.then_some(Fault::Dropped)
    });
    bench.commit(vec![stale]).unwrap_err();
    assert_eq!(all(&bench), ["Organization/1/1"]);
}

#[test]
fn a_feed_at_a_time_shows_what_was_current_then() {
    let bench = bench_with_versions();
    let start = bench.read("1").unwrap().last_updated.plus(-5000);
    let between = |from: i64, to: i64| FeedPage {
        current_between: Some((start.plus(from), start.plus(to))),
        ..page(&bench)
    };
    // the first versions were written at 0, 1000 … 4000, the second at 5000, 7000, 9000
    let check = |from, to, expected: &[&str]| {
        assert_eq!(
            names(&bench, &between(from, to)).0,
            expected,
            "{from} to {to}"
        );
    };
    check(500, 900, &["Organization/1/1"]);
    check(1000, 1000, &["Patient/2/1", "Organization/1/1"]);
    check(
        6000,
        6500,
        &[
            "Organization/1/2",
            "Organization/5/1",
            "Patient/4/1",
            "Organization/3/1",
            "Patient/2/1",
        ],
    );
    check(-10, -1, &[]);
}

#[test]
fn a_deletion_is_in_the_feed() {
    let bench = Bench::new();
    bench.commit(vec![bench.put("1", "a")]).unwrap();
    bench.clock.advance(1);
    bench.commit(vec![bench.delete("1")]).unwrap();
    let result = block_on(bench.store.feed(&page(&bench))).unwrap();
    let deleted: Vec<bool> = result
        .versions
        .iter()
        .map(|version| version.deleted)
        .collect();
    assert_eq!(deleted, [true, false]);
}

#[test]
fn a_month_is_written_down_once() {
    let bench = Bench::new();
    let months = |bench: &Bench| {
        let calls = bench.tables.take_calls();
        let keys = calls.iter().flat_map(Call::writes).map(|write| &write.key);
        keys.filter(|key| key.pk == "F").count()
    };
    bench.tables.take_calls();
    bench.commit(vec![bench.put("1", "a")]).unwrap();
    bench.commit(vec![bench.put("2", "a")]).unwrap();
    assert_eq!(months(&bench), 1);
    bench.clock.advance(31 * 24 * 60 * 60 * 1000);
    bench.commit(vec![bench.put("2", "b")]).unwrap();
    assert_eq!(months(&bench), 1);
}

#[test]
fn a_month_that_was_not_acknowledged_is_written_down_again() {
    let bench = Bench::new();
    bench
        .tables
        .break_with(|call| matches!(call, Call::BatchWrite(_)).then_some(Fault::Dropped));
    bench.commit(vec![bench.put("1", "a")]).unwrap_err();
    bench.tables.repair();
    bench.commit(vec![bench.put("1", "a")]).unwrap();
    assert_eq!(all(&bench), ["Organization/1/1"]);
}

#[test]
fn a_feed_ends_at_its_instant() {
    let bench = Bench::new();
    bench.commit(vec![bench.put("1", "a")]).unwrap();
    let written = bench.read("1").unwrap().last_updated;
    let until = |until: Millis| FeedPage {
        until,
        ..page(&bench)
    };
    assert_eq!(names(&bench, &until(written)).0, ["Organization/1/1"]);
    assert_eq!(names(&bench, &until(written.plus(-1))).0, [""; 0]);
    assert_eq!(bench.read("1").unwrap().key, document("1"));
}
