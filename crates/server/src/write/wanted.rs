//! What the reads of a transaction need: checked against the state there will be, so that a read that
//! must fail keeps the whole transaction from being stored (T10).

use std::collections::BTreeMap;

use fhir::version::VersionId;
use store::{DocumentKey, Head};

use super::{identity::Identified, look_up::Known, written::Effect};
use crate::failure::Failure;

/// A resource that must be there once the operations are done: an entry reads it.
#[derive(Debug)]
pub(crate) struct Wanted {
    /// The entry that reads it.
    pub(crate) entry: usize,
    /// The resource.
    pub(crate) key: DocumentKey,
    /// The version, when a certain one is read.
    pub(crate) version: Option<VersionId>,
    /// Whether a deleted resource will do, as for its history.
    pub(crate) deleted_will_do: bool,
}

/// The last version of a resource, and whether it is a deletion.
#[derive(Debug, Clone, Copy)]
struct Last {
    version: u64,
    deleted: bool,
}

/// What entries want to read, and will not be there.
pub(super) fn missing<'a>(
    wanted: impl Iterator<Item = &'a Wanted>,
    identified: &[Identified],
    known: &Known,
) -> Vec<(Option<usize>, Failure)> {
    let after: BTreeMap<&DocumentKey, Option<Last>> = identified
        .iter()
        .map(|one| (&one.key, one.after()))
        .collect();
    let stored = |key| known.head(key).map(Last::of);
    wanted
        .filter_map(|wanted| {
            let last = after
                .get(&wanted.key)
                .copied()
                .unwrap_or_else(|| stored(&wanted.key));
            let failure = wanted
                .failure(last, known)?
                .at(&format!("Bundle.entry[{}]", wanted.entry));
            Some((Some(wanted.entry), failure))
        })
        .collect()
}

impl Wanted {
    /// Why this cannot be read, when that is the last version.
    fn failure(&self, last: Option<Last>, known: &Known) -> Option<Failure> {
        let Some(last) = last else {
            return Some(Failure::not_found(&self.key));
        };
        match self.version {
            None if last.deleted && !self.deleted_will_do => Some(Failure::gone(&self.key)),
            None => None,
            Some(VersionId(version)) => {
                let name = format!("{}/_history/{version}", self.key);
                let exists = (1..=last.version).contains(&version);
                let deleted = last.deleted && version == last.version
                    || known.is_deletion(&self.key, version);
                match (exists, deleted) {
                    (false, _) => Some(Failure::not_found(&name)),
                    (true, true) => Some(Failure::gone(&name)),
                    (true, false) => None,
                }
            }
        }
    }
}

impl Last {
    fn of(head: &Head) -> Self {
        Self {
            version: head.version,
            deleted: head.deleted,
        }
    }
}

impl Identified {
    /// The last version there will be; none when there never was a resource.
    fn after(&self) -> Option<Last> {
        let stored = self.head.as_ref().map(Last::of);
        let next = stored.map_or(1, |last| last.version + 1);
        match self.effect {
            Effect::Created | Effect::Updated => Some(Last {
                version: next,
                deleted: false,
            }),
            Effect::Deleted => Some(Last {
                version: next,
                deleted: true,
            }),
            Effect::Matched
            | Effect::Unchanged
            | Effect::AlreadyDeleted
            | Effect::NotFound
            | Effect::NotNeeded => stored,
        }
    }
}
