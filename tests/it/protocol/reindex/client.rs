//! Somebody who reindexes.

use futures::executor::block_on;
use serde_json::{Value, json};
use store::{DocumentKey, Reindexed};

use super::super::{
    fyr::{BASE, Fyr},
    reply::Reply,
};

/// Asks for a reindex with these parameters.
pub(super) fn ask(fyr: &Fyr, parameters: &Value) -> Reply {
    let body = json!({"resourceType": "Parameters", "parameter": parameters});
    fyr.post("/$reindex", &body)
}

/// Begins a reindex, and tells where its status is, below the base.
pub(super) fn begin(fyr: &Fyr, parameters: &Value) -> String {
    place(&ask(fyr, parameters).expect(202))
}

/// Where the status of a reindex is that was begun.
pub(super) fn place(reply: &Reply) -> String {
    let place = reply.header("content-location").unwrap();
    place.strip_prefix(BASE).unwrap().to_owned()
}

/// Reindexes from first to last, and returns the report.
pub(in super::super) fn reindex(fyr: &Fyr, parameters: &Value) -> String {
    let status = begin(fyr, parameters);
    fyr.work_off();
    report(fyr, &status)
}

/// The report of a completed reindex.
pub(super) fn report(fyr: &Fyr, status: &str) -> String {
    fyr.get(&format!("{status}&_return=report"))
        .expect(200)
        .text
}

/// How many resources a dry run finds that are not as they should be.
pub(super) fn stale(fyr: &Fyr) -> u64 {
    changed(&reindex(
        fyr,
        &json!([{"name": "dryRun", "valueBoolean": true}]),
    ))
}

/// The number in `Total Resources Changed   : 32 (0/sec)`.
pub(super) fn changed(report: &str) -> u64 {
    let (_, rest) = report.split_once("Total Resources Changed   : ").unwrap();
    rest.split_once(' ').unwrap().0.parse().unwrap()
}

/// Takes a resource's identifiers and entries away, as if it had been written by other rules.
pub(super) fn strip(fyr: &Fyr, kind: &str, id: &str) {
    let store = fyr.server().store();
    let head = block_on(store.read(&DocumentKey::new(kind, id)));
    let head = head.unwrap().unwrap();
    let stripped = block_on(store.reindex(head, Vec::new(), Vec::new()));
    assert_eq!(stripped.unwrap(), Reindexed::Changed);
}
