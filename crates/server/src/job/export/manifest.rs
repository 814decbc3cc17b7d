//! The files of all steps, checked and counted.

use futures::future::FutureExt;
use futures::stream::{self, StreamExt, TryStreamExt};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::RecordError;

use crate::port::FileError;

use super::super::{Again, Engine, Found, Job, Stop, millis};
use super::place::{OutputFile, Place};
use super::retention::{file_key, file_record, job_of_file};
use super::{Export, read};

/// Files that are looked at at the same time.
const LOOKS: usize = 16;

/// What an export left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Manifest {
    /// The files, by role and type.
    pub(crate) files: Vec<OutputFile>,
}

impl Manifest {
    /// The manifest of a completed export; none when its files were removed.
    pub(crate) fn of(job: &Job) -> Option<Self> {
        let result = job.result.clone()?;
        serde_json::from_value(result).ok()
    }

    /// The file of this id.
    pub(crate) fn file(&self, id: &str) -> Option<&OutputFile> {
        self.files.iter().find(|file| file.id == id)
    }
}

impl Export {
    /// Every file is there in its size, and together they have the lines that the steps counted.
    pub(super) async fn reconcile(&self, job: &Job, steps: Vec<Value>) -> Result<Value, Stop> {
        let mut files = Vec::new();
        let mut lines = 0;
        for step in &steps {
            let place: Place = read(step)?;
            lines += place.lines;
            files.extend(place.files);
        }
        let written: u64 = files
            .iter()
            .filter(|file| file.is_counted())
            .map(|file| file.count)
            .sum();
        if written != lines {
            tracing::error!(
                job = job.id,
                written,
                lines,
                "the counts of an export differ"
            );
            let text = format!("{lines} resources were exported, and the files have {written}");
            return Err(Stop::Final(text));
        }
        let checks = files
            .iter()
            .cloned()
            .map(|file| self.check(job, file).boxed());
        let checks: Vec<_> = checks.collect();
        stream::iter(checks)
            .buffer_unordered(LOOKS)
            .try_collect::<Vec<()>>()
            .await?;
        files.sort_by(|a, b| (a.role, &a.kind).cmp(&(b.role, &b.kind)));
        serde_json::to_value(Manifest { files }).map_err(super::unreadable)
    }

    /// Looks at a file, and notes which job it belongs to.
    async fn check(&self, job: &Job, file: OutputFile) -> Result<(), Stop> {
        let facts = self.files.head(file_key(&job.id, &file.id)).await;
        let is_whole = match facts {
            Ok(facts) => facts.bytes == file.bytes,
            Err(FileError::NotFound) => false,
            Err(error) => return Err(error.into()),
        };
        if !is_whole {
            tracing::error!(
                job = job.id,
                file = file.id,
                "a file of an export is missing"
            );
            return Err(Stop::Final("a file of the export was lost".to_owned()));
        }
        let forgotten = self.clock.now().plus(millis(self.remembered));
        let key = file_record(&file.id);
        let put = self
            .store
            .put_record(&key, job_of_file(&job.id), None, Some(forgotten));
        match put.await {
            // somebody else has noted the same
            Ok(_) | Err(RecordError::Conflict) => Ok(()),
            Err(RecordError::Store(error)) => Err(error.into()),
            Err(error @ RecordError::TooLarge(_)) => Err(Stop::Again(error.into())),
        }
    }
}

impl Engine {
    /// The job that a file belongs to, by the file's id.
    ///
    /// # Errors
    /// When the records cannot be read.
    pub(crate) async fn job_of(&self, file: &str) -> Result<Option<Found>, Again> {
        let Some(record) = self.store.record(&file_record(file)).await? else {
            return Ok(None);
        };
        let id = String::from_utf8_lossy(&record.body);
        let id = id.trim_matches('"');
        self.find(id).await
    }
}
