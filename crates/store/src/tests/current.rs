//! The documents of a kind in the order in which they were last updated.

use futures::executor::block_on;

use super::Bench;
use crate::{CurrentPage, CurrentQuery, DocumentKey, Millis};

const MONTH_MS: i64 = 31 * 24 * 60 * 60 * 1000;

fn query() -> CurrentQuery {
    CurrentQuery {
        kind: "Organization".into(),
        since: None,
        until: None,
        descending: false,
        after: None,
        limit: 100,
    }
}

fn page(bench: &Bench, query: &CurrentQuery) -> CurrentPage {
    block_on(bench.store.current(query)).unwrap()
}

fn ids(page: &CurrentPage) -> Vec<String> {
    page.hits
        .iter()
        .map(|hit| hit.head.key.id.clone())
        .collect()
}

/// All pages, each of `limit`, with something done after each.
fn pages(bench: &Bench, mut query: CurrentQuery, mut between: impl FnMut(&Bench)) -> Vec<String> {
    let mut seen = Vec::new();
    loop {
        let page = page(bench, &query);
        assert!(page.hits.len() <= query.limit);
        seen.extend(ids(&page));
        query.after = page.next;
        if query.after.is_none() {
            return seen;
        }
        between(bench);
    }
}

fn write(bench: &Bench, id: &str) {
    bench.clock.advance(1000);
    bench.commit(vec![bench.put(id, "a")]).unwrap();
}

fn bench_with(ids: &[&str]) -> Bench {
    let bench = Bench::new();
    for id in ids {
        write(&bench, id);
    }
    bench
}

#[test]
fn each_document_is_where_it_was_last_updated() {
    let bench = bench_with(&["1", "2", "3", "1", "4", "2"]);
    assert_eq!(ids(&page(&bench, &query())), ["3", "1", "4", "2"]);
    let newest_first = CurrentQuery {
        descending: true,
        ..query()
    };
    assert_eq!(ids(&page(&bench, &newest_first)), ["2", "4", "1", "3"]);
}

#[test]
fn deleted_documents_and_other_kinds_are_left_out() {
    let bench = bench_with(&["1", "2"]);
    let patient = crate::Write {
        key: DocumentKey::new("Patient", "9"),
        ..bench.put("9", "a")
    };
    bench.commit(vec![patient]).unwrap();
    bench.commit(vec![bench.delete("1")]).unwrap();
    assert_eq!(ids(&page(&bench, &query())), ["2"]);
    let of_patients = CurrentQuery {
        kind: "Patient".into(),
        ..query()
    };
    assert_eq!(ids(&page(&bench, &of_patients)), ["9"]);
}

#[test]
fn a_window_includes_both_ends() {
    let bench = bench_with(&["1", "2", "3", "4"]);
    let at = |id: &str| Some(bench.read(id).unwrap().last_updated);
    let window = CurrentQuery {
        since: at("2"),
        until: at("3"),
        ..query()
    };
    assert_eq!(ids(&page(&bench, &window)), ["2", "3"]);
}

#[test]
fn pages_together_are_everything_once_in_both_directions() {
    let bench = Bench::new();
    let writes = (0..60).map(|n| bench.put(&n.to_string(), "a")).collect();
    bench.commit(writes).unwrap();
    write(&bench, "7");
    for descending in [true, false] {
        for limit in [1, 9, 59, 60, 61] {
            let query = CurrentQuery {
                descending,
                limit,
                ..query()
            };
            let mut seen = pages(&bench, query, |_| {});
            assert_eq!(seen.len(), 60, "{limit}");
            seen.sort();
            seen.dedup();
            assert_eq!(seen.len(), 60, "{limit}");
        }
    }
}

#[test]
fn many_months_are_read_one_after_the_other_in_bounded_calls() {
    let bench = Bench::new();
    let mut expected = Vec::new();
    for n in 0..30 {
        let id = format!("{n:02}");
        write(&bench, &id);
        bench.clock.advance(MONTH_MS);
        expected.push(id);
    }
    let (first, receipt) = bench.cost(|bench| page(bench, &query()));
    assert_eq!((first.hits.len(), receipt.requests()), (12, 1 + 12 * 8 + 1));
    assert_eq!(pages(&bench, query(), |_| {}), expected);
    let newest_first = CurrentQuery {
        descending: true,
        limit: 5,
        ..query()
    };
    expected.reverse();
    assert_eq!(pages(&bench, newest_first, |_| {}), expected);
}

#[test]
fn a_kind_whose_versions_are_mostly_over_is_read_in_bounded_calls() {
    let bench = Bench::new();
    write(&bench, "1");
    for _ in 0..9 {
        let writes = (0..300).map(|n| bench.put(&format!("x{n}"), "a")).collect();
        bench.clock.advance(1000);
        bench.commit(writes).unwrap();
    }
    let first = page(
        &bench,
        &CurrentQuery {
            limit: 10,
            ..query()
        },
    );
    assert_eq!(ids(&first), ["1"]);
    assert!(first.next.is_some());
    let seen = pages(
        &bench,
        CurrentQuery {
            limit: 10,
            ..query()
        },
        |_| {},
    );
    assert_eq!(seen.len(), 301);
}

#[test]
fn with_an_end_the_order_stands_still_while_somebody_writes() {
    for descending in [true, false] {
        let bench = bench_with(&["1", "2", "3", "4", "5", "2"]);
        let until = Some(bench.store.clock.now());
        let mut turn = 0;
        let paged = CurrentQuery {
            descending,
            until,
            limit: 1,
            ..query()
        };
        let seen = pages(&bench, paged, |bench| {
            turn += 1;
            for id in ["5", "3", "1", "new"].iter().skip(turn % 3) {
                write(bench, id);
            }
        });
        let mut expected = ["1", "3", "4", "5", "2"];
        if descending {
            expected.reverse();
        }
        assert_eq!(seen, expected);
    }
}

#[test]
fn oldest_first_without_an_end_nobody_is_missed_who_moves_ahead() {
    let bench = bench_with(&["1", "2", "3", "4"]);
    let mut is_moved = false;
    let seen = pages(
        &bench,
        CurrentQuery {
            limit: 1,
            ..query()
        },
        |bench| {
            if !is_moved {
                write(bench, "2");
                is_moved = true;
            }
        },
    );
    assert_eq!(seen, ["1", "3", "4", "2"]);
}

#[test]
fn what_was_never_committed_is_not_enumerated() {
    let bench = Bench::new();
    let stale = bench.put("1", "loser");
    write(&bench, "1");
    bench.tables.break_with(|call| {
        let is_clean_up = matches!(call, crate::simulated::Call::BatchWrite(writes)
            if writes.iter().all(|write| write.action == crate::table::Action::Delete));
        is_clean_up.then_some(crate::simulated::Fault::Dropped)
    });
    bench.clock.advance(1000);
    bench.commit(vec![stale]).unwrap_err();
    bench.tables.repair();
    let found = page(&bench, &query());
    assert_eq!(found.hits.len(), 1);
    assert_eq!(
        found.hits[0].last_updated,
        bench.read("1").unwrap().last_updated
    );
}

#[test]
fn a_page_is_three_round_trips() {
    let bench = bench_with(&["1", "2", "3", "4", "5", "6", "7", "8"]);
    let (found, receipt) = bench.cost(|bench| page(bench, &query()));
    assert_eq!(found.hits.len(), 8);
    // months, eight partitions, heads
    assert_eq!((receipt.round_trips(), receipt.requests()), (3, 1 + 8 + 1));
    assert!(
        (receipt.read_units() - 17.0).abs() < 1e-9,
        "{}",
        receipt.read_units()
    );
}

#[test]
fn a_text_that_is_no_position_is_an_error() {
    let bench = bench_with(&["1"]);
    let bad = CurrentQuery {
        after: Some("nonsense".into()),
        ..query()
    };
    assert!(block_on(bench.store.current(&bad)).is_err());
    let early = CurrentQuery {
        until: Some(Millis(0)),
        ..query()
    };
    assert_eq!(page(&bench, &early), CurrentPage::default());
}

#[test]
fn a_version_that_was_never_committed_and_is_later_than_all_others_moves_nobody() {
    let bench = bench_with(&["1", "2"]);
    let stale = bench.put("1", "loser");
    let keep = |call: &crate::simulated::Call| {
        let is_clean_up = matches!(call, crate::simulated::Call::BatchWrite(writes)
            if writes.iter().all(|write| write.action == crate::table::Action::Delete));
        is_clean_up.then_some(crate::simulated::Fault::Dropped)
    };
    write(&bench, "1");
    bench.tables.break_with(keep);
    bench.clock.advance(10_000);
    bench.commit(vec![stale]).unwrap_err();
    bench.tables.repair();
    bench.clock.advance(-9_000);
    write(&bench, "1");
    for descending in [false, true] {
        let one_by_one = CurrentQuery {
            descending,
            limit: 1,
            ..query()
        };
        let mut seen = pages(&bench, one_by_one, |_| {});
        seen.sort();
        assert_eq!(seen, ["1", "2"], "descending: {descending}");
    }
}
