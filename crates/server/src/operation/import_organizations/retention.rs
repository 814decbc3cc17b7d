//! The files of imports go when their time is over.
//!
//! | the job of a file is | the file |
//! | --- | --- |
//! | unknown | goes after an hour: it may be about to begin |
//! | under way | stays |
//! | completed | stays if it is a page of the answer, until the retention is over |
//! | failed, cancelled | goes |

use std::sync::Arc;

use futures::future::{BoxFuture, FutureExt};
use store::Millis;

use super::{part, place::Outcome};
use crate::{
    job::{Again, Engine, Found, Kept, State, sweep_files},
    port::{Files, ListedFile},
};

/// How long a file may be there before the record of its job.
const GRACE_MS: i64 = 60 * 60 * 1000;

/// Removes what is over, and tells how many files that were.
///
/// # Errors
/// Something cannot be reached; the next time goes on.
pub(crate) async fn sweep(engine: &Engine, files: &Arc<dyn Files>) -> Result<usize, Again> {
    sweep_files::<KeptFiles>(engine, files, part::FOLDER).await
}

/// Which of an import's files stay.
enum KeptFiles {
    All,
    /// Those that were stored after this, as nothing is known of the import.
    StoredAfter(Millis),
    /// Those of these names.
    These(Vec<String>),
}

impl Kept for KeptFiles {
    fn of<'a>(engine: &'a Engine, job: &'a str) -> BoxFuture<'a, Result<Self, Again>> {
        async move {
            let now = engine.clock().now();
            let found = engine.find(job).await?;
            Ok(match found {
                None => Self::StoredAfter(now.plus(-GRACE_MS)),
                Some(found) if !found.job.state.is_over() => Self::All,
                Some(found) if engine.files_expire(&found) > now => Self::These(pages(found)),
                Some(_) => Self::These(Vec::new()),
            })
        }
        .boxed()
    }

    fn has(&self, file: &ListedFile) -> bool {
        match self {
            Self::All => true,
            Self::StoredAfter(instant) => file.stored > *instant,
            Self::These(names) => {
                let name = file.key.rsplit('/').next().unwrap_or_default();
                names.iter().any(|kept| kept == name)
            }
        }
    }
}

/// The pages of the answer; none unless there is one.
fn pages(found: Found) -> Vec<String> {
    if found.job.state != State::Completed {
        return Vec::new();
    }
    let result = found.job.result.unwrap_or_default();
    let outcome: Outcome = serde_json::from_value(result).unwrap_or_default();
    outcome.pages
}
