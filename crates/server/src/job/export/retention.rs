//! Files go when their time is over, and those that belong to nobody.
//!
//! | the job of a file is | the file |
//! | --- | --- |
//! | unknown, failed, cancelled | goes |
//! | under way | stays |
//! | completed | stays if the manifest lists it, until the retention is over |

use std::collections::BTreeSet;
use std::sync::Arc;

use store::{Millis, RecordKey};

use super::super::{Again, Engine, Found, millis};
use crate::port::Files;

/// The kind of job that exports are, and the start of the keys of their files.
pub(crate) const EXPORT: &str = "export";

/// The key of a file.
pub(crate) fn file_key(job: &str, file: &str) -> String {
    format!("{EXPORT}/{job}/{file}")
}

/// The record that tells which job a file belongs to.
pub(super) fn file_record(file: &str) -> RecordKey {
    RecordKey::new(format!("file#{file}"), "-")
}

/// Which of a job's files stay.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Kept {
    All,
    These(BTreeSet<String>),
}

impl Kept {
    /// Those of the job of this id.
    async fn of(engine: &Engine, job: &str) -> Result<Self, Again> {
        let Some(found) = engine.find(job).await? else {
            return Ok(Self::These(BTreeSet::new()));
        };
        if !found.job.state.is_over() {
            return Ok(Self::All);
        }
        let mut files = Vec::new();
        if engine.files_expire(&found) > engine.clock.now() {
            files = engine.files_of(&found.job).await?.unwrap_or_default();
        }
        let keys = files.iter().map(|file| file_key(&found.job.id, &file.id));
        Ok(Self::These(keys.collect()))
    }

    fn has(&self, key: &str) -> bool {
        match self {
            Self::All => true,
            Self::These(keys) => keys.contains(key),
        }
    }
}

impl Engine {
    /// When the files of a job that is over are over too.
    pub(crate) fn files_expire(&self, found: &Found) -> Millis {
        let ended = found.job.ended().unwrap_or(Millis(found.job.deadline));
        ended.plus(millis(self.settings.retention))
    }
}

/// Removes what is over, and tells how many files that were.
///
/// # Errors
/// Something cannot be reached; the next time goes on.
pub(crate) async fn sweep(engine: &Engine, files: &Arc<dyn Files>) -> Result<usize, Again> {
    let mut kept: Option<(String, Kept)> = None;
    let (mut after, mut removed) = (None, 0);
    loop {
        let list = files.list(format!("{EXPORT}/"), after).await;
        let list = list.map_err(|error| Again::Work(error.into()))?;
        let mut over = Vec::new();
        for file in list.files {
            // the files of a job follow each other
            let job = file.key.split('/').nth(1).unwrap_or_default();
            let of_job = match kept.take().filter(|(of, _)| of == job) {
                Some((_, kept)) => kept,
                None => Kept::of(engine, job).await?,
            };
            let stays = of_job.has(&file.key);
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
