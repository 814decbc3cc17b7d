//! A turn at a step: from a lease to a checkpoint.

use std::time::Duration;

use serde_json::Value;

use super::engine::{Again, Engine, Found, millis};
use super::lease::{Applicant, Claim, Step};
use super::message::Message;
use super::record;
use super::state::State;
use super::work::{Progress, Turn, Work};

impl Engine {
    /// A turn at a step.
    pub(super) async fn go_on(
        &self,
        work: &dyn Work,
        found: Found,
        number: usize,
    ) -> Result<(), Again> {
        let Some(first) = found.job.plan.get(number) else {
            return Ok(());
        };
        let key = record::step_key(&found.job.id, number);
        let stored = self.store.record(&key).await?;
        let revision = stored.as_ref().map(|record| record.revision);
        let step = match &stored {
            Some(record) => record::decode(&key, &record.body)?,
            None => Step::new(first.clone()),
        };
        let step = match step.claim(self.applicant()) {
            Claim::Granted(step) => step,
            Claim::Taken => return Ok(()),
            Claim::Done => return self.look_at(work, found).await,
            Claim::Hopeless => {
                let text = format!("step {number} was begun {} times in vain", step.attempts);
                return self.fail(found, &text).await;
            }
        };
        let Some(revision) = self.put_step(&found.job, number, &step, revision).await? else {
            return Ok(());
        };
        let turn = Turn {
            checkpoint: step.checkpoint.clone(),
            until: self.clock.now().plus(millis(self.settings.turn)),
        };
        match work.step(&found.job, turn).await {
            Ok(progress) => {
                self.put_down(work, (found, number), revision, progress)
                    .await
            }
            Err(why) => {
                let _ = self
                    .put_step(&found.job, number, &step.given_back(), Some(revision))
                    .await?;
                self.stopped(found, why).await
            }
        }
    }

    async fn put_down(
        &self,
        work: &dyn Work,
        (found, number): (Found, usize),
        revision: u64,
        progress: Progress,
    ) -> Result<(), Again> {
        let is_divided = matches!(progress, Progress::Divided(..));
        let (checkpoint, is_done, found) = match progress {
            Progress::More(checkpoint) => (checkpoint, false, found),
            Progress::Done(checkpoint) => (checkpoint, true, found),
            Progress::Divided(checkpoint, more) => {
                let Some(found) = self.divide(found, more).await? else {
                    return Ok(());
                };
                (checkpoint, false, found)
            }
        };
        let step = Step::put_down(checkpoint, is_done);
        let put = self.put_step(&found.job, number, &step, Some(revision));
        if put.await?.is_none() {
            // the lease was over, and somebody else is at it
            return Ok(());
        }
        if is_done || is_divided {
            return self.look_at(work, found).await;
        }
        self.send(&Message::step(&found.job.id, number), Duration::ZERO)
            .await
    }

    /// Adds steps to a plan of one. When they have been added before, by an attempt that got no
    /// further, those stand. None when the job is not in progress any more.
    async fn divide(&self, found: Found, more: Vec<Value>) -> Result<Option<Found>, Again> {
        let mut found = found;
        while found.job.state == State::InProgress {
            if found.job.plan.len() > 1 {
                return Ok(Some(found));
            }
            let mut job = found.job.clone();
            job.plan.extend(more.iter().cloned());
            if let Some(divided) = self.put_job(job, found.revision).await? {
                return Ok(Some(divided));
            }
            let Some(now) = self.find(&found.job.id).await? else {
                return Ok(None);
            };
            found = now;
        }
        Ok(None)
    }

    pub(super) fn applicant(&self) -> Applicant<'_> {
        Applicant {
            worker: &self.worker,
            is_alone: self.settings.is_alone,
            now: self.clock.now(),
            lease_ms: millis(self.settings.lease),
            max_attempts: self.settings.attempts,
        }
    }
}
