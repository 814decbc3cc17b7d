//! Bodies too large for the tables.

use bytes::Bytes;
use futures::executor::block_on;

use super::{Bench, document};
use crate::simulated::{BlobCall, Call, Fault};
use crate::table::{Action, Table, Value};
use crate::{CommitError, FeedPage, HistoryPage, Recovery, ScanQuery, StoreError, Traces, Write};

/// A megabyte that does not compress, and differs from seed to seed.
fn large(seed: u64) -> Bytes {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut bytes = Vec::with_capacity(1 << 20);
    while bytes.len() < 1 << 20 {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_be_bytes());
    }
    bytes.into()
}

fn put_large(bench: &Bench, id: &str, seed: u64) -> Write {
    Write {
        body: Some(large(seed)),
        ..bench.put(id, "")
    }
}

fn body(bench: &Bench, id: &str) -> Bytes {
    bench.read(id).unwrap().body
}

/// From the decision on nothing gets through: the coordinator dies.
fn die_when(bench: &Bench, is_last: impl Fn(&Call) -> bool + Send + 'static) {
    let mut is_dead = false;
    bench.tables.break_with(move |call| {
        is_dead |= is_last(call);
        is_dead.then_some(Fault::Dropped)
    });
}

fn decides(call: &Call, decision: &str) -> bool {
    let Call::Write(write) = call else {
        return false;
    };
    let Action::Put(item) = &write.action else {
        return false;
    };
    write.key.table == Table::Control && item.get("st") == Some(&Value::S(decision.to_owned()))
}

fn recover_after_lease(bench: &Bench) -> Recovery {
    bench.clock.advance(60_000);
    let (transaction, _) = bench.alarm.armed().pop().unwrap();
    block_on(bench.store.recover(&transaction)).unwrap()
}

#[test]
fn a_large_body_is_read_everywhere_as_it_was_written() {
    let bench = Bench::new();
    bench.commit(vec![put_large(&bench, "1", 1)]).unwrap();
    bench.clock.advance(1000);
    let first = bench.clock_now();
    bench.clock.advance(1000);
    bench.commit(vec![put_large(&bench, "1", 2)]).unwrap();
    assert_eq!(body(&bench, "1"), large(2));
    let old = block_on(bench.store.read_version(&document("1"), 1)).unwrap();
    assert_eq!(old.unwrap().body, large(1));
    let page = HistoryPage {
        limit: 10,
        ..HistoryPage::default()
    };
    let history = block_on(bench.store.history(&document("1"), &page)).unwrap();
    let bodies = |versions: Vec<crate::Version>| -> Vec<Bytes> {
        versions.into_iter().map(|version| version.body).collect()
    };
    assert_eq!(bodies(history.unwrap().versions), [large(2), large(1)]);
    let page = FeedPage {
        kinds: None,
        since: None,
        until: bench.store.closed_until(),
        current_between: None,
        before: None,
        limit: 10,
    };
    let feed = block_on(bench.store.feed(&page)).unwrap();
    assert_eq!(bodies(feed.versions), [large(2), large(1)]);
    let scan = |as_of| ScanQuery {
        segment: 0,
        segments: 1,
        after: None,
        limit: 10,
        as_of,
    };
    for (as_of, expected) in [(None, 2), (Some(first), 1)] {
        let page = block_on(bench.store.scan(&scan(as_of))).unwrap();
        assert_eq!(page.heads[0].body, large(expected));
    }
    assert_eq!(bench.blobs.keys().len(), 2);
}

#[test]
fn a_small_body_stays_in_the_tables() {
    let bench = Bench::new();
    let text = "abc ".repeat(100_000);
    bench.commit(vec![bench.put("1", &text)]).unwrap();
    assert_eq!(body(&bench, "1"), text.as_bytes());
    assert!(bench.blobs.keys().is_empty(), "it is small when compressed");
}

#[test]
fn a_blob_that_is_not_what_was_put_is_never_shown() {
    let bench = Bench::new();
    bench.commit(vec![put_large(&bench, "1", 1)]).unwrap();
    let key = bench.blobs.keys().pop().unwrap();
    bench.blobs.damage(&key, large(2));
    let read = block_on(bench.store.read(&document("1")));
    assert!(matches!(read, Err(StoreError::Corrupt(_))), "{read:?}");
}

#[test]
fn a_put_that_is_not_answered_is_repeated() {
    for fault in [Fault::LostAnswer, Fault::Dropped, Fault::Late] {
        let bench = Bench::new();
        let mut calls = 0;
        bench.blobs.break_with(move |_| {
            calls += 1;
            (calls < 3).then_some(fault)
        });
        bench.commit(vec![put_large(&bench, "1", 1)]).unwrap();
        bench.blobs.deliver_late();
        assert_eq!(body(&bench, "1"), large(1));
    }
}

#[test]
fn blobs_out_of_reach_fail_the_transaction_and_nothing_is_left_of_it() {
    let bench = Bench::new();
    bench.blobs.break_with(|call| match call {
        BlobCall::Put(..) => Some(Fault::Dropped),
        _ => None,
    });
    let writes = vec![put_large(&bench, "1", 1), bench.put("2", "a")];
    let refused = bench.commit(writes);
    assert!(matches!(refused, Err(CommitError::Store(_))), "{refused:?}");
    bench.blobs.repair();
    assert_eq!((bench.read("1"), bench.read("2")), (None, None));
    bench.commit(vec![put_large(&bench, "1", 3)]).unwrap();
    assert_eq!(body(&bench, "1"), large(3));
}

#[test]
fn an_aborted_transaction_takes_its_blobs_with_it() {
    let bench = Bench::new();
    bench.commit(vec![bench.put("2", "a")]).unwrap();
    let stale = vec![put_large(&bench, "1", 1), bench.put("2", "b")];
    bench.commit(vec![bench.put("2", "c")]).unwrap();
    let refused = bench.commit(stale);
    assert!(matches!(refused, Err(CommitError::Conflict(_))));
    assert!(bench.blobs.keys().is_empty());
}

#[test]
fn recovery_removes_the_blobs_of_a_transaction_that_was_never_decided() {
    let bench = Bench::new();
    die_when(&bench, |call| decides(call, "C"));
    let unknown = bench.commit(vec![put_large(&bench, "1", 1)]);
    assert!(matches!(unknown, Err(CommitError::Unknown(_))));
    bench.tables.repair();
    assert_eq!(bench.blobs.keys().len(), 1, "the outcome was not known");
    assert_eq!(recover_after_lease(&bench), Recovery::Aborted);
    assert!(bench.blobs.keys().is_empty());
    assert_eq!(bench.read("1"), None);
}

#[test]
fn recovery_keeps_the_blobs_of_a_transaction_that_was_committed() {
    let bench = Bench::new();
    let mut is_decided = false;
    bench.tables.break_with(move |call| {
        let fault = is_decided.then_some(Fault::Dropped);
        is_decided |= decides(call, "C");
        fault
    });
    bench.commit(vec![put_large(&bench, "1", 1)]).unwrap();
    bench.tables.repair();
    assert_eq!(recover_after_lease(&bench), Recovery::Committed);
    assert_eq!(body(&bench, "1"), large(1));
}

#[test]
fn a_blob_that_is_put_late_is_removed_when_its_transaction_is_forgotten() {
    let bench = Bench::new();
    bench.blobs.break_with(|call| match call {
        BlobCall::Put(..) => Some(Fault::Late),
        _ => None,
    });
    bench.commit(vec![put_large(&bench, "1", 1)]).unwrap_err();
    bench.blobs.repair();
    bench.blobs.deliver_late();
    assert_eq!(bench.blobs.keys().len(), 1);
    for _ in 0..2 {
        bench
            .clock
            .advance(bench.store.settings.retention_ms + 60_000);
        block_on(bench.store.sweep(10)).unwrap();
    }
    assert!(bench.blobs.keys().is_empty());
}

#[test]
fn expunging_a_version_removes_its_blob() {
    let bench = Bench::new();
    for seed in 1..=3 {
        bench.commit(vec![put_large(&bench, "1", seed)]).unwrap();
    }
    let expunge = || {
        block_on(
            bench
                .store
                .expunge_past(&document("1"), &|_| Traces::default()),
        )
    };
    bench.blobs.break_with(|call| match call {
        BlobCall::Delete(_) => Some(Fault::LostAnswer),
        _ => None,
    });
    assert!(expunge().is_err(), "it stops between blobs and versions");
    bench.blobs.repair();
    expunge().unwrap();
    assert_eq!(bench.blobs.keys().len(), 1);
    assert_eq!(body(&bench, "1"), large(3));
    let gone = block_on(bench.store.read_version(&document("1"), 1));
    assert_eq!(gone.unwrap(), None);
}

#[test]
fn what_does_not_fit_is_refused_before_anything_is_written() {
    let bench = Bench::new();
    let mut write = bench.put("1", "a");
    for n in 0..20_000 {
        write = write.with_shared(&n.to_string());
    }
    bench.tables.take_calls();
    let refused = bench.commit(vec![write, put_large(&bench, "2", 1)]);
    assert!(matches!(refused, Err(CommitError::TooLarge(_))));
    assert!(
        bench
            .tables
            .take_calls()
            .iter()
            .all(|call| !call.is_write())
    );
    assert!(bench.blobs.keys().is_empty());
}

/// As many megabytes as a page of a scan may bring.
const SCANNED_MIB: usize = 8;

#[test]
fn a_page_of_a_scan_ends_before_its_blobs_are_more_than_8_mib_and_the_next_goes_on_there() {
    let bench = Bench::new();
    for seed in 0..18 {
        let write = put_large(&bench, &seed.to_string(), seed);
        bench.commit(vec![write]).unwrap();
    }
    let whole: Vec<u8> = (0..9).flat_map(|seed| large(100 + seed).to_vec()).collect();
    let alone = Write {
        body: Some(whole.into()),
        ..bench.put("alone", "")
    };
    bench.commit(vec![alone]).unwrap();
    for as_of in [None, Some(bench.clock_now())] {
        let mut after = None;
        let (mut ids, mut pages) = (Vec::new(), 0);
        loop {
            let query = ScanQuery {
                segment: 0,
                segments: 1,
                after,
                limit: 100,
                as_of,
            };
            let page = block_on(bench.store.scan(&query)).unwrap();
            let bytes: usize = page.heads.iter().map(|head| head.body.len()).sum();
            assert!(
                bytes <= SCANNED_MIB << 20 || page.heads.len() == 1,
                "{bytes}"
            );
            ids.extend(page.heads.into_iter().map(|head| head.key.id));
            pages += 1;
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), 19);
        assert!((4..=6).contains(&pages), "{pages}");
    }
}
