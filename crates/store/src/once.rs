//! Requests that take effect once, however often they are sent: idempotency keys.
//!
//! | step | the record of the key |
//! |------|-----------------------|
//! | [`Store::attempt`] | there: owned by this attempt, until its lease ends |
//! | [`Store::commit`] with a [`Mark`] | holds the outcome, from the instant of the commit on |
//! | [`Store::keep`] | holds the response |
//! | [`Store::give_up`] | gone: nothing was done |
//!
//! The mark is one of the items of the transaction, on the condition that the attempt still owns the
//! record and that there is no outcome yet. So the record has an outcome if and only if the
//! transaction is committed, and no second attempt is ever committed: neither one that was sent while
//! the first was slow, nor a call that arrives late. The lease decides when a second attempt may
//! *try*, and nothing else. Where one process alone commits, what another one left is tried at once.
//!
//! A request of several parts, each its own transaction, has one such outcome for each part.
//! docs/adr/0007-idempotency-keys.md goes through the crash points.

mod record;

use bytes::Bytes;

use self::record::Record;
use crate::calls::{Calls, store_error};
use crate::clock::Millis;
use crate::error::StoreError;
use crate::store::Store;
use crate::table::{self, Action, Change, Condition, Key, TableError, Value};

/// Bytes of a response that are kept, compressed: room enough below the quota for items.
const MAX_KEPT_BYTES: usize = 300 * 1024;

/// One try at a request that must take effect once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    at: Key,
    /// Names the first attempt: what its parts are found by.
    generation: String,
    owner: String,
    ttl_s: i64,
    is_resumed: bool,
}

/// What became of a request so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claimed {
    /// Nothing, as far as it has one part: go ahead.
    Begun(Attempt),
    /// It took effect, and its response was not kept.
    Done {
        /// With which the response can be kept.
        attempt: Attempt,
        /// What the mark said.
        outcome: Bytes,
    },
    /// It was answered with this response.
    Answered(Bytes),
    /// Another attempt is at work, and has until then.
    Running {
        /// When its lease ends.
        until: Millis,
    },
    /// The key was used for another request.
    Different,
}

/// Written with a transaction: its outcome, under the key of the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    attempt: Attempt,
    part: Option<usize>,
    outcome: Bytes,
}

impl Store {
    /// Claims a key for a request. The parts of both are what tells them apart from others.
    ///
    /// # Errors
    /// When the tables cannot be reached. Whether the key is claimed then is not known.
    pub async fn attempt(&self, key: &[&str], request: &[&[u8]]) -> Result<Claimed, StoreError> {
        let calls = self.calls();
        let at = record::key_of(key);
        let request = record::hash_of(request);
        let owner = self.ids.uuid();
        self.begin_attempt(&owner, self.clock.now().plus(self.settings.lease_ms));
        let mut failures = 0;
        loop {
            let now = self.clock.now();
            let found = calls.get(at.clone()).await?;
            let found = found.map(|item| Record::decode(&item)).transpose()?;
            let fresh = || Record::fresh(&request, &owner, now, self.settings.lease_ms);
            let (record, write) = match found {
                None => (fresh(), fresh().put(&at, Condition::NotExists("pk".into()))),
                // our claim has arrived, though it was not answered
                Some(record) if record.owner == owner => return Ok(record.claimed(&at)),
                Some(old) if old.expires <= now => {
                    (fresh(), fresh().put(&at, record::is_owned_by(&old.owner)))
                }
                Some(old) if old.request != request => return Ok(Claimed::Different),
                Some(Record {
                    response: Some(response),
                    ..
                }) => return Ok(Claimed::Answered(response)),
                Some(old) if self.is_running(&old, now) => {
                    return Ok(Claimed::Running { until: old.until });
                }
                Some(old) => old.taken_over(&at, &owner, now.plus(self.settings.lease_ms)),
            };
            match calls.write_once(write).await {
                Ok(()) => return Ok(record.claimed(&at)),
                Err(TableError::ConditionFailed(_)) => {
                    calls
                        .pause_after(TableError::Conflict, &mut failures)
                        .await?;
                }
                Err(error) => calls.pause_after(error, &mut failures).await?,
            }
        }
    }

    fn is_running(&self, record: &Record, now: Millis) -> bool {
        record.outcome.is_none() && now < record.until && !self.is_given_up(&record.owner)
    }

    /// The outcome of a part of a request, if it took effect in an earlier attempt.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn recall(
        &self,
        attempt: &Attempt,
        part: usize,
    ) -> Result<Option<Bytes>, StoreError> {
        if !attempt.is_resumed {
            return Ok(None);
        }
        let item = self.calls().get(attempt.part_key(part)).await?;
        item.map(|item| record::outcome_of(&item))
            .transpose()
            .map(Option::flatten)
    }

    /// Keeps the response, for whoever asks again. One that is too large is not kept: the next
    /// attempt is told the outcome.
    ///
    /// # Errors
    /// When the tables do not take it.
    pub async fn keep(&self, attempt: &Attempt, response: &[u8]) -> Result<(), StoreError> {
        let stored = crate::body::encode(response);
        let changes = if stored.len() <= MAX_KEPT_BYTES {
            vec![
                Change::Set("res".into(), Value::B(stored)),
                // nobody owns it any more, so that no mark that is late finds its owner
                Change::Set("own".into(), Value::S("-".to_owned())),
                Change::Remove("out".into()),
            ]
        } else {
            vec![Change::Set("until".into(), Value::N(0))]
        };
        self.finish(attempt, Action::Update(changes), attempt.is_owner())
            .await
    }

    /// Frees the key: the request has failed, and certainly has no effect.
    ///
    /// # Errors
    /// When the tables do not take it; the key is free when the lease ends.
    pub async fn give_up(&self, attempt: &Attempt) -> Result<(), StoreError> {
        let nothing_done =
            Condition::All(vec![attempt.is_owner(), Condition::NotExists("out".into())]);
        self.finish(attempt, Action::Delete, nothing_done).await
    }

    /// Changes the record as long as the condition holds; what no longer holds needs no change.
    async fn finish(
        &self,
        attempt: &Attempt,
        action: Action,
        condition: Condition,
    ) -> Result<(), StoreError> {
        let calls: Calls<'_> = self.calls();
        let write = table::Write {
            key: attempt.at.clone(),
            action,
            condition: Some(condition),
        };
        let mut failures = 0;
        loop {
            match calls.write_once(write.clone()).await {
                Ok(()) | Err(TableError::ConditionFailed(_)) => return Ok(()),
                Err(error @ TableError::Refused(_)) => return Err(store_error(error)),
                Err(error) => calls.pause_after(error, &mut failures).await?,
            }
        }
    }
}

impl Attempt {
    /// The mark of a transaction that is the whole request, or of the one that is a part of it.
    pub fn mark(&self, part: Option<usize>, outcome: Bytes) -> Mark {
        Mark {
            attempt: self.clone(),
            part,
            outcome,
        }
    }

    fn is_owner(&self) -> Condition {
        record::is_owned_by(&self.owner)
    }

    fn part_key(&self, part: usize) -> Key {
        record::part_of(&self.at, &self.generation, part)
    }
}

impl Mark {
    /// The write that carries it out, as an item of the transaction.
    pub(crate) fn write(&self) -> table::Write {
        let outcome = crate::body::encode(&self.outcome);
        match self.part {
            None => table::Write {
                key: self.attempt.at.clone(),
                action: Action::Update(vec![Change::Set("out".into(), Value::B(outcome))]),
                condition: Some(Condition::All(vec![
                    self.attempt.is_owner(),
                    Condition::NotExists("out".into()),
                ])),
            },
            Some(part) => table::Write {
                key: self.attempt.part_key(part),
                action: Action::Put(record::part_item(outcome, self.attempt.ttl_s)),
                condition: Some(Condition::NotExists("pk".into())),
            },
        }
    }
}
