//! The state of a simulation: tables, time, calls on their way, and the oracle that watches.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use futures::channel::oneshot;

use super::follower::Followed;
use super::in_flight::InFlight;
use super::observe;
use super::oracle::Oracle;
use super::rng::Rng;
use crate::clock::Millis;
use crate::simulated::{BlobCall, Call, Engine, apply};
use crate::table::Write;

/// What happened in a schedule, in numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Steps of the scheduler: calls, parts of batches, late arrivals.
    pub steps: u64,
    /// Transactions that took effect.
    pub commits: u64,
    /// Transactions that were refused because somebody else was faster.
    pub conflicts: u64,
    /// Transactions whose client did not learn the outcome.
    pub unknown: u64,
    /// Faults injected.
    pub faults: u64,
    /// Clients that crashed.
    pub crashes: u64,
    /// Reads, searches and histories that were checked.
    pub checks: u64,
}

impl Counts {
    /// Adds what happened in another schedule.
    pub fn add(&mut self, other: &Self) {
        self.steps += other.steps;
        self.commits += other.commits;
        self.conflicts += other.conflicts;
        self.unknown += other.unknown;
        self.faults += other.faults;
        self.crashes += other.crashes;
        self.checks += other.checks;
    }
}

/// See the module head.
pub(crate) struct World {
    pub(crate) engine: Engine,
    pub(crate) now: Millis,
    pub(crate) rng: Rng,
    pub(crate) in_flight: Vec<InFlight>,
    pub(crate) blobs: BTreeMap<String, Bytes>,
    /// How often a call to them fails, in thousandths.
    pub(crate) blob_faults: u64,
    /// Calls that arrive when nobody waits for them any more.
    pub(crate) late: Vec<Late>,
    /// The tables are in the process of the clients: no call is later than that.
    pub(crate) is_embedded: bool,
    /// How long a call can be late, in ms; for ever when none is given.
    pub(crate) late_for: Option<i64>,
    /// Index entries do not say whose they are.
    pub(crate) shares_entries: bool,
    /// What followers were given.
    pub(crate) followed: Followed,
    pub(crate) timers: Vec<Timer>,
    pub(crate) oracle: Oracle,
    pub(crate) counts: Counts,
    pub(crate) trace: Option<Vec<String>>,
    next: u64,
}

/// A call that nobody waits for.
pub(crate) struct Late {
    call: LateCall,
    /// Then it is lost for good.
    until: Option<Millis>,
}

enum LateCall {
    Tables(Call),
    Blobs(BlobCall),
}

/// Somebody who sleeps.
pub(crate) struct Timer {
    pub(crate) until: Millis,
    pub(crate) wake: oneshot::Sender<()>,
}

/// The world, shared by the scheduler and its clients. They run in one thread.
#[derive(Clone)]
pub(crate) struct Shared(Arc<Mutex<World>>);

impl Shared {
    pub(crate) fn new(seed: u64, is_traced: bool) -> Self {
        Self(Arc::new(Mutex::new(World {
            engine: Engine::default(),
            now: Millis(1_767_225_600_000),
            rng: Rng::new(seed),
            in_flight: Vec::new(),
            blobs: BTreeMap::new(),
            blob_faults: 0,
            late: Vec::new(),
            is_embedded: false,
            late_for: None,
            shares_entries: false,
            followed: Followed::default(),
            timers: Vec::new(),
            oracle: Oracle::default(),
            counts: Counts::default(),
            trace: is_traced.then(Vec::new),
            next: 0,
        })))
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, World> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl World {
    /// A number that was not given out before.
    pub(crate) fn unique(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    /// Lets so much time pass at once.
    pub(crate) fn pass(&mut self, milliseconds: i64) {
        self.now = self.now.plus(milliseconds);
    }

    pub(crate) fn note(&mut self, line: impl FnOnce() -> String) {
        let step = self.counts.steps;
        if let Some(trace) = &mut self.trace {
            trace.push(format!("{step:5}  {}", line()));
        }
    }

    /// Tells the oracle what these writes changed.
    pub(crate) fn observe(&mut self, writes: &[Write]) {
        let changed = observe::changed(self, writes);
        if changed.is_empty() {
            for document in observe::touched(writes) {
                observe::check_entries(self, &document);
            }
            return;
        }
        for (document, point) in &changed {
            self.note(|| format!("       ** {document} is now {point:?}"));
        }
        self.counts.commits += 1;
        let documents: Vec<_> = changed
            .iter()
            .map(|(document, _)| document.clone())
            .collect();
        self.oracle.commit(changed);
        for document in documents {
            observe::check_entries(self, &document);
        }
    }

    /// The call arrives later, when nobody waits for it any more.
    pub(crate) fn delay(&mut self, call: Call) {
        self.delay_any(LateCall::Tables(call));
    }

    /// The same for a call to the blobs.
    pub(crate) fn delay_blobs(&mut self, call: BlobCall) {
        self.delay_any(LateCall::Blobs(call));
    }

    fn delay_any(&mut self, call: LateCall) {
        let until = self.late_for.map(|late_for| self.now.plus(late_for));
        self.late.push(Late { call, until });
    }

    /// The client is gone; its calls on their way may arrive now, later or never.
    pub(crate) fn abandon(&mut self, client: usize) {
        let (gone, rest): (Vec<InFlight>, _) = std::mem::take(&mut self.in_flight)
            .into_iter()
            .partition(|call| call.client == client);
        self.in_flight = rest;
        for call in gone {
            if !call.call.is_write() || call.call.writes().is_empty() || !self.rng.chance(600) {
                continue;
            }
            self.delay(call.call);
            if self.is_embedded
                && let Some(now_or_never) = self.late.pop()
            {
                self.arrive(&now_or_never);
            }
        }
    }

    /// Applies a call that nobody waits for.
    pub(crate) fn arrive(&mut self, late: &Late) {
        let now = self.now;
        if late.until.is_some_and(|until| until < now) {
            return;
        }
        let call = match &late.call {
            LateCall::Tables(call) => call,
            LateCall::Blobs(call) => {
                self.note(|| format!("late   {call}"));
                // nobody waits for the answer
                let _ = apply(&mut self.blobs, call);
                return;
            }
        };
        let is_applied = self.engine.answer(call, now).is_ok();
        self.note(|| {
            format!(
                "late   {call}{}",
                if is_applied { "" } else { " (refused)" }
            )
        });
        if is_applied {
            self.observe(call.writes());
        }
    }
}
