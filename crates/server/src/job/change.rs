//! The records of jobs and steps change, each on the condition that it is as it was read.

use store::{Millis, RecordError};

use super::engine::{Again, Engine, Found, millis};
use super::lease::Step;
use super::record::{self, Job};
use super::state::Event;
use super::work::Stop;

impl Engine {
    /// Fails a job, unless it is over.
    pub(super) async fn fail(&self, found: Found, reason: &str) -> Result<(), Again> {
        tracing::warn!(
            job = found.job.id,
            kind = found.job.kind,
            reason,
            "a job failed"
        );
        let reason = |job: &mut Job| job.reason = Some(reason.to_owned());
        self.end(found, Event::Failed, reason).await.map(drop)
    }

    /// Cancels a job, and tells whether that came in time.
    ///
    /// # Errors
    /// When its record cannot be reached.
    pub(crate) async fn cancel(&self, found: Found) -> Result<bool, Again> {
        self.end(found, Event::Cancelled, |_| {}).await
    }

    /// Takes the result of a completed job away.
    ///
    /// # Errors
    /// When its record cannot be reached.
    pub(crate) async fn forget(&self, found: Found) -> Result<(), Again> {
        let mut found = found;
        while found.job.result.is_some() {
            let job = Job {
                result: None,
                ..found.job.clone()
            };
            if self.put_job(job, found.revision).await?.is_some() {
                return Ok(());
            }
            let Some(now) = self.find(&found.job.id).await? else {
                return Ok(());
            };
            found = now;
        }
        Ok(())
    }

    async fn end(
        &self,
        found: Found,
        event: Event,
        change: impl Fn(&mut Job),
    ) -> Result<bool, Again> {
        let mut found = found;
        while !found.job.state.is_over() {
            if self.change(&found, event, &change).await?.is_some() {
                return Ok(true);
            }
            let Some(now) = self.find(&found.job.id).await? else {
                return Ok(false);
            };
            found = now;
        }
        Ok(false)
    }

    pub(super) async fn stopped(&self, found: Found, stop: Stop) -> Result<(), Again> {
        match stop {
            Stop::Again(source) => Err(Again::Work(source)),
            Stop::Final(reason) => self.fail(found, &reason).await,
        }
    }

    /// Records what an event makes of a job. None when somebody else has changed it, or it cannot
    /// happen any more.
    pub(super) async fn change(
        &self,
        found: &Found,
        event: Event,
        change: impl FnOnce(&mut Job),
    ) -> Result<Option<Found>, Again> {
        let Some(mut job) = found.job.after(event, self.clock.now()) else {
            return Ok(None);
        };
        change(&mut job);
        let changed = self.put_job(job, found.revision).await?;
        if let Some(found) = changed.as_ref().filter(|found| found.job.state.is_over()) {
            tracing::info!(job = found.job.id, state = ?found.job.state, "a job is over");
            self.strike_off(&found.job).await?;
        }
        Ok(changed)
    }

    pub(super) async fn put_job(&self, job: Job, revision: u64) -> Result<Option<Found>, Again> {
        let key = record::job_key(&job.id);
        let body = record::encode(&job);
        let put = self
            .store
            .put_record(&key, body, Some(revision), Some(self.forgotten(&job)));
        Ok(unless_changed(put.await)?.map(|revision| Found { job, revision }))
    }

    pub(super) async fn put_step(
        &self,
        job: &Job,
        number: usize,
        step: &Step,
        revision: Option<u64>,
    ) -> Result<Option<u64>, Again> {
        let key = record::step_key(&job.id, number);
        let body = record::encode(step);
        let put = self
            .store
            .put_record(&key, body, revision, Some(self.forgotten(job)));
        unless_changed(put.await)
    }

    /// When nothing is known of a job any more.
    pub(super) fn forgotten(&self, job: &Job) -> Millis {
        let over = job.ended().unwrap_or(Millis(job.deadline));
        over.plus(millis(self.settings.retention))
            .plus(millis(self.settings.remembered))
    }
}

/// What a conditional put came to; none when the record was changed by somebody else.
pub(super) fn unless_changed(put: Result<u64, RecordError>) -> Result<Option<u64>, Again> {
    match put {
        Ok(revision) => Ok(Some(revision)),
        Err(RecordError::Conflict) => Ok(None),
        Err(RecordError::Store(error)) => Err(error.into()),
        Err(error @ RecordError::TooLarge(_)) => Err(Again::Broken(error.into())),
    }
}
