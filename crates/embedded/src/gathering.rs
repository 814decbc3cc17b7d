//! Writes that come at the same time, carried out as one transaction of the engine.
//!
//! A large transaction stages its thousands of items by as many conditional writes side by side. To SQLite each is a
//! commit, which costs more than the write. So a write lets all others that are ready have their turn, and what has
//! gathered by then, of up to 100 calls, becomes one `TransactWriteItems` of the engine (`transaction.rs`), and one import
//! for each table of what `BatchWriteItem` calls put (`import.rs`).
//!
//! Each is still answered for itself. Where the engine refuses one, nothing of its group has happened, and each of the
//! group runs alone. So does a write that asks what it consumed or what was there: a group knows only its sums.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, TryLockError, Weak};

use bytes::Bytes;
use dynoxide::types::Item;
use dynoxide::{Database, DynoxideError};
use tokio::sync::Notify;

use crate::dispatch::Answer;

mod import;
mod transaction;

/// `TransactWriteItems` takes no more.
const LARGEST: usize = 100;

/// A request to the engine. Dropped while it waits, it does not happen.
pub(crate) struct Call {
    pub(crate) operation: String,
    pub(crate) body: Bytes,
    /// Once it had its turn: the answer, or None when it is to run alone.
    outcome: OnceLock<Option<Answer>>,
    /// To look again: for the outcome, or for the turn.
    again: Notify,
}

impl Call {
    pub(crate) fn new(operation: String, body: Bytes) -> Self {
        Self {
            operation,
            body,
            outcome: OnceLock::new(),
            again: Notify::new(),
        }
    }

    fn gathers(&self) -> bool {
        matches!(
            self.operation.as_str(),
            "PutItem" | "UpdateItem" | "BatchWriteItem"
        )
    }

    /// Only the first outcome counts.
    fn answer(&self, outcome: Option<Answer>) {
        if self.outcome.set(outcome).is_ok() {
            self.again.notify_one();
        }
    }
}

/// The writes that wait for their turn.
#[derive(Default)]
pub(crate) struct Gathering {
    waiting: Mutex<Vec<Weak<Call>>>,
    /// Whoever has it carries out what waits. The others leave their threads to others.
    turn: Mutex<()>,
}

impl Gathering {
    /// Waits with the others, if it is such a write.
    pub(crate) fn join(&self, call: &Arc<Call>) {
        if call.gathers() {
            lock(&self.waiting).push(Arc::downgrade(call));
        }
    }

    /// What became of it, when somebody has had the turn for it. None: it is to run alone.
    pub(crate) async fn carry_out(&self, database: &Database, mine: &Call) -> Option<Answer> {
        if !mine.gathers() {
            return None;
        }
        loop {
            if let Some(outcome) = mine.outcome.get() {
                return outcome.clone();
            }
            if !self.take_turn(database, mine) {
                mine.again.notified().await;
            }
        }
    }

    /// Carries out all groups up to that of this call. False when somebody else is at it.
    fn take_turn(&self, database: &Database, mine: &Call) -> bool {
        let turn = match self.turn.try_lock() {
            Err(TryLockError::WouldBlock) => return false,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Ok(turn) => turn,
        };
        while mine.outcome.get().is_none() {
            self.next_group().run(database);
        }
        drop(turn);
        // Whoever came meanwhile found the turn taken. Any of them may be dropped: so tell all.
        for one in lock(&self.waiting).iter().filter_map(Weak::upgrade) {
            one.again.notify_one();
        }
        true
    }

    fn next_group(&self) -> Group {
        let mut waiting = lock(&self.waiting);
        waiting.retain(|one| one.strong_count() > 0);
        let most = waiting.len().min(LARGEST);
        let group = waiting.drain(..most).filter_map(|one| one.upgrade());
        Group(group.collect())
    }
}

/// Writes that are carried out together. Nobody waits for ever, even if the engine panics.
struct Group(Vec<Arc<Call>>);

impl Group {
    /// Carries them out, and tells each what became of it.
    fn run(self, database: &Database) {
        self.transact(database);
        self.import(database);
        for one in &self.0 {
            one.answer(None);
        }
    }

    fn transact(&self, database: &Database) {
        // nothing is gained by a transaction of one
        if self.0.len() < 2 {
            return;
        }
        let parts = self
            .0
            .iter()
            .filter_map(|one| Some((&**one, transaction::part(one)?)));
        let (together, actions): (Vec<_>, Vec<_>) = parts.unzip();
        if together.len() > 1 {
            answer(&together, transaction::run(database, actions).as_ref());
        }
    }

    fn import(&self, database: &Database) {
        let mut tables: BTreeMap<String, (Vec<&Call>, Vec<Item>)> = BTreeMap::new();
        for one in &self.0 {
            if let Some(part) = import::part(database, one) {
                let (together, items) = tables.entry(part.table).or_default();
                together.push(one);
                items.extend(part.items);
            }
        }
        for (table, (together, items)) in tables {
            answer(&together, import::run(database, &table, items).as_ref());
        }
    }
}

fn answer(together: &[&Call], outcome: Option<&Answer>) {
    for one in together {
        one.answer(outcome.cloned());
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        for one in &self.0 {
            one.answer(Some(Answer::from(Err(lost()))));
        }
    }
}

fn lost() -> DynoxideError {
    DynoxideError::InternalServerError("the engine stopped in the middle of a write".to_owned())
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
