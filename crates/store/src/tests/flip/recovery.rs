//! What a process leaves that ends in the middle of a large transaction: recovery and sweep.

use futures::executor::block_on;

use super::super::{Bench, body_of};
use super::{die_after_decision, intents, many, transaction_on_record};
use crate::simulated::{Call, Fault};
use crate::table::{Action, Sort, Table, Value, Write};
use crate::{CommitError, Recovery};

#[test]
fn recovery_carries_out_what_was_decided() {
    let bench = Bench::new();
    let writes: Vec<_> = many(&bench, 60, "a")
        .into_iter()
        .enumerate()
        .map(|(n, write)| write.with_unique(&n.to_string()))
        .collect();
    die_after_decision(&bench);
    bench.commit(writes).unwrap();
    bench.tables.repair();
    let recovery = block_on(bench.store.recover(&transaction_on_record(&bench))).unwrap();
    assert_eq!((recovery, intents(&bench)), (Recovery::Committed, 0));
    assert_eq!(bench.find("59").owners.len(), 1);
}

#[test]
fn recovery_undoes_what_was_never_decided_once_the_lease_is_over() {
    let bench = Bench::new();
    let writes = many(&bench, 150, "a");
    bench.tables.break_with(|call| match call {
        Call::Write(write) if write.key.table == Table::Control => Some(Fault::Dropped),
        _ => None,
    });
    assert!(matches!(bench.commit(writes), Err(CommitError::Unknown(_))));
    bench.tables.repair();
    assert_eq!((intents(&bench), bench.read("0")), (150, None));
    let transaction = transaction_on_record(&bench);
    let recover = || block_on(bench.store.recover(&transaction)).unwrap();
    assert_eq!(recover(), Recovery::Undecided);
    bench.clock.advance(60_000);
    assert_eq!((recover(), intents(&bench)), (Recovery::Aborted, 0));
    assert_eq!(
        block_on(bench.store.recover("another")).unwrap(),
        Recovery::Unknown
    );
}

#[test]
fn a_write_on_an_abandoned_intent_goes_ahead_once_the_lease_is_over() {
    let bench = Bench::new();
    let writes = many(&bench, 150, "a");
    bench.tables.break_with(|call| match call {
        Call::Write(write) if write.key.table == Table::Control => Some(Fault::Dropped),
        _ => None,
    });
    bench.commit(writes).unwrap_err();
    bench.tables.repair();
    assert!(matches!(
        bench.commit(vec![bench.put("0", "b")]),
        Err(CommitError::Conflict(_))
    ));
    bench.clock.advance(60_000);
    bench.commit(vec![bench.put("0", "b")]).unwrap();
    assert_eq!(bench.read("0").unwrap().body, body_of("b"));
}

#[test]
fn what_a_process_left_undecided_that_has_ended_is_in_nobodys_way() {
    let bench = Bench::new();
    let unique = |n: u32| bench.put(&n.to_string(), "a").with_unique(&n.to_string());
    bench.tables.break_with(|call| match call {
        Call::Write(write) if write.key.table == Table::Control => Some(Fault::Dropped),
        _ => None,
    });
    bench.commit((0..150).map(unique).collect()).unwrap_err();
    bench.tables.repair();
    let waits = bench.commit(vec![bench.put("x", "b").with_unique("7")]);
    assert!(matches!(waits, Err(CommitError::Conflict(_))), "{waits:?}");
    let mut others = bench.restarted();
    others.store.settings.closing = crate::Closing::Wait { ms: 35_000 };
    let waits = others.commit(vec![bench.put("x", "b").with_unique("7")]);
    assert!(matches!(waits, Err(CommitError::Conflict(_))), "{waits:?}");
    let next = bench.restarted();
    next.commit(vec![next.put("x", "b").with_unique("7")])
        .unwrap();
    next.commit(vec![next.put("0", "b")]).unwrap();
    assert_eq!(next.read("0").unwrap().version, 1);
}

#[test]
fn the_first_sweep_of_a_process_aborts_what_the_one_before_left() {
    let bench = Bench::new();
    bench.tables.break_with(|call| match call {
        Call::Write(write) if write.key.table == Table::Control => Some(Fault::Dropped),
        _ => None,
    });
    bench.commit(many(&bench, 150, "a")).unwrap_err();
    bench.tables.repair();
    assert_eq!(block_on(bench.store.sweep(10)).unwrap().undecided, 1);
    let next = bench.restarted();
    assert_eq!(block_on(next.store.sweep(10)).unwrap().aborted, 1);
    assert_eq!(intents(&next), 0);
}

#[test]
fn a_guard_knows_of_an_undecided_token_of_a_document_that_it_has_seen() {
    let bench = Bench::new();
    bench
        .commit(vec![bench.put("0", "a").with_unique("x")])
        .unwrap();
    let mut writes = many(&bench, 150, "b");
    writes[0] = bench.put("0", "b").with_unique("x").with_shared("x");
    bench.tables.break_with(|call| match call {
        Call::Write(Write {
            key,
            action: Action::Put(item),
            ..
        }) if key.table == Table::Control => {
            let commits = item.get("st") == Some(&Value::S("C".to_owned()));
            Some(if commits { Fault::Late } else { Fault::Dropped })
        }
        _ => None,
    });
    assert!(matches!(bench.commit(writes), Err(CommitError::Unknown(_))));
    bench.tables.repair();
    let token = Some("shared|x".to_owned());
    let criterion = crate::Criterion {
        key: "x".into(),
        token,
    };
    let none = block_on(bench.store.find("Organization", &criterion)).unwrap();
    assert!(none.owners.is_empty());
    bench.tables.deliver_late();
    let guarded = bench.commit_guarded(vec![bench.put("z", "a")], vec![none]);
    assert!(matches!(guarded, Err(CommitError::Conflict(_))));
}

#[test]
fn a_sweep_finishes_and_in_due_time_forgets() {
    let bench = Bench::new();
    let writes = many(&bench, 150, "a");
    die_after_decision(&bench);
    bench.commit(writes).unwrap();
    bench.tables.repair();
    let sweep = || block_on(bench.store.sweep(10)).unwrap();
    assert_eq!(sweep().committed, 1);
    assert_eq!(intents(&bench), 0);
    assert_eq!(sweep(), crate::Swept::default());
    bench.clock.advance(25 * 60 * 60 * 1000);
    assert_eq!(sweep().forgotten, 1);
    let is_record = |key: &&crate::table::Key| key.table == Table::Control && key.sk != Sort::None;
    let snapshot = bench.tables.snapshot();
    assert_eq!(
        snapshot
            .items()
            .keys()
            .filter(is_record)
            .find(|key| key.pk.starts_with("X#")),
        None
    );
    assert_eq!(bench.read("149").unwrap().version, 1);
}
