//! The direct path: heads and key items in one atomic call.
//!
//! One head alone is one conditional put; anything else is one transaction whose token is the name
//! of the transaction, so that repeating it is harmless.
//!
//! Each attempt ends in one of three ways: done, certainly not done, or no answer. After an attempt
//! without answer a later failure proves nothing about the earlier one; [`Plan::trace`] looks for
//! proof, and without it the outcome is unknown.

use std::sync::Arc;

use crate::calls::{Calls, store_error};
use crate::contention::Way;
use crate::document::DocumentKey;
use crate::error::{CommitError, Source, StoreError};
use crate::head::{encode_head, head_key};
use crate::once::Mark;
use crate::outcome::Trace;
use crate::plan::{Plan, PlannedWrite};
use crate::table::{self, Action, Condition, FailedCondition, TableError, Value};

impl Plan {
    /// Commits in one call.
    pub(crate) async fn commit_directly(&self, calls: &Calls<'_>) -> Result<(), CommitError> {
        let writes = self.truth();
        let mut unanswered: Option<Source> = None;
        for failures in 1..=calls.store.settings.attempts {
            if self.is_overdue(calls) {
                return self.failed(calls, CommitError::Deadline, unanswered).await;
            }
            match self.attempt(calls, &writes).await {
                Ok(()) => return Ok(()),
                Err(TableError::Unknown(source)) => unanswered = Some(Arc::from(source)),
                Err(error) => {
                    if let Some(refusal) = self.refusal(calls, &writes, error).await {
                        return self.failed(calls, refusal, unanswered).await;
                    }
                }
            }
            calls.pause(failures).await;
        }
        self.failed(calls, CommitError::Busy, unanswered).await
    }

    /// What to tell the caller when no more attempts are made. `error` is true only if every
    /// attempt was answered.
    async fn failed(
        &self,
        calls: &Calls<'_>,
        error: CommitError,
        unanswered: Option<Source>,
    ) -> Result<(), CommitError> {
        let Some(source) = unanswered else {
            return Err(error);
        };
        match self.trace(calls).await {
            Ok(Trace::Committed) => Ok(()),
            Ok(Trace::Overtaken(documents)) => Err(CommitError::Conflict(documents)),
            Ok(Trace::Open) | Err(_) => Err(CommitError::Unknown(source)),
        }
    }

    /// Why it is no use to try again, if it is none.
    async fn refusal(
        &self,
        calls: &Calls<'_>,
        writes: &[table::Write],
        error: TableError,
    ) -> Option<CommitError> {
        match error {
            TableError::ConditionFailed(failed) if self.is_taken_over(&failed) => {
                Some(CommitError::TakenOver)
            }
            TableError::ConditionFailed(failed) => {
                match self.clear_intents(calls, writes, &failed).await {
                    Ok(true) => None,
                    Ok(false) => Some(CommitError::Conflict(self.concerned(&failed))),
                    Err(error) => Some(error.into()),
                }
            }
            TableError::TooLarge(reason) => Some(CommitError::TooLarge(reason)),
            TableError::Refused(_) => Some(store_error(error).into()),
            TableError::Throttled | TableError::Conflict | TableError::Unknown(_) => None,
        }
    }

    async fn attempt(&self, calls: &Calls<'_>, writes: &[table::Write]) -> Result<(), TableError> {
        match writes {
            [only] if self.keys.is_empty() => calls.write_once(only.clone()).await,
            _ => {
                calls
                    .transact_once(&self.transaction, writes.to_vec())
                    .await
            }
        }
    }

    /// The conditional writes of all heads and key items: heads first, in the order of the plan.
    fn truth(&self) -> Vec<table::Write> {
        let heads = self.writes.iter().map(PlannedWrite::write);
        let keys = self
            .keys
            .iter()
            .map(|(at, key)| key.write(at, &self.transaction));
        let mark = self.mark.iter().map(Mark::write);
        heads.chain(keys).chain(mark).collect()
    }

    /// Whether the mark, which comes last, is among what failed.
    fn is_taken_over(&self, failed: &[FailedCondition]) -> bool {
        let mark = self.writes.len() + self.keys.len();
        failed.iter().any(|failed| failed.index == mark)
    }

    /// The documents on whose behalf the conditions were made that failed.
    fn concerned(&self, failed: &[FailedCondition]) -> Vec<DocumentKey> {
        let mut concerned = Vec::new();
        for FailedCondition { index, .. } in failed {
            let key = || {
                self.keys
                    .values()
                    .nth(index.checked_sub(self.writes.len())?)
            };
            match self.writes.get(*index) {
                Some(write) => concerned.push(write.document.clone()),
                None => concerned.extend(key().iter().flat_map(|key| key.documents.clone())),
            }
        }
        concerned.sort();
        concerned.dedup();
        concerned
    }

    pub(crate) fn is_overdue(&self, calls: &Calls<'_>) -> bool {
        self.deadline
            .is_some_and(|deadline| calls.store.clock.now() > deadline)
    }
}

impl PlannedWrite {
    fn write(&self) -> table::Write {
        let (revision, condition) = match &self.base {
            None => (1, Condition::NotExists("pk".into())),
            Some(base) => {
                let planned_on = Value::N(crate::attribute::stored(base.revision));
                let is_same = Condition::Equals("rev".into(), planned_on);
                let is_free = Condition::NotExists("p".into());
                (base.revision + 1, Condition::All(vec![is_same, is_free]))
            }
        };
        table::Write {
            key: head_key(&self.document),
            action: Action::Put(encode_head(&self.state, revision)),
            condition: Some(condition),
        }
    }
}

impl Plan {
    /// If a condition failed because another transaction left an intent on the item, makes it go
    /// away. False when that is not the reason, or when it does not go.
    async fn clear_intents(
        &self,
        calls: &Calls<'_>,
        writes: &[table::Write],
        failed: &[FailedCondition],
    ) -> Result<bool, StoreError> {
        let has_intent = |failed: &&FailedCondition| {
            failed
                .item
                .as_ref()
                .is_some_and(|item| item.contains_key("p"))
        };
        let contender = self.contender();
        for failed in failed.iter().filter(has_intent) {
            let Some(write) = writes.get(failed.index) else {
                continue;
            };
            if calls.clear(&write.key, contender).await? == Way::Blocked {
                return Ok(false);
            }
        }
        Ok(failed.iter().any(|failed| has_intent(&failed)))
    }
}
