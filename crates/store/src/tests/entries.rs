//! Index entries: the candidates of a search, in their order and page by page.

use futures::executor::block_on;

use super::Bench;
use crate::{EntryPage, EntryQuery};

fn query() -> EntryQuery {
    EntryQuery {
        kind: "Organization".into(),
        parameter: "name".into(),
        partition: "p".into(),
        from: None,
        to: None,
        after: None,
        limit: 100,
    }
}

fn page(bench: &Bench, query: &EntryQuery) -> EntryPage {
    block_on(bench.store.entries(query)).unwrap()
}

fn found(page: &EntryPage) -> Vec<String> {
    let named = |hit: &crate::EntryHit| format!("{}/{}", hit.sort, hit.id);
    page.hits.iter().map(named).collect()
}

fn bench_with(names: &[(&str, &str)]) -> Bench {
    let bench = Bench::new();
    for (id, name) in names {
        bench
            .commit(vec![bench.put(id, name).with_entry(name)])
            .unwrap();
    }
    bench
}

#[test]
fn candidates_are_in_the_order_of_their_sort_text_and_then_of_their_ids() {
    let bench = bench_with(&[
        ("3", "b"),
        ("1", "b"),
        ("2", "a x"),
        ("4", "a"),
        ("5", "a#x"),
    ]);
    let all = page(&bench, &query());
    assert_eq!(found(&all), ["a/4", "a x/2", "a#x/5", "b/1", "b/3"]);
    assert_eq!(all.next, None);
}

#[test]
fn bounds_are_inclusive_and_a_prefix_of_another_text_is_below_it() {
    let bench = bench_with(&[
        ("1", "a"),
        ("2", "a x"),
        ("3", "b"),
        ("4", "b x"),
        ("5", "c"),
    ]);
    let between = |from: &str, to: &str| EntryQuery {
        from: Some(from.into()),
        to: Some(to.into()),
        ..query()
    };
    let check = |from, to, expected: &[&str]| {
        assert_eq!(
            found(&page(&bench, &between(from, to))),
            expected,
            "{from} to {to}"
        );
    };
    check("a", "b", &["a/1", "a x/2", "b/3"]);
    check("a", "a\u{10ffff}", &["a/1", "a x/2"]);
    check("b", "b", &["b/3"]);
    check("a x", "b w", &["a x/2", "b/3"]);
    check("c", "a", &[]);
}

#[test]
fn pages_together_are_everything_once() {
    let names: Vec<(String, String)> = (0..25).map(|n| (format!("{n:02}"), "a".into())).collect();
    let names: Vec<(&str, &str)> = names.iter().map(|(id, name)| (&**id, &**name)).collect();
    let bench = bench_with(&names);
    for limit in [1, 7, 24, 25, 26] {
        let mut query = EntryQuery { limit, ..query() };
        let mut seen = Vec::new();
        loop {
            let page = page(&bench, &query);
            assert!(page.hits.len() <= limit);
            seen.extend(page.hits.into_iter().map(|hit| hit.id));
            query.after = page.next;
            if query.after.is_none() {
                break;
            }
        }
        assert_eq!(seen.len(), 25, "{limit}");
        assert!(seen.is_sorted(), "{limit}");
    }
}

#[test]
fn a_value_that_came_and_went_and_came_again_is_one_candidate() {
    let bench = Bench::new();
    for name in ["a", "b", "a"] {
        bench
            .commit(vec![bench.put("1", name).with_entry(name)])
            .unwrap();
    }
    let stale = page(&bench, &query());
    assert_eq!(
        found(&stale),
        ["a/1", "b/1"],
        "superseded entries stay for a while"
    );
    let first = EntryQuery {
        limit: 1,
        ..query()
    };
    let next = page(&bench, &first).next;
    assert_eq!(
        found(&page(
            &bench,
            &EntryQuery {
                after: next,
                ..query()
            }
        )),
        ["b/1"]
    );
}

#[test]
fn several_partitions_are_one_round_trip() {
    let bench = bench_with(&[("1", "a"), ("2", "b")]);
    let other = EntryQuery {
        partition: "q".into(),
        ..query()
    };
    let queries = [query(), other, query()];
    let (pages, receipt) =
        bench.cost(|bench| block_on(bench.store.entries_of_many(&queries)).unwrap());
    assert_eq!(
        pages.iter().map(|page| page.hits.len()).collect::<Vec<_>>(),
        [2, 0, 2]
    );
    assert_eq!((receipt.round_trips(), receipt.requests()), (1, 3));
}

#[test]
fn a_page_of_thirty_candidates_is_one_round_trip_and_one_unit() {
    let names: Vec<(String, String)> = (0..30)
        .map(|n| (n.to_string(), format!("region {n}")))
        .collect();
    let names: Vec<(&str, &str)> = names.iter().map(|(id, name)| (&**id, &**name)).collect();
    let bench = bench_with(&names);
    let (page, receipt) = bench.cost(|bench| page(bench, &query()));
    assert_eq!(page.hits.len(), 30);
    assert_eq!((receipt.round_trips(), receipt.requests()), (1, 1));
    assert!(
        (receipt.read_units() - 1.0).abs() < 1e-9,
        "{}",
        receipt.read_units()
    );
}

#[test]
fn what_is_too_long_for_a_key_is_found_by_what_is_kept_of_it() {
    let bench = Bench::new();
    let long = "ö".repeat(2_000);
    bench
        .commit(vec![bench.put("1", "x").with_entry(&long)])
        .unwrap();
    let exact = EntryQuery {
        from: Some(long.clone()),
        to: Some(long),
        ..query()
    };
    assert_eq!(page(&bench, &exact).hits.len(), 1);
}
