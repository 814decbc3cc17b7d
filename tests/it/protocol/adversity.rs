//! Workers die at any moment, messages are lost and repeated, late and out of order - by a seed, each
//! time in the same way.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use server::Again;

use super::fyr::Fyr;

/// Enough moments for anything.
const A_LIFE: u64 = 100_000;
/// Moments of whoever looks for what no message asks for.
const A_TICK: u64 = 4_000;
/// After so long everybody who has died is known to be dead.
const LEASE_MS: i64 = 130_000;

/// What goes wrong, and the messages that are under way.
pub(super) struct Adversity {
    state: u64,
    pool: Vec<String>,
    /// Workers that died before they were done.
    pub(super) killed: u64,
}

/// How workers die.
#[derive(Clone, Copy)]
pub(super) struct Mortality {
    /// One in so many dies.
    pub(super) one_in: u64,
    /// After so many moments at most.
    pub(super) moments: u64,
}

impl Adversity {
    pub(super) fn of(seed: u64) -> Self {
        Self {
            state: seed,
            pool: Vec::new(),
            killed: 0,
        }
    }

    pub(super) fn below(&mut self, limit: u64) -> u64 {
        self.state = self
            .state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.state >> 33) % limit
    }

    /// How often a message comes: one in ten is lost, and one comes twice.
    pub(super) fn copies(&mut self) -> usize {
        match self.below(10) {
            0 => 0,
            1 => 2,
            _ => 1,
        }
    }

    /// Messages that are under way.
    pub(super) fn under_way(&self) -> usize {
        self.pool.len()
    }

    /// Takes what was sent since.
    pub(super) fn take_messages(&mut self, fyr: &Fyr) {
        for message in fyr.queue.take() {
            let copies = self.copies();
            self.pool.extend(std::iter::repeat_n(message.body, copies));
        }
    }

    /// Somebody works on a message; or nobody, and after a while somebody looks why.
    pub(super) fn work(&mut self, fyr: &Fyr, mortality: Mortality) {
        if self.pool.is_empty() || self.below(20) == 0 {
            let _ = live(fyr.server().tick(), A_TICK);
            fyr.advance(LEASE_MS);
            return;
        }
        let at = self.below(self.pool.len() as u64);
        let message = self.pool.swap_remove(usize::try_from(at).unwrap());
        let moments = if self.below(mortality.one_in) == 0 {
            self.below(mortality.moments)
        } else {
            A_LIFE
        };
        let done: Option<Result<(), Again>> = live(fyr.server().receive(&message), moments);
        self.killed += u64::from(done.is_none());
        if !matches!(done, Some(Ok(()))) {
            self.pool.push(message);
        }
    }
}

/// Gives a worker so many moments; none when it died before it was done.
pub(super) fn live<T>(work: impl Future<Output = T>, moments: u64) -> Option<T> {
    let mut work: Pin<Box<dyn Future<Output = T>>> = Box::pin(work);
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..moments {
        if let Poll::Ready(done) = work.as_mut().poll(&mut context) {
            return Some(done);
        }
    }
    None
}
