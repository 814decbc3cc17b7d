//! The files of imports go when their time is over.
//!
//! | the job of a file is | the file |
//! | --- | --- |
//! | unknown | goes after an hour: it may be about to begin |
//! | under way | stays |
//! | completed | stays if it is a page of the answer, until the retention is over |
//! | failed, cancelled | goes |

use std::collections::BTreeMap;
use std::sync::Arc;

use store::{Clock, Millis};

use super::place::Outcome;
use crate::{
    job::{Again, Engine, Found, State},
    port::{Files, ListedFile},
};

/// How long a file may be there before the record of its job.
const GRACE_MS: i64 = 60 * 60 * 1000;

/// Removes what is over, and tells how many files that were.
///
/// # Errors
/// Something cannot be reached; the next time goes on.
pub(crate) async fn sweep(
    engine: &Engine,
    files: &Arc<dyn Files>,
    clock: &Arc<dyn Clock>,
) -> Result<usize, Again> {
    let mut jobs: BTreeMap<String, Option<Found>> = BTreeMap::new();
    let (mut after, mut removed) = (None, 0);
    loop {
        let list = files.list("import/".to_owned(), after).await;
        let list = list.map_err(|error| Again::Work(error.into()))?;
        let mut over = Vec::new();
        for file in list.files {
            let job = file.key.split('/').nth(1).unwrap_or_default().to_owned();
            if !jobs.contains_key(&job) {
                jobs.insert(job.clone(), engine.find(&job).await?);
            }
            let found = jobs.get(&job).and_then(Option::as_ref);
            if !stays(&file, found, engine, clock.now()) {
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

fn stays(file: &ListedFile, found: Option<&Found>, engine: &Engine, now: Millis) -> bool {
    let Some(found) = found else {
        return now.since(file.stored) < GRACE_MS;
    };
    if !found.job.state.is_over() {
        return true;
    }
    let result = found.job.result.clone().unwrap_or_default();
    let outcome: Outcome = serde_json::from_value(result).unwrap_or_default();
    let name = file.key.rsplit('/').next().unwrap_or_default();
    found.job.state == State::Completed
        && engine.files_expire(found) > now
        && outcome.pages.iter().any(|page| page == name)
}
