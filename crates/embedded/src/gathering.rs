//! Writes of one item each that come at the same time, carried out as one transaction of the engine.
//!
//! A large transaction stages its thousands of items by as many conditional writes side by side. To SQLite each is a
//! commit, which costs more than the write. So a write lets all others that are ready have their turn, and what has
//! gathered by then becomes one `TransactWriteItems` of the engine, of up to 100.
//!
//! Each is still answered for itself. Where the engine refuses one, nothing of its group has happened, and each of the
//! group runs alone. So does a write that asks what it consumed or what was there: a group knows only its sums.

use std::sync::{Arc, Mutex, OnceLock, PoisonError, TryLockError, Weak};

use bytes::Bytes;
use dynoxide::actions::put_item::PutItemRequest;
use dynoxide::actions::transact_write_items::{
    TransactPut, TransactUpdate, TransactWriteItem, TransactWriteItemsRequest,
};
use dynoxide::actions::update_item::UpdateItemRequest;
use dynoxide::{Database, DynoxideError};
use tokio::sync::Notify;

use crate::dispatch::Answer;

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

    fn writes_one_item(&self) -> bool {
        matches!(self.operation.as_str(), "PutItem" | "UpdateItem")
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
    /// Waits with the others, if it is a write of one item.
    pub(crate) fn join(&self, call: &Arc<Call>) {
        if call.writes_one_item() {
            lock(&self.waiting).push(Arc::downgrade(call));
        }
    }

    /// What became of it, when somebody has had the turn for it. None: it is to run alone.
    pub(crate) async fn carry_out(&self, database: &Database, mine: &Call) -> Option<Answer> {
        if !mine.writes_one_item() {
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
        let (together, actions) = self.actions();
        let outcome = match actions.len() {
            // nothing is gained by a transaction of one
            0 | 1 => None,
            _ => transact(database, actions),
        };
        for one in together {
            one.answer(outcome.clone());
        }
        for one in &self.0 {
            one.answer(None);
        }
    }

    /// Those that can run together, and their actions.
    fn actions(&self) -> (Vec<&Call>, Vec<TransactWriteItem>) {
        if self.0.len() < 2 {
            return Default::default();
        }
        self.0
            .iter()
            .filter_map(|one| Some((&**one, action(one)?)))
            .unzip()
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        for one in &self.0 {
            one.answer(Some(Answer::from(Err(lost()))));
        }
    }
}

/// One answer for all. None when one of them was refused: whose fault it is each finds out alone.
fn transact(database: &Database, actions: Vec<TransactWriteItem>) -> Option<Answer> {
    let request = TransactWriteItemsRequest {
        transact_items: actions,
        ..TransactWriteItemsRequest::default()
    };
    match database.transact_write_items(request) {
        Ok(_) => Some(Answer::from(Ok(b"{}".to_vec()))),
        Err(refusal) if refusal.status_code() == 400 => None,
        // Whether it happened is not known, and a second try would meet its own traces.
        Err(failure) => Some(Answer::from(Err(failure))),
    }
}

fn lost() -> DynoxideError {
    DynoxideError::InternalServerError("the engine stopped in the middle of a write".to_owned())
}

fn action(call: &Call) -> Option<TransactWriteItem> {
    if call.operation == "PutItem" {
        put(serde_json::from_slice(&call.body).ok()?)
    } else {
        update(serde_json::from_slice(&call.body).ok()?)
    }
}

/// None, as below, for what only a write that runs alone can be asked for.
fn put(request: PutItemRequest) -> Option<TransactWriteItem> {
    let is_plain = request.return_values.is_none()
        && request.return_consumed_capacity.is_none()
        && request.return_item_collection_metrics.is_none()
        && request.expected.is_none();
    let put = TransactPut {
        table_name: request.table_name,
        item: request.item,
        condition_expression: request.condition_expression,
        expression_attribute_names: request.expression_attribute_names,
        expression_attribute_values: request.expression_attribute_values,
        return_values_on_condition_check_failure: None,
    };
    is_plain.then(|| TransactWriteItem {
        put: Some(put),
        ..TransactWriteItem::default()
    })
}

fn update(request: UpdateItemRequest) -> Option<TransactWriteItem> {
    let is_plain = request.return_values.is_none()
        && request.return_consumed_capacity.is_none()
        && request.return_item_collection_metrics.is_none()
        && request.expected.is_none()
        && request.attribute_updates.is_none();
    let update = TransactUpdate {
        table_name: request.table_name,
        key: request.key,
        update_expression: request.update_expression?,
        condition_expression: request.condition_expression,
        expression_attribute_names: request.expression_attribute_names,
        expression_attribute_values: request.expression_attribute_values,
        return_values_on_condition_check_failure: None,
    };
    is_plain.then(|| TransactWriteItem {
        update: Some(update),
        ..TransactWriteItem::default()
    })
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
