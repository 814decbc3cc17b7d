//! The closed instant: no commit that is still to come carries a time at or before it.
//!
//! Feeds and exports end at this instant, so that the next one can begin right after it and neither
//! loses nor repeats a version. docs/adr/0006-closed-timestamps.md has the rule and its assumptions.
//!
//! | [`Closing`]  | the closed instant |
//! |--------------|--------------------|
//! | `OneProcess` | before the oldest commit in flight here; the present when there is none |
//! | `Wait`       | so many milliseconds ago: longer than a commit can be under way |
//!
//! A commit is registered *before* its time is taken, and its time is later than every instant that
//! was ever called closed, whatever the clock does. It is struck off when its outcome is known. One
//! without known outcome, or whose future was dropped half way, may still arrive at the tables: it
//! is kept until the lease has passed.
//!
//! Where nobody but this process commits, a transaction that is not registered has lost its
//! coordinator, and a request that is not has lost its attempt: they were begun by a process that has
//! ended. Nobody waits for the lease of those. The data folder's lock sees to it that there is no
//! second process; and if there were one, it would be disturbed, and nothing would be torn.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::clock::Millis;
use crate::settings::{Closing, Settings};
use crate::store::Store;

/// The commits in flight in this process. Clones of a store share it.
#[derive(Debug, Default)]
pub(crate) struct InFlight(Mutex<Commits>);

#[derive(Debug, Default)]
struct Commits {
    /// The latest instant that was called closed.
    closed: Millis,
    /// The latest time that a commit was given: at most a moment ahead of the clock.
    latest: Millis,
    tickets: u64,
    under_way: BTreeMap<u64, UnderWay>,
    /// Attempts at requests with an idempotency key, and when their leases end.
    attempts: BTreeMap<String, Millis>,
}

#[derive(Debug)]
struct UnderWay {
    began: Millis,
    transaction: String,
    /// When the commit can no longer take effect; none while it is being worked on.
    over: Option<Millis>,
}

/// A registered commit. Dropped without [`Begun::end`] its outcome is not known.
pub(crate) struct Begun {
    /// The time that the commit carries.
    pub(crate) at: Millis,
    /// The name of the transaction.
    pub(crate) transaction: String,
    ticket: u64,
    store: Store,
}

impl Store {
    /// An instant such that no commit still to come has a `last_updated` at or before it. Never
    /// earlier than the last time it was asked.
    pub fn closed_until(&self) -> Millis {
        let now = self.clock.now();
        match self.settings.closing {
            Closing::OneProcess => self.in_flight.close(now),
            Closing::Wait { ms } => now.plus(-ms.max(0)),
        }
    }

    /// Registers a commit and gives it its time.
    pub(crate) fn begin_commit(&self) -> Begun {
        let (ticket, at) = self.in_flight.begin(|| self.clock.now());
        let transaction = self.ids.transaction_id(at);
        if let Some(commit) = self.in_flight.commits().under_way.get_mut(&ticket) {
            commit.transaction.clone_from(&transaction);
        }
        Begun {
            at,
            transaction,
            ticket,
            store: self.clone(),
        }
    }

    /// Whether nobody coordinates this transaction any more, for certain.
    pub(crate) fn is_abandoned(&self, transaction: &str) -> bool {
        let is_it = |commit: &UnderWay| commit.transaction == transaction;
        self.is_alone() && !self.in_flight.commits().under_way.values().any(is_it)
    }

    /// Registers an attempt at a request.
    pub(crate) fn begin_attempt(&self, name: &str, until: Millis) {
        let now = self.clock.now();
        let mut commits = self.in_flight.commits();
        commits.attempts.retain(|_, until| now <= *until);
        commits.attempts.insert(name.to_owned(), until);
    }

    /// Whether nobody makes this attempt any more, for certain.
    pub(crate) fn is_given_up(&self, attempt: &str) -> bool {
        self.is_alone() && !self.in_flight.commits().attempts.contains_key(attempt)
    }

    fn is_alone(&self) -> bool {
        self.settings.closing == Closing::OneProcess
    }
}

impl UnderWay {
    fn since(began: Millis) -> Self {
        Self {
            began,
            transaction: String::new(),
            over: None,
        }
    }
}

impl InFlight {
    fn begin(&self, clock: impl FnOnce() -> Millis) -> (u64, Millis) {
        let mut commits = self.commits();
        let began = clock().max(commits.closed.plus(1));
        commits.latest = commits.latest.max(began);
        commits.tickets += 1;
        let ticket = commits.tickets;
        commits.under_way.insert(ticket, UnderWay::since(began));
        (ticket, began)
    }

    fn close(&self, now: Millis) -> Millis {
        let mut commits = self.commits();
        commits
            .under_way
            .retain(|_, commit| commit.over.is_none_or(|over| now <= over));
        let oldest = commits.under_way.values().map(|commit| commit.began).min();
        let open = match oldest {
            Some(began) => now.min(began.plus(-1)),
            None => now.max(commits.latest),
        };
        commits.closed = commits.closed.max(open);
        commits.closed
    }

    fn commits(&self) -> MutexGuard<'_, Commits> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Begun {
    /// The outcome is known: the commit has taken effect by now, or never will.
    pub(crate) fn end(self) {
        self.store
            .in_flight
            .commits()
            .under_way
            .remove(&self.ticket);
    }
}

impl Drop for Begun {
    fn drop(&mut self) {
        let Settings { lease_ms, .. } = self.store.settings;
        let over = self.store.clock.now().plus(lease_ms);
        if let Some(commit) = self
            .store
            .in_flight
            .commits()
            .under_way
            .get_mut(&self.ticket)
        {
            commit.over = Some(over);
        }
    }
}

/// What clones of a store share.
pub(crate) type SharedInFlight = Arc<InFlight>;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::Bench;

    fn at(bench: &Bench) -> Millis {
        bench.store.clock.now()
    }

    #[test]
    fn the_present_is_closed_when_nothing_is_in_flight() {
        let bench = Bench::new();
        let now = at(&bench);
        assert_eq!(bench.store.closed_until(), now);
        let begun = bench.store.begin_commit();
        assert_eq!(begun.at, now.plus(1), "later than what is closed");
        begun.end();
        assert_eq!(
            bench.store.closed_until(),
            now.plus(1),
            "with all that was written"
        );
    }

    #[test]
    fn a_commit_in_flight_keeps_its_time_open() {
        let bench = Bench::new();
        let begun = bench.store.begin_commit();
        let time = begun.at;
        bench.clock.advance(60_000);
        assert_eq!(bench.store.closed_until(), time.plus(-1));
        begun.end();
        assert_eq!(bench.store.closed_until(), at(&bench));
    }

    #[test]
    fn a_commit_of_unknown_outcome_keeps_its_time_open_until_the_lease_has_passed() {
        let bench = Bench::new();
        let begun = bench.store.begin_commit();
        let time = begun.at;
        drop(begun);
        bench.clock.advance(bench.store.settings.lease_ms);
        assert_eq!(bench.store.closed_until(), time.plus(-1));
        bench.clock.advance(1);
        assert_eq!(bench.store.closed_until(), at(&bench));
    }

    #[test]
    fn what_was_closed_stays_closed_when_the_clock_goes_back() {
        let bench = Bench::new();
        let closed = bench.store.closed_until();
        bench.clock.advance(-5_000);
        assert_eq!(bench.store.closed_until(), closed);
        assert!(bench.store.begin_commit().at > closed);
    }

    #[test]
    fn clones_share_what_is_in_flight() {
        let bench = Bench::new();
        let begun = bench.store.clone().begin_commit();
        assert!(bench.store.closed_until() < begun.at);
    }

    #[test]
    fn where_others_write_too_the_wait_decides() {
        let bench = Bench::new();
        let mut store = bench.store.clone();
        store.settings.closing = Closing::Wait { ms: 35_000 };
        assert_eq!(store.closed_until(), at(&bench).plus(-35_000));
    }
}
