//! Imports at the same time.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{super::fyr::Fyr, entry, parameters, part_of, sor};

/// Organizations 0 to 9 as one importer sees them: each is named after the importer, and part of the
/// first that it sends.
fn tree(importer: &str, numbers: std::ops::Range<usize>) -> Value {
    let root = numbers.start;
    let entries: Vec<Value> = numbers
        .map(|n| {
            let organization = sor(&n.to_string(), importer);
            let organization = if n == root {
                organization
            } else {
                part_of(organization, &format!("urn:uuid:{root}"))
            };
            entry(&n.to_string(), &organization)
        })
        .collect();
    parameters(&entries)
}

#[test]
fn two_imports_of_overlapping_trees_are_done_one_after_the_other() {
    for round in 1..=50 {
        let fyr = Fyr::new();
        let ask = |importer: &str, numbers| {
            fyr.ask("POST", "/$import-organizations")
                .json(&tree(importer, numbers))
        };
        let replies = fyr.at_once(round, vec![ask("first", 0..6), ask("second", 3..9)]);
        for reply in &replies {
            assert_eq!(reply.status, 200, "round {round}: {}", reply.text);
            assert_eq!(reply.len(), 7, "six organizations and a provenance");
        }
        // the clock stands still, and versions of one resource are at least a millisecond apart
        fyr.advance(1_000);
        let history = fyr.get("/Organization/_history?_count=100").json;
        let versions = history["entry"].as_array().unwrap();
        let ids: BTreeSet<&str> = versions
            .iter()
            .map(|one| one["resource"]["id"].as_str().unwrap())
            .collect();
        assert_eq!(
            ids.len(),
            9,
            "round {round}: no organization is there twice"
        );
        assert_eq!(versions.len(), 12, "round {round}");
        // whoever came later has all of the overlap: no half import
        let shared: BTreeSet<&str> = (3..6)
            .map(|n| replies[0].target(n).rsplit('/').next().unwrap())
            .collect();
        let latest: BTreeSet<String> = shared
            .iter()
            .map(|id| fyr.get(&format!("/Organization/{id}")).json["name"].to_string())
            .collect();
        assert_eq!(latest.len(), 1, "round {round}: {latest:?}");
        check_provenance(&fyr, versions, round);
    }
}

/// Every version of an organization is a target of the Provenance of the same instant.
fn check_provenance(fyr: &Fyr, versions: &[Value], round: u64) {
    let history = fyr.get("/Provenance/_history").json;
    let records = history["entry"].as_array().unwrap();
    assert_eq!(records.len(), 2, "round {round}");
    let mut told: Vec<String> = Vec::new();
    for record in records {
        for target in record["resource"]["target"].as_array().unwrap() {
            told.push(target["reference"].as_str().unwrap().to_owned());
        }
    }
    let mut changed: Vec<String> = versions
        .iter()
        .map(|one| format!("Organization/{}", one["resource"]["id"].as_str().unwrap()))
        .collect();
    told.sort();
    changed.sort();
    assert_eq!(told, changed, "round {round}");
}

#[test]
fn two_imports_of_the_same_tree_write_it_once() {
    for round in 1..=20 {
        let fyr = Fyr::new();
        let ask = || {
            fyr.ask("POST", "/$import-organizations")
                .json(&tree("same", 0..5))
        };
        let replies = fyr.at_once(round, vec![ask(), ask()]);
        let mut told: Vec<usize> = replies.iter().map(super::Reply::len).collect();
        told.sort_unstable();
        assert_eq!(told, [5, 6], "round {round}: one of them changed nothing");
        fyr.advance(1_000);
        assert_eq!(fyr.get("/_history?_count=100").len(), 6);
    }
}
