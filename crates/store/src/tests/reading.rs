//! Versions and histories.

use futures::executor::block_on;

use super::{Bench, body_of, document};
use crate::{HistoryPage, Method, Millis};

fn bench_with_versions(count: u64) -> Bench {
    let bench = Bench::new();
    for n in 1..=count {
        bench.clock.advance(1000);
        bench
            .commit(vec![bench.put("1", &format!("v{n}"))])
            .unwrap();
    }
    bench
}

fn numbers(bench: &Bench, page: HistoryPage) -> (Vec<u64>, u64, Option<u64>) {
    let result = block_on(bench.store.history(&document("1"), &page))
        .unwrap()
        .unwrap();
    let numbers = result
        .versions
        .iter()
        .map(|version| version.version)
        .collect();
    (numbers, result.total, result.next)
}

#[test]
fn every_version_is_read_as_it_was() {
    let bench = bench_with_versions(3);
    for n in 1..=3 {
        let version = block_on(bench.store.read_version(&document("1"), n))
            .unwrap()
            .unwrap();
        assert_eq!((version.version, version.method), (n, Method::Put));
        assert_eq!(version.body, body_of(&format!("v{n}")));
    }
    for n in [0, 4] {
        assert_eq!(
            block_on(bench.store.read_version(&document("1"), n)).unwrap(),
            None
        );
    }
    assert_eq!(
        block_on(bench.store.read_version(&document("2"), 1)).unwrap(),
        None
    );
}

#[test]
fn a_history_is_paged_from_the_newest_version_down() {
    let bench = bench_with_versions(5);
    let page = |before| HistoryPage {
        before,
        limit: 2,
        ..HistoryPage::default()
    };
    assert_eq!(numbers(&bench, page(None)), (vec![5, 4], 5, Some(4)));
    assert_eq!(numbers(&bench, page(Some(4))), (vec![3, 2], 5, Some(2)));
    assert_eq!(numbers(&bench, page(Some(2))), (vec![1], 5, None));
    let nobody = block_on(bench.store.history(&document("2"), &page(None))).unwrap();
    assert_eq!(nobody, None);
}

#[test]
fn a_deletion_is_a_version_of_the_history() {
    let bench = bench_with_versions(1);
    bench.commit(vec![bench.delete("1")]).unwrap();
    let page = HistoryPage {
        limit: 10,
        ..HistoryPage::default()
    };
    let result = block_on(bench.store.history(&document("1"), &page))
        .unwrap()
        .unwrap();
    assert!(result.versions[0].deleted && !result.versions[1].deleted);
    assert_eq!(result.versions[0].method, Method::Delete);
}

#[test]
fn a_history_since_an_instant_counts_only_what_came_after() {
    let bench = bench_with_versions(5);
    let start = bench.read("1").unwrap().last_updated.plus(-4000);
    let since = |n: i64, limit| HistoryPage {
        since: Some(start.plus(1000 * n)),
        limit,
        ..HistoryPage::default()
    };
    assert_eq!(numbers(&bench, since(3, 10)), (vec![5, 4], 2, None));
    assert_eq!(numbers(&bench, since(2, 1)), (vec![5], 3, Some(5)));
    assert_eq!(numbers(&bench, since(9, 10)), (vec![], 0, None));
}

#[test]
fn a_history_at_a_time_shows_what_was_current_then() {
    let bench = bench_with_versions(5);
    let start = bench.read("1").unwrap().last_updated.plus(-4000);
    let between = |from: i64, to: i64| HistoryPage {
        current_between: Some((start.plus(from), start.plus(to))),
        limit: 10,
        ..HistoryPage::default()
    };
    assert_eq!(numbers(&bench, between(1500, 1600)), (vec![2], 1, None));
    assert_eq!(numbers(&bench, between(1500, 2000)), (vec![3, 2], 2, None));
    assert_eq!(numbers(&bench, between(-10, -5)), (vec![], 0, None));
    assert_eq!(numbers(&bench, between(9000, 9001)), (vec![5], 1, None));
    assert!(start > Millis(0));
}

#[test]
fn many_documents_are_read_in_the_order_asked_for() {
    let bench = Bench::new();
    for n in 0..3 {
        let writes = (0..100)
            .map(|m| bench.put(&format!("{n}-{m}"), "a"))
            .collect();
        bench.commit(writes).unwrap();
    }
    let keys: Vec<_> = (0..300)
        .rev()
        .map(|n| document(&format!("{}-{}", n % 4, n / 4)))
        .collect();
    let heads = block_on(bench.store.read_many(&keys)).unwrap();
    for (key, head) in keys.iter().zip(heads) {
        assert_eq!(
            head.map(|head| head.key),
            (!key.id.starts_with('3')).then(|| key.clone())
        );
    }
}
