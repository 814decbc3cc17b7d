//! Identifiers: found, guarded, unique.

use super::{Bench, document};
use crate::{CommitError, Criterion, Duplicate, Holder};

fn ids(found: &crate::Found) -> Vec<&str> {
    found
        .owners
        .iter()
        .map(|head| head.key.id.as_str())
        .collect()
}

#[test]
fn a_document_is_found_by_what_it_holds_and_no_longer() {
    let bench = Bench::new();
    bench
        .commit(vec![bench.put("1", "a").with_shared("x")])
        .unwrap();
    bench
        .commit(vec![bench.put("2", "a").with_shared("x")])
        .unwrap();
    assert_eq!(ids(&bench.find("x")), ["1", "2"]);
    bench
        .commit(vec![bench.put("1", "b").with_shared("y")])
        .unwrap();
    bench.commit(vec![bench.delete("2")]).unwrap();
    assert!(bench.find("x").owners.is_empty());
    assert_eq!(ids(&bench.find("y")), ["1"]);
}

#[test]
fn a_token_is_matched_exactly_and_a_value_in_any_system() {
    let bench = Bench::new();
    bench
        .commit(vec![bench.put("1", "a").with_shared("x")])
        .unwrap();
    bench
        .commit(vec![bench.put("2", "a").with_unique("x")])
        .unwrap();
    assert_eq!(ids(&bench.find("x")), ["1", "2"]);
    let exact = Criterion {
        key: "x".into(),
        token: Some("unique|x".into()),
    };
    let found = futures::executor::block_on(bench.store.find("Organization", &exact)).unwrap();
    assert_eq!(ids(&found), ["2"]);
}

#[test]
fn a_unique_identifier_has_one_holder() {
    let bench = Bench::new();
    bench
        .commit(vec![bench.put("1", "a").with_unique("x")])
        .unwrap();
    let refused = bench.commit(vec![bench.put("2", "a").with_unique("y").with_unique("x")]);
    let expected = vec![Duplicate {
        write: 0,
        identifier: 1,
        holder: Holder::Document(document("1")),
    }];
    assert!(matches!(refused, Err(CommitError::Duplicates(found)) if found == expected));
    assert_eq!(bench.read("2"), None);
    bench.commit(vec![bench.delete("1")]).unwrap();
    bench
        .commit(vec![bench.put("2", "a").with_unique("x")])
        .unwrap();
}

#[test]
fn a_document_comes_back_only_if_its_unique_identifier_is_free() {
    let bench = Bench::new();
    bench
        .commit(vec![bench.put("1", "a").with_unique("x")])
        .unwrap();
    bench.commit(vec![bench.delete("1")]).unwrap();
    bench
        .commit(vec![bench.put("2", "a").with_unique("x")])
        .unwrap();
    let back = bench.commit(vec![bench.put("1", "a").with_unique("x")]);
    assert!(matches!(back, Err(CommitError::Duplicates(_))));
}

#[test]
fn all_duplicates_are_listed_within_and_against_the_store() {
    let bench = Bench::new();
    bench
        .commit(vec![bench.put("1", "a").with_unique("x")])
        .unwrap();
    let refused = bench.commit(vec![
        bench.put("2", "a").with_unique("x"),
        bench.put("3", "a").with_unique("y"),
        bench.put("4", "a").with_unique("y"),
    ]);
    let expected = vec![
        Duplicate {
            write: 0,
            identifier: 0,
            holder: Holder::Document(document("1")),
        },
        Duplicate {
            write: 2,
            identifier: 0,
            holder: Holder::Write(1),
        },
    ];
    assert!(matches!(refused, Err(CommitError::Duplicates(found)) if found == expected));
}

#[test]
fn a_claim_of_what_another_write_keeps_is_refused_whatever_the_order() {
    let bench = Bench::new();
    bench
        .commit(vec![bench.put("1", "a").with_unique("x")])
        .unwrap();
    let holder = |position| Holder::Write(position);
    for (writes, write, kept) in [
        (
            vec![
                bench.put("2", "a").with_unique("x"),
                bench.put("1", "b").with_unique("x"),
            ],
            0,
            1,
        ),
        (
            vec![
                bench.put("1", "b").with_unique("x"),
                bench.put("2", "a").with_unique("x"),
            ],
            1,
            0,
        ),
    ] {
        let expected = vec![Duplicate {
            write,
            identifier: 0,
            holder: holder(kept),
        }];
        let refused = bench.commit(writes);
        assert!(matches!(refused, Err(CommitError::Duplicates(found)) if found == expected));
    }
}

#[test]
fn an_identifier_moves_from_one_document_to_another_in_one_transaction() {
    let bench = Bench::new();
    bench
        .commit(vec![bench.put("1", "a").with_unique("x")])
        .unwrap();
    let moved = vec![bench.put("1", "b"), bench.put("2", "a").with_unique("x")];
    bench.commit(moved).unwrap();
    assert_eq!(ids(&bench.find("x")), ["2"]);
}

#[test]
fn a_guard_fails_when_somebody_takes_the_identifier() {
    let bench = Bench::new();
    let none = bench.find("x");
    bench
        .commit(vec![bench.put("1", "a").with_shared("x")])
        .unwrap();
    let late = bench.commit_guarded(vec![bench.put("2", "a")], vec![none]);
    assert!(matches!(late, Err(CommitError::Conflict(_))));
    assert_eq!(bench.read("2"), None);
}

#[test]
fn a_guard_fails_when_the_owner_goes_away() {
    let bench = Bench::new();
    bench
        .commit(vec![bench.put("1", "a").with_shared("x")])
        .unwrap();
    let one = bench.find("x");
    bench.commit(vec![bench.delete("1")]).unwrap();
    let late = bench.commit_guarded(vec![bench.put("2", "a")], vec![one]);
    assert!(matches!(late, Err(CommitError::Conflict(keys)) if keys == [document("1")]));
}

#[test]
fn a_conditional_create_takes_the_identifier_that_it_guards() {
    let bench = Bench::new();
    let none = bench.find("x");
    let again = none.clone();
    bench
        .commit_guarded(vec![bench.put("1", "a").with_unique("x")], vec![none])
        .unwrap();
    let second = bench.commit_guarded(vec![bench.put("2", "a").with_unique("x")], vec![again]);
    assert!(matches!(second, Err(CommitError::Conflict(_))));
    assert_eq!(ids(&bench.find("x")), ["1"]);
}

#[test]
fn an_identifier_that_changes_its_system_is_guarded_too() {
    let bench = Bench::new();
    bench
        .commit(vec![bench.put("1", "a").with_shared("x")])
        .unwrap();
    let found = bench.find("x");
    bench
        .commit(vec![bench.put("1", "b").with_unique("x")])
        .unwrap();
    let late = bench.commit_guarded(vec![bench.put("2", "a")], vec![found]);
    assert!(matches!(late, Err(CommitError::Conflict(_))));
    assert_eq!(ids(&bench.find("x")), ["1"]);
}

#[test]
fn a_deleted_document_is_found_by_what_it_was_buried_with_and_holds_it_no_longer() {
    let bench = Bench::new();
    bench
        .commit(vec![bench.put("1", "a").with_unique("x")])
        .unwrap();
    let unique = bench.put("1", "a").with_unique("x").identifiers;
    let buried = crate::Write {
        identifiers: unique.into_iter().map(crate::Identifier::buried).collect(),
        ..bench.delete("1")
    };
    bench.commit(vec![buried]).unwrap();
    let exact = Criterion {
        key: "x".into(),
        token: Some("unique|x".into()),
    };
    let find = || futures::executor::block_on(bench.store.find("Organization", &exact)).unwrap();
    let found = find();
    assert!(found.owners.is_empty() && bench.find("x").owners.is_empty());
    assert_eq!(found.buried[0].key, document("1"));

    // somebody else may have it now, and then the deleted one cannot come back with it
    bench
        .commit(vec![bench.put("2", "b").with_unique("x")])
        .unwrap();
    let back = bench.commit(vec![bench.put("1", "a").with_unique("x")]);
    assert!(matches!(back, Err(CommitError::Duplicates(_))), "{back:?}");
    bench.commit(vec![bench.delete("2")]).unwrap();
    bench
        .commit(vec![bench.put("1", "a").with_unique("x")])
        .unwrap();
    let found = find();
    assert_eq!(ids(&found), ["1"]);
    assert!(found.buried.is_empty());
}
