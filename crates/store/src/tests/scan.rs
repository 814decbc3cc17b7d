//! Scans: all documents, as they are and as they were.

use std::collections::BTreeMap;

use futures::executor::block_on;

use super::{Bench, document};
use crate::simulated::{Call, Fault};
use crate::{CommitError, Head, Millis, ScanQuery};

fn query() -> ScanQuery {
    ScanQuery {
        segment: 0,
        segments: 1,
        after: None,
        limit: 100,
        as_of: None,
    }
}

/// All pages of a segment.
fn heads(bench: &Bench, mut query: ScanQuery) -> Vec<Head> {
    let mut heads = Vec::new();
    loop {
        let page = block_on(bench.store.scan(&query)).unwrap();
        assert!(page.heads.len() <= query.limit);
        heads.extend(page.heads);
        query.after = page.next;
        if query.after.is_none() {
            return heads;
        }
    }
}

/// The content of each document, at an instant if one is given.
fn state(bench: &Bench, as_of: Option<Millis>) -> BTreeMap<String, String> {
    let named = |head: Head| {
        let body = String::from_utf8(head.body.to_vec()).unwrap();
        let body = if head.deleted {
            "deleted".to_owned()
        } else {
            body
        };
        (head.key.id, body)
    };
    heads(bench, ScanQuery { as_of, ..query() })
        .into_iter()
        .map(named)
        .collect()
}

fn of(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs
        .iter()
        .map(|(id, body)| ((*id).to_owned(), (*body).to_owned()))
        .collect()
}

fn write(bench: &Bench, id: &str, text: &str) {
    bench.clock.advance(1000);
    bench.commit(vec![bench.put(id, text)]).unwrap();
}

#[test]
fn a_scan_has_every_document_as_it_is_also_the_deleted_ones() {
    let bench = Bench::new();
    write(&bench, "1", "a");
    write(&bench, "2", "a");
    write(&bench, "2", "b");
    write(&bench, "3", "a");
    bench.commit(vec![bench.delete("3")]).unwrap();
    assert_eq!(
        state(&bench, None),
        of(&[("1", "a"), ("2", "b"), ("3", "deleted")])
    );
}

#[test]
fn segments_and_pages_together_are_everything_once() {
    let bench = Bench::new();
    let writes = (0..50).map(|n| bench.put(&n.to_string(), "a")).collect();
    bench.commit(writes).unwrap();
    for (segments, limit) in [(1, 7), (4, 3), (8, 100)] {
        let segment = |segment| ScanQuery {
            segment,
            segments,
            limit,
            ..query()
        };
        let all = (0..segments).flat_map(|n| heads(&bench, segment(n)));
        let mut ids: Vec<String> = all.map(|head| head.key.id).collect();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), 50);
    }
}

#[test]
fn a_scan_at_an_instant_shows_each_document_as_it_was_then() {
    let bench = Bench::new();
    write(&bench, "same", "a");
    write(&bench, "once", "a");
    write(&bench, "often", "a");
    write(&bench, "gone", "a");
    write(&bench, "dead", "a");
    bench.clock.advance(1000);
    bench.commit(vec![bench.delete("dead")]).unwrap();
    let as_of = bench.store.closed_until();
    let expected = of(&[
        ("same", "a"),
        ("once", "a"),
        ("often", "a"),
        ("gone", "a"),
        ("dead", "deleted"),
    ]);
    assert_eq!(state(&bench, Some(as_of)), expected);
    write(&bench, "once", "b");
    for n in 0..40 {
        write(&bench, "often", &n.to_string());
    }
    bench.commit(vec![bench.delete("gone")]).unwrap();
    write(&bench, "dead", "again");
    write(&bench, "new", "a");
    assert_eq!(state(&bench, Some(as_of)), expected);
    assert_eq!(
        state(&bench, Some(bench.store.closed_until())),
        state(&bench, None)
    );
}

#[test]
fn a_large_transaction_that_is_decided_but_not_carried_out_is_seen_whole_on_its_side() {
    let mut bench = Bench::new();
    bench.store.settings.max_direct_items = 1;
    bench
        .commit(vec![bench.put("1", "a"), bench.put("2", "a")])
        .unwrap();
    let before = bench.store.closed_until();
    bench.clock.advance(1000);
    // nothing is carried out: intents stay on the heads
    let mut is_decided = false;
    bench.tables.break_with(move |call| {
        let is_decision = call
            .writes()
            .iter()
            .any(|write| write.key.pk.starts_with("X#"));
        let is_dropped = is_decided && !call.writes().is_empty();
        is_decided |= is_decision && matches!(call, Call::Write(_));
        is_dropped.then_some(Fault::Dropped)
    });
    let writes = vec![
        bench.put("1", "b"),
        bench.put("2", "b"),
        bench.put("3", "b"),
    ];
    bench.commit(writes).unwrap();
    bench.tables.repair();
    assert!(bench.read("1").unwrap().intent.is_some());
    assert_eq!(state(&bench, Some(before)), of(&[("1", "a"), ("2", "a")]));
    let after = bench.store.closed_until();
    assert_eq!(
        state(&bench, Some(after)),
        of(&[("1", "b"), ("2", "b"), ("3", "b")])
    );
}

#[test]
fn what_is_expunged_is_in_no_scan() {
    let bench = Bench::new();
    for text in ["a", "b", "c"] {
        write(&bench, "1", text);
    }
    let as_of = bench.store.closed_until();
    write(&bench, "1", "d");
    block_on(
        bench
            .store
            .expunge_past(&document("1"), &|_| crate::Traces::default()),
    )
    .unwrap();
    assert_eq!(state(&bench, Some(as_of)), of(&[]));
    assert_eq!(state(&bench, None), of(&[("1", "d")]));
}

#[test]
fn a_head_from_the_past_is_no_base_for_a_write() {
    let bench = Bench::new();
    write(&bench, "1", "a");
    let as_of = bench.store.closed_until();
    write(&bench, "1", "b");
    let past = heads(
        &bench,
        ScanQuery {
            as_of: Some(as_of),
            ..query()
        },
    )
    .pop()
    .unwrap();
    assert_eq!(past.version, 1);
    let write = crate::Write {
        base: Some(past).into(),
        ..bench.put("1", "c")
    };
    assert!(matches!(
        bench.commit(vec![write]),
        Err(CommitError::Conflict(_))
    ));
}

/// A text that compresses as badly as a resource of that size at rest.
fn incompressible(seed: u64, bytes: usize) -> String {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let next = |_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        char::from(b'!' + u8::try_from(state % 90).unwrap())
    };
    (0..bytes).map(next).collect()
}

/// Read units of a document in a scan whose bodies take so many bytes at rest.
fn units_each(body_bytes: usize) -> f64 {
    let bench = Bench::new();
    for chunk in 0..10_u64 {
        let put = |n: u64| {
            let id = format!("{:08}-0000-4000-8000-000000000000", chunk * 50 + n);
            bench
                .put(&id, &incompressible(chunk * 50 + n, body_bytes))
                .with_shared(&id)
                .with_entry("a")
                .with_entry("b")
        };
        bench.commit((0..50).map(put).collect()).unwrap();
    }
    let (found, receipt) = bench.cost(|bench| {
        heads(
            bench,
            ScanQuery {
                limit: 500,
                ..query()
            },
        )
    });
    assert_eq!(found.len(), 500);
    receipt.read_units() / 500.0
}

#[test]
fn a_scan_reads_what_is_stored_and_not_a_unit_for_each_document() {
    // an organization at rest with a dictionary, and without
    assert!(units_each(120) <= 0.11, "{}", units_each(120));
    assert!(units_each(450) <= 0.19, "{}", units_each(450));
}

#[test]
fn a_scan_is_one_round_trip_and_at_an_instant_one_more_for_what_has_changed() {
    let bench = Bench::new();
    write(&bench, "1", "a");
    write(&bench, "2", "a");
    let as_of = Some(bench.store.closed_until());
    let (_, receipt) = bench.cost(|bench| heads(bench, ScanQuery { as_of, ..query() }));
    assert_eq!((receipt.round_trips(), receipt.requests()), (1, 1));
    write(&bench, "2", "b");
    let (_, receipt) = bench.cost(|bench| heads(bench, ScanQuery { as_of, ..query() }));
    assert_eq!((receipt.round_trips(), receipt.requests()), (2, 2));
}
