//! The export of everything, or of some types, as it was at one instant.
//!
//! <http://hl7.org/fhir/uv/bulkdata/>
//!
//! ```text
//! wanted     what was asked for, and which resources that is
//! place      how far a step is: a place in its segment of the heads, and the files so far
//! output     lines of NDJSON become files: one type each, compressed, cut at a size
//! manifest   the files of all steps, checked and counted
//! retention  files go when their time is over, and those that belong to nobody
//! ```
//!
//! A step is a segment of a scan of the heads *as of* an instant at which no commit is under way any
//! more. That makes every file show one state of the server, with every transaction whole or not
//! at all, however long the export takes and whoever writes meanwhile; and an export whose `_since`
//! is the `transactionTime` of another begins where that one ended.
//!
//! The first step is a survey: a small server is exported by it alone, into one file for each type.
//! When there is more, it is divided into segments, and begins anew.
//!
//! A turn writes its files under new random names, and its checkpoint lists them. So a turn that is
//! done twice leaves files that no manifest lists, and no line twice.

mod manifest;
mod output;
mod place;
mod retention;
mod wanted;

use std::sync::Arc;
use std::time::Duration;

use futures::future::{BoxFuture, FutureExt};
use futures::stream::{self, StreamExt, TryStreamExt};
use serde::de::DeserializeOwned;
use serde_json::Value;
use store::{Clock, Ids, Millis, ScanQuery, Store};

use super::{Job, Progress, Stop, Turn, Work};
use crate::port::{FileLabel, Files};
use crate::settings::ExportSettings;
use output::{Output, Packed};
use place::Place;
use wanted::Selection;

pub(crate) use manifest::Manifest;
pub(crate) use place::{OutputFile, Role};
pub(crate) use retention::{EXPORT, file_key, sweep};
pub(crate) use wanted::{Filter, Wanted};

/// Files of a turn that are stored at the same time.
const PUTS: usize = 4;
/// Documents in a page of the scan.
const PAGE: usize = 1_000;

/// What exports are done with.
pub(crate) struct Export {
    /// Where the resources are.
    pub(crate) store: Store,
    /// Where the files go.
    pub(crate) files: Arc<dyn Files>,
    /// The present.
    pub(crate) clock: Arc<dyn Clock>,
    /// Names of files.
    pub(crate) ids: Arc<dyn Ids>,
    /// Sizes.
    pub(crate) settings: ExportSettings,
    /// How long a file record is kept after the job is over.
    pub(crate) remembered: Duration,
}

impl Work for Export {
    fn wait(&self, job: &Job) -> Option<Duration> {
        let at = job.request.get("at").and_then(Value::as_i64)?;
        until_closed(&self.store, Millis(at))
    }

    fn plan<'a>(&'a self, job: &'a Job) -> BoxFuture<'a, Result<Vec<Value>, Stop>> {
        async move {
            let wanted: Wanted = read(&job.request)?;
            Selection::of(&wanted).map_err(unreadable)?;
            Ok(vec![Place::survey().text()])
        }
        .boxed()
    }

    fn step<'a>(&'a self, job: &'a Job, turn: Turn) -> BoxFuture<'a, Result<Progress, Stop>> {
        self.turn(job, turn).boxed()
    }

    fn finish<'a>(&'a self, job: &'a Job, steps: Vec<Value>) -> BoxFuture<'a, Result<Value, Stop>> {
        self.reconcile(job, steps).boxed()
    }
}

/// How long until nothing that is committed yet can belong to the state at this instant; none when
/// that is so now.
pub(crate) fn until_closed(store: &Store, at: Millis) -> Option<Duration> {
    let missing = at.since(store.closed_until());
    let missing = u64::try_from(missing).ok().filter(|ms| *ms > 0);
    missing.map(Duration::from_millis)
}

impl Export {
    async fn turn(&self, job: &Job, turn: Turn) -> Result<Progress, Stop> {
        let wanted: Wanted = read(&job.request)?;
        let selection = Selection::of(&wanted).map_err(unreadable)?;
        let mut place: Place = read(&turn.checkpoint)?;
        let mut output = Output::new(&self.settings);
        let mut looked_at = 0;
        if place.is_first() {
            output.add_errors(&wanted.ignored)?;
        }
        loop {
            let page = self.store.scan(&self.page(&place, wanted.at)).await?;
            looked_at += page.heads.len();
            for head in &page.heads {
                if let Some(line) = selection.line(head).map_err(unreadable)? {
                    place.lines += 1;
                    output.add(&line)?;
                }
            }
            place.after = page.next;
            if place.after.is_none() {
                self.store_all(job, output, &mut place).await?;
                return Ok(Progress::Done(place.text()));
            }
            if place.is_survey && looked_at >= self.settings.survey {
                return self.divide(job, &wanted).await;
            }
            if output.is_enough() || self.clock.now() >= turn.until {
                place.is_survey = false;
                self.store_all(job, output, &mut place).await?;
                return Ok(Progress::More(place.text()));
            }
        }
    }

    /// The next page of a segment.
    fn page(&self, place: &Place, at: i64) -> ScanQuery {
        ScanQuery {
            segment: place.segment,
            segments: place.segments,
            after: place.after.clone(),
            limit: self.settings.survey.clamp(1, PAGE),
            as_of: Some(Millis(at)),
        }
    }

    /// There is more than a survey can take: what it has seen so far is seen again.
    async fn divide(&self, job: &Job, wanted: &Wanted) -> Result<Progress, Stop> {
        let mut output = Output::new(&self.settings);
        output.add_errors(&wanted.ignored)?;
        let mut place = Place::survey();
        self.store_all(job, output, &mut place).await?;
        let segments = self.settings.segments.max(1);
        let more = (0..segments).map(|segment| Place::segment(segment, segments).text());
        Ok(Progress::Divided(place.text(), more.collect()))
    }

    /// Stores the files of a turn, and puts them down.
    async fn store_all(&self, job: &Job, output: Output, place: &mut Place) -> Result<(), Stop> {
        let packed = output.finish()?;
        let stored: Vec<OutputFile> = stream::iter(packed)
            .map(|packed| self.store_one(job, packed).boxed())
            .buffered(PUTS)
            .try_collect()
            .await?;
        place.files.extend(stored);
        Ok(())
    }

    async fn store_one(&self, job: &Job, packed: Packed) -> Result<OutputFile, Stop> {
        let id = self.ids.uuid().replace('-', "");
        let file = OutputFile {
            id,
            role: packed.role,
            kind: packed.kind,
            count: packed.count,
            bytes: packed.bytes.len() as u64,
            text_bytes: packed.text_bytes,
        };
        let label = FileLabel {
            job: job.id.clone(),
            owner: job.owner.clone(),
            kind: file.kind.clone(),
        };
        let key = file_key(&job.id, &file.id);
        // The name is new. Taken, it is by this very put, whose first answer was lost.
        self.files.put(key, packed.bytes, label).await?;
        Ok(file)
    }
}

fn read<T: DeserializeOwned>(value: &Value) -> Result<T, Stop> {
    serde_json::from_value(value.clone()).map_err(unreadable)
}

/// Nothing that a client can do anything about, and no attempt will go better.
fn unreadable(error: impl std::fmt::Display) -> Stop {
    tracing::error!(%error, "an export cannot go on");
    Stop::Final("an internal error; the export cannot be completed".to_owned())
}
