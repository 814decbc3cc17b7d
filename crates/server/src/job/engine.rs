//! Messages move jobs on.
//!
//! | the job is | a message about it | one about a step |
//! | --- | --- | --- |
//! | accepted | is planned, when it may begin | the same |
//! | in progress | its open steps get a message each; without any it is finished | the step's turn |
//! | finalizing | is finished | is finished |
//! | over, unknown | nothing | nothing |
//!
//! Whoever finds a record changed under his hands leaves it: the other one goes on from there. A
//! message that cannot be worked off now stays on its queue ([`Again`]).

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use store::{Clock, Ids, Store, StoreError};

use super::lease::Step;
use super::message::Message;
use super::record::{self, Job, Unreadable};
use super::state::{Event, State};
use super::work::Work;
use crate::port::{Queue, QueueError};
use crate::settings::JobSettings;

/// Why a message stays on its queue, or a job was not found.
#[derive(Debug, thiserror::Error)]
pub enum Again {
    /// It names no job. It never will, and becomes a dead letter.
    #[error("not a message of a job: {0}")]
    Unreadable(String),
    /// This process does not know such jobs: another version of Fyr may.
    #[error("unknown kind of job: {0}")]
    UnknownKind(String),
    /// The records cannot be reached.
    #[error("the records of jobs cannot be reached")]
    Store(#[from] StoreError),
    /// A record is broken.
    #[error("a record of a job is broken")]
    Broken(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The queue cannot be reached.
    #[error("the queue of jobs cannot be reached")]
    Queue(#[from] QueueError),
    /// Something that the work needs cannot be reached.
    #[error("the work on a job cannot go on")]
    Work(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl From<Unreadable> for Again {
    fn from(error: Unreadable) -> Self {
        Self::Broken(error.into())
    }
}

/// What is waited for on the spot: a message takes as long.
const MOMENT: Duration = Duration::from_millis(500);

/// A job, and the revision of its record.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Found {
    /// The job.
    pub(crate) job: Job,
    pub(super) revision: u64,
}

/// All jobs of a server. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Engine {
    pub(super) store: Store,
    pub(super) queue: Arc<dyn Queue>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) ids: Arc<dyn Ids>,
    pub(super) settings: JobSettings,
    works: Arc<BTreeMap<&'static str, Arc<dyn Work>>>,
    pub(super) worker: Arc<str>,
}

impl Engine {
    /// Time.
    pub(crate) fn clock(&self) -> &dyn Clock {
        self.clock.as_ref()
    }

    /// An engine for these kinds of jobs.
    pub(crate) fn new(
        store: Store,
        queue: Arc<dyn Queue>,
        (clock, ids): (Arc<dyn Clock>, Arc<dyn Ids>),
        settings: JobSettings,
        works: BTreeMap<&'static str, Arc<dyn Work>>,
    ) -> Self {
        let worker = ids.uuid().into();
        Self {
            store,
            queue,
            clock,
            ids,
            settings,
            works: Arc::new(works),
            worker,
        }
    }

    /// The same over a store that counts what it does for a request.
    pub(crate) fn over(&self, store: Store) -> Self {
        Self {
            store,
            ..self.clone()
        }
    }

    /// The job of this id; none when there is none, or none any more.
    ///
    /// # Errors
    /// When its record cannot be read.
    pub(crate) async fn find(&self, id: &str) -> Result<Option<Found>, Again> {
        let key = record::job_key(id);
        let Some(record) = self.store.record(&key).await? else {
            return Ok(None);
        };
        let now = self.clock.now();
        if record.expires.is_some_and(|expires| expires <= now) {
            return Ok(None);
        }
        Ok(Some(Found {
            job: record::decode(&key, &record.body)?,
            revision: record.revision,
        }))
    }

    /// Does what a message asks for.
    ///
    /// # Errors
    /// [`Again`]: the message must come again.
    pub(crate) async fn receive(&self, text: &str) -> Result<(), Again> {
        let message = Message::parse(text).ok_or_else(|| Again::Unreadable(text.to_owned()))?;
        let Some(found) = self.find(&message.job).await? else {
            return Ok(());
        };
        if found.job.state.is_over() {
            return Ok(());
        }
        if self.clock.now().0 >= found.job.deadline {
            return self
                .fail(found, "it was not finished by its deadline")
                .await;
        }
        let work = self.works.get(found.job.kind.as_str());
        let work = work.ok_or_else(|| Again::UnknownKind(found.job.kind.clone()))?;
        match (found.job.state, message.step) {
            (State::Accepted, _) => self.begin(work.as_ref(), found).await,
            (State::InProgress, Some(number)) => self.go_on(work.as_ref(), found, number).await,
            (State::InProgress, None) => self.look_at(work.as_ref(), found).await,
            _ => self.finish(work.as_ref(), found).await,
        }
    }

    async fn begin(&self, work: &dyn Work, found: Found) -> Result<(), Again> {
        loop {
            let wait = match work.wait(&found.job).await {
                Ok(None) => break,
                Ok(Some(wait)) => wait,
                Err(stop) => return self.stopped(found, stop).await,
            };
            if wait > MOMENT {
                return self.send(&Message::job(&found.job.id), wait).await;
            }
            self.clock
                .sleep(wait.as_millis().try_into().unwrap_or(0))
                .await;
        }
        let plan = match work.plan(&found.job).await {
            Ok(plan) => plan,
            Err(stop) => return self.stopped(found, stop).await,
        };
        let change = |job: &mut Job| job.plan = plan;
        match self.change(&found, Event::Begun, change).await? {
            Some(begun) => {
                self.ask_for_steps(&begun.job, 0..begun.job.plan.len())
                    .await
            }
            None => Ok(()),
        }
    }

    /// Asks for what is left to do; finishes the job when that is nothing.
    pub(super) async fn look_at(&self, work: &dyn Work, found: Found) -> Result<(), Again> {
        let steps = self.steps(&found.job).await?;
        let open: Vec<usize> = (0..)
            .zip(&steps)
            .filter(|(_, step)| !step.is_done && !step.is_held(self.applicant()))
            .map(|(number, _)| number)
            .collect();
        if steps.iter().any(|step| !step.is_done) {
            return self.ask_for_steps(&found.job, open).await;
        }
        match self.change(&found, Event::StepsDone, |_| {}).await? {
            Some(found) => self.finish(work, found).await,
            None => Ok(()),
        }
    }

    async fn finish(&self, work: &dyn Work, found: Found) -> Result<(), Again> {
        let steps = self.steps(&found.job).await?;
        let checkpoints = steps.into_iter().map(|step| step.checkpoint).collect();
        let result = match work.finish(&found.job, checkpoints).await {
            Ok(result) => result,
            Err(stop) => return self.stopped(found, stop).await,
        };
        let change = |job: &mut Job| job.result = Some(result);
        self.change(&found, Event::Reconciled, change).await?;
        Ok(())
    }

    /// All steps of a job, as they stand.
    pub(crate) async fn steps(&self, job: &Job) -> Result<Vec<Step>, Again> {
        let mut steps: Vec<Step> = job.plan.iter().cloned().map(Step::new).collect();
        let partition = record::partition(&job.id);
        let mut after = None;
        loop {
            let page = self
                .store
                .records(&partition, Some(record::STEPS), after.as_deref(), 100)
                .await?;
            for stored in &page.records {
                let number = record::step_number(&stored.key.sort);
                let step = number.and_then(|number| steps.get_mut(number));
                if let Some(step) = step {
                    *step = record::decode(&stored.key, &stored.body)?;
                }
            }
            after = page.next;
            if after.is_none() {
                return Ok(steps);
            }
        }
    }

    pub(super) async fn ask_for_steps(
        &self,
        job: &Job,
        numbers: impl IntoIterator<Item = usize>,
    ) -> Result<(), Again> {
        for number in numbers {
            self.send(&Message::step(&job.id, number), Duration::ZERO)
                .await?;
        }
        Ok(())
    }

    pub(super) async fn send(&self, message: &Message, delay: Duration) -> Result<(), Again> {
        self.queue.send(message.text(), delay).await?;
        Ok(())
    }
}

pub(super) fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
