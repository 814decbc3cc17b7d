//! Committing a transaction: plan, stage, verify, and then one atomic step.
//!
//! ```text
//! plan            pure: which items change, and on what condition
//! stage  | verify side by side: entries and version items | key items and rivals of claims
//! commit          small: heads and key items in one call, each as the plan found it (`direct`)
//!                 large: an intent on each of them, then one decision record (`flip`)
//! ```
//!
//! Everything staged may exist without its transaction; nothing committed exists without everything
//! that was staged for it.

use futures::future::{self, Either, FutureExt};

use crate::calls::Calls;
use crate::clock::Millis;
use crate::error::CommitError;
use crate::plan::Plan;
use crate::store::Store;
use crate::table::Write;
use crate::transaction::{Committed, Transaction};

impl Store {
    /// Makes all writes of a transaction take effect at one instant, or none of them. Answers in the
    /// order of the writes.
    ///
    /// # Errors
    /// See [`CommitError`]: each variant says whether anything was written.
    pub async fn commit(&self, transaction: Transaction) -> Result<Vec<Committed>, CommitError> {
        let begun = self.begin_commit();
        let name = begun.transaction.clone();
        let outcome = self.commit_at(begun.at, name, transaction).await;
        if !matches!(outcome, Err(CommitError::Unknown(_))) {
            begun.end();
        }
        outcome
    }

    async fn commit_at(
        &self,
        began: Millis,
        name: String,
        transaction: Transaction,
    ) -> Result<Vec<Committed>, CommitError> {
        let calls = self.calls();
        let mut plan = Plan::new(transaction, name, began, self.dictionaries)?;
        if plan.writes.is_empty() && plan.keys.len() < 2 {
            // one criterion alone was true when it was read: there is nothing to hold together
            return Ok(Vec::new());
        }
        plan.spill(&self.settings)?;
        plan.choose_path(&self.settings);
        prepare(&mut plan, &calls).await?;
        let outcome = if plan.is_direct {
            plan.commit_directly(&calls).await
        } else {
            plan.commit_by_flip(&calls).await
        };
        match outcome {
            Ok(()) => Ok(plan.committed()),
            Err(error) => {
                if error.nothing_written() {
                    calls.withdraw(&plan).await;
                }
                if let (Some(receipt), CommitError::Conflict(_)) = (&self.receipt, &error) {
                    receipt.add_conflict();
                }
                Err(error)
            }
        }
    }
}

/// Stages and verifies, side by side; beside both, a large transaction arms the alarm.
async fn prepare(plan: &mut Plan, calls: &Calls<'_>) -> Result<(), CommitError> {
    if plan.is_direct {
        return stage_and_verify(plan, calls).await;
    }
    let alarm = calls.arm(plan.transaction.clone()).boxed();
    let preparing = stage_and_verify(plan, calls).boxed();
    match future::select(alarm, preparing).await {
        Either::Left(((), preparing)) => preparing.await,
        Either::Right((prepared, alarm)) => {
            prepared?;
            let patience = calls.store.settings.alarm_patience_ms;
            future::select(alarm, calls.store.clock.sleep(patience)).await;
            Ok(())
        }
    }
}

async fn stage_and_verify(plan: &mut Plan, calls: &Calls<'_>) -> Result<(), CommitError> {
    let (staging, verifying) = (calls.branch(), calls.branch());
    let staged = calls.store.staged(plan);
    let (staged, verified) =
        future::join(staging.stage(staged), plan.verify_claims(&verifying)).await;
    calls.join(&staging);
    calls.join(&verifying);
    staged?;
    if verified.is_err() {
        calls.withdraw(plan).await;
        // nothing else of it was written, so that there is nothing to find by the manifest
        if !plan.is_direct {
            let keys = plan.manifest().into_iter().map(|part| part.key);
            let _ = calls.write_all(keys.map(Write::delete).collect()).await;
        }
    }
    verified
}

impl Calls<'_> {
    /// Has somebody look at the transaction when its lease is over. If that does not work the sweep
    /// finds it, by its manifest: so it is no reason to fail.
    async fn arm(&self, transaction: String) {
        let lease_ms = u64::try_from(self.store.settings.lease_ms).unwrap_or_default();
        // a lease is over when more than it has passed
        let _ = self.store.alarm.arm(transaction, lease_ms + 1).await;
    }

    /// Takes back the entries of a transaction that was not committed and never will be. Best
    /// effort: what stays is verified by every reader and found by nobody.
    pub(crate) async fn withdraw(&self, plan: &Plan) {
        let keys = plan.entries.iter().map(|entry| entry.key.clone());
        let _ = self.write_all(keys.map(Write::delete).collect()).await;
    }
}

impl CommitError {
    /// Whether it is certain that nothing was written, now and for ever.
    fn nothing_written(&self) -> bool {
        !matches!(self, Self::Unknown(_))
    }
}
