//! How far a step is, and what it did: its checkpoint.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::one::{End, Outcome};

/// Resources that are named with what went wrong; the others are only counted.
const MAX_NAMED: usize = 25;

/// What a step goes through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Part {
    /// The resources.
    Heads,
    /// The index entries, for those of no use.
    Entries,
}

/// See the module head.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Place {
    pub(super) part: Part,
    pub(super) segment: u32,
    pub(super) segments: u32,
    pub(super) after: Option<String>,
    pub(super) tally: Tally,
}

/// What was done.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Tally {
    /// The resources, by type.
    pub(crate) kinds: BTreeMap<String, Kinds>,
    /// Resources that could not be reindexed, and why: some of them.
    pub(crate) failures: Vec<(String, String)>,
    /// Index entries of no use that were removed.
    pub(crate) removed: u64,
}

/// The resources of a type.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Kinds {
    /// That are as they should be now: all that were looked at, but those that failed.
    pub(crate) done: u64,
    /// That were not before.
    pub(crate) stale: u64,
    /// That are not.
    pub(crate) failed: u64,
}

impl Place {
    pub(super) fn at(part: Part, segment: u32, segments: u32) -> Self {
        Self {
            part,
            segment,
            segments,
            after: None,
            tally: Tally::default(),
        }
    }

    pub(super) fn text(&self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}

impl Tally {
    pub(super) fn count(&mut self, one: Outcome) {
        let of_kind = self.kinds.entry(one.kind.clone()).or_default();
        match one.end {
            End::Fresh => of_kind.done += 1,
            End::Stale => {
                of_kind.done += 1;
                of_kind.stale += 1;
            }
            End::Failed(reason) => {
                of_kind.failed += 1;
                self.name(format!("{}/{}", one.kind, one.id), reason);
            }
        }
    }

    pub(super) fn add(&mut self, other: Self) {
        for (kind, of_kind) in other.kinds {
            let sum = self.kinds.entry(kind).or_default();
            sum.done += of_kind.done;
            sum.stale += of_kind.stale;
            sum.failed += of_kind.failed;
        }
        for (resource, reason) in other.failures {
            self.name(resource, reason);
        }
        self.removed += other.removed;
    }

    /// Resources that could not be reindexed.
    pub(crate) fn failed(&self) -> u64 {
        self.kinds.values().map(|kind| kind.failed).sum()
    }

    fn name(&mut self, resource: String, reason: String) {
        if self.failures.len() < MAX_NAMED {
            self.failures.push((resource, reason));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(id: &str, end: End) -> Outcome {
        Outcome {
            kind: "Organization".to_owned(),
            id: id.to_owned(),
            end,
        }
    }

    #[test]
    fn a_tally_counts_every_resource_once_and_names_some_that_failed() {
        let mut tally = Tally::default();
        tally.count(outcome("1", End::Fresh));
        tally.count(outcome("2", End::Stale));
        for n in 0..40 {
            tally.count(outcome(&n.to_string(), End::Failed("no".to_owned())));
        }
        let mut sum = tally.clone();
        sum.add(tally);
        let of_kind = sum.kinds["Organization"];
        assert_eq!((of_kind.done, of_kind.stale, of_kind.failed), (4, 2, 80));
        assert_eq!((sum.failed(), sum.failures.len()), (80, MAX_NAMED));
        assert_eq!(sum.failures[0], ("Organization/0".into(), "no".into()));
    }
}
