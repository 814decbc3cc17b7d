//! Many calls at once, up to the number that may be in flight.
//!
//! After the first failure nothing is begun any more, but what is under way is waited for: a call
//! that nobody waits for may leave something when everybody has cleaned up.

use std::sync::atomic::{AtomicBool, Ordering};

use futures::future::{BoxFuture, FutureExt};
use futures::stream::{self, StreamExt};

use crate::calls::Calls;
use crate::error::StoreError;
use crate::table::{self, TableError};

impl Calls<'_> {
    /// Makes conditional writes once each, side by side, whatever becomes of them. True when each is
    /// done, or needs not be done any more.
    pub(crate) async fn try_once(&self, writes: Vec<table::Write>) -> bool {
        let is_left = AtomicBool::new(false);
        let branches: Vec<Calls<'_>> = writes.iter().map(|_| self.branch()).collect();
        let tries: Vec<_> = branches.iter().zip(writes).collect();
        let _ = side_by_side(tries, self.store.settings.in_flight, |(branch, write)| {
            // somebody else may have done it, or will
            let note = |answer: Result<(), TableError>| {
                let is_settled = matches!(answer, Ok(()) | Err(TableError::ConditionFailed(_)));
                is_left.fetch_or(!is_settled, Ordering::Relaxed);
                Ok::<(), StoreError>(())
            };
            branch.write_once(write).map(note).boxed()
        })
        .await;
        self.join_all(&branches);
        !is_left.into_inner()
    }
}

/// Does many things at once. Fails when one of them did. Each is begun when its turn comes, so that no
/// more than those in flight take room.
pub(crate) async fn side_by_side<'a, T, E>(
    things: Vec<T>,
    in_flight: usize,
    begin: impl Fn(T) -> BoxFuture<'a, Result<(), E>>,
) -> Result<(), E> {
    let is_failed = AtomicBool::new(false);
    let (is_failed, begin) = (&is_failed, &begin);
    let guarded = things.into_iter().map(|thing| async move {
        if is_failed.load(Ordering::Relaxed) {
            return Ok(());
        }
        let outcome = begin(thing).await;
        is_failed.fetch_or(outcome.is_err(), Ordering::Relaxed);
        outcome
    });
    let outcomes: Vec<_> = stream::iter(guarded)
        .buffer_unordered(in_flight)
        .collect()
        .await;
    outcomes.into_iter().collect()
}

/// Pieces of this size, without a copy: there may be a hundred thousand things.
pub(crate) fn in_chunks<T>(things: Vec<T>, size: usize) -> Vec<Vec<T>> {
    let mut rest = things.into_iter();
    let next = || Some(rest.by_ref().take(size).collect::<Vec<T>>());
    std::iter::from_fn(next)
        .take_while(|chunk| !chunk.is_empty())
        .collect()
}
