//! Jobs and steps as records of the store.
//!
//! | partition | sort | what |
//! | --- | --- | --- |
//! | `job#<id>` | `-` | the job |
//! | `job#<id>` | `step#0000` | a step, once somebody has begun it |
//! | `jobs` | `<id>` | that there is such a job, until it is over |
//! | `jobs-of` | `<kind>#<owner>` | the jobs that the owner has under way |
//!
//! All are JSON. A step that has no record is as the job's plan says.

use bytes::Bytes;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use store::{Millis, RecordKey};

use super::state::{Event, State};

/// A job as it stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Job {
    /// Its id: a random UUID.
    pub(crate) id: String,
    /// What kind of work it is: the name under which the engine knows it.
    pub(crate) kind: String,
    /// The user whom it belongs to.
    pub(crate) owner: String,
    /// Where it is.
    pub(crate) state: State,
    /// When it was asked for, in ms since 1970.
    pub(crate) created: i64,
    /// When its state changed last.
    pub(crate) changed: i64,
    /// When it fails if it is not over by then.
    pub(crate) deadline: i64,
    /// What was asked for: the kind's own words.
    pub(crate) request: Value,
    /// Where each step begins: the kind's own words. Empty before the job is in progress.
    pub(crate) plan: Vec<Value>,
    /// What came of it: the kind's own words.
    pub(crate) result: Option<Value>,
    /// Why it failed.
    pub(crate) reason: Option<String>,
}

impl Job {
    /// The job after an event; none when that cannot happen to it now.
    pub(crate) fn after(&self, event: Event, now: Millis) -> Option<Self> {
        let state = self.state.after(event)?;
        Some(Self {
            state,
            changed: now.0,
            ..self.clone()
        })
    }

    /// When it was over; none while it is not.
    pub(crate) fn ended(&self) -> Option<Millis> {
        self.state.is_over().then_some(Millis(self.changed))
    }
}

/// Partition of the list of jobs that are not over.
pub(super) const UNDER_WAY: &str = "jobs";

/// Start of the sort texts of steps.
pub(super) const STEPS: &str = "step#";

pub(super) fn job_key(id: &str) -> RecordKey {
    RecordKey::new(partition(id), "-")
}

pub(super) fn step_key(id: &str, number: usize) -> RecordKey {
    RecordKey::new(partition(id), format!("{STEPS}{number:04}"))
}

/// The number of the step that has this sort text.
pub(super) fn step_number(sort: &str) -> Option<usize> {
    sort.strip_prefix(STEPS)?.parse().ok()
}

pub(super) fn partition(id: &str) -> String {
    format!("job#{id}")
}

pub(super) fn under_way_key(id: &str) -> RecordKey {
    RecordKey::new(UNDER_WAY, id)
}

pub(super) fn owner_key(kind: &str, owner: &str) -> RecordKey {
    RecordKey::new("jobs-of", format!("{kind}#{owner}"))
}

/// A record that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("the record {key:?} cannot be read")]
pub(crate) struct Unreadable {
    key: RecordKey,
    source: serde_json::Error,
}

pub(super) fn decode<T: DeserializeOwned>(key: &RecordKey, body: &[u8]) -> Result<T, Unreadable> {
    serde_json::from_slice(body).map_err(|source| Unreadable {
        key: key.clone(),
        source,
    })
}

/// What is put down here can always be written as JSON: its maps have texts for keys.
pub(super) fn encode(content: &impl Serialize) -> Bytes {
    serde_json::to_vec(content).unwrap_or_default().into()
}
