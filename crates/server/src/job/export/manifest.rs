//! The files of an export, in pages: a record holds a hundred of them, and the job's own record only
//! tells which pages there are, so that neither grows with the export.
//!
//! A page gets a new random id, and counts when a checkpoint or the manifest lists it.

use futures::future::FutureExt;
use futures::stream::{self, StreamExt, TryStreamExt};
use serde::{Deserialize, Serialize};
use store::{Millis, RecordError, RecordKey, Store, StoreError};

use super::super::{Again, Engine, Found, Job, State, Stop, millis, record};
use super::Export;
use super::place::{Cost, FILES_OF_A_PAGE, OutputFile};
use super::retention::file_record;

/// Pages that are read at the same time.
const READS: usize = 16;

/// What an export left.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Manifest {
    /// The ids of the pages.
    pub(super) pages: Vec<String>,
    /// The files that are on none.
    pub(super) files: Vec<OutputFile>,
    /// What it cost to read the resources.
    pub(crate) cost: Cost,
}

/// A file, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Noted {
    pub(super) job: String,
    pub(super) file: OutputFile,
}

impl Manifest {
    /// The manifest of a completed export; none when its files were removed.
    pub(crate) fn of(job: &Job) -> Option<Self> {
        let is_completed = job.state == State::Completed;
        let result = job.result.clone().filter(|_| is_completed)?;
        serde_json::from_value(result).ok()
    }

    /// All files, by role and type.
    pub(super) async fn all(self, store: &Store, job: &str) -> Result<Vec<OutputFile>, Again> {
        let pages = self.pages.into_iter().map(|id| {
            let key = page_key(job, &id);
            async move {
                let page = store.record(&key).await?;
                let page = page.ok_or_else(|| StoreError::Corrupt(format!("no record {key:?}")))?;
                Ok::<Vec<OutputFile>, Again>(record::decode(&key, &page.body)?)
            }
            .boxed()
        });
        let pages: Vec<_> = pages.collect();
        let pages: Vec<Vec<OutputFile>> = stream::iter(pages).buffered(READS).try_collect().await?;
        let mut files: Vec<OutputFile> = pages.into_iter().flatten().chain(self.files).collect();
        files.sort_by(|a, b| (a.role, &a.kind).cmp(&(b.role, &b.kind)));
        Ok(files)
    }
}

fn page_key(job: &str, page: &str) -> RecordKey {
    RecordKey::new(record::partition(job), format!("files#{page}"))
}

impl Export {
    /// Puts down full pages of files: their ids, and the files that are left over.
    pub(super) async fn paged(
        &self,
        job: &Job,
        files: Vec<OutputFile>,
    ) -> Result<(Vec<String>, Vec<OutputFile>), Stop> {
        let mut pages = Vec::new();
        let (full, rest) = files.as_chunks::<FILES_OF_A_PAGE>();
        for page in full {
            let id = self.ids.uuid();
            let forgotten = Millis(job.deadline).plus(millis(self.remembered));
            let body = record::encode(&page.as_slice());
            let key = page_key(&job.id, &id);
            let put = self.store.put_record(&key, body, None, Some(forgotten));
            match put.await {
                Ok(_) => pages.push(id),
                Err(RecordError::Store(error)) => return Err(error.into()),
                Err(error) => return Err(Stop::Again(error.into())),
            }
        }
        Ok((pages, rest.to_vec()))
    }
}

impl Engine {
    /// All files of a completed export, by role and type; none when they were removed.
    ///
    /// # Errors
    /// When the records cannot be read.
    pub(crate) async fn files_of(&self, job: &Job) -> Result<Option<Vec<OutputFile>>, Again> {
        match Manifest::of(job) {
            Some(manifest) => manifest.all(&self.store, &job.id).await.map(Some),
            None => Ok(None),
        }
    }

    /// The file of this id, and the export that it belongs to, whose manifest may not list it yet, or
    /// not any more: see [`has_files`].
    ///
    /// # Errors
    /// When the records cannot be read.
    pub(crate) async fn file(&self, id: &str) -> Result<Option<(Found, OutputFile)>, Again> {
        let key = file_record(id);
        let Some(stored) = self.store.record(&key).await? else {
            return Ok(None);
        };
        let noted: Noted = record::decode(&key, &stored.body)?;
        let found = self.find(&noted.job).await?;
        Ok(found.map(|found| (found, noted.file)))
    }
}

/// Whether an export is completed, and its files were not removed.
pub(crate) fn has_files(job: &Job) -> bool {
    job.state == State::Completed && job.result.is_some()
}
