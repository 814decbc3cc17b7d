//! What a kind of job has to say for itself.
//!
//! Everything here may be called more than once, by several workers at a time, and be abandoned half
//! way. What counts is what it returns, and of that what the engine then manages to record: a
//! checkpoint counts if its step was still leased to the worker that brings it.

use std::time::Duration;

use futures::future::{BoxFuture, FutureExt};
use serde_json::Value;
use store::{Millis, StoreError};

use super::record::Job;
use crate::port::FileError;

/// A kind of job.
pub(crate) trait Work: Send + Sync {
    /// How long the job must still wait before it can begin; none when it can. Asked for again after
    /// that time.
    fn wait<'a>(&'a self, job: &'a Job) -> BoxFuture<'a, Result<Option<Duration>, Stop>> {
        let _ = job;
        async { Ok(None) }.boxed()
    }

    /// Divides the job into steps, which may be done in any order and side by side: where each of
    /// them begins. At least one, at most 1,000.
    fn plan<'a>(&'a self, job: &'a Job) -> BoxFuture<'a, Result<Vec<Value>, Stop>>;

    /// Goes on with a step, for as long as its turn lasts.
    fn step<'a>(&'a self, job: &'a Job, turn: Turn) -> BoxFuture<'a, Result<Progress, Stop>>;

    /// Checks what the steps did, by their last checkpoints, and puts the result together.
    fn finish<'a>(&'a self, job: &'a Job, steps: Vec<Value>) -> BoxFuture<'a, Result<Value, Stop>>;
}

/// A worker's turn at a step.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Turn {
    /// How far the step is.
    pub(crate) checkpoint: Value,
    /// When to put down the next checkpoint.
    pub(crate) until: Millis,
}

/// How a turn ended.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Progress {
    /// There is more to do, from this checkpoint on.
    More(Value),
    /// The step is done; its last checkpoint.
    Done(Value),
    /// The step turned out to be more than one: it goes on from this checkpoint, and these are done
    /// besides. Only the first step of a plan of one may do so. What it is divided into must follow
    /// from the checkpoint that the turn began with: the steps stay when this checkpoint does not.
    Divided(Value, Vec<Value>),
}

/// Why a call came to nothing.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Stop {
    /// Something is out of reach: try again later.
    #[error("not now")]
    Again(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The job cannot be done, as its owner is told.
    #[error("{0}")]
    Final(String),
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Self::Again(error.into())
    }
}

impl From<FileError> for Stop {
    fn from(error: FileError) -> Self {
        Self::Again(error.into())
    }
}
