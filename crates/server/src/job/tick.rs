//! What no message asks for: messages that were lost, steps whose worker died, jobs past their
//! deadline.

use std::time::Duration;

use store::Millis;

use super::change::unless_changed;
use super::engine::{Again, Engine, Found};
use super::message::Message;
use super::record;

/// How long after it was noted a job may still have no record: its kick-off was cut off.
const GRACE_MS: i64 = 60 * 60 * 1000;

/// Jobs that are read at a time.
const PAGE: usize = 100;

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
            for note in &page.records {
                let noted: i64 = record::decode(&note.key, &note.body)?;
                match self.find(&note.key.sort).await? {
                    Some(found) => self.remind(found, Millis(noted), &mut ticked).await?,
                    None if self.clock.now().since(Millis(noted)) < GRACE_MS => {}
                    None => {
                        let gone = self.store.delete_record(&note.key, note.revision).await;
                        unless_changed(gone.map(|()| 0))?;
                    }
                }
            }
            after = page.next;
            if after.is_none() {
                return Ok(ticked);
            }
        }
    }

    async fn remind(&self, found: Found, began: Millis, ticked: &mut Ticked) -> Result<(), Again> {
        if found.job.state.is_over() {
            return self.strike_off(&found.job).await;
        }
        if self.clock.now().0 >= found.job.deadline {
            ticked.overdue += 1;
            return self
                .fail(found, "it was not finished by its deadline")
                .await;
        }
        ticked.under_way += 1;
        ticked.oldest_ms = ticked.oldest_ms.max(self.clock.now().since(began));
        self.send(&Message::job(&found.job.id), Duration::ZERO)
            .await
    }
}
