//! The flip path: transactions of any size, committed by one decision record.
//!
//! ```text
//! stage     an intent on every head and every key item, each on the condition of the plan
//! decide    one conditional put; from now on every reader takes the intents for the state
//! carry out intents become state, one by one; readers and recovery do what is left
//! ```
//!
//! Until the decision anybody may abort the transaction, at any moment; so whatever fails before it
//! has failed for certain, whether or not it was answered. Whoever is told "committed" is told so
//! after the decision, and does not depend on what happens then.

use futures::future::{self, FutureExt};

use crate::attribute::stored;
use crate::calls::{Calls, store_error};
use crate::contention::Way;
use crate::decision::{Decision, Verdict};
use crate::document::DocumentKey;
use crate::error::{CommitError, Source, StoreError};
use crate::head::head_key;
use crate::intent::{self, Owner};
use crate::key_plan::KeyPlan;
use crate::once::Mark;
use crate::plan::{Plan, PlannedWrite};
use crate::side_by_side::side_by_side;
use crate::table::{self, Action, Change, Condition, FailedCondition, TableError, Value};

/// What the plan leaves an intent on: a head, or a key item.
enum Truth<'p> {
    Head(&'p PlannedWrite),
    Key(&'p table::Key, &'p KeyPlan),
}

/// A conditional write and the documents on whose behalf it is made.
struct Step {
    write: table::Write,
    documents: Vec<DocumentKey>,
    /// Announcements that the write makes, when it makes nothing else.
    announced: Vec<String>,
}

impl Plan {
    /// Commits by decision record.
    pub(crate) async fn commit_by_flip(&self, calls: &Calls<'_>) -> Result<(), CommitError> {
        if self.is_overdue(calls) {
            // nothing is there but the manifest, by which recovery forgets it
            return Err(CommitError::Deadline);
        }
        let (putting, leaving) = (calls.branch(), calls.branch());
        let (put, left) = future::join(putting.put_blobs(self), self.stage_intents(&leaving)).await;
        calls.join(&putting);
        calls.join(&leaving);
        if let Err(error) = left.and(put.map_err(CommitError::from)) {
            self.abort(calls).await;
            return Err(error);
        }
        if self.is_overdue(calls) {
            self.abort(calls).await;
            return Err(CommitError::Deadline);
        }
        match self.settle_outcome(calls).await {
            Ok(Verdict::Decided(Decision::Committed)) => {
                self.carry_out_in_time(calls).await;
                Ok(())
            }
            Ok(Verdict::Decided(Decision::Aborted)) => {
                self.undo(calls).await;
                Err(CommitError::Conflict(Vec::new()))
            }
            Ok(Verdict::Refused) => {
                self.abort(calls).await;
                Err(CommitError::TakenOver)
            }
            Err(error) => Err(CommitError::Unknown(source(error))),
        }
    }

    /// Decides, together with the mark of the request if it has one. When no attempt is answered,
    /// tries to abort instead: whichever record is there first tells.
    async fn settle_outcome(&self, calls: &Calls<'_>) -> Result<Verdict, StoreError> {
        let mark = self.mark.as_ref().map(Mark::write);
        let committed = calls
            .decide_along(&self.transaction, Decision::Committed, mark, self.deadline)
            .await;
        if committed.is_ok() {
            return committed;
        }
        calls
            .decide(&self.transaction, Decision::Aborted)
            .await
            .map(Verdict::Decided)
    }

    fn owner(&self) -> Owner {
        Owner {
            transaction: self.transaction.clone(),
            age: self.age(),
        }
    }

    async fn stage_intents(&self, calls: &Calls<'_>) -> Result<(), CommitError> {
        let owner = &self.owner();
        let heads = self.writes.iter().map(Truth::Head);
        let keys = self.keys.iter().map(|(at, key)| Truth::Key(at, key));
        let all: Vec<Truth<'_>> = heads.chain(keys).collect();
        let branches: Vec<Calls<'_>> = all.iter().map(|_| calls.branch()).collect();
        let staging: Vec<_> = branches.iter().zip(all).collect();
        let outcome = side_by_side(staging, calls.store.settings.in_flight, |(branch, one)| {
            self.stage_one(branch, one.stage(owner)).boxed()
        })
        .await;
        calls.join_all(&branches);
        outcome
    }

    /// Repeats one conditional write until it is done, or certainly refused.
    async fn stage_one(&self, calls: &Calls<'_>, step: Step) -> Result<(), CommitError> {
        let contender = self.contender();
        let mut failures = 0;
        loop {
            let error = match calls.write_once(step.write.clone()).await {
                Ok(()) => return Ok(()),
                Err(error) => error,
            };
            match &error {
                TableError::ConditionFailed(failed) => {
                    if step.is_done(failed) {
                        return Ok(());
                    }
                    let is_taken = failed.iter().any(has_intent);
                    if !is_taken || calls.clear(&step.write.key, contender).await? == Way::Blocked {
                        return Err(CommitError::Conflict(step.documents));
                    }
                }
                TableError::TooLarge(reason) => return Err(CommitError::TooLarge(reason.clone())),
                TableError::Refused(_) => return Err(store_error(error).into()),
                TableError::Throttled | TableError::Conflict | TableError::Unknown(_) => {}
            }
            if self.is_overdue(calls) {
                return Err(CommitError::Deadline);
            }
            failures += 1;
            if failures >= calls.store.settings.staging_attempts {
                return Err(match error {
                    TableError::ConditionFailed(_) => CommitError::Conflict(step.documents),
                    error => store_error(error).into(),
                });
            }
            calls.pause(failures).await;
        }
    }

    /// Makes sure that the transaction is never committed, and takes back what it left.
    async fn abort(&self, calls: &Calls<'_>) {
        // nobody but us would ever decide that it is committed, and we do not; without the record
        // the intents stay until somebody aborts the transaction for having outlived its lease
        if calls
            .decide(&self.transaction, Decision::Aborted)
            .await
            .is_ok()
        {
            self.undo(calls).await;
        }
    }

    /// Carries out as much as there is time for: the answer does not wait for it.
    async fn carry_out_in_time(&self, calls: &Calls<'_>) {
        let carrying_out = self.carry_out(calls).boxed();
        let Some(deadline) = self.deadline else {
            return carrying_out.await;
        };
        let left = deadline.since(calls.store.clock.now());
        let left = u64::try_from(left).unwrap_or_default();
        // asleep only once there is something to wait for
        let time = async { calls.store.clock.sleep(left).await }.boxed();
        future::select(carrying_out, time).await;
    }

    /// Intents become state. Best effort: whoever meets one that is left carries it out.
    async fn carry_out(&self, calls: &Calls<'_>) {
        let owner = self.owner();
        let heads = self.writes.iter().map(|write| {
            let revision = write.base.as_ref().map_or(0, |base| base.revision);
            intent::carry_out_head(&head_key(&write.document), &write.state, revision)
        });
        let keys = self
            .keys
            .iter()
            .filter_map(|(at, key)| key.carry_out(at, &owner));
        let writes: Vec<table::Write> = heads.chain(keys).collect();
        if calls.try_once(writes).await {
            calls.note_finished(&self.transaction).await;
        }
    }

    /// Intents, announcements and blobs go away. Only after the transaction was aborted; best effort.
    async fn undo(&self, calls: &Calls<'_>) {
        let owner = self.owner();
        let heads = self.writes.iter().map(|write| {
            let at = head_key(&write.document);
            intent::undo_head(&at, &self.transaction, write.base.is_some())
        });
        let keys = self
            .keys
            .iter()
            .filter_map(|(at, key)| key.undo(at, &owner));
        let writes: Vec<table::Write> = heads.chain(keys).collect();
        let is_undone = calls.try_once(writes).await;
        let blobs = self.blobs.iter().map(|blob| blob.key.clone());
        let is_removed = calls.delete_blobs(blobs.collect()).await.is_ok();
        if is_undone && is_removed {
            calls.note_finished(&self.transaction).await;
        }
    }
}

impl Truth<'_> {
    fn stage(&self, owner: &Owner) -> Step {
        match self {
            Self::Head(write) => Step {
                write: write.stage(owner),
                documents: vec![write.document.clone()],
                announced: Vec::new(),
            },
            Self::Key(at, key) => Step {
                write: key.stage(at, owner),
                documents: key.documents.iter().cloned().collect(),
                announced: if key.leaves_intent() {
                    Vec::new()
                } else {
                    key.early_announcements(owner).into_iter().collect()
                },
            },
        }
    }
}

impl PlannedWrite {
    /// The write that leaves the intent.
    fn stage(&self, owner: &Owner) -> table::Write {
        let as_planned = match &self.base {
            None => Condition::NotExists("pk".into()),
            Some(base) => Condition::All(vec![
                Condition::Equals("rev".into(), Value::N(stored(base.revision))),
                Condition::NotExists("p".into()),
            ]),
        };
        let intent = Value::M(intent::on_head(&self.state, owner.age));
        table::Write {
            key: head_key(&self.document),
            action: Action::Update(vec![Change::Set("p".into(), intent)]),
            condition: Some(Condition::Any(vec![
                as_planned,
                intent::is_of(&owner.transaction),
            ])),
        }
    }
}

impl Step {
    /// Whether an earlier attempt, which was not answered, has done it.
    fn is_done(&self, failed: &[FailedCondition]) -> bool {
        let own = failed
            .iter()
            .find_map(|failed| failed.item.as_ref()?.get("own"));
        match own {
            Some(Value::Set(own)) if !self.announced.is_empty() => self
                .announced
                .iter()
                .all(|announced| own.contains(announced)),
            _ => false,
        }
    }
}

fn has_intent(failed: &FailedCondition) -> bool {
    failed
        .item
        .as_ref()
        .is_some_and(|item| item.contains_key("p"))
}

fn source(error: StoreError) -> Source {
    match error {
        StoreError::Unavailable(source) => source,
        error => std::sync::Arc::new(error),
    }
}
