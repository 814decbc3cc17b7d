//! A sweep is bounded, and the next one goes on.

use bytes::Bytes;
use futures::executor::block_on;

use super::Bench;
use crate::simulated::{Call, Fault};
use crate::table::Table;
use crate::{RecordKey, Swept};

/// Fills the control table with so many megabytes of records that are none of the sweep's business.
fn fill(bench: &Bench, megabytes: u32) {
    let mut rng = crate::simulation::Rng::new(1);
    let mut noise = || (0..130_000).map(|_| (rng.next() >> 56) as u8).collect();
    for n in 0..megabytes * 8 {
        let body: Vec<u8> = noise();
        let key = RecordKey::new(format!("filler-{n}"), "-");
        let put = bench.store.put_record(&key, Bytes::from(body), None, None);
        block_on(put).unwrap();
    }
}

/// Leaves large transactions behind whose process has ended.
fn abandon(bench: &Bench, count: u32) {
    bench.tables.break_with(|call| match call {
        Call::Write(write) if write.key.table == Table::Control => Some(Fault::Dropped),
        _ => None,
    });
    for n in 0..count {
        let writes = (0..101).map(|m| bench.put(&format!("{n}-{m}"), "a"));
        bench.commit(writes.collect()).unwrap_err();
    }
    bench.tables.repair();
}

fn sweep(bench: &Bench, pages: usize) -> Swept {
    block_on(bench.store.sweep(pages)).unwrap()
}

fn place(bench: &Bench) -> bool {
    let key = RecordKey::new("sweep", "-");
    block_on(bench.store.record(&key)).unwrap().is_some()
}

#[test]
fn a_sweep_ends_after_so_many_pages_and_the_next_one_goes_on_from_there() {
    let bench = Bench::new();
    fill(&bench, 3);
    abandon(&bench, 5);
    let next = bench.restarted();
    let mut swept = Vec::new();
    loop {
        let (one, receipt) = next.cost(|bench| sweep(bench, 1));
        if one.aborted == 0 {
            assert!(receipt.requests() <= 3, "look up, scan, note the place");
        }
        assert_eq!(place(&next), one.is_unfinished);
        swept.push(one);
        if !one.is_unfinished {
            break;
        }
    }
    assert!(swept.len() >= 3, "{swept:?}");
    let aborted: u64 = swept.iter().map(|one| one.aborted).sum();
    assert_eq!(aborted, 5);
    // and round again
    assert!(sweep(&next, 1).is_unfinished);
}

#[test]
fn a_small_table_is_swept_at_once_and_no_place_is_noted() {
    let bench = Bench::new();
    abandon(&bench, 3);
    let next = bench.restarted();
    let swept = sweep(&next, 100);
    assert_eq!((swept.aborted, swept.is_unfinished), (3, false));
    assert!(!place(&next));
    let (swept, receipt) = next.cost(|bench| sweep(bench, 100));
    assert_eq!((swept, receipt.requests()), (Swept::default(), 2));
}

#[test]
fn a_place_that_was_lost_costs_a_part_of_a_round_and_nothing_else() {
    let bench = Bench::new();
    fill(&bench, 2);
    abandon(&bench, 2);
    let next = bench.restarted();
    next.tables.break_with(|call| {
        let is_place = |write: &crate::table::Write| write.key.pk == "J#sweep";
        call.writes().iter().any(is_place).then_some(Fault::Dropped)
    });
    assert!(sweep(&next, 1).is_unfinished);
    next.tables.repair();
    assert!(!place(&next));
    assert_eq!(sweep(&next, 100).aborted, 2);
}
