//! Which kinds were written in which month: where the time entries of a feed can be.
//!
//! | key | `Control`, partition `F`, sort key `<yyyymm>#<kind>` |
//! |-----|-------------------------------------------------------|
//! | all | no attributes |
//!
//! Staged with the time entries, before the commit, by everybody who does not know that it is there;
//! never taken away. So there may be a month without a version, and never a version without its
//! month. A store remembers what it has written down: that is one write for each kind, month and
//! process.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::calls::Calls;
use crate::clock::Millis;
use crate::entry::month_text;
use crate::error::StoreError;
use crate::plan::Plan;
use crate::store::Store;
use crate::table::{Action, Item, Key, Query, Sort, Table, Write};

const PARTITION: &str = "F";

/// A month in which documents of a kind may have been written. Ordered by time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Month {
    /// `yyyymm`
    pub(crate) month: String,
    pub(crate) kind: String,
}

/// The months that are known to be written down. Clones of a store share it.
pub(crate) type KnownMonths = Arc<Mutex<BTreeSet<Month>>>;

/// Everything that a plan stages.
pub(crate) struct Staged {
    writes: Vec<Write>,
    months: BTreeSet<Month>,
}

impl Month {
    fn of(kind: &str, at: Millis) -> Self {
        Self {
            month: month_text(at),
            kind: kind.to_owned(),
        }
    }

    fn put(&self) -> Write {
        Write {
            key: Key {
                table: Table::Control,
                pk: PARTITION.to_owned(),
                sk: Sort::Text(format!("{}#{}", self.month, self.kind)),
            },
            action: Action::Put(Item::new()),
            condition: None,
        }
    }

    fn decode(key: &Key) -> Result<Self, StoreError> {
        let parts = match &key.sk {
            Sort::Text(text) => text.split_once('#'),
            _ => None,
        };
        parts
            .map(|(month, kind)| Self {
                month: month.to_owned(),
                kind: kind.to_owned(),
            })
            .ok_or_else(|| StoreError::Corrupt(format!("month {:?}", key.sk)))
    }
}

impl Store {
    /// What a plan stages, and the months that it needs and that are not known to be there.
    pub(crate) fn staged(&self, plan: &mut Plan) -> Staged {
        let known = self.known_months();
        let needed = plan.writes.iter().map(|write| {
            let state = &write.state;
            Month::of(&write.document.kind, state.last_updated)
        });
        let months: BTreeSet<Month> = needed.filter(|month| !known.contains(month)).collect();
        let mut writes = plan.staged();
        writes.extend(months.iter().map(Month::put));
        Staged { writes, months }
    }

    fn known_months(&self) -> MutexGuard<'_, BTreeSet<Month>> {
        self.months.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Calls<'_> {
    /// Stages. When this succeeds every write has been acknowledged.
    pub(crate) async fn stage(&self, staged: Staged) -> Result<(), StoreError> {
        self.write_all(staged.writes).await?;
        self.store.known_months().extend(staged.months);
        Ok(())
    }

    /// The months between two instants, oldest first.
    pub(crate) async fn months(
        &self,
        from: Option<Millis>,
        to: Millis,
    ) -> Result<Vec<Month>, StoreError> {
        let mut query = Query {
            table: Table::Control,
            pk: PARTITION.to_owned(),
            from: from.map(|from| Sort::Text(month_text(from))),
            // `$` is the character after `#`
            to: Some(Sort::Text(format!("{}$", month_text(to)))),
            descending: false,
            limit: None,
            after: None,
        };
        let mut months = Vec::new();
        loop {
            let page = self.query(query.clone()).await?;
            for (key, _) in &page.items {
                months.push(Month::decode(key)?);
            }
            query.after = page.next;
            if query.after.is_none() {
                return Ok(months);
            }
        }
    }
}
