//! A job begins, within the number that an owner may have under way at a time.
//!
//! ```text
//! the owner's list, if there is room -> that there is such a job -> the job -> the first message
//! ```
//!
//! A crash on the way leaves a place on the list, which is free again after a minute, or a job that
//! nobody was told of: `tick` finds it, it is done for nobody, and its files go with the expired.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;
use store::Millis;

use super::change::unless_changed;
use super::engine::{Again, Engine, Found, millis};
use super::message::Message;
use super::record::{self, Job};
use super::state::State;

/// A job that is asked for.
#[derive(Debug, Clone)]
pub(crate) struct NewJob {
    /// Its id, when files were stored for it before; else it gets a new one.
    pub(crate) id: Option<String>,
    /// What kind of work it is.
    pub(crate) kind: &'static str,
    /// The user whom it belongs to.
    pub(crate) owner: String,
    /// What is asked for: the kind's own words.
    pub(crate) request: Value,
    /// How many jobs of the kind the owner may have under way, this one included.
    pub(crate) at_a_time: usize,
    /// How long to wait before the first look at it.
    pub(crate) delay: Duration,
}

/// Why a job was not begun.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refused {
    /// The owner has enough of them under way.
    #[error("{0} jobs are under way")]
    TooMany(usize),
    /// Something cannot be reached.
    #[error(transparent)]
    Again(#[from] Again),
}

/// When each job of an owner was begun, by id.
type UnderWay = BTreeMap<String, i64>;

/// How long a job may be on the list of its owner before it has a record.
const GRACE_MS: i64 = 60_000;

impl Engine {
    /// Begins a job.
    ///
    /// # Errors
    /// [`Refused`]; nothing is begun then.
    pub(crate) async fn kick_off(&self, new: NewJob) -> Result<Job, Refused> {
        let now = self.clock.now();
        let job = Job {
            id: new.id.unwrap_or_else(|| self.ids.uuid()),
            kind: new.kind.to_owned(),
            owner: new.owner,
            state: State::Accepted,
            created: now.0,
            changed: now.0,
            deadline: now.plus(millis(self.settings.deadline)).0,
            request: new.request,
            plan: Vec::new(),
            result: None,
            reason: None,
        };
        self.take_place(&job, new.at_a_time, now).await?;
        let forgotten = Some(self.forgotten(&job));
        let noted = record::encode(&now.0);
        let note = record::under_way_key(&job.id);
        unless_changed(self.store.put_record(&note, noted, None, forgotten).await)?;
        let key = record::job_key(&job.id);
        let body = record::encode(&job);
        unless_changed(self.store.put_record(&key, body, None, forgotten).await)?;
        if let Err(failure) = self.send(&Message::job(&job.id), new.delay).await {
            let found = self.find(&job.id).await?;
            if let Some(found) = found {
                self.cancel(found).await?;
            }
            return Err(failure.into());
        }
        Ok(job)
    }

    /// Puts a job on the list of its owner, if there is room for it.
    async fn take_place(&self, job: &Job, places: usize, now: Millis) -> Result<(), Refused> {
        let key = record::owner_key(&job.kind, &job.owner);
        loop {
            let stored = self.store.record(&key).await.map_err(Again::from)?;
            let listed: UnderWay = match &stored {
                Some(record) => record::decode(&key, &record.body).map_err(Again::from)?,
                None => UnderWay::new(),
            };
            let mut under_way = UnderWay::new();
            for (id, begun) in listed {
                if self.is_under_way(&id, Millis(begun), now).await? {
                    under_way.insert(id, begun);
                }
            }
            if under_way.len() >= places {
                return Err(Refused::TooMany(under_way.len()));
            }
            under_way.insert(job.id.clone(), now.0);
            let revision = stored.map(|record| record.revision);
            let body = record::encode(&under_way);
            let put = self.store.put_record(&key, body, revision, None).await;
            if unless_changed(put)?.is_some() {
                return Ok(());
            }
        }
    }

    async fn is_under_way(&self, id: &str, begun: Millis, now: Millis) -> Result<bool, Again> {
        Ok(match self.find(id).await? {
            Some(Found { job, .. }) => !job.state.is_over(),
            None => now.since(begun) < GRACE_MS,
        })
    }

    /// Takes a job that is over off the list of those that are not.
    pub(super) async fn strike_off(&self, job: &Job) -> Result<(), Again> {
        let key = record::under_way_key(&job.id);
        if let Some(note) = self.store.record(&key).await? {
            let gone = self.store.delete_record(&key, note.revision).await;
            unless_changed(gone.map(|()| 0))?;
        }
        Ok(())
    }
}
