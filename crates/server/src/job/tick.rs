//! What no message asks for: messages that were lost, steps whose worker died, jobs past their
//! deadline.

use std::time::Duration;

use futures::{
    FutureExt,
    stream::{self, StreamExt, TryStreamExt},
};
use store::{Millis, Record};

use super::change::unless_changed;
use super::engine::{Again, Engine, Found};
use super::message::Message;
use super::record;

/// How long after it was noted a job may still have no record: its kick-off was cut off.
const GRACE_MS: i64 = 60 * 60 * 1000;

/// Jobs that are read at a time.
const PAGE: usize = 100;

/// Jobs that are looked at side by side.
const AT_A_TIME: usize = 10;

/// What a look at all jobs came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ticked {
    /// Jobs that are not over.
    pub under_way: usize,
    /// Jobs that failed because their deadline had passed.
    pub overdue: usize,
    /// Milliseconds since the oldest job began that is not over.
    pub oldest_ms: i64,
    /// Files that were removed: expired ones, and those of no job.
    pub files_removed: usize,
}

impl Engine {
    /// Looks at every job that is not over.
    ///
    /// # Errors
    /// Something cannot be reached; the next time goes on.
    pub(crate) async fn tick(&self) -> Result<Ticked, Again> {
        let mut ticked = Ticked::default();
        let mut after = None;
        loop {
            let page = self
                .store
                .records(record::UNDER_WAY, None, after.as_deref(), PAGE)
                .await?;
            let looks: Vec<_> = page
                .records
                .iter()
                .map(|note| self.look(note).boxed())
                .collect();
            ticked = stream::iter(looks)
                .buffer_unordered(AT_A_TIME)
                .try_fold(ticked, async |sum, one| Ok(sum.and(one)))
                .await?;
            after = page.next;
            if after.is_none() {
                return Ok(ticked);
            }
        }
    }

    /// Looks at the job that a note is about.
    async fn look(&self, note: &Record) -> Result<Ticked, Again> {
        let noted = Millis(record::decode(&note.key, &note.body)?);
        match self.find(&note.key.sort).await? {
            Some(found) => return self.remind(found, noted).await,
            None if self.clock.now().since(noted) < GRACE_MS => {}
            None => {
                let gone = self.store.delete_record(&note.key, note.revision).await;
                unless_changed(gone.map(|()| 0))?;
            }
        }
        Ok(Ticked::default())
    }

    async fn remind(&self, found: Found, began: Millis) -> Result<Ticked, Again> {
        let mut ticked = Ticked::default();
        if found.job.state.is_over() {
            self.strike_off(&found.job).await?;
        } else if self.clock.now().0 >= found.job.deadline {
            let why = "it was not finished by its deadline";
            self.fail(found, why).await?;
            ticked.overdue = 1;
        } else {
            let message = Message::job(&found.job.id);
            self.send(&message, Duration::ZERO).await?;
            ticked.under_way = 1;
            ticked.oldest_ms = self.clock.now().since(began);
        }
        Ok(ticked)
    }
}

impl Ticked {
    /// What two looks came to together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            under_way: self.under_way + other.under_way,
            overdue: self.overdue + other.overdue,
            oldest_ms: self.oldest_ms.max(other.oldest_ms),
            files_removed: self.files_removed + other.files_removed,
        }
    }
}
