//! The export of everything, or of some types, as it was at one instant.
//!
//! <http://hl7.org/fhir/uv/bulkdata/>
//!
//! ```text
//! wanted     what was asked for, and which resources that is
//! place      how far a step is: a place on its course, and the files so far
//! course     what a step reads next: a segment of everything, or what was changed
//! output     lines of NDJSON become files: one type each, compressed, cut at a size
//! manifest   the files of all steps, in pages
//! reconcile  are they all there, and do they have what the steps counted
//! retention  files go when their time is over, and those that belong to nobody
//! ```
//!
//! A step is a segment of a scan of the heads *as of* an instant at which no commit is under way any
//! more. That makes every file show one state of the server, with every transaction whole or not
//! at all, however long the export takes and whoever writes meanwhile; and an export whose `_since`
//! is the `transactionTime` of another begins where that one ended.
//!
//! There is one step at first, and it reads one segment after the other: a small server is exported by
//! it alone, into one file for each type. When that turns out to be too much for one, it keeps the
//! segment that it is in, and others get those that it has not begun: nothing is read twice. With a
//! `_since` it follows the changes, and costs what has changed, however much there is besides; too
//! many of them are left, and everything is read instead.
//!
//! A turn writes its files under new random names, and its checkpoint lists them. So a turn that is
//! done twice leaves files that no manifest lists, and no line twice.

mod course;
mod manifest;
mod output;
mod place;
mod reconcile;
mod retention;
mod wanted;

use std::sync::Arc;
use std::time::Duration;

use futures::future::{BoxFuture, FutureExt};
use futures::stream::{self, StreamExt, TryStreamExt};
use serde::de::DeserializeOwned;
use serde_json::Value;
use store::{Clock, Ids, Millis, Receipt, Store};

use super::{Job, Progress, Stop, Turn, Work};
use crate::port::{FileLabel, Files};
use crate::settings::ExportSettings;
use output::{Output, Packed};
use place::{Cost, Course, Place, Rest};
use wanted::Selection;

pub(crate) use manifest::{Manifest, has_files};
pub(crate) use place::{OutputFile, Role};
pub(crate) use retention::{EXPORT, file_key, sweep};
pub(crate) use wanted::{Filter, Wanted};

/// Files of a turn that are stored at the same time.
const PUTS: usize = 4;
/// What exports are done with.
#[derive(Clone)]
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
    /// Segments that everything is divided into.
    pub(crate) segments: u32,
    /// How long a file record is kept after the job is over.
    pub(crate) remembered: Duration,
}

impl Work for Export {
    fn wait<'a>(&'a self, job: &'a Job) -> BoxFuture<'a, Result<Option<Duration>, Stop>> {
        let at = job.request.get("at").and_then(Value::as_i64);
        let wait = at.and_then(|at| until_closed(&self.store, Millis(at)));
        async move { Ok(wait) }.boxed()
    }

    fn plan<'a>(&'a self, job: &'a Job) -> BoxFuture<'a, Result<Vec<Value>, Stop>> {
        async move {
            let wanted: Wanted = read(&job.request)?;
            Selection::of(&wanted).map_err(unreadable)?;
            let follows = wanted.since.is_some() && self.settings.changes > 0;
            let course = if follows {
                Course::Changes
            } else {
                self.everything()
            };
            Ok(vec![Place::first(course).text()])
        }
        .boxed()
    }

    fn step<'a>(&'a self, job: &'a Job, turn: Turn) -> BoxFuture<'a, Result<Progress, Stop>> {
        async move {
            let receipt = Arc::new(Receipt::new());
            let metered = Self {
                store: self.store.metered(Arc::clone(&receipt)),
                ..self.clone()
            };
            metered.turn(job, turn, &receipt).await
        }
        .boxed()
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
    async fn turn(&self, job: &Job, turn: Turn, receipt: &Receipt) -> Result<Progress, Stop> {
        let wanted: Wanted = read(&job.request)?;
        let selection = Selection::of(&wanted).map_err(unreadable)?;
        let mut place: Place = read(&turn.checkpoint)?;
        if let Some(more) = place.hand_over() {
            let more = more.iter().map(Place::text).collect();
            return Ok(Progress::Divided(place.text(), more));
        }
        let before = place.cost;
        let mut output = Output::new(&self.settings);
        if place.is_first() {
            output.add_errors(&wanted.ignored)?;
        }
        loop {
            let read = self.read_on(&place, &wanted).await?;
            place.looked_at += read.looked_at;
            for version in &read.versions {
                if let Some(line) = selection.line(version).map_err(unreadable)? {
                    place.lines += 1;
                    output.add(&line)?;
                }
            }
            place.after = read.next;
            place.cost = before.and(receipt.into());
            let is_at_end = place.after.is_none() && !place.goes_on();
            if is_at_end {
                self.store_all(job, output, &mut place).await?;
                return Ok(Progress::Done(place.text()));
            }
            let is_too_much = self.is_too_much(&place);
            if is_too_much && place.course == Course::Changes {
                return Ok(Progress::More(self.all_instead(place.cost).text()));
            }
            if is_too_much {
                place.rest = Rest::Leaving;
            }
            if is_too_much || output.is_enough() || self.clock.now() >= turn.until {
                self.store_all(job, output, &mut place).await?;
                return Ok(Progress::More(place.text()));
            }
        }
    }

    /// Whether there has turned out to be more than one step should do.
    fn is_too_much(&self, place: &Place) -> bool {
        match place.course {
            Course::Segment(..) => place.can_leave() && place.looked_at >= self.settings.survey,
            Course::Changes => place.looked_at >= self.settings.changes,
        }
    }

    /// The beginning of everything, after there were too many changes to follow.
    fn all_instead(&self, cost: Cost) -> Place {
        Place {
            cost,
            ..Place::first(self.everything())
        }
    }

    /// All resources, beginning with the first segment.
    fn everything(&self) -> Course {
        Course::Segment(0, self.segments.max(1))
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
        let (pages, rest) = self.paged(job, std::mem::take(&mut place.files)).await?;
        place.pages.extend(pages);
        place.files = rest;
        self.check_count(place.count())
    }

    /// An export has so many files at most.
    fn check_count(&self, files: usize) -> Result<(), Stop> {
        let limit = self.settings.files;
        if files <= limit {
            return Ok(());
        }
        Err(Stop::Final(format!(
            "it has more than {limit} files; larger files (FYR_EXPORT_FILE_LINES, \
             FYR_EXPORT_FILE_BYTES), fewer types or a later _since make it fewer"
        )))
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
