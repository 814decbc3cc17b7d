//! Files go when their time is over, and those that belong to nobody.
//!
//! | the job of a file is | the file |
//! | --- | --- |
//! | unknown, failed, cancelled | goes |
//! | under way | stays |
//! | completed | stays if the manifest lists it, until the retention is over |

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bytes::Bytes;
use store::{Millis, RecordKey};

use super::super::{Again, Engine, Found, State, millis};
use super::manifest::Manifest;
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

pub(super) fn job_of_file(job: &str) -> Bytes {
    Bytes::copy_from_slice(format!("\"{job}\"").as_bytes())
}

/// Which of a job's files stay.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Kept {
    All,
    These(BTreeSet<String>),
}

impl Kept {
    fn of(found: Option<Found>, expired: impl Fn(&Found) -> bool) -> Self {
        match found {
            Some(found) if !found.job.state.is_over() => Self::All,
            Some(found) if found.job.state == State::Completed && !expired(&found) => {
                let manifest = Manifest::of(&found.job);
                let files = manifest.into_iter().flat_map(|manifest| manifest.files);
                Self::These(
                    files
                        .map(|file| file_key(&found.job.id, &file.id))
                        .collect(),
                )
            }
            _ => Self::These(BTreeSet::new()),
        }
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
    let mut kept: BTreeMap<String, Kept> = BTreeMap::new();
    let (mut after, mut removed) = (None, 0);
    loop {
        let list = files.list(format!("{EXPORT}/"), after).await;
        let list = list.map_err(|error| Again::Work(error.into()))?;
        let mut over = Vec::new();
        for file in list.files {
            let job = file.key.split('/').nth(1).unwrap_or_default().to_owned();
            if !kept.contains_key(&job) {
                let found = engine.find(&job).await?;
                let now = engine.clock.now();
                let of_job = Kept::of(found, |found| engine.files_expire(found) <= now);
                kept.insert(job.clone(), of_job);
            }
            if !kept.get(&job).is_some_and(|kept| kept.has(&file.key)) {
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
