//! Candidates, held against the whole query: only what matches on its effective head is a match.

use fhir::{instant::Instant, json::Object, resource, search, version::VersionId};
use store::{DocumentKey, Head};

use super::{
    Search,
    candidates::{Candidate, Entry},
    chain::Ready,
};
use crate::failure::Failure;

/// A resource that matches, as it was when it was looked at.
#[derive(Debug, Clone)]
pub(crate) struct Match {
    /// Its head.
    pub(crate) head: Head,
    /// The same as clients see it.
    pub(crate) object: Object,
}

impl Match {
    /// Of a live head.
    ///
    /// # Errors
    ///
    /// 500 when what is stored is not a resource.
    pub(crate) fn of(head: Head) -> Result<Self, Failure> {
        let version = VersionId(head.version);
        let last_updated = Instant::from_millis(head.last_updated.0);
        let object = resource::present(&head.body, version, last_updated);
        Ok(Self {
            object: object.map_err(Failure::internal)?,
            head,
        })
    }

    /// Whether all conditions hold.
    pub(super) fn meets(&self, conditions: &[Ready]) -> bool {
        conditions.iter().all(|condition| match condition {
            Ready::Ids(ids) => ids.contains(&self.head.key.id),
            Ready::Field(field) => field.criterion.matches(&self.object),
        })
    }
}

impl Search<'_> {
    /// Which of the candidates match, in their order. A resource that a driver finds by several
    /// entries is a match where the first of them is.
    pub(super) async fn verified(
        &self,
        kind: &str,
        conditions: &[Ready],
        candidates: Vec<Candidate>,
    ) -> Result<Vec<(Candidate, Option<Match>)>, Failure> {
        self.spend(candidates.len());
        let unread: Vec<DocumentKey> = candidates
            .iter()
            .filter(|candidate| candidate.head.is_none())
            .map(|candidate| DocumentKey::new(kind, candidate.id.as_str()))
            .collect();
        let mut read = self.context.store.read_many(&unread).await?.into_iter();
        let mut verified = Vec::with_capacity(candidates.len());
        for mut candidate in candidates {
            let head = candidate
                .head
                .take()
                .or_else(|| read.next().flatten())
                .filter(|head| !head.deleted);
            let found = head.map(Match::of).transpose()?;
            let found = found.filter(|found| {
                found.meets(conditions)
                    && candidate
                        .entry
                        .as_ref()
                        .is_none_or(|entry| self.is_first(entry, found))
            });
            verified.push((candidate, found));
        }
        Ok(verified)
    }

    /// Whether no other entry of the resource comes earlier in the ranges of the driver.
    fn is_first(&self, entry: &Entry, found: &Match) -> bool {
        let own = search::index_entries(&self.set, &found.object);
        let first = own
            .iter()
            .filter_map(|own| Some((entry.ranges.position(own)?, own.sort.as_str())))
            .min();
        // a long sort text is cut in the index
        first.is_none_or(|(range, sort)| range == entry.range && sort.starts_with(&entry.sort))
    }
}
