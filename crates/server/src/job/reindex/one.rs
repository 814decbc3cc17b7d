//! One resource, whoever else is writing it.
//!
//! Whoever changes it in between wins, and has given it the entries that it should have; an attempt
//! that finds that so is done. One that still finds it otherwise - the other was aborted, or the rules
//! changed - tries again.

use fhir::resource::Resource;
use serde_json::Value;
use store::{Head, ReindexError, Reindexed, Store};

use super::rules::Rules;
use super::{Reindex, Stop, Wanted};

/// Attempts at one resource.
const ATTEMPTS: u32 = 6;
/// The pause after the first, in ms; it doubles each time.
const PAUSE_MS: u64 = 50;

/// What became of a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Outcome {
    pub(super) kind: String,
    pub(super) id: String,
    pub(super) end: End,
}

/// How it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum End {
    /// It has what it should have, and had it before.
    Fresh,
    /// It did not have what it should have.
    Stale,
    /// It still does not, for this reason.
    Failed(String),
}

impl Reindex {
    pub(super) async fn reindex_one(
        &self,
        rules: &Rules,
        mut head: Head,
        wanted: &Wanted,
    ) -> Result<Outcome, Stop> {
        let key = head.key.clone();
        let outcome = |end| Outcome {
            kind: key.kind.clone(),
            id: key.id.clone(),
            end,
        };
        for attempt in 0..ATTEMPTS {
            if head.deleted {
                return Ok(outcome(End::Fresh));
            }
            let Some(resource) = resource(&head) else {
                return Ok(outcome(End::Failed("it cannot be read".to_owned())));
            };
            let identifiers = rules.identifiers(&resource);
            let entries = rules.entries(&resource);
            if !wanted.writes() {
                let is_stale = Store::is_stale(&head, &identifiers, &entries);
                return Ok(outcome(if is_stale { End::Stale } else { End::Fresh }));
            }
            match self.store.reindex(head, identifiers, entries).await {
                Ok(Reindexed::Changed) => return Ok(outcome(End::Stale)),
                Ok(Reindexed::Unchanged) => return Ok(outcome(End::Fresh)),
                Ok(Reindexed::Conflict) => {}
                Err(ReindexError::Store(error)) => return Err(error.into()),
                Err(error) => return Ok(outcome(End::Failed(error.to_string()))),
            }
            self.clock.sleep(PAUSE_MS << attempt).await;
            head = match self.store.read(&key).await? {
                Some(head) => head,
                None => return Ok(outcome(End::Fresh)),
            };
        }
        let text = format!("others kept changing it, {ATTEMPTS} times; reindex it again");
        Ok(outcome(End::Failed(text)))
    }
}

fn resource(head: &Head) -> Option<Resource> {
    let value: Value = serde_json::from_slice(&head.body).ok()?;
    Resource::from_value(value).ok()
}
