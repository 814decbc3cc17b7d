//! Reindexing: every resource gets the identifiers and index entries that today's rules give it.
//!
//! ```text
//! wanted  what was asked for, and which resources that is
//! rules   what leads to a resource: the functions that writes use
//! place   how far a step is, and what it did
//! one     one resource, whoever else is writing it
//! ```
//!
//! A step is a segment of the heads; others are segments of the index, of which entries go that no
//! resource needs any more, after their grace. No version is made, and nothing of a resource changes.
//! A turn that was in vain is done again from its checkpoint: what it has reindexed by then is found to
//! be as it should, and is counted once.

mod one;
mod place;
mod rules;
mod wanted;

use std::sync::Arc;
use std::time::Duration;

use futures::future::{BoxFuture, FutureExt};
use futures::stream::{self, StreamExt, TryStreamExt};
use serde::de::DeserializeOwned;
use serde_json::Value;
use store::{Clock, CollectQuery, Head, ScanQuery, Store};

pub(crate) use self::place::{Kinds, Tally};
use self::place::{Part, Place};
use self::rules::Rules;
use self::wanted::Selection;
pub(crate) use self::wanted::{Selected, Wanted};
use super::export::until_closed;
use super::{Job, Progress, Stop, Turn, Work};
use crate::{
    Settings,
    search::registry::{self, By},
};

/// The name of the kind in the records of jobs.
pub(crate) const REINDEX: &str = "reindex";

/// Resources, or index entries, that are read at a time.
const PAGE: usize = 250;
/// Resources that are written at a time.
const AT_A_TIME: usize = 16;
/// How long a resource must have stood still before superseded entries of it go: longer than any
/// search takes.
const GRACE_MS: i64 = 10 * 60 * 1000;

/// The work of reindexing.
pub(crate) struct Reindex {
    pub(crate) store: Store,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) settings: Arc<Settings>,
}

impl Work for Reindex {
    /// All writers must index what this reindex is to bring into force.
    fn wait<'a>(&'a self, job: &'a Job) -> BoxFuture<'a, Result<Option<Duration>, Stop>> {
        async move {
            let wanted: Wanted = read(&job.request)?;
            if !wanted.is_everything() {
                return Ok(None);
            }
            let ready = registry::register(&self.store, self.clock.now(), &by(job)).await;
            let ready = ready.map_err(|failure| Stop::Again(failure.into()))?;
            Ok(until_closed(&self.store, ready))
        }
        .boxed()
    }

    fn plan<'a>(&'a self, job: &'a Job) -> BoxFuture<'a, Result<Vec<Value>, Stop>> {
        async move {
            let wanted: Wanted = read(&job.request)?;
            let number = self.settings.jobs.segments.max(1);
            let segments = |part: Part| (0..number).map(move |n| Place::at(part, n, number));
            let heads = segments(Part::Heads);
            // a dry run takes nothing away either
            let entries = segments(Part::Entries).filter(|_| !wanted.dry_run);
            Ok(heads.chain(entries).map(|place| place.text()).collect())
        }
        .boxed()
    }

    fn step<'a>(&'a self, job: &'a Job, turn: Turn) -> BoxFuture<'a, Result<Progress, Stop>> {
        self.turn(job, turn).boxed()
    }

    fn finish<'a>(&'a self, job: &'a Job, steps: Vec<Value>) -> BoxFuture<'a, Result<Value, Stop>> {
        async move {
            let wanted: Wanted = read(&job.request)?;
            let mut tally = Tally::default();
            for step in steps {
                tally.add(read::<Place>(&step)?.tally);
            }
            // searches use a parameter when every resource has its entries
            if wanted.is_everything() && tally.failed() == 0 {
                let active = registry::activate(&self.store, self.clock.now(), &by(job)).await;
                active.map_err(|failure| Stop::Again(failure.into()))?;
            }
            serde_json::to_value(tally).map_err(unreadable)
        }
        .boxed()
    }
}

impl Reindex {
    async fn turn(&self, job: &Job, turn: Turn) -> Result<Progress, Stop> {
        let wanted: Wanted = read(&job.request)?;
        let mut place: Place = read(&turn.checkpoint)?;
        let rules = Rules::of(&self.settings, &self.store).await?;
        let selection = Selection::of(&wanted).map_err(unreadable)?;
        loop {
            match place.part {
                Part::Heads => {
                    let page = self.store.scan(&heads(&place)).await?;
                    let chosen = self
                        .reindex(&wanted, &selection, &rules, page.heads)
                        .await?;
                    for one in chosen {
                        place.tally.count(one);
                    }
                    place.after = page.next;
                }
                Part::Entries => {
                    let collected = self.store.collect(&entries(&place)).await?;
                    place.tally.removed += collected.removed;
                    place.after = collected.next;
                }
            }
            if place.after.is_none() {
                return Ok(Progress::Done(place.text()));
            }
            if self.clock.now() >= turn.until {
                return Ok(Progress::More(place.text()));
            }
        }
    }

    /// What became of the resources on a page that are wanted.
    async fn reindex(
        &self,
        wanted: &Wanted,
        selection: &Selection,
        rules: &Rules,
        heads: Vec<Head>,
    ) -> Result<Vec<one::Outcome>, Stop> {
        let chosen = heads.into_iter().filter(|head| selection.holds(head));
        let work: Vec<BoxFuture<'_, Result<one::Outcome, Stop>>> = chosen
            .map(|head| self.reindex_one(rules, head, wanted).boxed())
            .collect();
        stream::iter(work)
            .buffer_unordered(AT_A_TIME)
            .try_collect()
            .await
    }
}

fn by(job: &Job) -> By {
    By {
        asked: job.created,
        job: job.id.clone(),
    }
}

fn heads(place: &Place) -> ScanQuery {
    ScanQuery {
        segment: place.segment,
        segments: place.segments,
        after: place.after.clone(),
        limit: PAGE,
        as_of: None,
    }
}

fn entries(place: &Place) -> CollectQuery {
    CollectQuery {
        segment: place.segment,
        segments: place.segments,
        after: place.after.clone(),
        limit: PAGE,
        grace_ms: GRACE_MS,
    }
}

fn read<T: DeserializeOwned>(value: &Value) -> Result<T, Stop> {
    serde_json::from_value(value.clone()).map_err(unreadable)
}

/// Nothing that a client can do anything about, and no attempt will go better.
fn unreadable(error: impl std::fmt::Display) -> Stop {
    tracing::error!(%error, "a reindex cannot go on");
    Stop::Final("an internal error; the reindex cannot be completed".to_owned())
}
