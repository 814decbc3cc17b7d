//! Every file is there in its size, and together they have the lines that the steps counted.

use futures::future::FutureExt;
use futures::stream::{self, StreamExt, TryStreamExt};
use serde_json::Value;
use store::RecordError;

use super::super::{Again, Job, Stop, millis, record};
use super::manifest::{Manifest, Noted};
use super::place::{Cost, OutputFile, Place};
use super::retention::{file_key, file_record};
use super::{Export, read, unreadable};
use crate::port::FileError;

/// Files that are looked at at the same time.
const LOOKS: usize = 32;

impl Export {
    /// The manifest, when all is as it should be.
    pub(super) async fn reconcile(&self, job: &Job, steps: Vec<Value>) -> Result<Value, Stop> {
        let (mut pages, mut files) = (Vec::new(), Vec::new());
        let (mut lines, mut cost) = (0, Cost::default());
        for step in &steps {
            let place: Place = read(step)?;
            lines += place.lines;
            cost = cost.and(place.cost);
            pages.extend(place.pages);
            files.extend(place.files);
        }
        let (more, files) = self.paged(job, files).await?;
        pages.extend(more);
        let manifest = Manifest { pages, files, cost };
        let all = manifest.clone().all(&self.store, &job.id).await;
        let all = all.map_err(again)?;
        self.check_count(all.len())?;
        check_lines(job, &all, lines)?;
        let checks: Vec<_> = all
            .into_iter()
            .map(|file| self.check(job, file).boxed())
            .collect();
        stream::iter(checks)
            .buffer_unordered(LOOKS)
            .try_collect::<()>()
            .await?;
        serde_json::to_value(manifest).map_err(unreadable)
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
        let noted = record::encode(&Noted {
            job: job.id.clone(),
            file,
        });
        let put = self.store.put_record(&key, noted, None, Some(forgotten));
        match put.await {
            // somebody else has noted the same
            Ok(_) | Err(RecordError::Conflict) => Ok(()),
            Err(RecordError::Store(error)) => Err(error.into()),
            Err(error @ RecordError::TooLarge(_)) => Err(Stop::Again(error.into())),
        }
    }
}

fn check_lines(job: &Job, files: &[OutputFile], lines: u64) -> Result<(), Stop> {
    let counted = files.iter().filter(|file| file.is_counted());
    let written: u64 = counted.map(|file| file.count).sum();
    if written == lines {
        return Ok(());
    }
    tracing::error!(
        job = job.id,
        written,
        lines,
        "the counts of an export differ"
    );
    let text = format!("{lines} resources were exported, and the files have {written}");
    Err(Stop::Final(text))
}

/// A page that cannot be read is worth another try.
fn again(again: Again) -> Stop {
    Stop::Again(again.into())
}
