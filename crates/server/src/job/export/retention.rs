//! Files go when their time is over, and those that belong to nobody.
//!
//! | the job of a file is | the file |
//! | --- | --- |
//! | unknown, failed, cancelled | goes |
//! | under way | stays |
//! | completed | stays if the manifest lists it, until the retention is over |

use std::collections::BTreeSet;
use std::sync::Arc;

use futures::future::{BoxFuture, FutureExt};
use store::{Millis, RecordKey};

use super::super::{Again, Engine, Found, Kept, millis, sweep_files};
use crate::port::{Files, ListedFile};

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
enum KeptFiles {
    All,
    These(BTreeSet<String>),
}

impl Kept for KeptFiles {
    fn of<'a>(engine: &'a Engine, job: &'a str) -> BoxFuture<'a, Result<Self, Again>> {
        async move {
            let Some(found) = engine.find(job).await? else {
                return Ok(Self::These(BTreeSet::new()));
            };
            if !found.job.state.is_over() {
                return Ok(Self::All);
            }
            let mut files = Vec::new();
            if engine.files_expire(&found) > engine.clock().now() {
                files = engine.files_of(&found.job).await?.unwrap_or_default();
            }
            let keys = files.iter().map(|file| file_key(&found.job.id, &file.id));
            Ok(Self::These(keys.collect()))
        }
        .boxed()
    }

    fn has(&self, file: &ListedFile) -> bool {
        match self {
            Self::All => true,
            Self::These(keys) => keys.contains(&file.key),
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
    sweep_files::<KeptFiles>(engine, files, EXPORT).await
}
