//! Tables that make their callers wait their turn, so that requests which run at the same time
//! interleave - by a seed, each time in the same way.

use std::sync::atomic::{AtomicU64, Ordering};

use futures::future::{BoxFuture, FutureExt};
use store::{
    simulated::{Call, Endpoint, Reply, SimulatedTables},
    table::Answer,
};

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

    /// The tables themselves, for faults.
    pub(super) fn tables(&self) -> &SimulatedTables {
        &self.tables
    }

    /// For how many turns the next call waits: a step of a linear congruential generator.
    fn wait(&self) -> u64 {
        let seed = self.seed.load(Ordering::Relaxed);
        if seed == 0 {
            return 0;
        }
        let next = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407)
            .max(1);
        self.seed.store(next, Ordering::Relaxed);
        next >> 61
    }
}

impl Endpoint for Turns {
    fn answer(&self, call: Call) -> BoxFuture<'_, Answer<Reply>> {
        let mut turns = self.wait();
        async move {
            std::future::poll_fn(|context| {
                if turns == 0 {
                    return std::task::Poll::Ready(());
                }
                turns -= 1;
                context.waker().wake_by_ref();
                std::task::Poll::Pending
            })
            .await;
            self.tables.answer(call).await
        }
        .boxed()
    }
}
