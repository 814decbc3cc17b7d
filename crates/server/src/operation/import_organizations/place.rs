//! How far an import is, and what came of it.

use serde::{Deserialize, Serialize};

/// Refusals that are told in the report.
const TOLD: usize = 100;

/// What was asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Wanted {
    /// The files of the parts.
    pub(super) parts: Vec<String>,
    /// Organizations in all parts together.
    pub(super) organizations: usize,
}

/// A step: a part, tree by tree.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Place {
    /// The file of the part.
    pub(super) part: String,
    /// Trees that are done.
    pub(super) trees: usize,
    /// The files in which it is told what came of them.
    pub(super) files: Vec<String>,
    /// The same, counted.
    pub(super) tally: Tally,
}

/// What became of the organizations.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Tally {
    pub(super) created: usize,
    pub(super) updated: usize,
    pub(super) unchanged: usize,
    pub(super) refused: usize,
    /// The first refusals: the positions of a tree's first organization, and why.
    pub(super) refusals: Vec<(usize, String)>,
}

/// A completed import.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Outcome {
    /// The files of the answer's pages.
    pub(super) pages: Vec<String>,
    pub(super) tally: Tally,
}

impl Tally {
    pub(super) fn add(&mut self, other: Self) {
        self.created += other.created;
        self.updated += other.updated;
        self.unchanged += other.unchanged;
        self.refused += other.refused;
        self.refusals.extend(other.refusals);
        self.refusals.truncate(TOLD);
    }

    /// All organizations that it counts.
    pub(super) fn organizations(&self) -> usize {
        self.created + self.updated + self.unchanged + self.refused
    }

    /// `1 created, 2 updated, 3 unchanged, 4 refused`
    pub(super) fn sentence(&self) -> String {
        let Self {
            created,
            updated,
            unchanged,
            refused,
            ..
        } = self;
        format!("{created} created, {updated} updated, {unchanged} unchanged, {refused} refused")
    }

    /// The same, with the first refusals, for people.
    pub(super) fn report(&self) -> String {
        let refusals = self.refusals.iter();
        let refusals = refusals.map(|(position, why)| format!("entry {position}: {why}\n"));
        std::iter::once(format!("{}\n", self.sentence()))
            .chain(refusals)
            .collect()
    }
}
