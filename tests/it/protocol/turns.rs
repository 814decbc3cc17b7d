//! Tables, a clock and chance by which requests that run at the same time interleave - by a seed,
//! each time in the same way.

use std::{
    future::poll_fn,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::Poll,
};

use futures::future::{BoxFuture, FutureExt};
use store::{
    Clock, Ids, Millis,
    simulated::{Call, CountingIds, Endpoint, ManualClock, Reply, SimulatedTables},
    table::Answer,
};

/// How many turns of sleepers make a millisecond.
const TURNS_IN_A_MILLISECOND: u64 = 4;

/// Simulated tables behind a queue.
#[derive(Default)]
pub(super) struct Turns {
    tables: SimulatedTables,
    seed: AtomicU64,
}

impl Turns {
    /// From now on calls wait for some turns, which follow from the seed; with 0 for none.
    pub(super) fn shuffle(&self, seed: u64) {
        self.seed.store(seed, Ordering::Relaxed);
    }

    /// Whether requests interleave.
    fn is_shuffled(&self) -> bool {
        self.seed.load(Ordering::Relaxed) != 0
    }

    /// The tables themselves, for faults.
    pub(super) fn tables(&self) -> &SimulatedTables {
        &self.tables
    }

    /// A number below a limit: a step of a linear congruential generator, 0 without a seed.
    fn chance(&self, below: u64) -> u64 {
        let seed = self.seed.load(Ordering::Relaxed);
        if seed == 0 || below == 0 {
            return 0;
        }
        let next = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407)
            .max(1);
        self.seed.store(next, Ordering::Relaxed);
        (next >> 33) % below
    }
}

impl Endpoint for Turns {
    fn answer(&self, call: Call) -> BoxFuture<'_, Answer<Reply>> {
        let mut turns = self.chance(8);
        async move {
            poll_fn(|context| {
                if turns == 0 {
                    return Poll::Ready(());
                }
                turns -= 1;
                context.waker().wake_by_ref();
                Poll::Pending
            })
            .await;
            self.tables.answer(call).await
        }
        .boxed()
    }
}

/// A clock that stands still until it is moved, and while requests interleave until somebody sleeps:
/// others have their turns meanwhile.
pub(super) struct TurnClock {
    clock: Arc<ManualClock>,
    turns: Arc<Turns>,
    slept: Arc<AtomicU64>,
}

impl TurnClock {
    pub(super) fn of(turns: &Arc<Turns>) -> Self {
        Self {
            clock: Arc::default(),
            turns: Arc::clone(turns),
            slept: Arc::default(),
        }
    }

    pub(super) fn advance(&self, milliseconds: i64) {
        self.clock.advance(milliseconds);
    }
}

impl Clock for TurnClock {
    fn now(&self) -> Millis {
        self.clock.now()
    }

    fn sleep(&self, milliseconds: u64) -> BoxFuture<'static, ()> {
        if !self.turns.is_shuffled() {
            return self.clock.sleep(milliseconds);
        }
        let (clock, slept) = (Arc::clone(&self.clock), Arc::clone(&self.slept));
        let until = clock.now().plus(i64::try_from(milliseconds).unwrap());
        poll_fn(move |context| {
            if clock.now() >= until {
                return Poll::Ready(());
            }
            let turn = slept.fetch_add(1, Ordering::Relaxed);
            clock.advance(i64::from(turn % TURNS_IN_A_MILLISECOND == 0));
            context.waker().wake_by_ref();
            Poll::Pending
        })
        .boxed()
    }
}

/// Ids that count, and chance that follows from the seed.
pub(super) struct TurnIds {
    ids: CountingIds,
    turns: Arc<Turns>,
}

impl TurnIds {
    pub(super) fn of(turns: &Arc<Turns>) -> Self {
        Self {
            ids: CountingIds::default(),
            turns: Arc::clone(turns),
        }
    }
}

impl Ids for TurnIds {
    fn transaction_id(&self, now: Millis) -> String {
        self.ids.transaction_id(now)
    }

    fn uuid(&self) -> String {
        self.ids.uuid()
    }

    fn jitter(&self, below: u64) -> u64 {
        self.turns.chance(below)
    }
}
