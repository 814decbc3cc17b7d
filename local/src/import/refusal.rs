//! A call that is refused: which organizations are to blame.
//!
//! The others are sent again, without the trees that have one of these: a mistake in one tree keeps no other
//! from being imported.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::forest::Forest;
use crate::client::{Answer, issue};

/// Organizations of a call that are told one by one.
const TOLD: usize = 20;

/// Which organizations of a call were refused, and which can be sent again.
#[derive(Debug, PartialEq)]
pub(super) struct Refusal {
    pub(super) refused: Vec<usize>,
    pub(super) others: Vec<usize>,
    /// A line for each organization that is to blame.
    pub(super) words: Vec<String>,
}

impl Refusal {
    /// The refusal of a call. When the answer blames no entry, all are refused.
    pub(super) fn of(forest: &Forest, call: &[usize], answer: &Answer) -> Self {
        let outcome = answer.json().unwrap_or_default();
        let blamed = blamed(&outcome, call);
        if blamed.is_empty() {
            let first = call.first().map(|at| forest.at(*at).place.to_string());
            let (count, complaint) = (call.len(), answer.complaint());
            return Self {
                refused: call.to_vec(),
                others: Vec::new(),
                words: vec![format!(
                    "{count} organizations from {} on: {complaint}",
                    first.unwrap_or_default()
                )],
            };
        }
        let trees: BTreeSet<usize> = blamed.keys().map(|at| forest.root(*at)).collect();
        let is_refused = |at: &usize| trees.contains(&forest.root(*at));
        let (refused, others) = call.iter().copied().partition(is_refused);
        let mut words: Vec<String> = blamed
            .iter()
            .take(TOLD)
            .map(|(at, says)| format!("{}: {says}", forest.at(*at).place))
            .collect();
        if blamed.len() > TOLD {
            words.push(format!("and {} more", blamed.len() - TOLD));
        }
        Self {
            refused,
            others,
            words,
        }
    }
}

/// The organizations that an outcome blames, with the first thing that it says of each.
fn blamed(outcome: &Value, call: &[usize]) -> BTreeMap<usize, String> {
    let mut blamed = BTreeMap::new();
    let issues = outcome.get("issue").and_then(Value::as_array);
    for one in issues.into_iter().flatten() {
        let place = one.pointer("/expression/0").and_then(Value::as_str);
        let number = place.and_then(|place| {
            let rest = place.strip_prefix("Bundle.entry[")?;
            rest.split_once(']')?.0.parse::<usize>().ok()
        });
        if let Some(at) = number.and_then(|number| call.get(number)) {
            blamed
                .entry(*at)
                .or_insert_with(|| issue(one).trim().to_owned());
        }
    }
    blamed
}
