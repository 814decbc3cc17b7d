//! Meeting a transaction that is not decided yet: wait, wound or abort it.
//!
//! | the other transaction | what happens |
//! |-----------------------|--------------|
//! | is decided            | what it left on the item is carried out or undone |
//! | has outlived its lease | it is aborted: its coordinator is gone |
//! | was begun by a process that has ended | the same; known where only one process commits |
//! | first began later than ours | it is aborted (wounded): it tries again, we do not wait |
//! | first began before ours | we wait for it, for a while |
//!
//! However many items of another transaction are in the way, it is waited for or wounded once: the
//! calls that are made side by side share what is learnt of it. And to begin again costs a large
//! transaction more than to wait, so it waits longer.
//!
//! The older transaction never waits for the younger one, so there is no circle of waiting. To abort
//! is to create the decision record; a transaction that finds it there has lost and knows it. That
//! is safe at any moment, so clocks decide only who is aborted, never what is true.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::age::Age;
use crate::calls::Calls;
use crate::clock::Millis;
use crate::decision::Decision;
use crate::error::StoreError;
use crate::intent::{self, Owner};
use crate::plan::Plan;
use crate::table::Key;

/// The pauses between two looks at a decision grow up to so many times the first one.
const LONGEST_PAUSE: u64 = 8;

/// Who wants the item.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Contender<'a> {
    /// A transaction whose first attempt began at this time. Of two that began in the same
    /// millisecond the names decide which is the older: without that both would wait, each for the
    /// other.
    Transaction {
        /// When its first attempt began.
        first: Millis,
        /// Its name.
        name: &'a str,
        /// Whether it is committed by a decision record.
        is_large: bool,
    },
    /// Somebody who cleans up: never wounds, never waits.
    Sweeper,
}

/// Whether the way is free.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    Free,
    Blocked,
}

impl Plan {
    /// The transaction, as one who wants an item.
    pub(crate) fn contender(&self) -> Contender<'_> {
        Contender::Transaction {
            first: self.age().first,
            name: &self.transaction,
            is_large: !self.is_direct,
        }
    }

    pub(crate) fn age(&self) -> Age {
        Age::new(self.began, self.first)
    }
}

impl Calls<'_> {
    /// Makes an item free of the intents of others.
    pub(crate) async fn clear(
        &self,
        key: &Key,
        contender: Contender<'_>,
    ) -> Result<Way, StoreError> {
        let mut failures = 0;
        loop {
            let Some(item) = self.get_unread(key.clone()).await? else {
                return Ok(Way::Free);
            };
            let Some(owner) = intent::owner(&item)? else {
                return Ok(Way::Free);
            };
            let Some(decision) = self.decision_on(&owner, contender).await? else {
                return Ok(Way::Blocked);
            };
            let Some(write) = intent::settle(key, &item, decision)? else {
                return Ok(Way::Free);
            };
            // a condition that is not met means that somebody else has settled it
            if self.write_once(write).await.is_err() {
                failures += 1;
                if failures >= self.store.settings.attempts {
                    return Ok(Way::Blocked);
                }
                self.pause(failures).await;
            }
        }
    }

    /// The decision of another transaction, brought about if need be. None when it is not decided
    /// and neither waiting nor wounding helps.
    pub(crate) async fn decision_on(
        &self,
        owner: &Owner,
        contender: Contender<'_>,
    ) -> Result<Option<Decision>, StoreError> {
        let other = self.met.with(&owner.transaction);
        // whoever comes second waits here, and finds what the first has learnt
        let mut other = other.lock().await;
        if other.decision.is_none() {
            other.decision = self.wait_for(owner, contender, &mut other.waited).await?;
        }
        Ok(other.decision)
    }

    async fn wait_for(
        &self,
        owner: &Owner,
        contender: Contender<'_>,
        waited: &mut u64,
    ) -> Result<Option<Decision>, StoreError> {
        let settings = &self.store.settings;
        let patience = match contender {
            Contender::Transaction { is_large: true, .. } => settings.wait_large_ms,
            Contender::Transaction { .. } => settings.wait_ms,
            Contender::Sweeper => 0,
        };
        let mut pause = settings.backoff_ms.max(1);
        loop {
            let name = owner.transaction.clone();
            if let Some(decision) = self.decisions([name].into()).await?.into_values().next() {
                return Ok(Some(decision));
            }
            let is_over = self.store.clock.now().since(owner.age.began) > settings.lease_ms
                || self.store.is_abandoned(&owner.transaction);
            if is_over || contender.is_older_than(owner) {
                return self
                    .decide(&owner.transaction, Decision::Aborted)
                    .await
                    .map(Some);
            }
            if *waited >= patience {
                return Ok(None);
            }
            self.store.clock.sleep(pause).await;
            *waited += pause;
            pause = (pause * 2).min(settings.backoff_ms.max(1) * LONGEST_PAUSE);
        }
    }
}

impl Contender<'_> {
    fn is_older_than(self, owner: &Owner) -> bool {
        match self {
            Self::Transaction { first, name, .. } => {
                (owner.age.first, owner.transaction.as_str()) > (first, name)
            }
            Self::Sweeper => false,
        }
    }
}

/// The other transactions that an operation has met, each with what the operation knows of it.
#[derive(Debug, Default)]
pub(crate) struct Met(Mutex<BTreeMap<String, Arc<futures::lock::Mutex<Other>>>>);

/// A transaction that is in the way.
#[derive(Debug, Default)]
struct Other {
    /// None is not remembered: it is looked for again.
    decision: Option<Decision>,
    /// How long it was waited for, in ms.
    waited: u64,
}

impl Met {
    fn with(&self, transaction: &str) -> Arc<futures::lock::Mutex<Other>> {
        let mut met = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(met.entry(transaction.to_owned()).or_default())
    }
}
