//! What the reads of a transaction need: checked against the state there will be, so that a read that
//! must fail keeps the whole transaction from being stored (T10).

use std::collections::BTreeMap;

use fhir::version::VersionId;
use store::DocumentKey;

use super::{identity::Identified, look_up::Known};
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

/// What entries want to read, and will not be there.
pub(super) fn missing(
    wanted: &[Wanted],
    identified: &[Identified],
    known: &Known,
) -> Vec<(Option<usize>, Failure)> {
    let after: BTreeMap<&DocumentKey, Option<u64>> = identified
        .iter()
        .map(|one| (&one.key, one.version_after()))
        .collect();
    let failure = |wanted: &Wanted| {
        let head = known.head(&wanted.key);
        let live = head.filter(|head| !head.deleted).map(|head| head.version);
        let version = after.get(&wanted.key).copied().unwrap_or(live);
        let ever = head.is_some() || version.is_some();
        match (version, wanted.version) {
            _ if !ever => Some(Failure::not_found(&wanted.key)),
            (Some(last), Some(VersionId(version))) if version == 0 || version > last => Some(
                Failure::not_found(&format!("{}/_history/{version}", wanted.key)),
            ),
            (None, None) if !wanted.deleted_will_do => Some(Failure::gone(&wanted.key)),
            _ => None,
        }
    };
    wanted
        .iter()
        .filter_map(|wanted| {
            let failure = failure(wanted)?.at(&format!("Bundle.entry[{}]", wanted.entry));
            Some((Some(wanted.entry), failure))
        })
        .collect()
}
