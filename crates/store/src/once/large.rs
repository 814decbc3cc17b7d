//! Marks of transactions that do not fit into one call, and are committed by a decision record.
//!
//! The mark is staged before the decision, with the name of its transaction (`tx`): it says something
//! once that transaction is committed, and nothing when it is aborted. The next attempt looks up the
//! decision; once the lease is over it aborts a transaction without one, as anybody may. A mark that
//! was carried out has no `tx` any more. Decisions are kept longer than records of keys live.

use super::record::Record;
use super::{Attempt, Mark};
use crate::calls::{Calls, store_error};
use crate::clock::Millis;
use crate::decision::Decision;
use crate::error::{CommitError, StoreError};
use crate::plan::Plan;
use crate::table::{Action, Change, Condition, MAX_TRANSACT_ITEMS, TableError, Value, Write};

impl Plan {
    /// Leaves the mark, before the intents and before the decision.
    ///
    /// # Errors
    /// [`CommitError::TakenOver`] when another attempt owns the key by now.
    pub(crate) async fn stage_mark(&self, calls: &Calls<'_>) -> Result<(), CommitError> {
        let Some(mark) = &self.mark else {
            return Ok(());
        };
        if mark.part.is_some() {
            // parts are single documents: they would be this large only on purpose
            return Err(CommitError::TooManyItems {
                items: self.writes.len() + self.keys.len() + 1,
                limit: MAX_TRANSACT_ITEMS,
            });
        }
        let write = mark.stage(&self.transaction);
        let mut failures = 0;
        loop {
            match calls.write_once(write.clone()).await {
                Ok(()) => return Ok(()),
                Err(TableError::ConditionFailed(_)) => return Err(CommitError::TakenOver),
                Err(TableError::TooLarge(reason)) => return Err(CommitError::TooLarge(reason)),
                Err(error @ TableError::Refused(_)) => return Err(store_error(error).into()),
                Err(error) => calls.pause_after(error, &mut failures).await?,
            }
        }
    }

    /// The transaction is committed: the mark stands by itself.
    pub(crate) fn carry_out_mark(&self) -> Option<Write> {
        let changes = vec![Change::Remove("tx".into())];
        self.mark
            .as_ref()
            .map(|mark| mark.end(&self.transaction, changes))
    }

    /// The transaction is aborted: the mark goes.
    pub(crate) fn undo_mark(&self) -> Option<Write> {
        let changes = vec![Change::Remove("tx".into()), Change::Remove("out".into())];
        self.mark
            .as_ref()
            .map(|mark| mark.end(&self.transaction, changes))
    }
}

impl Mark {
    fn stage(&self, transaction: &str) -> Write {
        let outcome = crate::body::encode(&self.outcome);
        let free = Condition::All(vec![
            self.attempt.is_owner(),
            Condition::NotExists("out".into()),
        ]);
        Write {
            key: self.attempt.at.clone(),
            action: Action::Update(vec![
                Change::Set("out".into(), Value::B(outcome)),
                Change::Set("tx".into(), Value::S(transaction.to_owned())),
            ]),
            condition: Some(Condition::Any(vec![free, is_of(transaction)])),
        }
    }

    fn end(&self, transaction: &str, changes: Vec<Change>) -> Write {
        let Attempt { at, .. } = &self.attempt;
        Write {
            key: at.clone(),
            action: Action::Update(changes),
            condition: Some(is_of(transaction)),
        }
    }
}

/// The mark of this transaction is on the record.
pub(super) fn is_of(transaction: &str) -> Condition {
    Condition::Equals("tx".into(), Value::S(transaction.to_owned()))
}

impl Calls<'_> {
    /// The record without doubt: an outcome is on it if and only if it took effect. A transaction
    /// that is not decided is aborted when the lease is over; until then its outcome is left out.
    pub(super) async fn settled(
        &self,
        mut record: Record,
        now: Millis,
    ) -> Result<Record, StoreError> {
        let Some(transaction) = record.pending.clone() else {
            return Ok(record);
        };
        let decisions = self.decisions([transaction.clone()].into()).await?;
        let decision = match decisions.get(&transaction) {
            Some(decision) => Some(*decision),
            None if now < record.until => None,
            None => Some(self.decide(&transaction, Decision::Aborted).await?),
        };
        if decision == Some(Decision::Committed) {
            record.pending = None;
        } else {
            record.outcome = None;
        }
        Ok(record)
    }
}
