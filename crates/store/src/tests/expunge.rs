//! Expunging: what is gone, what stays, and what happens when it stops half way.

use bytes::Bytes;
use futures::executor::block_on;

use super::{Bench, document};
use crate::simulated::{Call, Fault};
use crate::{Entry, FeedPage, HistoryPage, Identifier, StoreError, Traces};

/// The bodies of these tests are names: an entry and an identifier each.
fn traces(body: &Bytes) -> Traces {
    let name = String::from_utf8(body.to_vec()).unwrap();
    if name.is_empty() {
        return Traces::default();
    }
    Traces {
        identifiers: vec![Identifier {
            key: name.clone(),
            token: format!("shared|{name}"),
            unique: false,
        }],
        entries: vec![Entry {
            parameter: "name".into(),
            partition: "p".into(),
            sort: name,
        }],
    }
}

fn expunge(bench: &Bench) -> Result<u64, StoreError> {
    block_on(bench.store.expunge_past(&document("1"), &traces))
}

/// `1` was a, then b, then c.
fn bench_with_versions() -> Bench {
    let bench = Bench::new();
    for name in ["a", "b", "c"] {
        let write = bench.put("1", name).with_shared(name).with_entry(name);
        bench.commit(vec![write]).unwrap();
        bench.clock.advance(1000);
    }
    bench
}

fn history(bench: &Bench) -> (Vec<u64>, u64) {
    let page = HistoryPage {
        limit: 10,
        ..HistoryPage::default()
    };
    let found = block_on(bench.store.history(&document("1"), &page));
    let found = found.unwrap().unwrap();
    let versions = found.versions.iter().map(|version| version.version);
    (versions.collect(), found.total)
}

fn feed(bench: &Bench) -> Vec<u64> {
    let page = FeedPage {
        kinds: None,
        since: None,
        until: bench.store.closed_until(),
        current_between: None,
        before: None,
        limit: 10,
    };
    let found = block_on(bench.store.feed(&page)).unwrap();
    found
        .versions
        .iter()
        .map(|version| version.version)
        .collect()
}

/// Items that tell of the names `a` and `b`: bodies, index entries, announcements, time entries.
fn items(bench: &Bench, prefix: &str) -> usize {
    let snapshot = bench.tables.snapshot();
    let items = snapshot.items().iter();
    items
        .filter(|(key, item)| {
            key.pk.starts_with(prefix) && (prefix != "K#" || item.contains_key("own"))
        })
        .count()
}

#[test]
fn the_current_version_stays_and_nothing_else() {
    let bench = bench_with_versions();
    assert_eq!(expunge(&bench).unwrap(), 2);
    assert_eq!(bench.read("1").unwrap().version, 3);
    assert_eq!(history(&bench), (vec![3], 1));
    assert_eq!(feed(&bench), [3]);
    for version in [1, 2] {
        let read = block_on(bench.store.read_version(&document("1"), version));
        assert_eq!(read.unwrap(), None);
    }
    let left = ["Organization/1", "T#", "I#", "K#"].map(|prefix| items(&bench, prefix));
    assert_eq!(left, [1, 1, 1, 1]);
    assert_eq!(bench.find("c").owners.len(), 1);
    assert_eq!(expunge(&bench).unwrap(), 0);
}

#[test]
fn of_a_deleted_document_the_deletion_stays_alone() {
    let bench = bench_with_versions();
    bench.commit(vec![bench.delete("1")]).unwrap();
    assert_eq!(expunge(&bench).unwrap(), 3);
    assert!(bench.read("1").unwrap().deleted);
    assert_eq!(history(&bench), (vec![4], 1));
    assert_eq!(feed(&bench), [4]);
    let left = ["Organization/1", "T#", "I#", "K#"].map(|prefix| items(&bench, prefix));
    assert_eq!(left, [1, 1, 0, 0]);
}

#[test]
fn a_document_goes_on_after_it_was_expunged() {
    let bench = bench_with_versions();
    expunge(&bench).unwrap();
    bench
        .commit(vec![bench.put("1", "d").with_shared("d")])
        .unwrap();
    assert_eq!(history(&bench), (vec![4, 3], 2));
    assert_eq!(expunge(&bench).unwrap(), 1);
    assert_eq!(history(&bench), (vec![4], 1));
}

#[test]
fn what_never_was_cannot_be_expunged() {
    assert_eq!(expunge(&Bench::new()).unwrap(), 0);
}

#[test]
fn wherever_it_stops_nothing_is_shown_and_expunging_again_finishes_it() {
    let mut stopped = 0;
    for at in 0..20 {
        for fault in [Fault::Dropped, Fault::LostAnswer] {
            let bench = bench_with_versions();
            let mut calls = 0;
            bench.tables.break_with(move |_| {
                calls += 1;
                (calls > at).then_some(fault)
            });
            stopped += usize::from(expunge(&bench).is_err());
            bench.tables.repair();
            let (versions, total) = history(&bench);
            assert!(
                matches!(versions.as_slice(), [3] | [3, 2, 1]),
                "{versions:?}"
            );
            assert_eq!(total, versions.len() as u64);
            expunge(&bench).unwrap();
            assert_eq!(history(&bench), (vec![3], 1));
            let left = ["Organization/1", "T#", "I#", "K#"].map(|prefix| items(&bench, prefix));
            assert_eq!(left, [1, 1, 1, 1], "{fault:?} after {at} calls");
        }
    }
    assert!(stopped > 5, "{stopped}");
}

#[test]
fn a_version_item_that_arrives_late_is_not_shown() {
    let bench = Bench::new();
    bench.commit(vec![bench.put("1", "a")]).unwrap();
    bench.clock.advance(1);
    bench.tables.break_with(|call| {
        let is_staging = matches!(call, Call::BatchWrite(_));
        is_staging.then_some(Fault::Duplicated)
    });
    bench.commit(vec![bench.put("1", "b")]).unwrap();
    bench.tables.repair();
    expunge(&bench).unwrap();
    bench.tables.deliver_late();
    assert_eq!(
        items(&bench, "Organization/1"),
        2,
        "the version item is back"
    );
    assert_eq!((history(&bench), feed(&bench)), ((vec![2], 1), vec![2]));
    expunge(&bench).unwrap();
    assert_eq!(items(&bench, "Organization/1"), 1);
}
