//! The files that jobs leave go when their kind of job says that they do not stay.
//!
//! The key of a file is `<folder>/<job>/<file>`: a kind of job has a folder, and the files of a job follow
//! each other when they are listed.

use std::sync::Arc;

use futures::future::BoxFuture;

use super::{Again, Engine};
use crate::port::{Files, ListedFile};

/// Which of a job's files stay.
pub(crate) trait Kept: Sized {
    /// Those of the job of this id, which may be unknown.
    fn of<'a>(engine: &'a Engine, job: &'a str) -> BoxFuture<'a, Result<Self, Again>>;

    /// Whether this one stays.
    fn has(&self, file: &ListedFile) -> bool;
}

/// Removes the files of a folder that do not stay, and tells how many those were.
///
/// # Errors
/// Something cannot be reached; the next time goes on.
pub(crate) async fn sweep<K: Kept>(
    engine: &Engine,
    files: &Arc<dyn Files>,
    folder: &str,
) -> Result<usize, Again> {
    let mut kept: Option<(String, K)> = None;
    let (mut after, mut removed) = (None, 0);
    loop {
        let list = files.list(format!("{folder}/"), after).await;
        let list = list.map_err(|error| Again::Work(error.into()))?;
        let mut over = Vec::new();
        for file in list.files {
            let job = file.key.split('/').nth(1).unwrap_or_default();
            let of_job = match kept.take().filter(|(of, _)| of == job) {
                Some((_, kept)) => kept,
                None => K::of(engine, job).await?,
            };
            let stays = of_job.has(&file);
            kept = Some((job.to_owned(), of_job));
            if !stays {
                over.push(file.key);
            }
        }
        removed += over.len();
        let gone = files.delete(over).await;
        gone.map_err(|error| Again::Work(error.into()))?;
        after = list.next;
        if after.is_none() {
            return Ok(removed);
        }
    }
}
